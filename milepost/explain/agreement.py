"""What colleague and customer agree on at the kickoff, as it stands: who does what by when, the figures, the people.

It is read off the state, so it is never out of date. Nothing internal of the map is in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from milepost.customer import Contact
from milepost.explain import local_time
from milepost.explain.people_names import colleague_name
from milepost.language.attribute_values import parse_date
from milepost.language.steps import Figures, Metric, Outcome, Touchpoint
from milepost.planner.agreements import AgreedTime, agreed_time
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.request_checks import OF_THE_CUSTOMER
from milepost.planner.situation import Situation

_CUSTOMER = "customer."


class LineKind(StrEnum):
    """The kinds of lines: a step, the figures of an outcome, and the people, who are one line."""

    STEP = "step"
    FIGURES = "figures"
    PEOPLE = "people"


def is_shown(step: CompiledStep) -> bool:
    """Returns whether the customer sees a step: of ours no mails, nothing internal, and nothing of plays."""
    ours = step.step if isinstance(step.step, Touchpoint) else None
    return ours is None or not (step.is_mail or step.in_play or ours.internal)


@dataclass(frozen=True, slots=True)
class StepLine:
    """Who does a step by when. `person` is an address, `who` a name or, where nobody is known, a title.

    `is_named` and `is_dated` tell whether people agreed on the person and the date; else it is whoever has the persona
    or the role, `title_of`, and the date of the map. `time` is the time of day that they agreed on, with its
    length where the step `has_guests`.
    """

    step: str
    title: str
    is_ours: bool
    person: str | None
    who: str
    is_named: bool
    is_dated: bool
    title_of: str
    due: date | None
    time: AgreedTime | None
    has_guests: bool

    @property
    def said(self) -> dict[str, Any]:
        said = {"person": self.person, "due": self.due.isoformat() if self.due else None}
        return said if self.time is None else {**said, "at": self.time.at, "minutes": self.time.minutes}


@dataclass(frozen=True, slots=True)
class FiguresLine:
    """From where to where an outcome is to lead. `baseline` and `target` are the attributes that hold the figures."""

    outcome: str
    statement: str
    figures: Figures
    baseline: str | None
    target: str | None

    @property
    def said(self) -> dict[str, Any]:
        return {"baseline": self.figures.baseline, "target": self.figures.target}


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody on the customer's side, with the titles of the parts that they have."""

    contact: Contact
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is agreed on now."""

    steps: tuple[StepLine, ...]
    figures: tuple[FiguresLine, ...]
    people: tuple[PersonLine, ...]

    @property
    def lines(self) -> dict[tuple[LineKind, str], dict[str, Any]]:
        """What each line says, in plain data, by its kind and its step or outcome."""
        out = {(LineKind.STEP, line.step): line.said for line in self.steps}
        out |= {(LineKind.FIGURES, line.outcome): line.said for line in self.figures}
        if self.people:
            out[LineKind.PEOPLE, ""] = {line.contact.email: list(line.contact.personas) for line in self.people}
        return out

    def digest(self, *key: str) -> str:
        """Returns a mark of what all lines say, or one: another as soon as a word of it changes."""
        lines = self.lines
        said = lines.get((LineKind(key[0]), key[1])) if key else [[*each, said] for each, said in lines.items()]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Who on the customer's side is part of it: whoever has a part, or a step."""
        with_step = [line.person for line in self.steps if line.person and not line.is_ours]
        with_part = [line.contact.email for line in self.people if line.contact.personas]
        return tuple(dict.fromkeys((*with_part, *with_step)))


def agreement_of(now: Situation) -> Agreement:
    """Returns what is agreed on: of the stages that are open the steps that are, or are to come."""
    steps = [step for step in now.compiled_map.steps.values() if not step.in_play and now.is_container_open(step)]
    return Agreement(
        tuple(_step_line(now, step) for step in steps if _is_a_line(now, step)),
        tuple(_figures_lines(now)),
        tuple(_person_line(now, contact) for contact in now.state.customer.contacts),
    )


def _is_a_line(now: Situation, step: CompiledStep) -> bool:
    record = now.state.step(step.id)
    return (record.is_open or record.is_waiting) and is_shown(step) and not isinstance(step.step, Outcome)


def _step_line(now: Situation, step: CompiledStep) -> StepLine:
    record, agreed = now.state.step(step.id), now.state.agreed.get(step.id, {})
    is_ours = step.kind not in OF_THE_CUSTOMER
    due = parse_date(agreed.get("due")) if record.due_at is None else _day(now, step, record.due_at)
    kept = AgreedTime(agreed["at"], agreed.get("minutes")) if "at" in agreed else None
    at = agreed_time(now.state, step.id) if record.is_open else kept
    is_dated = record.due_agreed if record.is_open else "due" in agreed
    named = record.person or agreed.get("person")
    map_ = now.compiled_map.map
    if is_ours:
        assert isinstance(step.step, Touchpoint)
        title = map_.roles[step.role].title if step.role in map_.roles else ""
        person = named or now.state.customer.team.get(step.role or "")
        return StepLine(
            step.id, step.step.title, is_ours, person, colleague_name(person) if person else title, named is not None,
            is_dated, title, due, at, step.has_guests,
        )  # fmt: skip
    contact = now.contact_of(step) if named is None else _contact(now, named)
    title = map_.personas[step.persona].title if step.persona in map_.personas else ""
    return StepLine(
        step.id, step.step.title, is_ours, contact.email if contact else None, contact.name if contact else title,
        named is not None, is_dated, title, due, at, step.has_guests,
    )  # fmt: skip


def _day(now: Situation, step: CompiledStep, due_at: int) -> date:
    return local_time.due_date(due_at, now.calendar_of(step).timezone)


def _contact(now: Situation, address: str) -> Contact:
    same = (each for each in now.state.customer.contacts if each.has_address(address))
    return next(same, Contact(address, address))


def _figures_lines(now: Situation) -> Iterator[FiguresLine]:
    """Yields the outcomes to come whose figures are agreed with each customer: attributes hold them."""
    for step in now.compiled_map.steps.values():
        outcome = step.step
        if not isinstance(outcome, Outcome) or step.in_play or outcome.metric is None:
            continue
        baseline, target = attributes_of(outcome.metric)
        if (baseline or target) and not now.state.step(step.id).closed:
            figures = outcome.metric.for_customer(now.state.customer.attributes)
            yield FiguresLine(step.id, outcome.statement, figures, baseline, target)


def attributes_of(metric: Metric) -> tuple[str | None, str | None]:
    """Returns the attributes that hold the baseline and the target; None for a figure that the map has itself."""
    figures = (metric.baseline, metric.target)
    names = (each.removeprefix(_CUSTOMER) if isinstance(each, str) else None for each in figures)
    return next(names), next(names)


def _person_line(now: Situation, contact: Contact) -> PersonLine:
    personas = now.compiled_map.map.personas
    return PersonLine(contact, tuple(personas[each].title for each in contact.personas if each in personas))
