"""The steps of a journey to choose from in the forms of a customer's page: those that each act makes sense for."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.explain.overview import JourneyOverview
from milepost.explain.sentences import spaced
from milepost.language.field_types import Verdict
from milepost.language.steps import Outcome, Touchpoint
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import StepStatus
from milepost.planner.fact_checks import asks_of

AHEAD = "ahead"
"""The status of a stage that waits, beside those of steps."""
_ANSWERED = frozenset(StepStatus(verdict) for verdict in Verdict)
Choices = list[tuple[str, str]]
"""Options of a form: the value that is sent, and what people read."""


def outcomes_of(journey: JourneyOverview) -> Choices:
    """Returns the outcomes of a map, for an answer."""
    steps = journey.compiled_map.steps.values() if journey.compiled_map else ()
    return [(step.id, journey.say.step(step.id)) for step in steps if isinstance(step.step, Outcome)]


def can_be_done(journey: JourneyOverview) -> Choices:
    """Returns the open steps that a colleague can report as done, each of its results by itself.

    Outcomes are answered, and steps with a form are filled in (`with_form`).
    """
    return [choice for id_ in _open(journey) for choice in _results(journey, id_)]


def _results(journey: JourneyOverview, id_: str) -> Iterator[tuple[str, str]]:
    compiled, title = _compiled(journey, id_), journey.say.step(id_)
    if compiled is not None and (isinstance(compiled.step, Outcome) or asks_of(compiled)):
        return
    results = tuple(compiled.step.results or ()) if compiled and isinstance(compiled.step, Touchpoint) else ()
    if not results:
        yield id_, title
    for result in results:
        yield f"{id_}|{result}", f"{title}: {spaced(result)}"


def with_form(journey: JourneyOverview) -> Choices:
    """Returns the open steps whose map asks for a form, for filling one in on the customer's behalf."""
    compiled = ((id_, _compiled(journey, id_)) for id_ in _open(journey))
    return [(id_, journey.say.step(id_)) for id_, step in compiled if step is not None and asks_of(step)]


def can_be_snoozed(journey: JourneyOverview) -> Choices:
    """Returns the open steps, for putting one off."""
    return [(id_, journey.say.step(id_)) for id_ in _open(journey)]


def closed_steps(journey: JourneyOverview) -> Choices:
    """Returns the steps that are closed, for opening one again."""
    steps = journey.compiled_map.steps if journey.compiled_map else {}
    return [
        (id_, f"{journey.say.step(id_)} ({journey.state.step(id_).status})")
        for id_ in steps
        if journey.state.step(id_).closed
    ]


def standing_steps(journey: JourneyOverview) -> Choices:
    """Returns the steps of open stages and plays that are open or wait."""
    return [(each.id, each.title) for each in journey.waits if each.status != AHEAD]


def discussed_steps(journey: JourneyOverview) -> Choices:
    """Returns the steps that a customer can say something about: those that stand, then those that are closed."""
    return standing_steps(journey) + closed_steps(journey)


def answered_outcomes(journey: JourneyOverview) -> Choices:
    """Returns the outcomes that somebody has answered, for adding to the last answer."""
    return [choice for choice in outcomes_of(journey) if journey.state.step(choice[0]).verdict in _ANSWERED]


def system_tasks(journey: JourneyOverview) -> Choices:
    """Returns the open tasks that no step is behind, by their ids."""
    return [(each.task, each.title) for each in journey.tasks if each.step is None]


def events_of(journey: JourneyOverview) -> list[tuple[str, tuple[str, ...]]]:
    """Returns the events that a map waits for, each with the fields that its conditions look at."""
    compiled_map = journey.compiled_map
    if compiled_map is None:
        return []
    conditions = compiled_map.event_conditions
    return [
        (event, tuple(sorted({name for each in conditions.get(event, ()) for name in each.properties})))
        for event in sorted(compiled_map.events)
    ]


def _open(journey: JourneyOverview) -> list[str]:
    return [each.id for each in journey.waits if each.status not in (AHEAD, StepStatus.WAITING)]


def _compiled(journey: JourneyOverview, step: str) -> CompiledStep | None:
    return journey.compiled_map.steps.get(step) if journey.compiled_map else None
