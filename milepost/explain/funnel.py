"""Where customers of a map stop: how far those who began in a month came, and at which steps they left."""

from __future__ import annotations

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
    """When a journey began and, if it has, ended; `was_broken_off` says that it ended otherwise than at its goal."""

    started_at: Instant
    ended_at: Instant | None = None
    was_broken_off: bool = False


@dataclass(slots=True)
class StageFlow:
    """What became of those who came to a stage: still `here` (for so many seconds each), `left` with it open, or on."""

    reached: int = 0
    left: int = 0
    ages: list[int] = field(default_factory=list)

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
    left_at: Counter[str] = field(default_factory=Counter)

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

    def leavers(self, most: int) -> list[tuple[str, int, int]]:
        """Returns the steps at which most customers left, with how many did, and how many had the step at all."""
        return [(step, count, self.opened[step]) for step, count in self.left_at.most_common(most)]

    def _stage(self, each: Standing, since: Instant, span: Span, now: Instant) -> None:
        flow = self.stages[each.id]
        flow.reached += 1
        if each.is_running and span.ended_at is None:
            flow.ages.append(max(now - since, 0))
        elif each.is_running and span.was_broken_off:
            flow.left += 1

    def _step(self, each: Standing, span: Span) -> None:
        if each.since is None:
            return
        self.opened[each.id] += 1
        was_withdrawn = span.was_broken_off and each.status == StepStatus.WITHDRAWN
        if was_withdrawn and span.ended_at is not None and span.ended_at - each.since < LEFT_WITHIN:
            self.left_at[each.id] += 1

    def _month(self, at: Instant) -> int | None:
        return next((number for number in range(len(self.months) - 1, -1, -1) if at >= self.months[number]), None)
