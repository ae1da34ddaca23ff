"""Retrospectives: their forms, and a group's mood section by section. No text passes here."""
