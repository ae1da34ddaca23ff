"""The inference server: one application, on ``aiohttp.web`` or on Ray Serve.

``application`` knows no server library; ``over_aiohttp`` and ``asgi`` connect it to one, and
``on_ray`` deploys it with replicas. ``plan`` is where to begin.
"""
