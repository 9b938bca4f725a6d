"""What publishing is about to change, in a few lines for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from milepost.cli.publication.impact import Standing, Upcoming
from milepost.cli.support.moves import Moves
from milepost.cli.support.output import count_of, say
from milepost.explain.sentences import version_said
from milepost.versions import Change

_CHANGES = 8  # that are shown; `milepost diff` has all
_GONE = 5
_NAMED = 3
_WIDEST = 150
_COMMANDS = 3
_ORDER = ("removed", "renamed", "moved", "added", "changed")  # what touches customers most comes first


def tell(upcoming: Upcoming) -> None:
    """Print what changes, and what moving the open journeys would do."""
    say(*_changed(upcoming), *_journeys(upcoming), "")


def comparisons(upcoming: Upcoming, number: int) -> Iterator[str]:
    """The commands that tell it customer by customer, once this is version `number`; the most journeys first."""
    readable = [each for each in upcoming.standing if each.moves is not None]
    for each in sorted(readable, key=lambda each: -each.journeys)[:_COMMANDS]:
        yield f"milepost diff {upcoming.map}@{each.number} {upcoming.map}@{number} --customers"


def _changed(upcoming: Upcoming) -> Iterator[str]:
    before = version_said(upcoming.number, upcoming.hash)
    since = f"since {before}"
    if upcoming.changes is None:
        yield f"{upcoming.map}: this Milepost can't read {before}, nor say what changed since."
    elif not upcoming.changes:
        yield f"{upcoming.map}: nothing that it says changed {since}; only how its files are written."
    else:
        yield f"{upcoming.map}: {count_of(len(upcoming.changes), 'change')} {since}:"
        yield from _first(upcoming.changes)


def _first(changes: Sequence[Change]) -> Iterator[str]:
    for change in sorted(changes, key=lambda change: _ORDER.index(change.what))[:_CHANGES]:
        yield f"  {textwrap.shorten(str(change), _WIDEST, placeholder=' ...')}"
    if len(changes) > _CHANGES:
        yield f"  ... and {count_of(len(changes) - _CHANGES, 'more change')}"


def _journeys(upcoming: Upcoming) -> Iterator[str]:
    if not upcoming.journeys:
        yield "No journey is open on another version of it, so nobody is to be moved."
        return
    stay = "1 open journey stays" if upcoming.journeys == 1 else f"{upcoming.journeys} open journeys stay"
    yield f"Publishing moves nobody: {stay} on another version."
    yield "Moving them to this one now would do this at once:"
    for each in upcoming.standing:
        yield from _standing(each)


def _standing(standing: Standing) -> Iterator[str]:
    whose = f"  {count_of(standing.journeys, 'journey')} on {version_said(standing.number, standing.hash)}:"
    if standing.moves is None:
        yield f"{whose} nobody can tell, since this Milepost can't read that version."
    elif standing.moves.unchanged.many == standing.journeys:
        yield f"{whose} nothing."
    else:
        yield whose
        yield from (f"    {line}" for line in _counts(standing.moves))


def _counts(moves: Moves) -> Iterator[str]:
    if moves.on_gone:
        yield f"{_who(moves.on_gone)} on something that is gone:"
        gone = sorted(moves.gone.items(), key=lambda each: (-each[1].many, each[0]))
        for what, whom in gone[:_GONE]:
            yield f"  {what}: {whom.named(_NAMED)}"
        if len(gone) > _GONE:
            yield f"  ... and {len(gone) - _GONE} more that are gone"
    steps = ((moves.withdrawn, "withdrawn"), (moves.opened, "opened"), (moves.redated, "kept with another date"))
    if done := [f"{count_of(many, 'step')} {what}" for many, what in steps if many]:
        yield ", ".join(done)
    if still := moves.unchanged.many:
        yield f"nothing for {count_of(still, 'customer')}"
    if moves.untold.many:
        yield f"nobody can tell for {count_of(moves.untold.many, 'customer')}: {moves.untold.named(_NAMED)}"
        yield f"  {textwrap.shorten(moves.why or '', _WIDEST, placeholder=' ...')}"


def _who(many: int) -> str:
    return "1 customer stands" if many == 1 else f"{many} customers stand"
