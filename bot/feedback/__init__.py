"""What members think of how their own words were read."""
