"""The live numbers of a map: how many customers stand where, since when, how many are late, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from milepost.planner.enums import StepStatus
from milepost.planner.instants import Instant
from milepost.planner.standings import Part, Standing
from milepost.text import count_of

_DAY = 86_400
FEW = 5
"""Of fewer customers who are through with something it isn't said how long it took."""
VERDICTS = (StepStatus.VERIFIED, StepStatus.PARTIAL, StepStatus.DISPUTED, StepStatus.SILENT)
"""What comes of an outcome."""
_OVER = (StepStatus.DONE, StepStatus.SKIPPED, StepStatus.WITHDRAWN, *VERDICTS)


@dataclass(frozen=True, slots=True)
class Stay:
    """A customer who stands somewhere, `since` when, and when it was or is due; None where it isn't known.

    `silent_from` is when the customer fell or falls silent, see `planner.silence`.
    """

    customer: str
    since: Instant | None
    due_at: Instant | None
    silent_from: Instant | None = None

    def late_at(self, now: Instant) -> int | None:
        """Returns for how many seconds it has been late at an instant; None if it isn't."""
        return None if self.due_at is None or self.due_at >= now else now - self.due_at

    def silent_at(self, now: Instant) -> int | None:
        """Returns for how many seconds the customer has been silent at an instant; None if they aren't."""
        return None if self.silent_from is None or self.silent_from > now else now - self.silent_from

    def age_at(self, now: Instant) -> int | None:
        """Returns for how many seconds the customer has stood there at an instant; None where that isn't known."""
        return None if self.since is None else max(now - self.since, 0)


@dataclass
class Numbers:
    """The numbers of one stage, play or step at an instant. `stays` are those who stand here then.

    So many of them are `late` with it, and so many `silent` about something. `took` counts those who are through with
    it by the days that it took them. Once all are counted, `days` is for how many days half of those who are here have
    been, None where nobody is; `usual_days` how many it took half of the others, None where too few are through with it
    to say so.
    """

    at: Instant
    stays: list[Stay] = field(default_factory=list)
    late: int = 0
    silent: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    took: Counter[int] = field(default_factory=Counter)

    @property
    def here(self) -> int:
        return len(self.stays)

    @cached_property
    def days(self) -> int | None:
        ages = [age for each in self.stays if (age := each.age_at(self.at)) is not None]
        return round(median(ages) / _DAY) if ages else None

    @cached_property
    def usual_days(self) -> int | None:
        many, before = self.took.total(), 0
        if many < FEW:
            return None
        for days in sorted(self.took):
            before += self.took[days]
            if 2 * before >= many:
                return days
        return None

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
    numbers: dict[tuple[Part, str], Numbers] = field(default_factory=dict)

    def add(
        self, customer: str, standings: Iterable[Standing], *, has_ended: bool, silent_from: Instant | None = None
    ) -> None:
        """Counts a customer's journey; one that has ended stands nowhere."""
        self.journeys += 1
        self.running += not has_ended
        for each in standings:
            numbers = self.numbers.get((each.part, each.id))
            if numbers is None:
                numbers = self.numbers[each.part, each.id] = Numbers(self.at)
            numbers.statuses[each.status] += 1
            if each.took is not None:
                numbers.took[round(each.took / _DAY)] += 1
            if has_ended or not each.is_running:
                continue
            stay = Stay(customer, each.since, each.due_at, silent_from)
            numbers.stays.append(stay)
            numbers.late += stay.late_at(self.at) is not None
            numbers.silent += stay.silent_at(self.at) is not None

    def stays(self, part: Part, id_: str) -> list[Stay]:
        """Returns those who stand there, whoever has for longest first."""
        numbers = self.numbers.get((part, id_), Numbers(self.at))
        return sorted(numbers.stays, key=lambda stay: (self.at if stay.since is None else stay.since, stay.customer))


@dataclass(frozen=True, slots=True)
class Live:
    """What is so now of a stage, play or step: how many stand `here`, for how long and how late, and what came of it.

    `silent` are how many of those in a stage are, `usual` is how long it took those who are through with it. Where
    there is nothing to be said, `here`, `waits`, `silent` and `usual` are empty.
    """

    here: str
    waits: str
    silent: str
    usual: str
    came: tuple[str, ...]

    @property
    def more(self) -> tuple[str, ...]:
        """All but how many stand here, and what is usual."""
        return (*filter(None, (self.waits, self.silent)), *self.came)


def live(wall: Wall, outcomes: Collection[str]) -> dict[tuple[Part, str], Live]:
    """Returns the numbers in words; `outcomes` are the ids of the steps that customers confirm."""
    return {
        (part, id_): Live(
            _here(part, numbers, is_outcome=part is Part.STEP and id_ in outcomes),
            _waits(numbers),
            f"{numbers.silent:,} silent" if part is Part.STAGE and numbers.silent else "",
            "" if numbers.usual_days is None else f"half took {took_text(numbers.usual_days)}",
            tuple(_came(numbers, is_outcome=id_ in outcomes) if part is Part.STEP else ()),
        )
        for (part, id_), numbers in wall.numbers.items()
    }


def _here(part: Part, numbers: Numbers, *, is_outcome: bool) -> str:
    word = "running" if part is Part.PLAY else "asked" if is_outcome else "here"
    return f"{numbers.here:,} {word}" if numbers.here else ""


def _waits(numbers: Numbers) -> str:
    days = "" if numbers.days is None else f"for {count_of(numbers.days, 'day')}"
    return ", ".join(filter(None, (days, f"{numbers.late:,} late" if numbers.late else "")))


def took_text(days: int) -> str:
    """Returns for how long something took, in words."""
    return count_of(days, "day") if days else "less than a day"


def _came(numbers: Numbers, *, is_outcome: bool) -> Iterator[str]:
    if not is_outcome:
        if numbers.over:
            yield f"{_percent(numbers.statuses[StepStatus.DONE], numbers.over)} of {numbers.over:,} done"
        return
    yield from confirmed(numbers.statuses)


def confirmed(statuses: Mapping[str, int]) -> Iterator[str]:
    """Yields in words what customers answered, by counts of the statuses of outcomes."""
    if settled := sum(statuses.get(each, 0) for each in VERDICTS):
        yield f"{_percent(statuses.get(StepStatus.VERIFIED, 0), settled)} of {settled:,} confirmed"
    others = (StepStatus.PARTIAL, "partly"), (StepStatus.DISPUTED, "disputed"), (StepStatus.SILENT, "silent")
    if words := [f"{statuses[status]:,} {word}" for status, word in others if statuses.get(status)]:
        yield ", ".join(words)


def _percent(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %"
