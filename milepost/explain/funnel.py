"""Where customers of a map stop: how far those who began in a month came, and at which steps they left."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from milepost.explain.local_time import local
from milepost.planner.calendars import add_months
from milepost.planner.enums import StageStatus, StepStatus
from milepost.planner.instants import Instant
from milepost.planner.standings import Part, Standing
from milepost.planner.zones import beginning_of

MONTHS = 12
"""So many months, the present one included, have a line of their own."""
LEFT_WITHIN = 30 * 86_400
"""A step that was open for fewer seconds than that when the journey ended is one at which a customer left."""
_DAY = 86_400


def months_until(now: Instant, timezone: str) -> list[Instant]:
    """Returns when the last months began in a time zone, the present one included, the earliest first."""
    first = local(now, timezone).date().replace(day=1)
    return [beginning_of(add_months(first, back), timezone) for back in range(1 - MONTHS, 1)]


@dataclass(frozen=True, slots=True)
class Span:
    """When a journey began and, if it has, ended; `was_broken_off` says that it ended otherwise than at its goal.

    `journey` is its id, `customer` whose it is.
    """

    started_at: Instant
    ended_at: Instant | None = None
    was_broken_off: bool = False
    journey: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Leaver:
    """A customer who left: the journey with when it began and ended, and since when the stage or step had been open."""

    customer: str
    journey: str
    started_at: Instant
    ended_at: Instant
    since: Instant

    @property
    def open_for(self) -> int:
        """For how many seconds the stage or step had been open."""
        return max(self.ended_at - self.since, 0)


@dataclass(slots=True)
class StageFlow:
    """What became of those who came to a stage: still `here` (for so many seconds each), left with it open, or on."""

    reached: int = 0
    leavers: list[Leaver] = field(default_factory=list)
    ages: list[int] = field(default_factory=list)

    @property
    def left(self) -> int:
        return len(self.leavers)

    @property
    def here(self) -> int:
        return len(self.ages)

    @property
    def went_on(self) -> int:
        return self.reached - self.here - self.left

    @property
    def days(self) -> int | None:
        """For how many days half of those who are here have been; None where nobody is."""
        return round(median(self.ages) / _DAY) if self.ages else None


@dataclass(slots=True)
class Cohort:
    """Those who began in one month: how many, and how many of them came to each stage."""

    begun: int = 0
    reached: Counter[str] = field(default_factory=Counter)

    def share(self, stage: str) -> int | None:
        """Returns the percentage that came to a stage; None where nobody began."""
        return round(100 * self.reached[stage] / self.begun) if self.begun else None


@dataclass(slots=True)
class Funnel:
    """Counts journeys. `months` are the instants at which months begin, in their order; earlier ones are left out."""

    months: Sequence[Instant]
    stages: defaultdict[str, StageFlow] = field(default_factory=lambda: defaultdict(StageFlow))
    cohorts: defaultdict[int, Cohort] = field(default_factory=lambda: defaultdict(Cohort))
    opened: Counter[str] = field(default_factory=Counter)
    left_at: defaultdict[str, list[Leaver]] = field(default_factory=lambda: defaultdict(list))

    def add(self, standings: Iterable[Standing], span: Span, now: Instant) -> None:
        """Counts a journey at an instant. A stage that was passed over was not reached."""
        month = self._month(span.started_at)
        if month is not None:
            self.cohorts[month].begun += 1
        for each in standings:
            if each.part is Part.STEP:
                self._step(each, span)
            elif each.part is Part.STAGE and each.status != StageStatus.WAITING and each.since is not None:
                self._stage(each, each.since, span, now)
                if month is not None:
                    self.cohorts[month].reached[each.id] += 1

    def most_left_at(self, most: int) -> list[tuple[str, int, int]]:
        """Returns the steps at which most customers left, with how many did, and how many had the step at all."""
        steps = sorted(self.left_at, key=lambda step: -len(self.left_at[step]))
        return [(step, len(self.left_at[step]), self.opened[step]) for step in steps[:most]]

    def leavers(self, part: Part, id_: str) -> list[Leaver]:
        """Returns those who left with a stage open or at a step, whoever left last first."""
        flow = self.stages.get(id_) if part is Part.STAGE else None
        found = self.left_at.get(id_, []) if part is Part.STEP else flow.leavers if flow else []
        return sorted(found, key=lambda each: (-each.ended_at, each.customer))

    def _stage(self, each: Standing, since: Instant, span: Span, now: Instant) -> None:
        flow = self.stages[each.id]
        flow.reached += 1
        if each.is_running and span.ended_at is None:
            flow.ages.append(max(now - since, 0))
        elif each.is_running and span.was_broken_off and span.ended_at is not None:
            flow.leavers.append(_leaver(span, span.ended_at, since))

    def _step(self, each: Standing, span: Span) -> None:
        if each.since is None:
            return
        self.opened[each.id] += 1
        was_withdrawn = span.was_broken_off and each.status == StepStatus.WITHDRAWN
        if was_withdrawn and span.ended_at is not None and span.ended_at - each.since < LEFT_WITHIN:
            self.left_at[each.id].append(_leaver(span, span.ended_at, each.since))

    def _month(self, at: Instant) -> int | None:
        number = bisect_right(self.months, at) - 1
        return None if number < 0 else number


def _leaver(span: Span, ended_at: Instant, since: Instant) -> Leaver:
    return Leaver(span.customer, span.journey, span.started_at, ended_at, since)
