"""M107: every condition at its place, with what may be named there."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.language.conditions import ConditionError, Names, compile_condition
from milepost.language.findings import Finding, describe
from milepost.language.lint.never_true import never_true
from milepost.language.lint.outline import Sight
from milepost.language.model import Play, Trigger
from milepost.language.steps import Step
from milepost.language.yaml_text import Path


def check_conditions(sight: Sight) -> Iterator[Finding]:
    """Those that are looked at once, and those that are waited for."""
    segment = sight.map.segment
    yield from _check(sight, segment.where, ("segment", "where"), before_the_journey=True)
    for path, step in sight.nodes(Step):
        yield from _check(sight, step.skip_when, (*path, "skip_when"))
    for path, play in sight.nodes(Play):
        yield from _check(sight, play.only_if, (*path, "only_if"))
    for path, trigger in sight.nodes(Trigger):
        event = trigger.event is not None
        yield from _check(sight, trigger.if_, (*path, "if"), event=event, waited=not event)


def _check(
    sight: Sight,
    text: str | None,
    path: Path,
    *,
    event: bool = False,
    waited: bool = False,
    before_the_journey: bool = False,
) -> Iterator[Finding]:
    if text is None or _names_unreadable(sight, text):
        return
    names = sight.names
    if before_the_journey:
        names = Names(attributes=names.attributes)
    try:
        compile_condition(text, names, event=event, waited=waited)
    except ConditionError as error:
        said = f"{error.message} (in {describe(sight.data, path)})"
        if before_the_journey and _compiles(text, sight.names):
            said = "A segment is looked at before a journey begins; it can name customer.ATTRIBUTE only"
        offset = None if error.column is None else error.column - 1
        yield Finding(path, "M107", said, error.suggestion, offset=offset)
    else:
        for never in never_true(sight, text):
            said = f"{never.message} (in {describe(sight.data, path)})"
            yield Finding(path, "M107", said, never.suggestion, offset=never.offset)


def _compiles(text: str, names: Names) -> bool:
    try:
        compile_condition(text, names)
    except ConditionError:
        return False
    return True


def _names_unreadable(sight: Sight, text: str) -> bool:
    """Whether a condition names an attribute whose declaration could not be read."""
    damaged = {str(path[1]) for path in sight.repaired if path[0] == "attributes" and len(path) > 1}
    if not sight.is_whole("attributes"):
        return "customer." in text
    return any(f"customer.{name}" in text for name in damaged)
