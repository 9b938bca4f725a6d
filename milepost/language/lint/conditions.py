"""M107: checks every condition with the names that may be used at its place."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.language import cel_text
from milepost.language.condition_errors import ConditionError
from milepost.language.conditions import compile_condition, unknown_names
from milepost.language.findings import Finding, describe
from milepost.language.lint.impossible_comparisons import impossible_comparisons
from milepost.language.lint.outline import MapOutline
from milepost.language.model import Play
from milepost.language.names import Names
from milepost.language.steps import Step, Trigger
from milepost.language.yaml_text import Path


def check_conditions(outline: MapOutline) -> Iterator[Finding]:
    """Checks the conditions that are looked at once, and those that are waited for."""
    segment = outline.map.segment
    yield from _check(outline, segment.where, ("segment", "where"), before_the_journey=True)
    for path, step in outline.nodes(Step):
        yield from _check(outline, step.skip_when, (*path, "skip_when"))
    for path, play in outline.nodes(Play):
        yield from _check(outline, play.only_if, (*path, "only_if"))
    for path, trigger in outline.nodes(Trigger):
        event = trigger.event is not None
        yield from _check(outline, trigger.if_, (*path, "if"), event=event, waited=not event)


def _check(
    outline: MapOutline,
    text: str | None,
    path: Path,
    *,
    event: bool = False,
    waited: bool = False,
    before_the_journey: bool = False,
) -> Iterator[Finding]:
    if text is None or _names_unreadable(outline, text):
        return
    names = outline.names
    if before_the_journey:
        names = Names(attributes=names.attributes)
    errors = _errors(text, names, event=event, waited=waited)
    if errors and before_the_journey and _compiles(text, outline.names):
        errors = [ConditionError(_BEFORE_A_JOURNEY, errors[0].column)]
    for error in errors:
        message = f"{error.message} (in {describe(outline.data, path)})"
        offset = None if error.column is None else error.column - 1
        yield Finding(path, "M107", message, error.suggestion, offset=offset)
    if not errors:
        for never in impossible_comparisons(outline, text):
            message = f"{never.message} (in {describe(outline.data, path)})"
            yield Finding(path, "M107", message, never.suggestion, offset=never.offset)


_BEFORE_A_JOURNEY = "A segment is checked before a journey begins, so it can use only customer.ATTRIBUTE"


def _errors(text: str, names: Names, *, event: bool, waited: bool) -> list[ConditionError]:
    """Returns what is wrong with a condition: every name, or else the first thing that the compiler finds."""
    try:
        compile_condition(text, names, event=event, waited=waited)
    except ConditionError as error:
        return unknown_names(text, names, event=event) or [error]
    return []


def _compiles(text: str, names: Names) -> bool:
    try:
        compile_condition(text, names)
    except ConditionError:
        return False
    return True


def _names_unreadable(outline: MapOutline, text: str) -> bool:
    """Returns whether a condition names an attribute whose declaration couldn't be read."""
    damaged = {str(path[1]) for path in outline.repaired if path[0] == "attributes" and len(path) > 1}
    if not outline.is_whole("attributes"):
        return "customer." in text
    used = {each.name for each in cel_text.references(cel_text.tokenize(text)) if each.root == "customer"}
    return not damaged.isdisjoint(used)
