"""Retrospectives: reading posts, drawing their arc, writing and reminding. No text is kept."""
