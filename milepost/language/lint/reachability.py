"""M108 and M109: `after` in circles, and parts that can never open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from milepost.language.awaited import ANY_RESULT, Awaited
from milepost.language.condition_errors import ConditionError
from milepost.language.conditions import compile_condition
from milepost.language.findings import Finding
from milepost.language.lint.circles import arrows, circles
from milepost.language.lint.outline import MapOutline, PlacedStep
from milepost.language.model import Play, Stage
from milepost.language.steps import Touchpoint
from milepost.language.yaml_text import Path
from milepost.text import listing


def check_reachability(outline: MapOutline) -> Iterator[Finding]:
    """Checks circles, stages after one that never closes, steps that wait for what never comes, and plays."""
    yield from _circles(outline)
    yield from _stages(outline)
    yield from _called_stages(outline)
    yield from _steps(outline)
    yield from _plays(outline)


def _circles(outline: MapOutline) -> Iterator[Finding]:
    homes = {placed.step.id: placed for placed in reversed(outline.steps)}  # of an id used twice the first counts
    after = {name: [each.step for each in placed.step.awaits] for name, placed in homes.items()}
    for circle in circles([placed.step.id for placed in outline.steps], after):
        placed = homes[circle[0]]
        awaited = next(each for each in placed.step.awaits if each.step == circle[1 % len(circle)])
        message = f"'after' runs in a circle: {arrows(circle)}; none of these steps ever opens, so remove one 'after'"
        yield Finding((*placed.path, "after", *awaited.path), "M108", message, key=bool(awaited.results))


# Stages and plays.


def _stages(outline: MapOutline) -> Iterator[Finding]:
    """A stage of the sequence opens when the one before it closes by itself, or when a branch goes to it."""
    if any(path[-1] == "go_to" for path in outline.repaired):
        return
    for before, stage in pairwise(outline.sequence):
        path: Path = ("stages", outline.map.stages.index(before))
        closes = any(not step.optional and getattr(step, "every", None) is None for step in before.steps)
        leads_on = closes and not any(item.go_to or item.end for item in before.then)
        if leads_on or stage.id in outline.gone_to or not outline.has_all_steps(path):
            continue
        way = "goes elsewhere when it closes" if closes else "has no required step, so it never closes by itself"
        message = f"Stage {stage.id!r} can never open: {before.id!r} before it {way}, and no 'go_to' names it"
        yield Finding(("stages", outline.map.stages.index(stage), "stage"), "M109", message)


def _called_stages(outline: MapOutline) -> Iterator[Finding]:
    for index, stage in enumerate(outline.map.stages):
        if stage.opens is not None and stage.opens.when and stage.id not in outline.gone_to:
            triggers, path = stage.opens.when, ("stages", index, "opens", "when")
            is_never = all(each.event is None and _is_always_false(outline, each.if_) for each in triggers)
            if is_never and outline.is_readable(path):
                message = f"Stage {stage.id!r} can never open: its condition is never true"
                yield Finding(path, "M109", message)


def _plays(outline: MapOutline) -> Iterator[Finding]:
    """A play can be started by hand, but not against an `only_if` that is never true."""
    for path, container in outline.containers:
        if isinstance(container, Play) and _is_always_false(outline, container.only_if):
            message = f"Play {container.id!r} can never open: its 'only_if' is never true"
            yield Finding((*path, "only_if"), "M109", message)


def _is_always_false(outline: MapOutline, text: str | None) -> bool:
    """Returns whether a condition uses no names and isn't true."""
    if text is None:
        return False
    try:
        condition = compile_condition(text, outline.names)
    except ConditionError:
        return False
    return not condition.references and "days_" not in text and not condition.is_true({})


# Steps.


def _steps(outline: MapOutline) -> Iterator[Finding]:
    homes = {placed.step.id: placed for placed in reversed(outline.steps)}
    for placed in outline.steps:
        yield from _later_stages(outline, placed, homes)
        yield from _results(outline, placed, homes)


def _later_stages(outline: MapOutline, placed: PlacedStep, homes: Mapping[str, PlacedStep]) -> Iterator[Finding]:
    """A step can't wait for one of a stage that opens only after the step's own stage has closed."""
    mine = _position(outline, placed)
    if mine is None or any(outline.positions.get(name, mine + 1) <= mine for name in outline.gone_to):
        return
    for awaited in placed.step.awaits:
        theirs = _position(outline, homes[awaited.step]) if awaited.step in homes else None
        if theirs is not None and theirs > mine:
            later = homes[awaited.step].container.id
            message = (
                f"Step {placed.step.id!r} can never open: it waits for {awaited.step!r} of stage {later!r}, "
                f"which opens only after {placed.container.id!r} has closed"
            )
            yield _never(placed, awaited, message)


def _position(outline: MapOutline, placed: PlacedStep) -> int | None:
    """The place of the step's stage in the sequence; None for another one, or where that can't be read."""
    is_sure = outline.is_readable((*placed.path[:2], "opens"))
    return outline.positions.get(placed.container.id) if isinstance(placed.container, Stage) and is_sure else None


def _results(outline: MapOutline, placed: PlacedStep, homes: Mapping[str, PlacedStep]) -> Iterator[Finding]:
    """A step can't wait for two results of one task, nor for one that leads elsewhere before it opens."""
    asked: dict[str, set[str]] = {}
    for awaited in placed.step.awaits:
        task = homes[awaited.step].step if awaited.step in homes else None
        if not isinstance(task, Touchpoint) or not task.results or not awaited.results:
            continue
        wanted = set(task.results) if ANY_RESULT in awaited.results else set(awaited.results) & set(task.results)
        both = asked.setdefault(awaited.step, wanted) & wanted
        names = listing([repr(each) for each in sorted(wanted)], last="or")
        if wanted and not both:
            message = f"Step {placed.step.id!r} can never open: {awaited.step!r} can't end in two ways at once"
            yield _never(placed, awaited, message)
        elif wanted and all(_leaves(outline, task, result, placed) for result in wanted):
            message = f"Step {placed.step.id!r} can never open: {names} of {awaited.step!r} leads away before it does"
            yield _never(placed, awaited, message)
        asked[awaited.step] = both


def _leaves(outline: MapOutline, task: Touchpoint, result: str, placed: PlacedStep) -> bool:
    """Returns whether a result ends the journey, or closes or starts over the stage of the step that waits for it."""
    branch = (task.results or {})[result]
    in_sequence = placed.container.id in outline.positions and isinstance(placed.container, Stage)
    goals = [item.go_to for item in branch if item.go_to is not None]
    moves = any(goal in outline.positions for goal in goals) if in_sequence else placed.container.id in goals
    return any(item.end is not None for item in branch) or (isinstance(placed.container, Stage) and moves)


def _never(placed: PlacedStep, awaited: Awaited, message: str) -> Finding:
    return Finding((*placed.path, "after", *awaited.path), "M109", message, key=bool(awaited.results))
