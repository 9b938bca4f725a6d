"""Which line of a file does not line up with the others: its fields, its lists, and how far they are indented.

This is no parser: it looks at files that one has refused, and finds the first line that people would call wrong.
Rows and columns count from 0 here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from milepost.language.mistakes.values import (
    KEY,
    NO_COLON,
    NO_SPACE_AFTER_DASH,
    After,
    Trouble,
    indent_of,
    read_value,
    shown,
    spaces,
    without_comment,
)

_DASHES = re.compile(r"(?:-[ ]+|-$)*")
_NO_SPACE = re.compile(r"([A-Za-z_]\w*):(?!//)(\S.*)")
_TEXT_OF_WORDS = 3


@dataclass(slots=True)
class Block:
    """Fields, or items of a list, that begin in the same column; `names` are the keys, or the items' first keys."""

    column: int
    items: bool
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that begins something: where its dashes stand, and what comes after them."""

    row: int
    dashes: tuple[int, ...]
    column: int
    text: str

    @property
    def start(self) -> int:
        return self.dashes[0] if self.dashes else self.column

    @property
    def key(self) -> str | None:
        found = KEY.match(self.text)
        return found[0].rstrip()[:-1].rstrip() if found else None


class Layout:
    """Goes through the lines from the top until one does not fit; `twice`: a field written twice does not fit."""

    def __init__(self, lines: Sequence[str], *, twice: bool = False) -> None:
        self._lines, self._twice = lines, twice
        self._after = After.NOTHING
        self._above: _Line | None = None
        self.blocks: list[Block] = []

    def first_trouble(self) -> Trouble | None:
        row = 0
        while row < len(self._lines):
            line = self._lines[row]
            text = line.strip()
            if not text or text.startswith("#") or re.match(r"(---|\.\.\.|%)(\s|$)", line):
                row += 1
                continue
            if "\t" in line[: len(line) - len(line.lstrip())]:
                return Trouble(row, 0, "The line begins with a tab; indent with spaces, not tabs")
            made = self._take(_line_at(row, line))
            if isinstance(made, Trouble):
                return made
            row = made
        return None

    def _take(self, line: _Line) -> Trouble | int:
        if NO_SPACE_AFTER_DASH.match(line.text):
            return Trouble(line.row, line.column, misread_name(line.text) or "")
        if self._continues(line):
            return line.row + 1
        trouble = self._fit(line) or self._name(line)
        if trouble is not None:
            return trouble
        found = KEY.match(line.text)
        at, base = (line.column + found.end(), line.column) if found else (line.column, line.start)
        at += len(self._lines[line.row][at:]) - len(self._lines[line.row][at:].lstrip())
        value = read_value(self._lines, line.row, at, base)
        self._after, self._above = value.after, line
        return value.trouble or value.next_row

    def _continues(self, line: _Line) -> bool:
        """Whether a line is more of the text above it."""
        deeper = bool(self.blocks) and line.start > self.blocks[-1].column
        return deeper and self._after is After.TEXT and line.key is None and not _NO_SPACE.fullmatch(line.text)

    # Where the line begins.

    def _fit(self, line: _Line) -> Trouble | None:
        column, popped = line.start, False
        while self.blocks and self.blocks[-1].column > column:
            self.blocks.pop()
            popped = True
        top = self.blocks[-1] if self.blocks else None
        if top is None or top.column < column:
            if popped or (top is not None and self._after is not After.NOTHING) or (top is None and self._above):
                return self._astray(line)
            self.blocks.append(Block(column, bool(line.dashes)))
        elif bool(line.dashes) != top.items and (trouble := self._other_kind(line, popped=popped)):
            return trouble
        for dash in line.dashes[1:]:
            self.blocks.append(Block(dash, items=True))
        if line.dashes and line.key is not None:
            self.blocks.append(Block(line.column, items=False))
        return None

    def _other_kind(self, line: _Line, *, popped: bool) -> Trouble | None:
        """A dash among fields, or a field among dashes; a list may begin in the column of its field."""
        top = self.blocks[-1]
        if line.dashes and not popped and self._after is After.NOTHING:
            self.blocks.append(Block(line.start, items=True))
            return None
        if not line.dashes and len(self.blocks) > 1 and self.blocks[-2].column == top.column:
            self.blocks.pop()
            return None
        what = "A list item stands among fields" if line.dashes else "A field stands among list items"
        way = "indent it as the list that it belongs to" if line.dashes else "write '- ' before it, or indent it deeper"
        return Trouble(line.row, line.start, f"{what}: {shown(line.text)}; {way}", in_layout=True)

    def _astray(self, line: _Line) -> Trouble:
        above = self._above
        if above is not None and line.start >= above.column and self._after is After.TEXT:
            if said := _unfinished(above):
                return Trouble(above.row, above.column, said)
            if line.key is not None and len(line.key.split()) >= _TEXT_OF_WORDS:
                said = f"The text {shown(line.text)} holds a colon and a space; put the whole text in quotes"
                return Trouble(line.row, line.column, said)
        said = f"{shown(line.text)} begins {spaces(line.start)} in, and nothing above it begins there"
        way = "indent it as far as the fields that it belongs to"
        return Trouble(line.row, line.start, f"{said}; {way}", in_layout=True)

    # What the line begins with.

    def _name(self, line: _Line) -> Trouble | None:
        if not self.blocks or self.blocks[-1].column != line.column or self.blocks[-1].items:
            return None  # an item that ends with its dash
        block, key = self.blocks[-1], line.key
        if key is None:
            alone = bool(line.dashes) or line.text[0] in "\"'[{|>&*!"
            said = None if alone else _unfinished(line)
            return Trouble(line.row, line.column, said, in_layout=self._after is After.TEXT) if said else None
        if said := misread_name(line.text):
            return Trouble(line.row, line.column, said)
        if self._twice and key in block.names:
            return Trouble(line.row, line.column, f"{key!r} is written twice; remove one")
        block.names.add(key)
        if line.dashes:
            self.blocks[-2].names.add(key)
        return None


def misread_name(text: str) -> str | None:
    """What is wrong with the beginning of a field that a parser takes for a longer name than was meant."""
    if NO_SPACE_AFTER_DASH.match(text):
        return f"After the dash of {shown(text)} a space is missing; write {shown('- ' + text[1:])}"
    if found := NO_COLON.match(text):
        meant = f"{found[1]}: {text[found.end(1) :].lstrip(': ')}"
        return f"Between {found[1]!r} and {found[2]!r} a colon and a space belong; write {shown(meant)}"
    return None


def _unfinished(line: _Line) -> str | None:
    """What is missing in a line that should be a field and has no colon with a space."""
    text = without_comment(line.text)
    if KEY.match(text):
        return None
    if found := _NO_SPACE.fullmatch(text):
        return f"After the colon of {shown(text)} a space is missing; write {shown(f'{found[1]}: {found[2]}')}"
    name, _, rest = text.partition(" ")
    meant = f"{name}: {rest.strip()}".rstrip()
    return f"{shown(text)} has no colon; a field is its name, a colon, a space and its value: write {shown(meant)}"


def _line_at(row: int, line: str) -> _Line:
    indent = indent_of(line)
    found = _DASHES.match(line, indent)
    end = found.end() if found else indent
    dashes = tuple(at for at in range(indent, end) if line[at] == "-")
    return _Line(row, dashes, end, line[end:].rstrip())
