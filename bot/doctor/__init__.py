"""``nunchi doctor``: looks at an installation and says what to do about what is wrong.

Each check is independent, catches what it provokes, and returns a finding. Its sentences stand
beside it in both languages and not in the catalogues, for a broken installation may lack those.
"""
