"""Check-ins: how members say they are, beside how they are measured."""
