"""Conversations with members: empathy in small portions, and help in a crisis."""
