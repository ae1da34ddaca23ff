"""Labelled data in, models out. Nothing here is needed to run the bot."""
