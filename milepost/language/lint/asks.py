"""M104 and M105 for forms: each field once, and attributes that can take the answers."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.language.asks import Ask
from milepost.language.findings import Finding, related
from milepost.language.lint.outline import MapOutline
from milepost.language.lint.references import changed_attribute
from milepost.language.steps import Action
from milepost.language.yaml_text import Path
from milepost.text import listing


def check_asks(outline: MapOutline) -> Iterator[Finding]:
    """Checks the forms of all actions."""
    for path, action in outline.nodes(Action):
        yield from _repeated(action, (*path, "asks"))
        for index, ask in enumerate(action.asks):
            place = (*path, "asks", index, "set")
            if ask.set is not None:
                yield from changed_attribute(outline, ask.set, place)
                yield from _fit(outline, ask, ask.set, place)


def _repeated(action: Action, path: Path) -> Iterator[Finding]:
    fields: set[str] = set()
    attributes: set[str] = set()
    for index, ask in enumerate(action.asks):
        if ask.field in fields:
            message = f"The field {ask.field!r} is asked for twice by action {action.id!r}; rename one"
            yield Finding((*path, index, "field"), "M104", message)
        if ask.set in attributes:
            message = f"Attribute {ask.set!r} is set by two fields of action {action.id!r}; remove one 'set'"
            yield Finding((*path, index, "set"), "M104", message)
        fields.add(ask.field)
        attributes.update([ask.set] if ask.set else [])


def _fit(outline: MapOutline, ask: Ask, name: str, path: Path) -> Iterator[Finding]:
    """Checks that an attribute can take whatever is answered."""
    kind = outline.names.attributes.get(name)
    if kind is None or related(("attributes", name), outline.repaired) or related(path[:-1], outline.repaired):
        return
    if kind is not ask.attribute_type:
        message = f"{name!r} is of type {kind}, and an answer to '{ask.type}' is of type {ask.attribute_type}"
        yield Finding(path, "M105", f"{message}; ask for another type, or set another attribute")
        return
    declared = outline.map.attributes.get(name)
    allowed = declared.one_of if declared else None
    if allowed is None:
        return
    values = listing([str(each) for each in allowed], last="or")
    if ask.one_of is None:
        message = f"{name!r} is {values} and nothing else; ask for a 'choice' of these"
        yield Finding(path, "M105", message)
    elif refused := [each for each in ask.one_of if each not in allowed]:
        message = f"{name!r} can't be set to {listing([repr(each) for each in refused], last='or')}: it is {values}"
        yield Finding(path, "M105", message)
