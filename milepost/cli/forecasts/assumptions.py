"""The assumptions of a forecast in words: how people behave, who there is, when journeys begin, what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from milepost.capacity.report import Report, RoleWork
from milepost.explain.sentences import quoted, spaced
from milepost.language.steps import Outcome
from milepost.people.behaviour import Behaviour, Pace, StepBehaviour
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.text import count_of, number

_PACES = {"early": "early", "on_time": "in time", "late": "late", "never": "never"}


def assumptions(behaviour: Behaviour, report: Report) -> Iterator[str]:
    """The assumptions behind the figures, one line each."""
    ours, theirs = behaviour.colleagues, behaviour.customers
    yield f"Colleagues do a task {_pace(ours.pace)} (by up to {ours.late_by}), however full the week is."
    yield f"Customers do an action {_pace(theirs.pace)} (by up to {theirs.late_by})."
    yield from _answers(behaviour, report)
    yield from _differing(behaviour, report)
    engine = ours.engine_tasks
    yield f"A colleague gets {_percent(engine.unsticks)} of stuck customers to do what is open in their stage."
    yield f"A task without effort takes {ours.without_effort}, one that Milepost opens itself {engine.effort}."
    yield from _drifting(behaviour, report)
    yield from (f"The event {name!r} comes {number(many)} times a year." for name, many in behaviour.events.items())
    yield from (f"{role.title}: {_people(role)}." for role in report.roles)
    yield f"Journeys begin {_starts(behaviour, report.setup.weeks.first)}."
    yield "docs/forecast.md lists every assumption, and how to change it."


def _answers(behaviour: Behaviour, report: Report) -> Iterator[str]:
    """Yields how outcomes without answers of their own in the behaviour are answered."""
    outcomes = [step.id for step in _steps(report).values() if isinstance(step.step, Outcome)]
    own = [name for name in outcomes if name in behaviour.steps and behaviour.steps[name].answers]
    theirs = behaviour.customers
    if len(own) == len(outcomes) and own:
        yield f"Asked for an outcome they answer within {theirs.answer_within}."
        return
    asked = "another outcome" if own else "an outcome"
    yield f"Asked for {asked} they answer within {theirs.answer_within}: {_shares(theirs.answers.weights)}."


def _drifting(behaviour: Behaviour, report: Report) -> Iterator[str]:
    """Yields the attributes that drift, of those that the maps with customers use."""
    used = {name for compiled_map in _maps(report) for name in compiled_map.map.attributes}
    for name, drift in sorted(behaviour.attributes.items()):
        if name in used:
            home = "where it began" if drift.towards is None else f"{drift.towards:g}"
            swing = f"by up to {drift.swing:g} up or down and {_percent(drift.pull)} of the way back to {home}"
            bounds = f"from {drift.lowest:g} to {drift.highest:g}"
            yield f"{name!r} wanders: every {drift.every} {swing}, {bounds}. It alone may start what waits for it."


def _differing(behaviour: Behaviour, report: Report) -> Iterator[str]:
    """Yields the steps that have a behaviour of their own."""
    steps = _steps(report)
    for name, own in behaviour.steps.items():
        if name in steps and (text := "; ".join(_own(own))):
            yield f"{quoted(steps[name].step.title.rstrip('.'))} ({name}): {text}, as the behaviour says."


def _own(own: StepBehaviour) -> Iterator[str]:
    if own.answers:
        yield _shares(own.answers.weights)
    if own.pace:
        yield f"done {_pace(own.pace)}"
    if own.results:
        yield f"ends as {_shares(own.results)}"


def _steps(report: Report) -> Mapping[str, CompiledStep]:
    """The steps of the maps that customers are on."""
    return {name: step for compiled_map in _maps(report) for name, step in compiled_map.steps.items()}


def _maps(report: Report) -> list[CompiledMap]:
    return [each for each in report.setup.compiled_maps if report.counts.customers[each.map.map]]


def _people(work: RoleWork) -> str:
    capacity = work.capacity
    if not capacity.is_known:
        return "neither the book nor the behaviour names anybody, so there is nothing to compare the hours with"
    if capacity.source == "behaviour":
        people = "1 person" if capacity.people == 1 else f"{capacity.people:g} people"  # may be 2.5
        return f"{people} with {capacity.each:g} hours a week, as the behaviour says"
    people = count_of(int(capacity.people), "person", "people")
    shared = capacity.hours < capacity.people * capacity.each
    other = "; a person with several roles has a part for each" if shared else ""
    return f"the book names {people}, each taken to have {capacity.each:g} hours for customers a week{other}"


def _starts(behaviour: Behaviour, first: date) -> str:
    starts = behaviour.starts
    spread = f"on {first}, all at once" if not starts.over.count else f"evenly over {starts.over} from {first} on"
    return spread if starts.attribute is None else f"on the day in {starts.attribute!r}; those without one {spread}"


def _pace(pace: Pace) -> str:
    return ", ".join(f"{_percent(share)} {_PACES[name]}" for name, share in _parts(pace.weights))


def _shares(weights: Mapping[str, float]) -> str:
    return ", ".join(f"{_percent(share)} {spaced(name)}" for name, share in _parts(weights))


def _parts(weights: Mapping[str, float]) -> list[tuple[str, float]]:
    whole = sum(weights.values())
    return [(name, weight / whole) for name, weight in weights.items() if weight]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 or not share else f"{100 * share:.1g} %"  # noqa: PLR2004 - 1 %
