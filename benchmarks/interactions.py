"""Let a storm loose on the bot, and print what came of it as one JSON object.

``python benchmarks/interactions.py --interactions 50000 --seed 1``: odd options, clicks on
old and forged buttons, double clicks, modals sent late, two administrators at once, rights that
come and go, channels that are renamed and deleted. The exit status is 1 when anything was wrong:
an error that nobody expected, an answer that came too late, a setting that somebody changed who may
not, something personal said where others read, a post that pings.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from storm.run import storm


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--interactions", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guilds", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(
            storm(Path(folder), chosen.interactions, chosen.seed, guilds=chosen.guilds)
        )
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    return 1 if figures["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
