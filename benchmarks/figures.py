"""What a benchmark reports, and how it is timed: processor time, the best of several rounds."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `goal` says what was aimed for, where anything was.

    `yardstick` is the same figure of something else, measured in the same run: the bare loop, another engine.
    """

    what: str
    value: float
    unit: str
    goal: str = ""
    yardstick: float | None = None

    @property
    def ratio(self) -> float | None:
        """The figure divided by its yardstick."""
        return None if self.yardstick is None else self.value / self.yardstick

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.what,
            "figure": self.value,
            "unit": self.unit,
            "yardstick": self.yardstick,
            "ratio": self.ratio,
            "goal": self.goal or None,
        }


def best_seconds(work: Callable[[], object], rounds: int = 5, at_least: float = 0.3) -> float:
    """Seconds of processor time that the work takes, in the best of some rounds of at least so many seconds."""
    best = float("inf")
    work()
    for _ in range(rounds):
        gc.collect()
        times, begun = 0, process_time()
        while process_time() - begun < at_least:
            work()
            times += 1
        best = min(best, (process_time() - begun) / times)
    return best
