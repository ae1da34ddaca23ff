"""What the bot shows: Components V2 layouts, each a pure function of values.

A layout never listens. Clicks are answered by the persistent listeners that ``bot.cogs`` registers
at start, so that buttons work after a restart as before it.
"""
