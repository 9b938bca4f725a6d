"""What changed between two versions of a map: parts added, removed and renamed, and fields with before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from typing import Any, Literal

from milepost.language.loader import MAP_FILE
from milepost.language.model import AnyStep, Map
from milepost.versions.map_parts import Parts, fields_of, parts_of

What = Literal["added", "removed", "renamed", "moved", "changed"]
_ALIKE = 0.7
"""How alike, from 0 to 1, two parts of one kind must be to be taken for one that was renamed."""
_SECTIONS = ("role", "persona", "attribute")
_TITLES = ("title", "statement")


@dataclass(frozen=True, slots=True)
class Change:
    """One change: `of` is the kind of part, `id` its id in the new version, `container` a step's stage or play.

    `before` and `after` are values of `field` as maps write them, or ids where it was renamed or moved; `lines` are
    those of a file that changed.
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
        said_below = self.field in _TITLES  # before and after are the titles
        title = f" “{self.title}”" if self.title and not said_below else ""
        name = f"{self.of} {self.id}{title}"
        where = f" {'of' if self.container.startswith('step ') else 'in'} {self.container}" if self.container else ""
        match self.what:
            case "added" | "removed":
                return f"{name}{where}: {self.what}"
            case "renamed":
                return f"{name}{where}: perhaps {self.before!r} renamed; journeys take it for another one"
            case "moved":
                return f"{name}: moved from {self.before} to {self.after}"
            case "changed" if self.lines:
                return f"{name}{where}: {len(self.lines)} line{'' if len(self.lines) == 1 else 's'} changed"
            case "changed":
                return f"{name}{where}: {self.field} {self.before or 'nothing'} → {self.after or 'nothing'}"

    def to_json(self) -> dict[str, Any]:
        shown = {name: getattr(self, name) for name in self.__slots__ if name != "lines"}
        return {**{name: value for name, value in shown.items() if value}, **_lines(self.lines), "text": str(self)}


def _lines(lines: Sequence[str]) -> dict[str, Any]:
    return {"lines": list(lines)} if lines else {}


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
    return _renamed(
        {each: (part.kind, part.whole) for each, part in before.containers.items() if each not in after.containers},
        {each: (part.kind, part.whole) for each, part in after.containers.items() if each not in before.containers},
    )


def _containers(before: Parts, after: Parts) -> Iterator[Change]:
    renamed = _renamed_containers(before, after)
    for name, part in before.containers.items():
        if name not in after.containers and name not in renamed:
            yield Change("removed", part.kind, name, part.title)
    for name, part in after.containers.items():
        was = name if name in before.containers else next((each for each, now in renamed.items() if now == name), "")
        if was != name:
            yield Change("renamed" if was else "added", part.kind, name, part.title, before=was)
        if was:
            yield from _fields(part.kind, name, part.title, "", before.containers[was].fields, part.fields)
            yield from _order(part.kind, name, "steps", before.containers[was].steps, part.steps)
    for kind in ("stage", "play"):
        old, new = ([name for name, part in each.containers.items() if part.kind == kind] for each in (before, after))
        yield from _order("map", after.map, f"{kind}s", old, new)


def _order(of: str, name: str, what: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Whether those that stayed stand in another order: it says what goes first."""
    was, now = [each for each in old if each in new], [each for each in new if each in old]
    if was != now:
        yield Change("changed", of, name, field=f"order of {what}", before=", ".join(was), after=", ".join(now))


# Steps.


def _steps(before: Parts, after: Parts) -> Iterator[Change]:
    renamed = _renamed(
        {each: (_kind(step), fields_of(step)) for each, step in before.steps.items() if each not in after.steps},
        {each: (_kind(step), fields_of(step)) for each, step in after.steps.items() if each not in before.steps},
    )
    homes = {
        f"{part.kind} {old}": f"{part.kind} {new}"
        for old, new in _renamed_containers(before, after).items()
        for part in (after.containers[new],)
    }
    for name, step in before.steps.items():
        if name not in after.steps and name not in renamed:
            yield Change("removed", _kind(step), name, _title(step), before.home[name])
    for name, step in after.steps.items():
        known = before.steps.get(name)
        if known is None:
            was = next((each for each, now in renamed.items() if now == name), "")
            yield Change("renamed" if was else "added", _kind(step), name, _title(step), after.home[name], before=was)
            if was:
                yield from _step_fields(before.steps[was], step, after.home[name])
        else:
            if homes.get(before.home[name], before.home[name]) != after.home[name]:
                yield Change("moved", _kind(step), name, _title(step), "", "", before.home[name], after.home[name])
            yield from _step_fields(known, step, after.home[name])


def _step_fields(old: AnyStep, new: AnyStep, home: str) -> Iterator[Change]:
    if type(old) is not type(new):
        yield Change("changed", _kind(new), new.id, _title(new), home, "kind", _kind(old), _kind(new))
    yield from _fields(_kind(new), new.id, _title(new), home, fields_of(old), fields_of(new))


def _kind(step: AnyStep) -> str:
    return type(step).__name__.lower()


def _title(step: AnyStep) -> str:
    return str(getattr(step, "title", "") or getattr(step, "statement", ""))


def _renamed(
    old: Mapping[str, tuple[str, Mapping[str, str]]], new: Mapping[str, tuple[str, Mapping[str, str]]]
) -> dict[str, str]:
    """Of what is gone and what is new, the pairs that are so alike that one may be the other under a new id."""
    pairs = sorted(
        (
            (_likeness(was, now), before, after)
            for before, (kind, was) in old.items()
            for after, (other, now) in new.items()
            if kind == other
        ),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    found: dict[str, str] = {}
    for likeness, before, after in pairs:
        if likeness >= _ALIKE and before not in found and after not in found.values():
            found[before] = after
    return found


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
    found = unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return tuple(line for line in found if not line.startswith(("---", "+++", "@@")))
