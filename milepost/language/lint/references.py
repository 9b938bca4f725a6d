"""M105: checks that the names in fields exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from milepost.language.durations import Anchor
from milepost.language.field_types import AttributeType
from milepost.language.findings import Finding, describe
from milepost.language.lint.outline import MapOutline, arrows, is_unreadable
from milepost.language.model import Opens
from milepost.language.names import nearest
from milepost.language.steps import Action, BranchItem, Escalate, Outcome, Step, Touchpoint
from milepost.language.yaml_text import Path
from milepost.text import did_you_mean, listing

_NOUNS = {"roles": "role", "personas": "persona", "stages": "stage", "plays": "play", "steps": "step"}
_NOT_SET = ("id", "started_on")


def check_references(outline: MapOutline) -> Iterator[Finding]:
    """Checks the names of roles, personas, steps, stages, plays and attributes."""
    yield from _roles(outline)
    yield from _personas(outline)
    yield from _fallback_circles(outline)
    yield from _steps(outline)
    yield from _branches(outline)
    yield from _attributes(outline)


def _names(outline: MapOutline, section: str) -> Collection[str]:
    if section == "steps":
        return outline.names.steps
    if section in ("stages", "plays"):
        return getattr(outline.names, section)  # type: ignore[no-any-return]
    return getattr(outline.map, section)  # type: ignore[no-any-return]


def _check(outline: MapOutline, section: str, name: str | None, path: Path) -> Iterator[Finding]:
    names = _names(outline, section)
    if name is None or name in names or is_unreadable(name) or not outline.is_whole(section):
        return
    suggestion = nearest(name, [each for each in names if not is_unreadable(each)])
    hint = did_you_mean(suggestion) or _choices(section, names)
    field = describe(outline.data, path)
    yield Finding(path, "M105", f"Unknown {_NOUNS[section]} {name!r} in {field}{hint}", suggestion)


def _choices(section: str, names: Collection[str]) -> str:
    names = [each for each in names if not is_unreadable(each)]
    if not names:
        return f"; the map has no {section}"
    choices = listing(sorted(names)) if len(names) <= 8 else f"{len(names)} others"  # noqa: PLR2004
    return f"; the map has {choices}"


def _roles(outline: MapOutline) -> Iterator[Finding]:
    for path, escalate in outline.nodes(Escalate):
        yield from _check(outline, "roles", escalate.to, (*path, "to"))
    for path, touchpoint in outline.nodes(Touchpoint):
        yield from _check(outline, "roles", touchpoint.role, (*path, "role"))


def _personas(outline: MapOutline) -> Iterator[Finding]:
    for name, persona in outline.map.personas.items():
        yield from _check(outline, "personas", persona.fallback, ("personas", name, "fallback"))
    for path, touchpoint in outline.nodes(Touchpoint):
        yield from _check(outline, "personas", touchpoint.to, (*path, "to"))
        for index, name in enumerate(touchpoint.invite):
            yield from _check(outline, "personas", name, (*path, "invite", index))
    for placed in outline.steps:
        if isinstance(placed.step, Action | Outcome):
            yield from _check(outline, "personas", placed.step.persona, (*placed.path, "persona"))


def _fallback_circles(outline: MapOutline) -> Iterator[Finding]:
    reported: set[str] = set()
    for start in outline.map.personas:
        way = [start]
        while (following := outline.map.personas[way[-1]].fallback) in outline.map.personas:
            assert following is not None
            if following in way:
                circle = way[way.index(following) :]
                if reported.isdisjoint(circle):
                    message = f"The fallbacks run in a circle, {arrows(circle)}, so nobody can stand in; remove one"
                    yield Finding(("personas", circle[0], "fallback"), "M105", message)
                reported.update(circle)
                break
            way.append(following)


def _steps(outline: MapOutline) -> Iterator[Finding]:
    for placed in outline.steps:
        for index, name in enumerate(placed.step.after):
            yield from _check(outline, "steps", name, (*placed.path, "after", index))


def _branches(outline: MapOutline) -> Iterator[Finding]:
    for path, item in outline.nodes(BranchItem):
        yield from _check(outline, "plays", item.play, (*path, "play"))
        yield from _check(outline, "stages", item.go_to, (*path, "go_to"))
        for name in item.set or ():
            place = (*path, "set", name)
            if name in _NOT_SET:
                yield Finding(
                    place, "M105", f"{name!r} of a customer never changes, so it can't be set; remove it", key=True
                )
            else:
                yield from _attribute(outline, name, place, key=True)


def _attributes(outline: MapOutline) -> Iterator[Finding]:
    for path, step in outline.nodes(Step):
        if step.at is not None:
            yield from _anchor(outline, step.at, (*path, "at"))
    for path, opens in outline.nodes(Opens):
        if opens.at is not None:
            yield from _anchor(outline, opens.at, (*path, "at"))
    for path, outcome in outline.nodes(Outcome):
        if outcome.value_from is not None:
            name = outcome.value_from.removeprefix("customer.")
            yield from _attribute(outline, name, (*path, "value_from"), offset=len("customer."))


def _attribute(
    outline: MapOutline,
    name: str,
    path: Path,
    *,
    key: bool = False,
    offset: int | None = None,
    only_dates: bool = False,
) -> Iterator[Finding]:
    if name in outline.names.attributes or not outline.is_whole("attributes"):
        return
    kinds = outline.names.attributes.items()
    suggestion = nearest(name, [each for each, kind in kinds if not only_dates or kind is AttributeType.DATE])
    hint = did_you_mean(suggestion) or "; declare it under 'attributes'"
    message = f"Unknown attribute {name!r} in {describe(outline.data, path)}{hint}"
    yield Finding(path, "M105", message, suggestion, key, offset)


def _anchor(outline: MapOutline, anchor: Anchor, path: Path) -> Iterator[Finding]:
    offset = _offset(outline, path, anchor)
    yield from _attribute(outline, anchor.attribute, path, offset=offset, only_dates=True)
    kind = outline.names.attributes.get(anchor.attribute)
    if kind not in (None, AttributeType.DATE) and ("attributes", anchor.attribute, "type") not in outline.repaired:
        message = f"{anchor.attribute!r} is of type {kind}; an anchor needs an attribute of type date"
        yield Finding(path, "M105", message, offset=offset)


def _offset(outline: MapOutline, path: Path, anchor: Anchor) -> int:
    value = outline.data
    for part in path:
        value = value[part] if not isinstance(value, dict) or part in value else value
    return value.rindex(anchor.attribute) if isinstance(value, str) else 0
