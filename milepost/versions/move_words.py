"""What moving many journeys would do, in sentences, as the command line and the pages say it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from milepost.text import count_of
from milepost.versions.move_counts import MoveCounts

_GONE = 5
_NAMED = 3
WIDEST = 150
"""Characters of a line that holds somebody else's text."""


def sentences(moves: MoveCounts) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yields each sentence, with what it goes on to list."""
    if moves.on_gone:
        stand = "stands" if moves.on_gone == 1 else "stand"
        yield f"{count_of(moves.on_gone, 'customer')} {stand} on something that is gone:", tuple(_gone(moves))
    steps = ((moves.withdrawn, "withdrawn"), (moves.opened, "opened"), (moves.redated, "kept with another date"))
    if parts := [f"{count_of(count, 'step')} {what}" for count, what in steps if count]:
        yield ", ".join(parts), ()
    if unchanged := moves.unchanged.count:
        yield f"nothing for {count_of(unchanged, 'customer')}", ()
    if unknown := moves.unknown.count:
        named = f": {moves.unknown.named(_NAMED)}" if moves.unknown.first else ""
        why = textwrap.shorten(moves.why or "", WIDEST, placeholder=" ...")
        yield f"nobody can tell for {count_of(unknown, 'customer')}{named}", (why,) if why else ()


def _gone(moves: MoveCounts) -> Iterator[str]:
    gone = sorted(moves.gone.items(), key=lambda each: (-each[1].count, each[0]))
    for what, customers in gone[:_GONE]:
        yield f"{what}: {customers.named(_NAMED)}"
    if len(gone) > _GONE:
        yield f"... and {len(gone) - _GONE} more that are gone"
