"""Messages a second through gateway -> classifier -> store, against a client that only counts.

One loopback Discord in a process of its own sends the same messages to both clients, in turn, on
the same machine and in the same run; figures are medians over the runs. The rates are those of the
pipeline itself, with a classifier that does nothing; those with the embedded classifier and with
the lexicon, which share the cores with everything else, stand beside them, and all other figures
are taken with the embedded classifier, the default. Memory is that of the bot with its worker
processes. Prints one JSON object.

    python benchmarks/pipeline.py [--runs 3] [--burst 20000] [--growth 200000]
"""

from __future__ import annotations

if __name__ == "__main__":
    # Every process that is spawned imports this module again: it must stay empty for them.
    from through_pipeline.measurement import main

    main()
