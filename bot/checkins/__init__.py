"""Check-ins: members are asked how they are, and answer with one of five faces."""
