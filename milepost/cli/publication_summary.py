"""The impact of a publication in a few lines, for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from milepost.cli.support.output import say
from milepost.explain.sentences import version_text
from milepost.intake.move_preview import MoveCounts
from milepost.intake.publication import Impact, VersionImpact
from milepost.text import count_of
from milepost.versions import Change

_CHANGES = 8  # that are shown; `milepost diff` has all
_GONE = 5
_NAMED = 3
_WIDEST = 150
_COMMANDS = 3
_ORDER = ("removed", "renamed", "moved", "added", "changed")  # what affects customers most comes first


def print_impact(impact: Impact) -> None:
    """Print what changes, and what moving the open journeys would do."""
    say(*_changes(impact), *_journeys(impact), "")


def comparisons(impact: Impact, number: int) -> Iterator[str]:
    """The commands that show it customer by customer, once this is version `number`; the most journeys first."""
    readable = [each for each in impact.versions if each.moves is not None]
    for each in sorted(readable, key=lambda each: -each.journeys)[:_COMMANDS]:
        yield f"milepost diff {impact.map}@{each.number} {impact.map}@{number} --customers"


def _changes(impact: Impact) -> Iterator[str]:
    before = version_text(impact.number, impact.hash)
    if impact.changes is None:
        yield f"{impact.map}: this Milepost can't read {before}, so it can't tell what changed since."
    elif not impact.changes:
        yield f"{impact.map}: its content is the same as {before}; only its files are written differently."
    else:
        yield f"{impact.map}: {count_of(len(impact.changes), 'change')} since {before}:"
        yield from _first(impact.changes)


def _first(changes: Sequence[Change]) -> Iterator[str]:
    for change in sorted(changes, key=lambda change: _ORDER.index(change.what))[:_CHANGES]:
        yield f"  {textwrap.shorten(str(change), _WIDEST, placeholder=' ...')}"
    if len(changes) > _CHANGES:
        yield f"  ... and {count_of(len(changes) - _CHANGES, 'more change')}"


def _journeys(impact: Impact) -> Iterator[str]:
    if not impact.journeys:
        yield "No journey is open on another version of it, so there is nobody to move."
        return
    stay = f"{count_of(impact.journeys, 'open journey')} {'stays' if impact.journeys == 1 else 'stay'}"
    yield f"Publishing moves nobody: {stay} on another version."
    yield "Moving them to this one now would do this at once:"
    for version in impact.versions:
        yield from _version(version)


def _version(version: VersionImpact) -> Iterator[str]:
    which = f"  {count_of(version.journeys, 'journey')} on {version_text(version.number, version.hash)}:"
    if version.moves is None:
        yield f"{which} nobody can tell, since this Milepost can't read that version."
    elif version.moves.unchanged.count == version.journeys:
        yield f"{which} nothing."
    else:
        yield which
        yield from (f"    {line}" for line in _counts(version.moves))


def _counts(moves: MoveCounts) -> Iterator[str]:
    if moves.on_gone:
        stand = "stands" if moves.on_gone == 1 else "stand"
        yield f"{count_of(moves.on_gone, 'customer')} {stand} on something that is gone:"
        gone = sorted(moves.gone.items(), key=lambda each: (-each[1].count, each[0]))
        for what, customers in gone[:_GONE]:
            yield f"  {what}: {customers.named(_NAMED)}"
        if len(gone) > _GONE:
            yield f"  ... and {len(gone) - _GONE} more that are gone"
    steps = ((moves.withdrawn, "withdrawn"), (moves.opened, "opened"), (moves.redated, "kept with another date"))
    if parts := [f"{count_of(count, 'step')} {what}" for count, what in steps if count]:
        yield ", ".join(parts)
    if unchanged := moves.unchanged.count:
        yield f"nothing for {count_of(unchanged, 'customer')}"
    if moves.unknown.count:
        yield f"nobody can tell for {count_of(moves.unknown.count, 'customer')}: {moves.unknown.named(_NAMED)}"
        yield f"  {textwrap.shorten(moves.why or '', _WIDEST, placeholder=' ...')}"
