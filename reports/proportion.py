"""Wilson's interval of a share, where the units that are counted are independent.

Of people's messages they are not: figures of reports come from ``reports.bootstrap``.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

NORMAL_95: Final = NormalDist().inv_cdf(0.975)
"""The normal quantile of a two-sided 95 % interval."""


def wilson(share: float, count: float) -> tuple[float, float]:
    """Return the two ends of the 95 % interval of a share, in [0, 1].

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the
    American Statistical Association 22, 1927.

    Args:
        share: In [0, 1].
        count: How many independent units it is a share of, above 0; clustered ones may be worth a
            fraction.
    """
    square = NORMAL_95**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    half *= NORMAL_95 / (1 + square / count)
    # Rounding must not leave the share outside, as at 0 and 1.
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))
