"""M104 and M105: checks that ids are unique, and that the names in fields exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress

from milepost.language.asks import Ask
from milepost.language.awaited import ANY_RESULT, Awaited
from milepost.language.durations import Anchor, RelativeDate, TimeTextError
from milepost.language.field_types import AttributeType, Node
from milepost.language.findings import Finding, describe, related
from milepost.language.lint.circles import arrows, circles
from milepost.language.lint.outline import MapOutline, PlacedStep, is_unreadable
from milepost.language.model import Map, Opens, Persona, Play, Stage
from milepost.language.names import BUILT_IN, nearest
from milepost.language.steps import Action, AnyStep, BranchItem, Escalate, Metric, Outcome, Step, Touchpoint
from milepost.language.yaml_text import Path, value_at
from milepost.text import did_you_mean, listing

_NOT_SET = ("id", "started_on")
_FIELDS: tuple[tuple[type[Node], str, str], ...] = (
    (Escalate, "to", "roles"),
    (Touchpoint, "role", "roles"),
    (Touchpoint, "to", "personas"),
    (Touchpoint, "invite", "personas"),
    (Action, "persona", "personas"),
    (Outcome, "persona", "personas"),
    (Persona, "fallback", "personas"),
    (Ask, "persona", "personas"),
    (BranchItem, "go_to", "stages"),
    (BranchItem, "play", "plays"),
    (Map, "introduction", "plays"),
)
"""The fields that name a part of the map, each with the section in which that part is."""


_MISTAKEN = {"roles": "personas", "personas": "roles"}
"""Sections whose names are mistaken for each other: a role is ours, a persona the customer's."""


def check_references(outline: MapOutline) -> Iterator[Finding]:
    """Checks the names of roles, personas, steps, stages, plays and attributes."""
    for kind, field, section in _FIELDS:
        for path, node in outline.nodes(kind):
            names = getattr(node, field)
            if isinstance(names, str):
                yield from _check(outline, section, names, (*path, field))
            for index, name in enumerate(names if isinstance(names, tuple) else ()):
                yield from _check(outline, section, name, (*path, field, index))
    yield from _awaited(outline)
    yield from _fallback_circles(outline)
    yield from _changed_attributes(outline)
    yield from _attributes(outline)


def _check(outline: MapOutline, section: str, name: str, path: Path, *, key: bool = False) -> Iterator[Finding]:
    parts = outline.map if section in ("roles", "personas") else outline.names
    names: Collection[str] = getattr(parts, section)
    if name in names or is_unreadable(name) or not outline.is_whole(section):
        return
    other = _MISTAKEN.get(section)
    if other and name in getattr(outline.map, other):
        message = (
            f"{name!r} is a {other[:-1]}, and {describe(outline.data, path)} takes a {section[:-1]}; "
            f"the {section} are {listing(sorted(names))}"
        )
        yield Finding(path, "M105", message, key=key)
        return
    valid = sorted(each for each in names if not is_unreadable(each))
    suggestion = nearest(name, valid)
    choices = listing(valid) if len(valid) <= 8 else f"{len(valid)} others"  # noqa: PLR2004
    hint = did_you_mean(suggestion) or f"; the map has {choices or f'no {section}'}"
    field = describe(outline.data, path)
    yield Finding(path, "M105", f"Unknown {section[:-1]} {name!r} in {field}{hint}", suggestion, key)


def _awaited(outline: MapOutline) -> Iterator[Finding]:
    homes = {placed.step.id: placed for placed in outline.steps}
    for path, step in outline.nodes(Step):
        for awaited in step.awaits:
            place = (*path, "after", *awaited.path)
            if awaited.step in homes and awaited.results:
                yield from _results(outline, homes[awaited.step], awaited, place)
            else:
                yield from _check(outline, "steps", awaited.step, place, key=bool(awaited.results))


def _results(outline: MapOutline, placed: PlacedStep, awaited: Awaited, path: Path) -> Iterator[Finding]:
    """Checks that a step that another waits for ends with results, and with those asked for."""
    results = placed.step.results if isinstance(placed.step, Touchpoint) else None
    if related((*placed.path, "results"), outline.repaired):
        return
    if not results:
        way = "use its 'then'" if isinstance(placed.step, Outcome) else "add them to it"
        message = f"Step {awaited.step!r} has no 'results' to ask for; {way}, or write only {awaited.step!r}"
        yield Finding(path, "M105", message, key=True)
        return
    for index, name in enumerate(awaited.results):
        if name != ANY_RESULT and name not in results:
            suggestion = nearest(name, results)
            hint = did_you_mean(suggestion) or f"; it has {listing(sorted(results))}"
            message = f"Unknown result {name!r} of {awaited.step!r} in {describe(outline.data, path)}{hint}"
            yield Finding((*path, index), "M105", message, suggestion)


def _fallback_circles(outline: MapOutline) -> Iterator[Finding]:
    personas = outline.map.personas
    fallbacks = {name: [persona.fallback] for name, persona in personas.items() if persona.fallback}
    for circle in circles(personas, fallbacks):
        message = f"The fallbacks run in a circle, {arrows(circle)}, so nobody can stand in; remove one"
        yield Finding(("personas", circle[0], "fallback"), "M105", message)


def _changed_attributes(outline: MapOutline) -> Iterator[Finding]:
    for path, item in outline.nodes(BranchItem):
        for name, value in (item.set or {}).items():
            place = (*path, "set", name)
            if isinstance(value, str) and RelativeDate.matches(value):
                yield from _origin(outline, value, place)
            yield from changed_attribute(outline, name, place, key=True)


def changed_attribute(outline: MapOutline, name: str, path: Path, *, key: bool = False) -> Iterator[Finding]:
    """Checks the name of an attribute that a branch or an answer changes."""
    if name in _NOT_SET:
        message = f"{name!r} of a customer never changes, so it can't be set; remove it"
        yield Finding(path, "M105", message, key=key)
    else:
        yield from known_attribute(outline, name, path, key=key)


def _attributes(outline: MapOutline) -> Iterator[Finding]:
    anchored: Iterable[tuple[Path, Step | Opens]] = (*outline.nodes(Step), *outline.nodes(Opens))
    for path, part in anchored:
        if part.at is not None:
            yield from _anchor(outline, part.at, (*path, "at"))
    for path, outcome in outline.nodes(Outcome):
        if outcome.value_from is not None:
            name = outcome.value_from.removeprefix("customer.")
            yield from known_attribute(outline, name, (*path, "value_from"), offset=len("customer."))
    for path, metric in outline.nodes(Metric):
        for field in ("baseline", "target"):
            yield from _figure(outline, getattr(metric, field), (*path, field))


def _figure(outline: MapOutline, figure: float | str | None, path: Path) -> Iterator[Finding]:
    if not isinstance(figure, str):
        return
    name, offset = figure.removeprefix("customer."), len("customer.")
    yield from known_attribute(outline, name, path, offset=offset)
    kind = outline.names.attributes.get(name)
    if kind not in (None, AttributeType.NUMBER) and ("attributes", name, "type") not in outline.repaired:
        message = f"{name!r} is of type {kind}; a metric needs an attribute of type number"
        yield Finding(path, "M105", message, offset=offset)


def known_attribute(
    outline: MapOutline,
    name: str,
    path: Path,
    *,
    key: bool = False,
    offset: int | None = None,
    only_dates: bool = False,
) -> Iterator[Finding]:
    """Checks that the map declares an attribute, or that every customer has it."""
    if name in outline.names.attributes or not outline.is_whole("attributes"):
        return
    kinds = outline.names.attributes.items()
    suggestion = nearest(name, [each for each, kind in kinds if not only_dates or kind is AttributeType.DATE])
    hint = did_you_mean(suggestion) or "; declare it under 'attributes'"
    message = f"Unknown attribute {name!r} in {describe(outline.data, path)}{hint}"
    yield Finding(path, "M105", message, suggestion, key, offset)


def _anchor(outline: MapOutline, anchor: Anchor, path: Path) -> Iterator[Finding]:
    yield from _date(outline, anchor.attribute, path, "an anchor needs")


def _origin(outline: MapOutline, text: str, path: Path) -> Iterator[Finding]:
    """Checks the date that a relative one counts from."""
    with suppress(TimeTextError):  # M106
        attribute = RelativeDate.parse(text).attribute
        if attribute is not None:
            yield from _date(outline, attribute, path, "a date counts only from")


def _date(outline: MapOutline, attribute: str, path: Path, needs: str) -> Iterator[Finding]:
    offset = str(value_at(outline.data, path)).rindex(attribute)
    yield from known_attribute(outline, attribute, path, offset=offset, only_dates=True)
    kind = outline.names.attributes.get(attribute)
    if kind not in (None, AttributeType.DATE) and ("attributes", attribute, "type") not in outline.repaired:
        message = f"{attribute!r} is of type {kind}; {needs} an attribute of type date"
        yield Finding(path, "M105", message, offset=offset)


def check_ids(outline: MapOutline) -> Iterator[Finding]:
    """Compares steps over the whole map, stages and plays among themselves, and attributes with the built-in ones."""
    steps = ((placed.step.id, (*placed.path, str(placed.path[-2])[:-1])) for placed in outline.steps)
    yield from _repeated(outline, steps)
    for section, noun in (("stages", "stage"), ("plays", "play")):
        parts = (each for each in outline.containers if each[0][0] == section)
        yield from _repeated(outline, ((part.id, (*path, noun)) for path, part in parts))
    yield from _earlier_ids(outline)
    for name in outline.map.attributes:
        if name in BUILT_IN:
            message = f"Every customer has {name!r} without a declaration; rename or remove this attribute"
            yield Finding(("attributes", name), "M104", message, key=True)


def _earlier_ids(outline: MapOutline) -> Iterator[Finding]:
    """Checks that an id in `was` is gone, and that only one part claims it."""
    steps = [(placed.step, placed.path) for placed in outline.steps]
    stages = [(part, path) for path, part in outline.containers if path[0] == "stages"]
    plays = [(part, path) for path, part in outline.containers if path[0] == "plays"]
    yield from _claims("step", steps)
    yield from _claims("stage", stages)
    yield from _claims("play", plays)


def _claims(noun: str, parts: Sequence[tuple[AnyStep | Stage | Play, Path]]) -> Iterator[Finding]:
    ids = {part.id for part, _ in parts}
    claimed: dict[str, str] = {}
    for part, path in parts:
        for index, old in enumerate(part.was):
            place = (*path, "was", index)
            if old in ids:
                message = f"'was' names ids of earlier versions, and there is a {noun} {old!r} in this one; remove it"
                yield Finding(place, "M105", message)
            elif old in claimed:
                message = f"The earlier id {old!r} is claimed twice: by {claimed[old]!r} and by {part.id!r}; remove one"
                yield Finding(place, "M104", message)
            claimed.setdefault(old, part.id)


def _repeated(outline: MapOutline, ids: Iterable[tuple[str, Path]]) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for name, path in ids:
        if name in first:
            other = describe(outline.data, first[name][:-3]) if len(first[name]) > 3 else "this map"  # noqa: PLR2004
            message = f"The id {name!r} is used twice: {path[-1]} here, and {first[name][-1]} in {other}; rename one"
            yield Finding(path, "M104", message)
        else:
            first[name] = path
