"""One figure over several runs of chance: its mean, how far the runs differ, how well the mean is known."""

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
        low: One run of ten is lower.
        high: One run of ten is higher.
        margin: How far the mean may be off, nineteen times of twenty; None after a single run, which can't tell.
    """

    mean: float
    low: float
    high: float
    margin: float | None

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        """The spread of at least one value."""
        ordered = sorted(values)
        last = len(ordered) - 1
        margin = _SURE * stdev(ordered) / math.sqrt(len(ordered)) if last else None
        return Spread(fmean(ordered), ordered[int(0.1 * last)], ordered[math.ceil(0.9 * last)], margin)

    def to_json(self) -> dict[str, float | None]:
        return {
            "mean": to_hundredths(self.mean),
            "low": to_hundredths(self.low),
            "high": to_hundredths(self.high),
            "margin": None if self.margin is None else to_hundredths(self.margin),
        }


def to_hundredths(figure: float) -> float:
    """Round to hundredths: the figures of a forecast are no more exact."""
    return round(figure, 2)
