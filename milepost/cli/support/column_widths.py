"""How wide the columns of a table are, so that no word of it is broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len


def column_widths(columns: Sequence[Sequence[str]], whole: Iterable[int], room: int) -> list[int] | None:
    """Returns the width of each column, given its heading and cells; None where the words don't fit in the room.

    Lines are broken between words, those of `whole` columns (by number) nowhere. Room that is left goes to the columns
    that lack the least first.
    """
    unbroken = set(whole)
    longest = [max((cell_len(line) for cell in cells for line in cell.splitlines()), default=0) for cells in columns]
    widths = [
        longest[number]
        if number in unbroken
        else max((cell_len(word) for cell in cells for word in cell.split()), default=0)
        for number, cells in enumerate(columns)
    ]
    left = room - sum(widths)
    if left < 0:
        return None
    needs = sorted(range(len(widths)), key=lambda number: longest[number] - widths[number])
    for position, number in enumerate(needs):
        more = min(longest[number] - widths[number], left // (len(needs) - position))
        widths[number], left = widths[number] + more, left - more
    return widths
