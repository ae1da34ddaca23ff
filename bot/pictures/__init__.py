"""Pictures that are attached to messages: an optional part, off unless ``NUNCHI_IMAGES`` is set.

``attachments`` picks what may be looked at, ``downloads`` fetches it, ``verdict`` joins what the
words and the pictures say, and ``viewer`` is what the pipeline asks. Nothing of a picture is kept.
"""
