"""The live numbers of a map: how many customers stand where, since when, how many are late, and what came of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median

from milepost.planner.enums import StepStatus
from milepost.planner.instants import Instant
from milepost.planner.standings import Part, Standing
from milepost.text import count_of

_DAY = 86_400
_VERDICTS = (StepStatus.VERIFIED, StepStatus.PARTIAL, StepStatus.DISPUTED, StepStatus.SILENT)
_OVER = (StepStatus.DONE, StepStatus.SKIPPED, StepStatus.WITHDRAWN, *_VERDICTS)


@dataclass(slots=True)
class Numbers:
    """The numbers of one stage, play or step. `ages` says for how many seconds those who stand here have done so."""

    here: int = 0
    late: int = 0
    ages: list[int] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    @property
    def days(self) -> int | None:
        """For how many days half of those who stand here have done so; None where nobody does."""
        return round(median(self.ages) / _DAY) if self.ages else None

    @property
    def over(self) -> int:
        """How many customers are through with it, whatever came of it."""
        return sum(self.statuses[each] for each in _OVER)


@dataclass(slots=True)
class Wall:
    """The numbers of a map at an instant, of so many journeys, by what they are of and its id."""

    at: Instant
    journeys: int = 0
    running: int = 0
    numbers: defaultdict[tuple[Part, str], Numbers] = field(default_factory=lambda: defaultdict(Numbers))

    def add(self, standings: Iterable[Standing], *, has_ended: bool) -> None:
        """Counts a journey; one that has ended stands nowhere."""
        self.journeys += 1
        self.running += not has_ended
        for each in standings:
            numbers = self.numbers[each.part, each.id]
            numbers.statuses[each.status] += 1
            if has_ended or not each.is_running:
                continue
            numbers.here += 1
            numbers.late += each.due_at is not None and each.due_at < self.at
            if each.since is not None:
                numbers.ages.append(max(self.at - each.since, 0))


@dataclass(frozen=True, slots=True)
class Live:
    """What is so now of a stage, play or step: how many stand `here`, for how long and how late, and what came of it.

    Where there is nothing to be said, `here` and `waits` are empty.
    """

    here: str
    waits: str
    came: tuple[str, ...]

    @property
    def more(self) -> tuple[str, ...]:
        """All but how many stand here."""
        return (*([self.waits] if self.waits else []), *self.came)


def live(wall: Wall, outcomes: Collection[str]) -> dict[tuple[Part, str], Live]:
    """Returns the numbers in words; `outcomes` are the ids of the steps that customers confirm."""
    return {
        (part, id_): Live(
            _here(part, numbers, is_outcome=part is Part.STEP and id_ in outcomes),
            _waits(numbers),
            tuple(_came(numbers, is_outcome=id_ in outcomes) if part is Part.STEP else ()),
        )
        for (part, id_), numbers in wall.numbers.items()
    }


def _here(part: Part, numbers: Numbers, *, is_outcome: bool) -> str:
    word = "running" if part is Part.PLAY else "asked" if is_outcome else "here"
    return f"{numbers.here} {word}" if numbers.here else ""


def _waits(numbers: Numbers) -> str:
    days = "" if numbers.days is None else f"for {count_of(numbers.days, 'day')}"
    return ", ".join(filter(None, (days, f"{numbers.late} late" if numbers.late else "")))


def _came(numbers: Numbers, *, is_outcome: bool) -> Iterator[str]:
    if not is_outcome:
        if numbers.over:
            yield f"{_percent(numbers.statuses[StepStatus.DONE], numbers.over)} of {numbers.over} done"
        return
    if settled := sum(numbers.statuses[each] for each in _VERDICTS):
        yield f"{_percent(numbers.statuses[StepStatus.VERIFIED], settled)} of {settled} confirmed"
    others = (StepStatus.PARTIAL, "partly"), (StepStatus.DISPUTED, "disputed"), (StepStatus.SILENT, "silent")
    if words := [f"{numbers.statuses[status]} {word}" for status, word in others if numbers.statuses[status]]:
        yield ", ".join(words)


def _percent(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %"
