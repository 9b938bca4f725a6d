"""Compares two versions of a map: parts added, removed and renamed, and fields with before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from typing import Any, Literal

from milepost.language.loader import MAP_FILE
from milepost.language.model import Map
from milepost.language.steps import AnyStep
from milepost.text import count_of
from milepost.versions.map_parts import Parts, fields_of, parts_of

What = Literal["added", "removed", "renamed", "moved", "changed"]
_ALIKE = 0.7
"""The likeness, from 0 to 1, from which two parts of one kind count as one that was renamed."""
_SECTIONS = ("role", "persona", "attribute")
_TITLES = ("title", "statement")


@dataclass(frozen=True, slots=True)
class Change:
    """One change: `of` is the kind of part, `id` its id in the new version, `container` a step's stage or play.

    `before` and `after` are values of `field` as maps write them, or ids where the part was renamed or moved; `lines`
    are the changed lines of a file.
    """

    what: What
    of: str
    id: str
    title: str = ""
    container: str = ""
    field: str = ""
    before: str = ""
    after: str = ""
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        follows = self.field in _TITLES  # as before and after
        title = f" “{self.title}”" if self.title and not follows else ""
        name = f"{self.of} {self.id}{title}"
        where = f" {'of' if self.container.startswith('step ') else 'in'} {self.container}" if self.container else ""
        match self.what:
            case "added" | "removed":
                return f"{name}{where}: {self.what}"
            case "renamed" if self.field:
                return f"{name}{where}: renamed from {self.before!r}"
            case "renamed":
                return f"{name}{where}: perhaps {self.before!r} renamed; journeys take it for another one"
            case "moved":
                return f"{name}: moved from {self.before} to {self.after}"
            case "changed" if self.lines:
                return f"{name}{where}: {count_of(len(self.lines), 'line')} changed"
            case "changed":
                return f"{name}{where}: {self.field} {self.before or 'nothing'} → {self.after or 'nothing'}"

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Change:
        """Reads what `to_json` wrote."""
        known = {name: value for name, value in data.items() if name != "text"}
        return Change(**known | {"lines": tuple(data.get("lines", ()))})

    def to_json(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__slots__}
        lines = {"lines": list(self.lines)} if self.lines else {}
        return {**{name: value for name, value in values.items() if value}, **lines, "text": str(self)}


def compare(
    old: Map, new: Map, old_files: Mapping[str, str] | None = None, new_files: Mapping[str, str] | None = None
) -> tuple[Change, ...]:
    """Every change from one map to another: of the map itself, its people, stages, plays, steps and files."""
    before, after = parts_of(old), parts_of(new)
    return (
        *_fields("map", new.map, "", "", fields_of(old), fields_of(new)),
        *(change for section in _SECTIONS for change in _named(section, before, after)),
        *_containers(before, after),
        *_steps(before, after),
        *_files(old_files or {}, new_files or {}, after),
    )


def _fields(  # noqa: PLR0917 - both sides, and what they are called
    of: str, name: str, title: str, container: str, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[Change]:
    for field in dict.fromkeys((*before, *after)):
        old, new = before.get(field, ""), after.get(field, "")
        if old != new:
            yield Change("changed", of, name, title, container, field, old, new)


def _named(section: str, before: Parts, after: Parts) -> Iterator[Change]:
    """Roles, personas and attributes, by their names."""
    old, new = before.named[section], after.named[section]
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield Change("removed", section, name)
        elif name not in old:
            yield Change("added", section, name)
        else:
            yield from _fields(section, name, "", "", old[name], new[name])


# Stages and plays.


def _renamed_containers(before: Parts, after: Parts) -> dict[str, str]:
    old, new = ({name: (part.kind, part.whole) for name, part in each.containers.items()} for each in (before, after))
    return _renamed(old, new, after.was)


def _containers(before: Parts, after: Parts) -> Iterator[Change]:
    renamed = _renamed_containers(before, after)
    for name, part in before.containers.items():
        if name not in after.containers and name not in renamed.values():
            yield Change("removed", part.kind, name, part.title)
    for name, part in after.containers.items():
        was = name if name in before.containers else renamed.get(name, "")
        if was != name:
            field = "was" if was in after.was[name] else ""
            yield Change("renamed" if was else "added", part.kind, name, part.title, field=field, before=was)
        if was:
            yield from _fields(part.kind, name, part.title, "", before.containers[was].fields, part.fields)
            yield from _order(part.kind, name, "steps", before.containers[was].steps, part.steps)
    for kind in ("stage", "play"):
        old, new = ([name for name, part in each.containers.items() if part.kind == kind] for each in (before, after))
        yield from _order("map", after.map, f"{kind}s", old, new)


def _order(of: str, name: str, what: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """A change of the order of the parts that stayed, if there is one."""
    before, after = [each for each in old if each in new], [each for each in new if each in old]
    if before != after:
        yield Change("changed", of, name, field=f"order of {what}", before=", ".join(before), after=", ".join(after))


# Steps.


def _steps(before: Parts, after: Parts) -> Iterator[Change]:
    old, new = ({name: (_kind(step), fields_of(step)) for name, step in each.steps.items()} for each in (before, after))
    renamed = _renamed(old, new, after.was)
    kinds = {name: part.kind for name, part in after.containers.items()}
    homes = {f"{kinds[new]} {old}": f"{kinds[new]} {new}" for new, old in _renamed_containers(before, after).items()}
    for name, step in before.steps.items():
        if name not in after.steps and name not in renamed.values():
            yield Change("removed", _kind(step), name, step.title, before.home[name])
    for name, step in after.steps.items():
        was = name if name in before.steps else renamed.get(name, "")
        if was != name:
            home, field = after.home[name], "was" if was in after.was[name] else ""
            yield Change("renamed" if was else "added", _kind(step), name, step.title, home, field, before=was)
        elif homes.get(before.home[name], before.home[name]) != after.home[name]:
            yield Change("moved", _kind(step), name, step.title, "", "", before.home[name], after.home[name])
        if was:
            yield from _step_fields(before.steps[was], step, after.home[name])


def _step_fields(old: AnyStep, new: AnyStep, home: str) -> Iterator[Change]:
    if type(old) is not type(new):
        yield Change("changed", _kind(new), new.id, new.title, home, "kind", _kind(old), _kind(new))
    yield from _fields(_kind(new), new.id, new.title, home, fields_of(old), fields_of(new))


def _kind(step: AnyStep) -> str:
    return type(step).__name__.lower()


def _renamed(
    old: Mapping[str, tuple[str, Mapping[str, str]]],
    new: Mapping[str, tuple[str, Mapping[str, str]]],
    was: Mapping[str, Sequence[str]],
) -> dict[str, str]:
    """By new id, the old id of a part: as its `was` says, or of one so alike that it may be the same; each once."""
    pairs = sorted(
        (
            (_likeness(was, now), before, after)
            for before, (kind, was) in old.items()
            if before not in new
            for after, (other, now) in new.items()
            if after not in old and kind == other
        ),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    renamed: dict[str, str] = {}
    for after, (kind, _) in new.items():
        declared = [each for each in was[after] if each in old and each not in new and old[each][0] == kind]
        if declared and after not in old:
            renamed[after] = declared[0]
    for likeness, before, after in pairs:
        if likeness >= _ALIKE and after not in renamed and before not in renamed.values():
            renamed[after] = before
    return renamed


def _likeness(old: Mapping[str, str], new: Mapping[str, str]) -> float:
    a, b = ("\n".join(f"{name}: {value}" for name, value in each.items()) for each in (old, new))
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


# Messages and playbooks.


def _files(old: Mapping[str, str], new: Mapping[str, str], after: Parts) -> Iterator[Change]:
    for name in sorted({*old, *new} - {MAP_FILE}):
        folder, _, file = name.partition("/")
        users = f"step {', '.join(after.users(file))}" if after.users(file) else ""
        of = folder.rstrip("s")
        if name not in new:
            yield Change("removed", of, file)
        elif name not in old:
            yield Change("added", of, file, container=users)
        elif old[name] != new[name]:
            lines = _changed_lines(old[name], new[name])
            yield Change("changed", of, file, container=users, field="text", lines=lines)


def _changed_lines(old: str, new: str) -> tuple[str, ...]:
    diff = unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return tuple(line for line in diff if not line.startswith(("---", "+++", "@@")))
