"""What several runs of chance say of one figure: its mean, how far runs lie apart, how well the mean is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

_SURE = 1.96  # standard errors on both sides hold the true mean nineteen times of twenty


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over all runs.

    Attributes:
        mean: Its mean.
        low: One run of ten is below.
        high: One run of ten is above.
        margin: How far the mean may be off, nineteen times of twenty; None: a single run can't tell.
    """

    mean: float
    low: float
    high: float
    margin: float | None

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        """Of at least one value."""
        ordered = sorted(values)
        last = len(ordered) - 1
        margin = _SURE * stdev(ordered) / math.sqrt(len(ordered)) if last else None
        return Spread(fmean(ordered), ordered[int(0.1 * last)], ordered[math.ceil(0.9 * last)], margin)

    def to_json(self) -> dict[str, float | None]:
        return {
            "mean": rounded(self.mean),
            "low": rounded(self.low),
            "high": rounded(self.high),
            "margin": None if self.margin is None else rounded(self.margin),
        }


def rounded(figure: float) -> float:
    """To hundredths: the figures of a forecast are no more exact."""
    return round(figure, 2)
