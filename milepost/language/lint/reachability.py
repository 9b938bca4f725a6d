"""M108 and M109: `after` in circles, and parts that can never open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from milepost.language.condition_errors import ConditionError
from milepost.language.conditions import compile_condition
from milepost.language.findings import Finding
from milepost.language.lint.circles import arrows, circles
from milepost.language.lint.outline import MapOutline, PlacedStep
from milepost.language.model import Play, Stage


def check_reachability(outline: MapOutline) -> Iterator[Finding]:
    """Checks circles first, then stages after one that never closes, steps that wait for later stages, and plays."""
    yield from _circles(outline)
    yield from _stages(outline)
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


def _stages(outline: MapOutline) -> Iterator[Finding]:
    """A stage of the sequence opens when the one before it closes by itself, or when a branch goes to it."""
    for before, stage in pairwise(outline.sequence):
        closes = any(not step.optional and getattr(step, "every", None) is None for step in before.steps)
        leads_on = closes and not any(item.go_to or item.end for item in before.then)
        if not leads_on and stage.id not in outline.gone_to:
            way = "goes elsewhere when it closes" if closes else "has no required step, so it never closes by itself"
            message = f"Stage {stage.id!r} can never open: {before.id!r} before it {way}, and no 'go_to' names it"
            yield Finding(("stages", outline.map.stages.index(stage), "stage"), "M109", message)
    for index, stage in enumerate(outline.map.stages):
        if stage.opens is not None and stage.opens.when and stage.id not in outline.gone_to:
            triggers = stage.opens.when
            if all(each.event is None and _is_always_false(outline, each.if_) for each in triggers):
                message = f"Stage {stage.id!r} can never open: its condition is never true"
                yield Finding(("stages", index, "opens", "when"), "M109", message)


def _steps(outline: MapOutline) -> Iterator[Finding]:
    """A step can't wait for one of a stage that opens only after the step's own stage has closed."""
    position = {stage.id: index for index, stage in enumerate(outline.sequence)}
    homes = {placed.step.id: placed for placed in reversed(outline.steps)}
    earliest_return = min((position[name] for name in outline.gone_to if name in position), default=len(position))
    for placed in outline.steps:
        mine = _position(placed, position)
        if mine is None or earliest_return <= mine:
            continue
        for awaited in placed.step.awaits:
            name = awaited.step
            theirs = _position(homes[name], position) if name in homes else None
            if theirs is not None and theirs > mine:
                later = homes[name].container.id
                message = (
                    f"Step {placed.step.id!r} can never open: it waits for {name!r} of stage {later!r}, "
                    f"which opens only after {placed.container.id!r} has closed"
                )
                yield Finding((*placed.path, "after", *awaited.path), "M109", message, key=bool(awaited.results))


def _position(placed: PlacedStep, position: Mapping[str, int]) -> int | None:
    return position.get(placed.container.id) if isinstance(placed.container, Stage) else None


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
