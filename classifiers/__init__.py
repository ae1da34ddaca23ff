"""Text in, predictions out. Knows nothing of Discord or of storage."""
