"""A walk through the bot as its users meet it, and pictures of each step."""
