"""One journey at one instant, for questions: what is true, who is written to, whose hours count? Nothing changes.

Everybody who asks makes one: pages, explanations, the choice of a map. A plan asks the one of its turn, `Turn.now`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from milepost.customer import Contact, address_key, is_forgotten
from milepost.language.attribute_values import parse_date
from milepost.language.conditions import Condition
from milepost.language.durations import Anchor, RelativeDate, Unit
from milepost.language.steps import Action, Touchpoint
from milepost.planner.added_tasks import with_added_tasks
from milepost.planner.calendars import Calendar, shift_date
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.condition_view import JourneyView
from milepost.planner.enums import HoldReason
from milepost.planner.instants import Instant
from milepost.planner.introduction import introduction_of
from milepost.planner.state import Queued, State


@dataclass(slots=True)
class Situation:
    """A journey's map and state, and the instant for which it is asked: a UTC instant, not before the state's clock.

    Nothing changes one; it isn't declared frozen because that makes it slower, and a plan makes two.
    """

    compiled_map: CompiledMap
    state: State
    at: Instant

    def __post_init__(self) -> None:
        if self.state.added or self.compiled_map.added:
            self.compiled_map = with_added_tasks(self.compiled_map, self.state)

    @staticmethod
    def of(compiled_map: CompiledMap, state: State, now: Instant) -> Situation:
        """The situation now, or where the journey's clock is ahead of it, there."""
        return Situation(compiled_map, state, max(now, state.clock))

    # Conditions.

    def is_true(self, condition: Condition, event: Mapping[str, Any] | None = None) -> bool:
        """Returns whether a condition is true; unknown isn't. `event` are the properties of a product event."""
        view = JourneyView(self.compiled_map, self.state, event)
        return condition.is_true(view, self._today() if condition.needs_today else None)

    def value_of(self, root: str, name: str) -> Any:
        """Returns the value that conditions see under a name, such as `customer` `health`; None: it is not known."""
        space = JourneyView(self.compiled_map, self.state).get(root)
        return None if space is None else space.get(name)

    def _today(self) -> date:
        return self.customer_calendar(None).local(self.at).date()

    # Stages and plays.

    def is_container_open(self, step: CompiledStep) -> bool:
        """Returns whether the step's stage or play is open; an added task has none, and is open until it is closed."""
        state = self.state
        if not step.container:
            return True
        return (state.play if step.in_play else state.stage)(step.container).is_open

    def holding_plays(self, step: CompiledStep, what: str) -> list[str]:
        """The open plays that keep back the step's `messages`, or `everything` of it, in the order of the map.

        A play holds what stages do and what other expansion plays do, never itself or a risk play.
        """
        holding = ("everything",) if what == "everything" else ("messages", "everything")
        plays = self.compiled_map.plays
        if step.in_play and plays[step.container].play.kind != "expansion":
            return []
        return [
            play_id
            for play_id, play in plays.items()
            if play.play.holds in holding and play_id != step.container and self.state.play(play_id).is_open
        ]

    # People, hours and dates.

    def contact(self, persona: str | None) -> Contact | None:
        """Returns the first contact that has a persona, else its fallback; None where nobody has."""
        first = self._first_with(persona)
        return None if first is None else first[1]

    def _first_with(self, persona: str | None) -> tuple[str, Contact] | None:
        """Returns the persona that somebody has, the one asked for or a fallback, with the first who has it."""
        asked: set[str] = set()
        while persona is not None and persona not in asked:
            for contact in self.state.customer.contacts:
                if persona in contact.personas:
                    return persona, contact
            asked.add(persona)
            definition = self.compiled_map.map.personas.get(persona)
            persona = definition.fallback if definition else None
        return None

    def contact_of(self, step: CompiledStep) -> Contact | None:
        """Returns the recipient of a step's messages: the person agreed on, else the contact with its persona."""
        agreed = self.state.step(step.id).person
        if agreed is not None and not step.is_task and not is_forgotten(agreed):
            for contact in self.state.customer.contacts:
                if contact.has_address(agreed):
                    return contact
            return Contact(agreed, agreed)
        return self.contact(step.persona)

    def recipient_of(self, queued: Queued) -> Contact | None:
        """Returns who gets a message that waits: the guest of an invitation, else the recipient of its step's."""
        address = queued.contact
        if address is None:
            return self.contact_of(self.compiled_map.steps[queued.step])
        same = (each for each in self.state.customer.contacts if each.has_address(address))
        return next(same, Contact(address, address))

    def may_act(self, step: CompiledStep, address: str) -> bool:
        """Returns whether a contact may do a step of the customer's, or only look at it.

        An action or outcome is the affair of those with its persona, or its fallback where nobody has it, and of the
        person agreed on; an action may be left to anyone.
        """
        if isinstance(step.step, Action) and step.step.anyone:
            return True
        agreed = self.state.step(step.id).person
        if agreed is not None and address_key(agreed) == address_key(address):
            return True
        first = self._first_with(step.persona)
        contacts = self.state.customer.contacts
        return first is not None and any(first[0] in each.personas for each in contacts if each.has_address(address))

    def asked_of(self, step: CompiledStep) -> str | None:
        """Returns the address of who is asked for an outcome: who got the question, else who would get it now."""
        contact = self.contact_of(step)
        return self.state.step(step.id).asked_of or (contact.email if contact else None)

    def missing_values(self, queued: Queued, contact: Contact | None) -> tuple[str, ...]:
        """Returns the names of the values that a message lacks, such as `customer.seats`."""
        needs = self.compiled_map.message_needs
        if not needs or contact is None:
            return ()
        state, csm = self.state, self.compiled_map.map.csm
        names, introduced = (queued.step, queued.template), introduction_of(state)
        return needs.missing(*names, state.customer, contact, csm=csm, answers=state.answers, introduction=introduced)

    def waits_for_release(self, queued: Queued) -> bool:
        """Returns whether a message may go only once a person has released it."""
        state = self.state
        return state.mail_held and not queued.released and queued.template not in state.mail_free

    def is_outdated(self, queued: Queued) -> bool:
        """Returns whether the due date of an action passed while its message waited for a release."""
        step = self.compiled_map.steps.get(queued.step)
        if queued.why is not HoldReason.RELEASE or queued.since is None or step is None:
            return False
        due = self.state.step(queued.step).due_at
        return isinstance(step.step, Action) and due is not None and queued.since < due <= self.at

    def customer_calendar(self, contact: Contact | None) -> Calendar:
        """The customer's calendar: the days and hours of the contact policy where the contact is."""
        customer = self.state.customer
        timezone = (contact.timezone if contact else None) or customer.timezone
        country = (contact.country if contact else None) or customer.country
        return self.compiled_map.theirs.at(timezone, country)

    def calendar_of(self, step: CompiledStep) -> Calendar:
        """Ours for touchpoints, the customer's for actions and outcomes."""
        if isinstance(step.step, Touchpoint):
            return self.compiled_map.ours
        return self.customer_calendar(self.contact_of(step))

    def anchor_instant(self, calendar: Calendar, anchor: Anchor) -> Instant | None:
        """When an anchor opens something; None while the customer has no such date."""
        day = self.customer_date(anchor.attribute)
        return None if day is None else calendar.opening_from_date(day, anchor.offset, before=anchor.before)

    def customer_date(self, attribute: str) -> date | None:
        """Returns one of the customer's dates; None while it isn't known."""
        if attribute == "started_on":
            return self.customer_calendar(None).local(self.state.started_at).date()
        return parse_date(self.state.customer.attributes.get(attribute))

    def relative_date(self, relative: RelativeDate, stage: str | None) -> date | None:
        """Works out a date that a branch sets: that very day, which no day off moves; None where it isn't known.

        In a stage that opens at a customer's date, that date is the one that its visit is for.
        """
        origin = self._today() if relative.attribute is None else self._date_of_visit(relative.attribute, stage)
        if origin is None:
            return None
        sign = -1 if relative.before else 1
        if relative.offset.unit is Unit.BUSINESS_DAY:
            day = self.customer_calendar(None).business_days(origin, sign * relative.offset.count)
        else:
            day = shift_date(origin, relative.offset, sign)
        return parse_date(day)

    def _date_of_visit(self, attribute: str, stage: str | None) -> date | None:
        dates = {} if stage is None else self.state.stage(stage).dates
        return parse_date(dates.get(attribute)) or self.customer_date(attribute)
