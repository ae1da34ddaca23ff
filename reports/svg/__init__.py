"""Charts as SVG: one builder for Discord's pictures and for the web."""
