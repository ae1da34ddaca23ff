"""Random interactions with the real bot, by people who do everything but what is expected."""
