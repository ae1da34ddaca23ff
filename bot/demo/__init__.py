"""The demonstration: a loopback Discord, the real bot, and a week of somebody's conversation."""
