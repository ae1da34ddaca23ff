"""What a report of a large week costs."""
