"""Counts one journey: reads each of its plans once, and keeps only numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from milepost.capacity.tally import Series, Tally, Weeks
from milepost.language.steps import Touchpoint
from milepost.people.behaviour import Behaviour
from milepost.planner import timeline
from milepost.planner.commands import CloseTask, OpenTask, SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.open_tasks import minutes
from milepost.planner.plan import Plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry

MOST_MESSAGES = 20
"""The most messages to one contact in one week that are told apart; more count as this many."""

ENGINE = "engine:"
"""Where the work of system tasks is counted; that of other tasks is counted at `stage:ID` or `play:ID`."""


@dataclass(slots=True)
class JourneyCounter:
    """Counts one journey of one run into a tally; what lies before or after the weeks is not counted.

    Effort is counted in whole minutes, in the week in which a task is done. Days are those of the map's working time.
    """

    compiled_map: CompiledMap
    behaviour: Behaviour
    weeks: Weeks
    tally: Tally
    run: int
    _system_tasks: dict[str, str] = field(default_factory=dict)
    _messages: Counter[tuple[str, int]] = field(default_factory=Counter)

    def count(self, plans: Iterable[Plan], start: Instant) -> None:
        """Count a whole journey, from its plans in their order."""
        state: State | None = None
        for plan in plans:
            state = plan.state
            for entry in plan.timeline:
                week = self._week(entry.at)
                if week is not None:
                    self._count_entry(entry, week)
            for command in plan.commands:
                if isinstance(command, OpenTask | CloseTask | SendMessage):
                    self._count_command(command, state)
        if state is not None:
            self._count_totals(state, start)

    def _count_entry(self, entry: Entry, week: int) -> None:
        match entry:
            case timeline.JourneyStarted():
                self._add("started", "", week)
            case timeline.JourneyEnded():
                self._add("ended", entry.reason, week)
            case timeline.StepOpened():
                self._count_task("opened", entry.step, week)
            case timeline.StepDone():
                self._count_task("done", entry.step, week)
            case timeline.StepOverdue():
                self._count_task("late", entry.step, week)
            case timeline.StepEscalated():
                self._count_task("escalated", entry.step, week)
            case timeline.OutcomeAsked():
                self._add("asked", entry.step, week)
            case timeline.OutcomeAnswered():
                self._add(entry.verdict, entry.step, week)
            case timeline.OutcomeSilent():
                self._add("silent", entry.step, week)
            case timeline.PlayStarted():
                self._add("play", entry.play, week)

    def _count_task(self, measure: str, step_id: str, week: int) -> None:
        """Count a step if it is a colleague's task."""
        step = self.compiled_map.steps[step_id]
        if not step.is_task:
            return
        assert isinstance(step.step, Touchpoint)
        role = step.step.role or ""
        self._add(measure, role, week)
        if measure == "done":
            effort = step.step.effort or self.behaviour.colleagues.without_effort
            self._add_work(role, f"{'play' if step.in_play else 'stage'}:{step.container}", week, minutes(effort) or 0)

    def _add_work(self, role: str, place: str, week: int, many: int) -> None:
        self._add("minutes", role, week, many)
        self._add("minutes in", place, week, many)

    def _count_command(self, command: OpenTask | CloseTask | SendMessage, state: State) -> None:
        week = self._week(state.clock)
        match command:
            case OpenTask(step=None) if command.role:  # tasks of the map's owner are nobody's work in the book
                self._system_tasks[command.task] = command.role
                if week is not None:
                    self._add("opened", command.role, week)
            case CloseTask(status="done") if command.task in self._system_tasks and week is not None:
                role = self._system_tasks[command.task]
                self._add("done", role, week)
                self._add_work(role, ENGINE, week, minutes(self.behaviour.colleagues.engine_tasks.effort) or 0)
            case SendMessage() if week is not None:
                self._messages[command.contact, week] += 1

    def _count_totals(self, state: State, start: Instant) -> None:
        """Count what is known only at the end: the days with the journey open, and messages by contact and week."""
        first = max(self._day(start), self.weeks.first)
        ended = state.ended_at if state.ended and state.ended_at is not None else None
        last = self.weeks.last if ended is None else min(self._day(ended), self.weeks.last)
        contacts = len(state.customer.contacts)
        per_week = Counter((week, min(many, MOST_MESSAGES)) for (_, week), many in self._messages.items())
        written_to = Counter(week for _, week in self._messages)
        for week, days in _days_by_week(self.weeks, first, last).items():
            self._add("days", "", week, days)
            if contacts > written_to[week]:
                self._add("contacts", "0", week, contacts - written_to[week])
        for (week, many), number in per_week.items():
            self._add("contacts", str(many), week, number)
        for (_, week), many in self._messages.items():
            self._add("messages", "", week, many)

    def _add(self, measure: str, about: str, week: int, number: int = 1) -> None:
        self.tally.add(Series(measure, self.compiled_map.map.map, about, self.run), week, number)

    def _week(self, at: Instant) -> int | None:
        day = self._day(at)
        return self.weeks.of(day) if self.weeks.first <= day <= self.weeks.last else None

    def _day(self, at: Instant) -> date:
        return self.compiled_map.ours.local(at).date()


def _days_by_week(weeks: Weeks, first: date, last: date) -> Mapping[int, int]:
    """The weeks from one day to another, each with the number of those days in it."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return Counter(map(weeks.of, days))
