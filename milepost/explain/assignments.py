"""Who of a team gets which task of a queue: whoever has most hours left, a customer's tasks all to one colleague."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import mean

NO_ESTIMATE = 30  # minutes
"""A task counts for so many where the map doesn't say how long it takes."""
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class QueuedTask:
    """A task that nobody has, by its journey and id, and the minutes that it takes; None where the map doesn't say."""

    key: Key
    customer: str
    minutes: int | None


def assign(queue: Iterable[QueuedTask], left: Mapping[str, int | None], *, beyond: bool = False) -> dict[Key, str]:
    """Returns to whom the tasks of a queue go, those first that come first.

    `left` are the minutes that each colleague, by address, has beyond the work that is theirs already, less than none
    for whoever has too much; None for whoever has told no hours, who counts like the others do on average. What nobody
    has the time for stays in the queue, unless all is to go, `beyond` their hours.
    """
    told = [minutes for minutes in left.values() if minutes is not None]
    usual = round(mean(told)) if told else 0
    free = {address: usual if minutes is None else minutes for address, minutes in sorted(left.items())}
    given: dict[Key, str] = {}
    for tasks in _by_customer(queue):
        minutes = sum(NO_ESTIMATE if each.minutes is None else each.minutes for each in tasks)
        address = max(free, key=free.__getitem__, default=None)
        if address is None or (free[address] < minutes and not beyond):
            continue
        free[address] -= minutes
        given |= {each.key: address for each in tasks}
    return given


def _by_customer(queue: Iterable[QueuedTask]) -> Iterable[list[QueuedTask]]:
    found: dict[str, list[QueuedTask]] = {}
    for each in queue:
        found.setdefault(each.customer, []).append(each)
    return found.values()
