"""The order of steps: W215 for one that its stage never waits for, W216 for one that opens however a task ends.

Where the order can't come true at all, that is M108 or M109 (see `reachability.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from milepost.language.findings import Finding
from milepost.language.lint.outline import MapOutline
from milepost.language.model import Stage
from milepost.language.steps import AnyStep, Touchpoint
from milepost.text import listing


def check_order(outline: MapOutline) -> Iterator[Finding]:
    """Yields a warning for each step that comes too late, or whatever the result."""
    yield from _too_late(outline)
    yield from _whatever_the_result(outline)


def _too_late(outline: MapOutline) -> Iterator[Finding]:
    """A stage or play closes with its last required step, before anything opens that waits for all of them."""
    before = {placed.step.id: [each.step for each in placed.step.awaits] for placed in outline.steps}
    for placed in outline.steps:
        required = {step.id for step in placed.container.steps if _is_required(step)}
        is_late = not _is_required(placed.step) and required <= _ancestors(placed.step.id, before)
        if required and is_late and outline.has_all_steps(placed.path[:-2]):
            noun = "stage" if isinstance(placed.container, Stage) else "play"
            kind = "Optional" if placed.step.optional else "Repeating"
            message = (
                f"{kind} step {placed.step.id!r} never opens: {noun} {placed.container.id!r} ends with its last "
                f"required step, and this one waits for all of them; remove 'optional' or the 'after'"
            )
            yield Finding((*placed.path, "after"), "W215", message, key=True)


def _is_required(step: AnyStep) -> bool:
    return not step.optional and getattr(step, "every", None) is None


def _ancestors(step: str, before: Mapping[str, list[str]]) -> set[str]:
    """The steps that must be closed before one opens, directly or by those between."""
    ancestors: set[str] = set()
    ahead = list(before.get(step, ()))
    while ahead:
        name = ahead.pop()
        if name not in ancestors:
            ancestors.add(name)
            ahead += before.get(name, ())
    return ancestors


def _whatever_the_result(outline: MapOutline) -> Iterator[Finding]:
    results = {placed.step.id: placed.step.results for placed in outline.steps if isinstance(placed.step, Touchpoint)}
    for placed in outline.steps:
        for awaited in placed.step.awaits:
            names = list(results.get(awaited.step) or ())
            if names and not awaited.results:
                message = (
                    f"Step {placed.step.id!r} opens however {awaited.step!r} ends ({listing(names, last='or')}), or if "
                    f"it is skipped; ask for a result: {{{awaited.step}: {names[0]}}}, or {{{awaited.step}: any}}"
                )
                yield Finding((*placed.path, "after", *awaited.path), "W216", message)
