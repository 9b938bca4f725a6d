"""What only running a map can tell, and linting runs nothing.

W205: the map by itself exceeds its own contact limit. M111: it goes round in a circle that no field shows.

Made-up customers go through the map: each persona is a person of its own, colleagues do their tasks the moment they
get them, and the customer either does everything at once too, or does nothing. What then waits because of
`contact_policy.limit` waits because of the map.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from milepost.language.findings import Finding
from milepost.language.lint import lint
from milepost.language.loader import Loaded
from milepost.language.model import Outcome, Touchpoint
from milepost.language.problems import Problem, in_order
from milepost.people.sample_customer import MADE_UP_START, made_up_customer
from milepost.planner.calendars import NeverOpensError
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.facts import Answered, Fact, StepDone
from milepost.planner.instants import Instant
from milepost.planner.loop_guard import EndlessMapError
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry, Kind

_YEAR = 366 * 86_400
_WEEK = 7 * 86_400
_MOST_PLANS = 1500
"""A map that goes round in circles is looked at for so many plans, not for ever."""
_MOST_TOLD = 3
"""So many of a persona's messages are named; a map that writes too much holds hundreds."""

BEHAVIOURS = {
    "prompt": "everybody does everything at once",
    "silent": "colleagues do everything at once and the customer does nothing",
    "idle": "nobody does anything",
}


@dataclass(frozen=True, slots=True)
class Crowded:
    """A message that the limit keeps back.

    `week` counts from the journey's start, `before` are the steps whose messages used the limit up.
    """

    behaviour: str
    persona: str
    step: str
    container: str
    week: int
    before: tuple[str, ...]


def examine(loaded: Loaded) -> tuple[Problem, ...]:
    """Every problem of a loaded map: what linting finds, and, in a map without errors, what running it shows."""
    problems = lint(loaded)
    if loaded.map is None or any(problem.severity == "error" for problem in problems):
        return problems
    data = loaded.structure.data if loaded.structure else {}
    found = _findings(CompiledMap.of(loaded.map, "examined"))
    return in_order([*problems, *(finding.problem(data, loaded.file) for finding in found)])


@dataclass(slots=True)
class Ran:
    """What running a map with a made-up customer brought about, as far as it went."""

    behaviour: str
    timeline: list[Entry] = field(default_factory=list)
    endless: EndlessMapError | None = None


def crowded(compiled_map: CompiledMap, ran: Ran) -> Iterator[Crowded]:
    """The messages that the limit keeps back although nobody hesitates."""
    sent: list[Entry] = []
    for entry in ran.timeline:
        if entry.kind is Kind.MESSAGE_SENT:
            sent.append(entry)
        elif entry.kind is Kind.MESSAGE_HELD and entry.more["why"] == "limit":
            yield _crowded(compiled_map, ran.behaviour, entry, sent)


def _crowded(compiled_map: CompiledMap, behaviour: str, held: Entry, sent: list[Entry]) -> Crowded:
    step = compiled_map.steps[held.more["step"]]
    limit = compiled_map.map.contact_policy.limit
    assert limit is not None
    contact = f"{step.persona}@"
    earlier = [entry for entry in sent if str(entry.more["contact"]).startswith(contact)][-limit.count :]
    return Crowded(
        behaviour,
        step.persona or "",
        step.id,
        step.container,
        (held.at - MADE_UP_START) // _WEEK + 1,
        tuple(dict.fromkeys(each for entry in earlier for each in entry.more["steps"])),
    )


# Running the map.


def _timeline(compiled_map: CompiledMap, behaviour: str) -> Iterator[Entry]:
    start = MADE_UP_START
    state = State.begin(made_up_customer(compiled_map.map, start), compiled_map.map.map, compiled_map.version, start)
    made = plan(compiled_map, state, (), start)
    yield from made.timeline
    for number in range(_MOST_PLANS):
        now, facts = _next(compiled_map, made, behaviour, number)
        if now is None or now > start + _YEAR:
            return
        made = plan(compiled_map, made.state, facts, now)
        yield from made.timeline


def _run(compiled_map: CompiledMap, behaviour: str) -> Ran:
    ran = Ran(behaviour)
    try:
        for entry in _timeline(compiled_map, behaviour):
            ran.timeline.append(entry)
    except EndlessMapError as error:
        ran.endless = error
    except NeverOpensError:
        pass
    return ran


def _next(
    compiled_map: CompiledMap, made: Plan, behaviour: str, number: int
) -> tuple[Instant | None, tuple[Fact, ...]]:
    """What is told next: whatever is open is done at the instant at which it opened; else the next wake-up."""
    if made.state.status == "ended":
        return None, ()
    facts = tuple(_acts(compiled_map, made.state, behaviour, number))
    return (made.state.clock, facts) if facts else (made.wake_at, ())


def _acts(compiled_map: CompiledMap, state: State, behaviour: str, number: int) -> Iterator[Fact]:
    in_line = {queued.step for queued in state.queue}
    for step in compiled_map.steps.values():
        record = state.step(step.id)
        if not record.is_open or step.id in in_line or not _does(step, behaviour):
            continue
        fact_id, at = f"{number}/{step.id}", state.clock
        if not isinstance(step.step, Outcome):
            yield StepDone(id=fact_id, at=at, step=step.id, result=_result(step))
        elif record.status == "asked":
            yield Answered(id=fact_id, at=at, outcome=step.id, verdict="verified")


def _does(step: CompiledStep, behaviour: str) -> bool:
    """Whether somebody does this step; mails go out by themselves."""
    return behaviour == "prompt" or (behaviour == "silent" and step.is_task)


def _result(step: CompiledStep) -> str | None:
    """The first way in which a task can end."""
    results = step.step.results if isinstance(step.step, Touchpoint) else None
    return next(iter(results)) if results else None


# Telling it.


def endless(compiled_map: CompiledMap, error: EndlessMapError) -> Finding:
    """An endless map as a problem of what goes round in it."""
    said = str(error)[:1].upper() + str(error)[1:]
    going_round = {place for _, place in error.round}
    for kind, ids in (("plays", list(compiled_map.plays)), ("stages", list(compiled_map.stages))):
        for number, container in enumerate(ids):
            if container in going_round:
                return Finding((kind, number), "M111", said)
    return Finding((), "M111", said)


def _findings(compiled_map: CompiledMap) -> Iterator[Finding]:
    """Of what goes round in a circle, the first; and one finding a persona: the first behaviour that shows it."""
    runs = [_run(compiled_map, behaviour) for behaviour in BEHAVIOURS]
    errors = [ran.endless for ran in runs if ran.endless is not None]
    yield from (endless(compiled_map, error) for error in errors[:1])
    told: dict[str, list[Crowded]] = {}
    for each in (found for ran in runs for found in crowded(compiled_map, ran)):
        mine = told.setdefault(each.persona, [])
        if not mine or mine[0].behaviour == each.behaviour:
            mine.append(each)
    for persona, waits in told.items():
        yield Finding(("contact_policy", "limit"), "W205", _said(compiled_map, persona, waits))


def _said(compiled_map: CompiledMap, persona: str, waits: list[Crowded]) -> str:
    firsts = list({each.step: each for each in reversed(waits)}.values())[::-1]
    named = "; ".join(
        f"that of {each.step!r} (in {each.container!r}, week {each.week}) after {_listed(each.before)}"
        for each in firsts[:_MOST_TOLD]
    )
    more = f"; and those of {len(firsts) - _MOST_TOLD} more steps" if len(firsts) > _MOST_TOLD else ""
    return (
        f"The map by itself wants to write to the {persona!r} more often than "
        f"{compiled_map.map.contact_policy.limit}: when "
        f"{BEHAVIOURS[waits[0].behaviour]}, messages wait: {named}{more}; spread them with 'wait', or raise the limit"
    )


def _listed(steps: tuple[str, ...]) -> str:
    return ", ".join(repr(step) for step in steps)
