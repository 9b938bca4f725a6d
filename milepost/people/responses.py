"""The responses of people to what a journey opens for them: what they do, and when, as chance decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from milepost.customer import Contact
from milepost.language.durations import Duration
from milepost.language.steps import Action, Figures, Outcome, Touchpoint
from milepost.people.behaviour import Behaviour, Pace, StepBehaviour
from milepost.people.draws import Chance, Draws, between, no_chance, pick
from milepost.people.form_answers import form_answers
from milepost.people.sample_customer import made_up_value
from milepost.people.signals import Signal, signals
from milepost.planner.calendars import Calendar
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.enums import SystemTaskReason
from milepost.planner.fact_checks import asks_of
from milepost.planner.facts import (
    Answered,
    AttributesSet,
    ContactsGiven,
    EventHappened,
    Fact,
    StepDone,
    TaskDone,
    TeamGiven,
)
from milepost.planner.instants import Instant, moment
from milepost.planner.situation import Situation
from milepost.planner.state import State, StepState

_LIKE_OTHERS = StepBehaviour()
_SHARES = {"verified": 1.1, "partial": 0.5, "disputed": 0.0, "silent": 0.0}
"""How far the value of an outcome has come from its baseline to its target, by the verdict."""


@dataclass(frozen=True, slots=True)
class Response:
    """Facts of one instant, recorded only if what they are `about` is still open then; None: in any case.

    `about` is a step with its occurrence, or the id of a system task.
    """

    at: Instant
    facts: tuple[Fact, ...]
    about: tuple[str, int] | str | None = None

    def applies_to(self, state: State) -> bool:
        """Tells whether the thing that it is about is still open."""
        if self.about is None:
            return True
        if isinstance(self.about, str):
            return self.about in state.tasks
        record = state.step(self.about[0])
        return record.is_open and record.occurrence == self.about[1]


@dataclass(frozen=True, slots=True)
class People:
    """Everybody around one journey; `chance` is the journey's own."""

    compiled_map: CompiledMap
    behaviour: Behaviour
    chance: Chance

    def about_opening(self, step: CompiledStep, state: State, at: Instant) -> Iterator[Response]:
        """Yields how somebody does a step that has opened, or what the product measures for an outcome."""
        record = state.step(step.id)
        if isinstance(step.step, Outcome):
            yield from self._measured_value(step.step, state, at)
        elif step.is_task or isinstance(step.step, Action):
            done_at = self._done_at(step, state, record, at)
            if done_at is not None:
                yield from self._step_done(step, state, record, at, done_at)

    def about_asking(self, step: CompiledStep, state: State, at: Instant) -> Iterator[Response]:
        """Yields the customer's answer about an outcome, unless the customer stays silent."""
        assert isinstance(step.step, Outcome)
        record = state.step(step.id)
        verdict = self._verdict(step.id, record.occurrence, record.asks)
        if verdict == "silent":
            return
        draws = self.chance("answer", step.id, record.occurrence, record.asks)
        calendar = self._calendar(step, state)
        end = calendar.deadline(at, self.behaviour.customers.answer_within)
        answered_at = between(draws, calendar, at, end)
        about = f"{step.id}/{record.occurrence}/{record.asks}"
        events = signals(step.step.verified_when)
        product_events = _spread(events[0], about, answered_at, answered_at) if verdict == "verified" and events else ()
        answer = Answered(
            id=f"{about} answer",
            at=answered_at,
            outcome=step.id,
            verdict=verdict,
            value=outcome_value(_figures(step.step, state), _SHARES[verdict]),
        )
        yield Response(answered_at, (*product_events, answer))

    def about_task(self, task: str, state: State, at: Instant) -> Iterator[Response]:
        """Yields how a colleague does a system task, and what that leads to."""
        record = state.tasks.get(task)
        if record is None:
            return
        draws = self.chance("engine task", task)
        done_at = between(
            draws,
            self.compiled_map.ours,
            at,
            self.compiled_map.ours.deadline(at, self.behaviour.colleagues.engine_tasks.due),
        )
        facts: tuple[Fact, ...] = (TaskDone(id=f"{task} done", at=done_at, task=task),)
        if record.why is SystemTaskReason.CONTACT:
            persona = record.about
            contacts = (
                *state.customer.contacts,
                Contact(persona, f"{persona}@{state.customer.id}.invalid", (persona,)),
            )
            facts = (*facts, ContactsGiven(id=f"{task} named", at=done_at, contacts=contacts))
        elif record.why is SystemTaskReason.VALUE:
            facts = (*facts, *_told_values(self.compiled_map, state, record.about, task, done_at))
        yield Response(done_at, facts, task)
        if record.why is SystemTaskReason.STUCK and draws.random() < self.behaviour.colleagues.engine_tasks.unsticks:
            yield from self._unstuck(record.about, state, done_at)

    def _unstuck(self, stage: str, state: State, at: Instant) -> Iterator[Response]:
        """Yields how the open steps of a stage are done after all, once a colleague has looked after the customer."""
        for step in self.compiled_map.stages[stage].steps if stage in self.compiled_map.stages else ():
            record = state.step(step.id)
            if isinstance(step.step, Outcome) or not record.is_open:
                continue
            draws = self.chance("unstuck", step.id, record.occurrence)
            calendar = self._calendar(step, state)
            end = calendar.deadline(at, self.behaviour.colleagues.late_by)
            yield from self._step_done(step, state, record, at, between(draws, calendar, at, end))

    def _done_at(self, step: CompiledStep, state: State, record: StepState, at: Instant) -> Instant | None:
        """Returns when a step is done; None: never."""
        ours = step.is_task
        usual = self.behaviour.colleagues if ours else self.behaviour.customers
        pace = self._of(step.id).pace or usual.pace
        draws = self.chance("pace", step.id, record.occurrence)
        calendar = self._calendar(step, state)
        end = record.due_at
        if end is None:
            end = calendar.deadline(at, self.behaviour.customers.without_due)
        return _moment(draws, calendar, pace, (at, max(end, at + _AN_HOUR)), usual.late_by)

    def _step_done(
        self, step: CompiledStep, state: State, record: StepState, at: Instant, done_at: Instant
    ) -> Iterator[Response]:
        action = step.step
        assert isinstance(action, Touchpoint | Action)
        calendar = self._calendar(step, state)
        about = (step.id, record.occurrence)
        name = f"{step.id}/{record.occurrence}"
        product_events: tuple[Fact, ...] = ()
        for signal in signals(action.done_when)[:1]:
            *before, last = _spread(signal, name, at, done_at)
            for event in before:
                open_at = calendar.next_open(event.at)  # not after `done_at`, which lies in working hours itself
                yield Response(open_at, (replace(event, at=open_at),), about)
            product_events = (last,)
        by = state.customer.team.get(action.role or "") if isinstance(action, Touchpoint) else None
        result, answers = self._result(action, name), self._answers(step, state, name, done_at)
        done = StepDone(id=f"{name} done", at=done_at, by=by, step=step.id, result=result, answers=answers)
        yield Response(done_at, (*product_events, done), about)

    def _answers(self, step: CompiledStep, state: State, name: str, at: Instant) -> dict[str, Any] | None:
        """Returns the form of an action that asks for one, as the customer fills it in."""
        asks = asks_of(step)
        if not asks:
            return None
        customer, draws = state.customer, self.chance("form", name)
        today = self._calendar(step, state).local(at).date()
        return form_answers(asks, customer.attributes, customer.contacts, today, draws)

    def _result(self, step: Touchpoint | Action, name: str) -> str | None:
        if not isinstance(step, Touchpoint) or not step.results:
            return None
        weights: Mapping[str, float] | None = self._of(step.id).results
        if weights is None:
            usual = self.behaviour.colleagues.results
            weights = {result: usual.get(result, 1.0) for result in step.results}
        if not sum(weights.values()):
            weights = dict.fromkeys(step.results, 1.0)
        return pick(self.chance("result", name), weights)

    def _verdict(self, step: str, occurrence: int, asks: int) -> str:
        answers = self._of(step).answers or self.behaviour.customers.answers
        return pick(self.chance("verdict", step, occurrence, asks), answers.weights)

    def _measured_value(self, outcome: Outcome, state: State, at: Instant) -> Iterator[Response]:
        """Yields the value that the product has measured when an outcome is to be confirmed, where the map has one."""
        record, figures = state.step(outcome.id), _figures(outcome, state)
        if outcome.value_from is None or figures is None or figures.target is None:
            return
        verdict = self._verdict(outcome.id, record.occurrence, max(record.asks, 1))
        name = f"{outcome.id}/{record.occurrence} measured"
        attribute = outcome.value_from.removeprefix("customer.")
        value = outcome_value(figures, _SHARES[verdict])
        fact = AttributesSet(id=name, at=at + _AN_HOUR, attributes={attribute: value})
        yield Response(fact.at, (fact,), (outcome.id, record.occurrence))

    def _calendar(self, step: CompiledStep, state: State) -> Calendar:
        """Returns the working hours of whoever does a step: the team's for a task, else the customer's."""
        if step.is_task:
            return self.compiled_map.ours
        return Situation(self.compiled_map, state, state.clock).calendar_of(step)

    def _of(self, step: str) -> StepBehaviour:
        return self.behaviour.steps.get(step, _LIKE_OTHERS)


def _moment(
    draws: Draws, calendar: Calendar, pace: Pace, span: tuple[Instant, Instant], late_by: Duration
) -> Instant | None:
    """Returns when something is done for which there is time between two instants; None: never."""
    at, end = span
    opened = min(calendar.next_open(at), end)
    half = opened + (end - opened) // 2
    match pick(draws, pace.weights):
        case "early":
            return between(draws, calendar, at, half)
        case "on_time":
            return between(draws, calendar, half if calendar.next_open(half) < end else at, end)
        case "late":
            return between(draws, calendar, end + 1, calendar.deadline(end, late_by))
    return None


def _told_values(compiled_map: CompiledMap, state: State, step: str, task: str, at: Instant) -> Iterator[Fact]:
    """Yields what is told of the values that a message lacks, made up."""
    situation, customer = Situation(compiled_map, state, state.clock), state.customer
    contact = situation.contact_of(compiled_map.steps[step])
    for queued in state.queue:
        for name in situation.missing_values(queued, contact) if queued.step == step and contact else ():
            root, _, attribute = name.partition(".")
            if root == "customer" and attribute in compiled_map.map.attributes:
                value = made_up_value(compiled_map.map.attributes[attribute], moment(at).date())
                yield AttributesSet(id=f"{task} {name}", at=at, attributes={attribute: value})
            elif root == "contact":
                contacts = tuple(replace(each, salutation=each.salutation or each.name) for each in customer.contacts)
                yield ContactsGiven(id=f"{task} {name}", at=at, contacts=contacts)
            elif root == "answers":
                yield _told_form(compiled_map, state, attribute.partition(".")[0], f"{task} {name}", at)
            elif root == "csm":
                csm = compiled_map.map.csm
                yield TeamGiven(id=f"{task} {name}", at=at, team={**customer.team, csm: f"{csm}@vendor.invalid"})


def _told_form(compiled_map: CompiledMap, state: State, step: str, name: str, at: Instant) -> Fact:
    """Returns the form of a step, whole, as it comes after all."""
    asks, customer = asks_of(compiled_map.steps[step]), state.customer
    answers = form_answers(asks, customer.attributes, customer.contacts, moment(at).date(), no_chance())
    return StepDone(id=name, at=at, step=step, answers=answers)


def outcome_value(figures: Figures | None, share: float, *, digits: int = 2) -> float | None:
    """Returns the value that is a share of the way from a baseline to its target; None where no target is known."""
    if figures is None or figures.target is None:
        return None
    baseline = figures.baseline or 0.0
    return round(baseline + (figures.target - baseline) * share, digits)


def _figures(outcome: Outcome, state: State) -> Figures | None:
    return outcome.metric.for_customer(state.customer.attributes) if outcome.metric else None


def _spread(signal: Signal, name: str, at: Instant, done_at: Instant) -> list[Fact]:
    """Returns the events that show that a step is done, spread evenly from when it opened; the last at `done_at`."""
    return [
        EventHappened(
            id=f"{name} event {number}",
            at=at + (done_at - at) * number // signal.count,
            event=signal.event,
            properties=signal.properties,
        )
        for number in range(1, signal.count + 1)
    ]


_AN_HOUR = 3600
