"""Messages a second and macro-F1 of the classifiers, ours and others', on the same lines.

The lines are the test part of the chat corpus, Korean and English, and files of your own. Compared
are the backends embedded and lexicon, VADER alone, TF-IDF with logistic regression, which learns
from the corpus' train part first, for its speed a transformer of ELECTRA's small size, and
backends of your own. Prints a table, and what the weights of the embedded classifier cost in
bytes, seconds and memory.

    python benchmarks/classifiers.py [--data FILE.tsv ...] [--backend NAME?option=value ...]
        [--weights FILE] [--repeat 5] [--json]
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""What libraries of linear algebra read when they are loaded."""


def step_aside() -> None:
    """Let the package of this file's name be found before the file.

    Raises:
        ModuleNotFoundError: It stepped aside before, and there is no package.
    """
    here = [place for place in sys.path if Path(place).resolve() == FOLDER]
    if sys.path[-1:] == here:
        msg = "the package classifiers is not installed: pip install -e '.[dev]'"
        raise ModuleNotFoundError(msg, name="classifiers")
    sys.path[:] = [*(place for place in sys.path if place not in here), str(FOLDER)]


if __name__ == "__main__":
    os.environ.update(ONE_THREAD)
    step_aside()
    from judging.program import main

    main()
elif __name__ == "classifiers":
    # A script beside this file asked for the package; hand it over.
    step_aside()
    del sys.modules[__name__]
    importlib.import_module(__name__)
