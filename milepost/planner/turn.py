"""A turn: the state being changed at one instant, and what has come of it so far. The planner's working memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from milepost.customer import Contact, Customer
from milepost.language.attribute_values import parse_date
from milepost.language.conditions import Condition
from milepost.language.durations import Anchor
from milepost.language.model import Touchpoint
from milepost.planner.calendars import Calendar
from milepost.planner.commands import Command
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.condition_view import JourneyView
from milepost.planner.dependents import Watched
from milepost.planner.instants import Instant
from milepost.planner.loop_guard import MOST_HAPPENINGS, EndlessMapError
from milepost.planner.state import PlayState, Record, StageState, State, StepState
from milepost.planner.timeline import Entry, StepPlace

R = TypeVar("R", bound=Record)


@dataclass(slots=True)
class Turn:
    """The planner's working memory: `state` is its own copy, `at` the instant that is being worked out.

    What changed is noted, with what it stirs: `to_look`, `to_close` and `to_open` are places among the chart's looks,
    its containers and its steps, to be looked at before the turn is settled; a plan begins where the one before it had
    settled. `passed` is set while a resumed journey catches up: only what was due by then happens yet.
    """

    compiled_map: CompiledMap
    state: State
    at: Instant
    entries: list[Entry] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    passed: Instant | None = None
    to_look: set[int] = field(default_factory=set)
    to_close: set[int] = field(default_factory=set)
    to_open: set[int] = field(default_factory=set)
    moved: set[Watched] = field(default_factory=set)
    _touched: set[int] = field(default_factory=set)
    _happened: int = 0
    _happened_at: Instant = -1

    # What is reported and ordered.

    def report(self, entry: Entry) -> None:
        """Write one entry of the timeline."""
        self._count()
        self.entries.append(entry)

    def place(self, step: CompiledStep) -> StepPlace:
        """Where a step is, and which occurrence of it is meant."""
        stage, play = (None, step.container) if step.in_play else (step.container, None)
        return StepPlace(stage, play, step.id, self.occurrence(step.id))

    def order(self, command: Command) -> None:
        self.commands.append(command)

    def occurrence(self, step: str) -> int:
        """The number of the step's occurrence; what closes without ever opening was its first."""
        return self.state.step(step).occurrence or 1

    def _count(self) -> None:
        if self._happened_at != self.at:
            self._happened_at, self._happened = self.at, 0
        self._happened += 1
        if self._happened > MOST_HAPPENINGS:
            raise EndlessMapError(self.state.map, self.at, self.entries)

    # What is changed. Each record is copied once, when it is first touched.

    def edit_step(self, step: str) -> StepState:
        self.changed(("step", step))
        return self._edit(self.state.steps, step, StepState)

    def edit_stage(self, stage: str) -> StageState:
        self.changed(("stage", stage))
        return self._edit(self.state.stages, stage, StageState)

    def edit_play(self, play: str) -> PlayState:
        self.changed(("play", play))
        return self._edit(self.state.plays, play, PlayState)

    def put_step(self, step: str, record: StepState) -> None:
        """Replace a step's record by a new one that only this turn knows."""
        self.changed(("step", step))
        self.state.steps[step] = record
        self._touched.add(id(record))

    def changed(self, what: Watched) -> None:
        """Note that a record changes, or is gone."""
        self.moved.add(what)
        self._stir(what)

    def _stir(self, what: Watched) -> None:
        invalidated = self.compiled_map.dependents.by.get(what)
        if invalidated is not None:
            self.to_look |= invalidated.looks
            self.to_close |= invalidated.containers
            self.to_open |= invalidated.steps

    def _edit(self, table: dict[str, R], key: str, kind: type[R]) -> R:
        record = table.get(key)
        if record is None:
            record = table[key] = kind()
            self._touched.add(id(record))
        elif id(record) not in self._touched:
            record = table[key] = record.copy()
            self._touched.add(id(record))
        return record

    def edit_customer(self, customer: Customer, attributes: Iterable[str] = ()) -> None:
        """Put another record of the customer in place; `attributes` are those that may differ."""
        self.state.customer = customer
        for name in attributes:
            self._stir(("customer", name))
            if name == "timezone":
                self._stir(("customer", "started_on"))  # a date of theirs
            self.to_look.update(self.compiled_map.dated)

    def look_anew(self) -> None:
        """Let everything be looked at again: the journey begins, goes on after a pause or with another map."""
        everything = self.compiled_map.dependents.all
        self.to_look |= everything.looks
        self.to_close |= everything.containers
        self.to_open |= everything.steps

    # What conditions see.

    @property
    def due_by(self) -> Instant:
        """What was due by this instant happens: now, or where a journey that was paused is catching up."""
        return self.at if self.passed is None else self.passed

    @property
    def ended(self) -> bool:
        return self.state.status == "ended"

    @property
    def paused(self) -> bool:
        return self.state.status == "paused"

    def is_true(self, condition: Condition, event: Mapping[str, Any] | None = None) -> bool:
        """Whether a condition holds now; what is unknown is not true."""
        view = JourneyView(self.compiled_map, self.state, event)
        return condition.is_true(view, self._today() if condition.needs_today else None)

    def value_of(self, root: str, name: str) -> Any:
        """What conditions see under a name, such as `customer` `health`; None: it is not known."""
        space = JourneyView(self.compiled_map, self.state).get(root)
        return None if space is None else space.get(name)

    def _today(self) -> date:
        return self.customer_calendar(None).local(self.at).date()

    # Who and where.

    def contact(self, persona: str | None) -> Contact | None:
        """Who has a persona: the first contact with it, else with its fallback."""
        asked: set[str] = set()
        while persona is not None and persona not in asked:
            for contact in self.state.customer.contacts:
                if persona in contact.personas:
                    return contact
            asked.add(persona)
            known = self.compiled_map.map.personas.get(persona)
            persona = known.fallback if known else None
        return None

    def contact_of(self, step: CompiledStep) -> Contact | None:
        """Who is written to about a step: the person agreed on, else who has its persona."""
        agreed = self.state.step(step.id).person
        if agreed is not None and not step.is_task:
            for contact in self.state.customer.contacts:
                if contact.has_address(agreed):
                    return contact
            return Contact(agreed, agreed)
        return self.contact(step.persona)

    def customer_calendar(self, contact: Contact | None) -> Calendar:
        """The customer's calendar: the days and hours of the contact policy where the contact is."""
        customer = self.state.customer
        timezone = (contact.timezone if contact else None) or customer.timezone
        country = (contact.country if contact else None) or customer.country
        return Calendar.of(self.compiled_map.map.contact_policy.window, timezone, country)

    def calendar_of(self, step: CompiledStep) -> Calendar:
        """Ours for touchpoints, the customer's for actions and outcomes."""
        if isinstance(step.step, Touchpoint):
            return self.compiled_map.ours
        return self.customer_calendar(self.contact_of(step))

    def anchor_instant(self, calendar: Calendar, anchor: Anchor) -> Instant | None:
        """When an anchor opens something, or nothing while the customer has no such date."""
        day = parse_date(self.state.customer.attributes.get(anchor.attribute))
        if anchor.attribute == "started_on":
            day = self.customer_calendar(None).local(self.state.started_at).date()
        return None if day is None else calendar.opening_from_date(day, anchor.offset, before=anchor.before)

    def is_container_open(self, step: CompiledStep) -> bool:
        if step.in_play:
            return self.state.play(step.container).status == "open"
        return self.state.stage(step.container).status == "open"
