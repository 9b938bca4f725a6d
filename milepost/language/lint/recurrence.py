"""What comes round: W213 for a stage that opens at a date only once, W217 for a goal that nobody asks for again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import pairwise

from milepost.language.asks import Ask
from milepost.language.condition_errors import ConditionError
from milepost.language.conditions import compile_condition
from milepost.language.findings import Finding, starts_with
from milepost.language.lint.outline import MapOutline, PlacedStep
from milepost.language.model import Play, Stage
from milepost.language.steps import BranchItem, Outcome, Trigger
from milepost.text import listing

_UNANSWERED = ("partial", "disputed", "silent")
_Goals = Mapping[tuple[str, str], set[tuple[str, str]]]
"""The stages and plays that each leads to, as `("stage", ID)` and `("play", ID)`."""


def check_recurrence(outline: MapOutline) -> Iterator[Finding]:
    """Yields a warning for each stage that opens at a date only once, and each outcome that is asked only once."""
    yield from _renewals(outline)
    yield from _outcomes(outline)


# Stages that open at a date.


def _renewals(outline: MapOutline) -> Iterator[Finding]:
    if not outline.has_all_branches:
        return
    for index, stage in enumerate(outline.map.stages):
        attribute = _date_of(stage)
        if index and attribute not in (None, "started_on") and attribute not in _moved(outline):
            message = (
                f"Stage {stage.id!r} opens at customer.{attribute}, which no branch or form ever moves, so it opens "
                f"once and never again; set it where the customer renews: {{set: {{{attribute}: 1 year after "
                f"customer.{attribute}}}}}"
            )
            yield Finding(("stages", index, "opens", "at"), "W213", message)


def _date_of(stage: Stage) -> str | None:
    """The customer's date that a stage opens at."""
    return stage.opens.at.attribute if stage.opens is not None and stage.opens.at is not None else None


def _moved(outline: MapOutline) -> set[str]:
    """The attributes that branches and forms set."""
    asked = {ask.set for _, ask in outline.nodes(Ask) if ask.set is not None}
    return asked | {name for _, item in outline.nodes(BranchItem) for name in item.set or ()}


# Outcomes.


def _outcomes(outline: MapOutline) -> Iterator[Finding]:
    goals = _goals(outline)
    for placed in outline.steps:
        if isinstance(placed.step, Outcome) and not _comes_round(outline, placed):
            lost = [verdict for verdict in _UNANSWERED if not _asks_again(outline, placed, placed.step, verdict, goals)]
            if lost:
                verdicts = listing([repr(each) for each in lost], last="or")
                message = (
                    f"Nothing asks for outcome {placed.step.id!r} again once it is {verdicts}, so the goal is lost "
                    f"from sight; write 'ask_again', or lead back to {placed.container.id!r} with 'go_to'"
                )
                place = "then" if "then" in placed.step.model_fields_set else "outcome"
                yield Finding((*placed.path, place), "W217", message, key=place == "then")


def _comes_round(outline: MapOutline, placed: PlacedStep) -> bool:
    """Returns whether the outcome's stage or play opens again by itself."""
    container = placed.container
    if isinstance(container, Play):
        return bool(container.starts_when)
    return bool(container.opens and container.opens.when) or _date_of(container) in _moved(outline)


def _asks_again(outline: MapOutline, placed: PlacedStep, outcome: Outcome, verdict: str, goals: _Goals) -> bool:
    if outcome.ask_again is not None and verdict in outcome.ask_again.if_:
        return True
    if not outline.is_readable((*placed.path, "ask_again"), (*placed.path, "then", verdict)):
        return True  # perhaps
    branch: tuple[BranchItem, ...] = getattr(outcome.then, verdict)
    if any(item.end is not None for item in branch):
        return True  # the journey is over
    ahead = [*_targets(branch), *_targets(placed.container.then), *_called_by(outline, outcome.id)]
    home = ("stage" if isinstance(placed.container, Stage) else "play", placed.container.id)
    seen = set(ahead)
    while ahead:
        goal = ahead.pop()
        if goal == home:
            return True
        ahead += goals.get(goal, set()) - seen
        seen |= goals.get(goal, set())
    return False


def _targets(branch: tuple[BranchItem, ...]) -> Iterator[tuple[str, str]]:
    for item in branch:
        if item.go_to is not None:
            yield "stage", item.go_to
        elif item.play is not None:
            yield "play", item.play


def _called_by(outline: MapOutline, outcome: str) -> Iterator[tuple[str, str]]:
    """The stages and plays that a condition about the outcome opens."""
    for path, container in outline.containers:
        field = (*path, "opens") if isinstance(container, Stage) else (*path, "starts_when")
        for place, trigger in outline.nodes(Trigger):
            if starts_with(place, field) and trigger.event is None and _names(outline, trigger.if_ or "", outcome):
                yield "stage" if isinstance(container, Stage) else "play", container.id


def _names(outline: MapOutline, text: str, outcome: str) -> bool:
    with suppress(ConditionError):  # M107
        return ("outcomes", outcome) in compile_condition(text, outline.names).references
    return False


def _goals(outline: MapOutline) -> _Goals:
    """Where each stage and play leads: by its branches and those of its steps, or to the next of the sequence."""
    goals: dict[tuple[str, str], set[tuple[str, str]]] = {}
    branches = tuple(outline.nodes(BranchItem))
    for path, container in outline.containers:
        items = tuple(item for place, item in branches if starts_with(place, path))
        goals["stage" if isinstance(container, Stage) else "play", container.id] = set(_targets(items))
    for stage, following in pairwise(outline.sequence):
        goals["stage", stage.id].add(("stage", following.id))
    return goals
