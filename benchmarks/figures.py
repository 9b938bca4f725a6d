"""What a benchmark reports, and how it is timed: processor time, the best of several rounds."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `goal` says what was aimed for, where anything was."""

    what: str
    value: float
    unit: str
    goal: str = ""


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
