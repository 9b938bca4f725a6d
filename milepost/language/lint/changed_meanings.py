"""What in a map means something else since version 2 of the map language: `milepost lint --changes` lists it.

A map doesn't say for which version it was written, and version 2 has no second meaning for old maps. So nothing here is
a problem: each note names a place, what it meant in version 1 and how to write that now, for whoever brings an old map
along.

To add one: write a function that takes the outline of a map and yields a `Finding` with the code `CHANGED` for each
place whose meaning changed (nothing where the map isn't touched by it), and put it into `_CHANGES`. The message says
what it is now, what it was, and how to keep what it was: "... means X (in version 1 Y); write Z to keep that".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from milepost.language.findings import Finding
from milepost.language.lint.outline import MapOutline
from milepost.language.loader import Loaded
from milepost.language.model import Play
from milepost.language.problems import Problem, in_order
from milepost.language.steps import Action
from milepost.language.yaml_text import Path

CHANGED = "CHANGED"


def changed_meanings(loaded: Loaded) -> tuple[Problem, ...]:
    """Returns a note for each place of a map that means something else now, in the order of the file."""
    structure = loaded.structure
    if loaded.map is None or structure is None:
        return ()
    outline = MapOutline(loaded.map, structure.data)
    findings = (finding for change in _CHANGES for finding in change(outline))
    return in_order(each.problem(structure.data, loaded.file) for each in findings)


def _working_days_of_contacts(outline: MapOutline) -> Iterator[Finding]:
    window = outline.map.contact_policy.window
    if "days" not in window.model_fields_set:
        yield Finding(
            _written(outline, ("contact_policy", "window")),
            CHANGED,
            "Customers are written to on the working days usual in the contact's country (in version 1 on Monday to "
            "Friday); write 'days: [mon, tue, wed, thu, fri]' in contact_policy.window to keep that",
            key=True,
        )


def _pauses(outline: MapOutline) -> Iterator[Finding]:
    if outline.map.on_resume == "shift":
        yield Finding(
            _written(outline, ("on_resume",)),
            CHANGED,
            "A pause moves each date in its own unit, business days by the working days whose closing time lay in it, "
            "and what counts from a due date follows it (in version 1 the pause moved each by its local days)",
            key=True,
        )


def _kept_starts(outline: MapOutline) -> Iterator[Finding]:
    for path, play in outline.nodes(Play):
        by_condition = any(trigger.event is None for trigger in play.starts_when)
        if by_condition and (play.cooldown is not None or play.only_if is not None):
            yield Finding(
                (*path, "starts_when"),
                CHANGED,
                f"A start of play {play.id!r} that was blocked, and that only a condition asked for, is dropped if the "
                f"condition isn't true any more when nothing blocks it (in version 1 it started all the same)",
                key=True,
            )


def _affairs_of_personas(outline: MapOutline) -> Iterator[Finding]:
    for path, action in outline.nodes(Action):
        if not action.anyone and len(outline.map.personas) > 1:
            yield Finding(
                (*path, "persona"),
                CHANGED,
                f"On the plan, only contacts with its persona can do action {action.id!r} (in version 1 every "
                "contact could); write 'anyone: true' to keep that",
            )


def _written(outline: MapOutline, path: Path) -> Path:
    """The path as far as the file has it; the map's id where nothing of it is written."""
    data = outline.data
    for length, part in enumerate(path):
        if not isinstance(data, dict) or part not in data:
            return path[:length] or ("map",)
        data = data[part]
    return path


_CHANGES: tuple[Callable[[MapOutline], Iterator[Finding]], ...] = (
    _working_days_of_contacts,
    _pauses,
    _kept_starts,
    _affairs_of_personas,
)
