"""Predictions kept, forgotten and counted. Knows the value types of the classifiers only."""
