"""Runs a map with made-up customers to find what reading it can't show.

W205: the map exceeds its own contact limit. M111: it goes round in a circle that no field shows.

Every persona is a different person, and colleagues do their tasks the moment they get them; the customer either does
everything at once too, or does nothing. A message that waits because of `contact_policy.limit` then waits because of
the map.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from milepost.language.findings import Finding
from milepost.language.steps import Outcome
from milepost.people.draws import no_chance
from milepost.people.form_answers import form_answers
from milepost.people.sample_customer import MADE_UP_START, made_up_customer
from milepost.planner.calendars import NeverOpensError
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.enums import HoldReason, StepStatus
from milepost.planner.fact_checks import asks_of
from milepost.planner.facts import Answered, Fact, StepDone
from milepost.planner.instants import moment
from milepost.planner.loop_guard import EndlessMapError
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry, MessageHeld, MessageSent
from milepost.text import count_of, listing

_YEAR = 366 * 86_400
_WEEK = 7 * 86_400
_MOST_PLANS = 1500
"""A map that goes round in circles isn't run for ever."""
_MOST_NAMED = 3
"""A map that writes too much holds hundreds of messages; so many of a persona's are named."""

BEHAVIOURS = {
    "prompt": "everybody does everything at once",
    "silent": "colleagues do everything at once and the customer does nothing",
    "idle": "nobody does anything",
}


@dataclass(frozen=True, slots=True)
class _HeldMessage:
    """A message that the limit holds back.

    `week` counts from the start of the journey; `earlier_steps` are the steps whose messages used the limit up.
    """

    behaviour: str
    step: CompiledStep
    week: int
    earlier_steps: tuple[str, ...]


def dry_run(compiled_map: CompiledMap) -> Iterator[Finding]:
    """Runs the map with each behaviour for a year of journey time.

    Yields the first circle, and a finding for each persona that gets too many messages: of the first behaviour that
    shows it.
    """
    runs = {behaviour: _run(compiled_map, behaviour) for behaviour in BEHAVIOURS}
    yield from [_circle(compiled_map, endless) for _, endless in runs.values() if endless is not None][:1]
    by_persona: dict[str, list[_HeldMessage]] = {}
    for behaviour, (timeline, _) in runs.items():
        for message in _held_messages(compiled_map, behaviour, timeline):
            messages = by_persona.setdefault(message.step.persona or "", [])
            if not messages or messages[0].behaviour == behaviour:
                messages.append(message)
    for persona, messages in by_persona.items():
        yield Finding(("contact_policy", "limit"), "W205", _too_many(compiled_map, persona, messages))


# Running the map.


def _run(compiled_map: CompiledMap, behaviour: str) -> tuple[list[Entry], EndlessMapError | None]:
    """Returns the timeline of one made-up customer, as far as it went, and the circle that ended it."""
    timeline: list[Entry] = []
    try:
        for entry in _timeline(compiled_map, behaviour):
            timeline.append(entry)  # noqa: PERF402 - what came before an error counts
    except EndlessMapError as error:
        return timeline, error
    except NeverOpensError:
        pass
    return timeline, None


def _timeline(compiled_map: CompiledMap, behaviour: str) -> Iterator[Entry]:
    start = MADE_UP_START
    state = State.begin(made_up_customer(compiled_map.map, start), compiled_map.map.map, compiled_map.version, start)
    latest = plan(compiled_map, state, (), start)
    yield from latest.timeline
    for number in range(_MOST_PLANS):
        state = latest.state
        facts = () if state.ended else tuple(_facts(compiled_map, state, behaviour, number))
        now = state.clock if facts else latest.wake_at
        if state.ended or now is None or now > start + _YEAR:
            return
        latest = plan(compiled_map, state, facts, now)
        yield from latest.timeline


def _facts(compiled_map: CompiledMap, state: State, behaviour: str, number: int) -> Iterator[Fact]:
    """Yields what people do at once about everything that is open."""
    queued_steps = {queued.step for queued in state.queue}
    for step in compiled_map.steps.values():
        record = state.step(step.id)
        acts = behaviour == "prompt" or (behaviour == "silent" and step.is_task)  # mails go out without anybody
        if not acts or not record.is_open or step.id in queued_steps:
            continue
        fact_id, at = f"{number}/{step.id}", state.clock
        if not isinstance(step.step, Outcome):
            results = getattr(step.step, "results", None) or ()
            yield StepDone(
                id=fact_id, at=at, step=step.id, result=next(iter(results), None), answers=_answers(step, state)
            )
        elif record.status is StepStatus.ASKED:
            yield Answered(id=fact_id, at=at, outcome=step.id, verdict="verified")


def _answers(step: CompiledStep, state: State) -> dict[str, Any] | None:
    customer, today = state.customer, moment(state.clock).date()
    return form_answers(asks_of(step), customer.attributes, customer.contacts, today, no_chance()) or None


# Reading the timelines.


def _held_messages(compiled_map: CompiledMap, behaviour: str, timeline: list[Entry]) -> Iterator[_HeldMessage]:
    """Yields the messages that the limit holds back although nobody hesitates."""
    sent: list[MessageSent] = []
    limit = compiled_map.map.contact_policy.limit
    for entry in timeline:
        if isinstance(entry, MessageSent):
            sent.append(entry)
        elif isinstance(entry, MessageHeld) and entry.why == HoldReason.LIMIT and limit is not None:
            step = compiled_map.steps[entry.step]
            earlier = [each for each in sent if each.contact.startswith(f"{step.persona}@")][-limit.count :]
            earlier_steps = tuple(dict.fromkeys(name for each in earlier for name in each.steps))
            yield _HeldMessage(behaviour, step, (entry.at - MADE_UP_START) // _WEEK + 1, earlier_steps)


def _circle(compiled_map: CompiledMap, error: EndlessMapError) -> Finding:
    """Returns an endless map as a finding at the first play or stage that goes round in it."""
    message = str(error)[:1].upper() + str(error)[1:]
    going_round = {place for _, place in error.round}
    for section, ids in (("plays", compiled_map.plays), ("stages", compiled_map.stages)):
        for number, container in enumerate(ids):
            if container in going_round:
                return Finding((section, number), "M111", message)
    return Finding((), "M111", message)


def _too_many(compiled_map: CompiledMap, persona: str, messages: list[_HeldMessage]) -> str:
    first_of_step = list({each.step.id: each for each in reversed(messages)}.values())[::-1]
    examples = "; ".join(
        f"that of {each.step.id!r} (in {each.step.container!r}, week {each.week}) after "
        f"{listing([repr(step) for step in each.earlier_steps])}"
        for each in first_of_step[:_MOST_NAMED]
    )
    further = len(first_of_step) - _MOST_NAMED
    more = f"; and those of {count_of(further, 'more step')}" if further > 0 else ""
    return (
        f"The map by itself wants to write to the {persona!r} more often than "
        f"{compiled_map.map.contact_policy.limit}: when {BEHAVIOURS[messages[0].behaviour]}, "
        f"messages wait: {examples}{more}; spread them out with 'wait', or raise the limit"
    )
