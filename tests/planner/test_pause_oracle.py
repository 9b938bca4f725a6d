"""What pauses, snoozes and agreements make of one step's dates, against the page's rules walked through naively.

The step is one touchpoint, action or outcome. Everything that it is expected to do is worked out here from the facts,
on the calendar that walks minute by minute; nothing of the planner's own arithmetic is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milepost.customer import Contact, Customer
from milepost.language.durations import DueReminder, Duration, any_duration
from milepost.language.model import Map
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Agreed, Paused, Resumed, Snoozed
from milepost.planner.timeline import (
    MessageDropped,
    MessageHeld,
    MessageSent,
    OutcomeSilent,
    StepEscalated,
    StepOverdue,
)
from tests.planner.naive_calendar import NaiveCalendar
from tests.simulation import simulate

DAY, HOUR = 86_400, 3600
ZONE = ZoneInfo("Europe/Berlin")
START = int(datetime(2026, 3, 19, 10, tzinfo=ZONE).timestamp())  # Thursday, ten days before the clocks change
UNTIL = START + 200 * DAY
CLOSED = ("2026-04-08", "04-30..05-02")
CALENDAR = NaiveCalendar("Europe/Berlin", "DE-BY", frozenset({"mon", "tue", "wed", "thu", "fri"}), 540, 1020, CLOSED)
CUSTOMER = Customer(
    "acme", "Acme", "Europe/Berlin", "DE-BY", None, {}, (Contact("Sam", "sam@acme.example", ("lead",)),), {}
)

dues = st.sampled_from(
    ["1 business day", "5 business days", "12 business days", "3 days", "2 weeks", "1 month", "50 hours"]
)
afters = st.sampled_from(["0 days", "1 business day", "4 business days", "3 days", "1 week", "7 hours", "90 minutes"])
business_hours = st.sampled_from(["1 business hour", "7 business hours", "20 business hours", "90 business hours"])
remind_before = st.sampled_from(["1 business day before", "3 business days before", "2 days before", "1 week before",
                                 "5 hours before", "on the day", "1 business day after", "4 days after"])  # fmt: skip
remind_after = st.sampled_from(["1 business day", "3 business days", "2 days", "1 week", "30 hours"])


@dataclass
class Expected:
    """The step as the page tells it: its dates as if nobody had snoozed it, and what has happened."""

    due: int
    unit: Duration
    agreed: bool = False
    late: int | None = None
    follows: int | None = None
    until: int = 0
    reminders: dict[str, int] = field(default_factory=dict)
    reminded: set[str] = field(default_factory=set)
    happened: dict[str, int] = field(default_factory=dict)


@st.composite
def stories(draw):
    """Pauses, snoozes and agreements, one after the other."""
    at, story = START, []
    for _ in range(draw(st.integers(1, 6))):
        at += draw(st.one_of(st.integers(60, 3 * DAY), st.integers(DAY, 20 * DAY)))
        kind = draw(st.sampled_from(["pause", "pause", "snooze", "agree"]))
        if kind == "pause":
            length = draw(st.one_of(st.integers(60, 2 * DAY), st.integers(DAY, 15 * DAY)))
            story.append((at, kind, at + length))
            at += length
        else:
            day = CALENDAR.local(at).date() + timedelta(days=draw(st.integers(1 if kind == "snooze" else 0, 20)))
            story.append((at, kind, day))
    return story


def facts_of(story):
    for number, (at, kind, value) in enumerate(story):
        if kind == "pause":
            yield Paused(id=f"p{number}", at=at)
            yield Resumed(id=f"r{number}", at=value)
        elif kind == "snooze":
            yield Snoozed(id=f"s{number}", at=at, step="it", until=str(value))
        else:
            yield Agreed(id=f"a{number}", at=at, steps={"it": {"due": str(value)}})


def end_of(until):
    return CALENDAR.closing(until)


class Oracle:
    """Walks through a story; `after` is how long after the due date something follows, `remind` the reminders."""

    def __init__(self, kind, due, after, remind):
        self.kind, self.after, self.remind = kind, after, remind
        self.it = Expected(CALENDAR.deadline(START, due), due)
        self.hang(START)

    def hang(self, now):
        """Works out from the due date what hangs on it; an outcome's reminders hang on the asking."""
        it = self.it
        it.late = it.due
        if self.after is not None:
            it.follows = CALENDAR.deadline_after_due(it.due, self.after)
        if self.kind == "outcome":
            if now == START:
                it.reminders = {each: CALENDAR.opening(START, Duration.parse(each)) for each in self.remind}
            return
        before, it.reminders = it.reminders, {}
        for each in self.remind:
            at = self.reminder(DueReminder.parse(each))
            if each not in it.reminded and at > START and (at > now or (each in before and at < it.until > now)):
                it.reminders[each] = at

    def reminder(self, reminder):
        if reminder.offset is not None and reminder.offset.exact:
            return CALENDAR.plus(self.it.due, reminder.offset, -1 if reminder.before else 1)
        day = CALENDAR.due_day(self.it.due)
        return CALENDAR.opening_from_date(day, reminder.offset, before=reminder.before)

    def run_until(self, until):
        """Lets happen what is due before an instant."""
        it = self.it
        late = end_of(it.until) if it.late is not None and it.late < it.until else it.late
        if late is not None and late < until:
            it.happened[f"late {len(it.happened)}"] = late
            it.late = None
        follows = it.follows
        if follows is not None:
            follows = end_of(it.until) if follows < it.until else follows
            if it.until and late is not None:
                follows = max(follows, late)
            if follows < until:
                it.happened[f"follows {len(it.happened)}"] = follows
                it.follows = None
        for each, at in sorted(it.reminders.items(), key=lambda item: item[1]):
            if max(at, it.until) < until:
                it.happened[each] = max(at, it.until)
                it.reminded.add(each)
                del it.reminders[each]
        return it

    def catch_up(self, now):
        """Lets happen now what has passed."""
        before = set(self.it.happened)
        self.run_until(now + 1)
        for name in self.it.happened.keys() - before:
            self.it.happened[name] = max(self.it.happened[name], now)

    def pause(self, start, end):
        it = self.it
        if it.due <= start:
            if it.follows is not None:
                it.follows = CALENDAR.deadline_after_pause(it.follows, self.after, start, end)
            if self.kind != "outcome":
                for each, at in it.reminders.items():
                    offset = DueReminder.parse(each).offset
                    it.reminders[each] = at if offset is None else CALENDAR.opening_after_pause(at, offset, start, end)
        elif not it.agreed:
            due = CALENDAR.deadline_after_pause(it.due, it.unit, start, end)
            if due != it.due:
                it.due = due
                self.hang(end)
        if self.kind == "outcome":
            for each, at in it.reminders.items():
                it.reminders[each] = CALENDAR.opening_after_pause(at, Duration.parse(each), start, end)

    def happenings(self, story):
        """Returns what happens, with its instant."""
        it = self.it
        for at, kind, value in story:
            self.run_until(at)
            if self.kind == "outcome" and any(name.startswith("late") for name in it.happened):
                break
            if kind == "pause":
                self.pause(at, value)
                self.catch_up(value)
            elif kind == "snooze":
                it.until = max(it.until, CALENDAR.on(value, time(9)))
            else:
                it.agreed, it.due = True, CALENDAR.on(value, time(17))
                self.hang(at)
                self.catch_up(at)
        self.run_until(UNTIL)
        return it.happened


def compiled(kind, due, after, remind):
    must = {"touchpoint": "must", "title": "Must", "role": "csm", "due": "10 years"}
    it = {"title": "It", "due": str(due)}
    stage = {"stage": "one", "title": "One", "touchpoints": [must]}
    if kind == "task":
        stage["touchpoints"].append(
            it | {"touchpoint": "it", "role": "csm", "escalate": {"after": str(after), "to": "boss"}}
        )
    elif kind == "action":
        overdue = {"after": str(after), "do": {"set": {"late": True}}}
        stage["actions"] = [
            it | {"action": "it", "persona": "lead", "message": "m.md", "remind": remind, "overdue": overdue}
        ]
    else:
        stage["outcomes"] = [{"outcome": "it", "type": "save_time", "statement": "It", "persona": "lead",
                              "message": "m.md", "within": str(due), "remind": remind}]  # fmt: skip
    hours = {"timezone": "Europe/Berlin", "country": "DE-BY", "closed": CLOSED}
    return CompiledMap.of(
        Map.model_validate(
            {
                "map": "small", "title": "Small", "outcome": "save_time", "owner": "o", "segment": {"where": "true"},
                "roles": {"csm": "C", "boss": "B"}, "personas": {"lead": {"title": "L"}}, "working_time": hours,
                "contact_policy": {"window": {"closed": CLOSED}},
                "attributes": {"late": {"type": "flag"}}, "stages": [stage],
            }
        ),
        "v1",
    )  # fmt: skip


def run(kind, due, after, remind, story):
    return simulate(compiled(kind, due, after, remind), CUSTOMER, START, list(facts_of(story)), UNTIL).timeline


thorough = settings(max_examples=40, suppress_health_check=list(HealthCheck))


@given(
    stories(), st.one_of(dues, business_hours).map(any_duration), st.one_of(afters, business_hours).map(any_duration)
)
@thorough
def test_a_task_is_late_and_escalated_when_the_page_says(story, due, after):
    expected = Oracle("task", due, after, []).happenings(story)
    timeline = run("task", due, after, [], story)
    late = [entry.at for entry in timeline if isinstance(entry, StepOverdue) and entry.step == "it"]
    escalated = [entry.at for entry in timeline if isinstance(entry, StepEscalated) and entry.step == "it"]
    assert late == sorted(at for name, at in expected.items() if name.startswith("late"))
    assert escalated == sorted(at for name, at in expected.items() if name.startswith("follows"))


@given(stories(), dues.map(Duration.parse), st.lists(remind_before, min_size=1, max_size=4, unique=True))
@thorough
def test_an_action_is_reminded_when_the_page_says(story, due, remind):
    expected = Oracle("action", due, Duration.parse("1 day"), remind).happenings(story)
    timeline = run("action", due, Duration.parse("1 day"), remind, story)
    assert reminded(timeline) == sorted(at for name, at in expected.items() if name in remind)


@given(stories(), dues.map(Duration.parse), st.lists(remind_after, min_size=1, max_size=3, unique=True))
@thorough
def test_an_outcome_is_reminded_and_silent_when_the_page_says(story, due, remind):
    expected = Oracle("outcome", due, None, remind).happenings(story)
    timeline = run("outcome", due, None, remind, story)
    silent = [entry.at for entry in timeline if isinstance(entry, OutcomeSilent)]
    assert silent == [at for name, at in expected.items() if name.startswith("late")]
    assert reminded(timeline) == sorted(at for name, at in expected.items() if name in remind and at <= silent[0])


def reminded(timeline):
    """When each reminder of the step came up: sent, held for its window, or dropped for another one."""
    first = {}
    for entry in timeline:
        if isinstance(entry, MessageSent | MessageHeld | MessageDropped) and "reminder" in entry.message:
            first.setdefault(entry.message, entry.at)
    return sorted(first.values())
