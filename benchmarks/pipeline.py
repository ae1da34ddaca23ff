"""Messages a second through gateway -> classifier -> store, against a client that only counts.

One loopback Discord in a process of its own sends the same messages to both clients, in turn, on
the same machine and in the same run; figures are medians over the runs. Prints one JSON object.

    python benchmarks/pipeline.py [--runs 3] [--burst 20000] [--growth 200000]
"""

from __future__ import annotations

if __name__ == "__main__":
    # Every process that is spawned imports this module again: it must stay empty for them.
    from through_pipeline.measurement import main

    main()
