"""What is wrong with YAML that a parser has refused, in words of what stands in the file.

The parser tells where it gave up, often lines after the mistake, and in words of its own. Here the lines above are
looked at instead; of a line that is wrongly indented, the change is looked for that makes the rest line up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from milepost.language.mistakes.layout import Layout
from milepost.language.mistakes.values import Trouble, indent_of, quoted, shown, spaces
from milepost.language.model import Map

_LONGEST_LINE = 5_000
_ABOVE, _BELOW = 300, 80
"""How many lines are looked at, so that a long file takes no longer than a short one."""
_OF_THE_FILE = frozenset(info.alias or name for name, info in Map.model_fields.items())


@dataclass(frozen=True, slots=True)
class Refusal:
    """Where a parser gave up, counted from 0, and what it said; `begun` is where what it was reading began."""

    row: int
    column: int
    said: str
    begun: tuple[int, int] | None = None

    @staticmethod
    def of(error: Exception) -> Refusal:
        """The refusal that an error of ruamel.yaml tells of."""
        said = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
        begun = getattr(error, "context_mark", None)
        mark = getattr(error, "problem_mark", None) or begun
        row, column = (mark.line, mark.column) if mark else (0, 0)
        return Refusal(row, column, said, (begun.line, begun.column) if begun else None)


def diagnose(text: str, refusal: Refusal) -> Trouble:
    """The mistake behind a refusal, with its row and column from 0."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    refused_at = min(refusal.row, len(lines) - 1)
    first = _beginning(lines, refused_at - _ABOVE)
    near = lines[first : refused_at + _BELOW]
    found = None
    if all(len(line) <= _LONGEST_LINE for line in near):
        found = _trouble(near, refused_at - first, twice="duplicate" in refusal.said)
    if found is None:
        return _by_the_words(lines, refusal)
    return Trouble(found.row + first, found.column, found.message)


def _beginning(lines: Sequence[str], row: int) -> int:
    """The last line up to a row at which a field of the file itself begins."""
    return next((at for at in range(row, 0, -1) if re.match(r"[A-Za-z_]\w*:(\s|$)", lines[at])), 0)


def _trouble(lines: Sequence[str], refused_at: int, *, twice: bool) -> Trouble | None:
    found = Layout(lines, twice=twice).first_trouble()
    if found is None or found.row > refused_at + 1:
        return None
    return (_moved(lines, found) if found.in_layout else None) or found


@dataclass(frozen=True, slots=True)
class _Change:
    """A line, with those under it if `whole`, moved by some spaces; or given a dash, or rid of one."""

    row: int
    shift: int = 0
    whole: bool = False
    dash: str = ""

    def made(self, lines: Sequence[str]) -> list[str] | None:
        changed = list(lines)
        line = lines[self.row]
        indent = indent_of(line)
        if self.dash in ("added", "in front"):
            before = line[:indent] if self.dash == "added" else line[: max(indent - 2, 0)]
            changed[self.row] = f"{before}- {line[indent:]}"
            return changed
        if self.dash == "removed":
            changed[self.row] = line[:indent] + line[indent:].removeprefix("-").lstrip()
            return changed
        for row in self._rows(lines):
            if lines[row].strip() and indent_of(lines[row]) + self.shift < 0:
                return None
            changed[row] = " " * (indent_of(lines[row]) + self.shift) + lines[row].lstrip(" ")
        return changed

    def _rows(self, lines: Sequence[str]) -> Iterator[int]:
        yield self.row
        if self.whole:
            for row in range(self.row + 1, len(lines)):
                if lines[row].strip() and indent_of(lines[row]) <= indent_of(lines[self.row]):
                    return
                yield row


def _moved(lines: Sequence[str], found: Trouble) -> Trouble | None:
    """The change of one line after which the most lines fit, told; nothing if none helps."""
    best, reached = None, found.row
    for change in _changes(lines, found.row):
        fits = _fitting(lines, change)
        if fits > reached:
            best, reached = change, fits
        if fits == len(lines):
            break
    if best is None:
        return None
    other = replace(best, shift=-best.shift)
    both = best.shift != 0 and best.row == found.row and _fitting(lines, other) == reached
    if both and _is_of_the_file(lines[best.row]):
        return _told(lines, min(best, other, key=lambda each: each.shift), None)
    return _told(lines, best, other if both else None)


def _is_of_the_file(line: str) -> bool:
    """Whether a line one space in is a field of the whole map: nothing else of that name stands so far out."""
    return indent_of(line) == 1 and line.strip().partition(":")[0] in _OF_THE_FILE


def _fitting(lines: Sequence[str], change: _Change) -> int:
    """How many lines fit once one is changed, from the first."""
    changed = change.made(lines)
    if changed is None:
        return -1
    trouble = Layout(changed, twice=True).first_trouble()
    return len(lines) if trouble is None else trouble.row


def _changes(lines: Sequence[str], row: int) -> Iterator[_Change]:
    """The most likely first: a later one is taken only if more lines fit after it."""
    rows = [row, *_lines_above(lines, row)]
    columns = {indent_of(line) for line in lines if _holds_something(line)}
    if _begins_a_list(lines, rows):
        yield _Change(row, dash="added")
    beside = indent_of(lines[rows[1]]) if len(rows) > 1 else 0
    for whole in (False, True):
        for at in rows:
            here = indent_of(lines[at])
            for column in sorted(columns, key=lambda each: (abs(each - here), each != beside)):
                yield _Change(at, column - here, whole)
        for at in () if whole else rows:
            for dash in ("removed",) if lines[at].lstrip().startswith("- ") else ("added", "in front"):
                yield _Change(at, dash=dash)


def _begins_a_list(lines: Sequence[str], rows: list[int]) -> bool:
    """Whether `stage: ...` stands right under `stages:`."""
    key, above = (lines[at].strip().partition(":")[0] for at in rows[:2]) if len(rows) > 1 else ("", "")
    return bool(key) and above == f"{key}s"


def _lines_above(lines: Sequence[str], row: int) -> list[int]:
    """The line before, the lines that it stands under, and the first neighbour of each."""
    found: list[int] = []
    first = None
    for at in (at for at in range(row - 1, -1, -1) if _holds_something(lines[at])):
        indent = indent_of(lines[at])
        if first is None or indent < indent_of(lines[first]):
            found += [each for each in (first, at) if each is not None and each not in found]
            first = at
        elif indent == indent_of(lines[first]):
            first = at
    return found


def _holds_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _told(lines: Sequence[str], change: _Change, other: _Change | None) -> Trouble:
    line = lines[change.row]
    indent = indent_of(line)
    what = shown(line)
    if change.dash in ("added", "in front"):
        said = f"{what} begins an item of a list and has no dash; write {shown('- ' + line.strip())}"
        return Trouble(change.row, indent, said)
    if change.dash == "removed":
        said = f"{what} stands among fields, where no dash belongs; write {shown(line.strip()[1:])}"
        return Trouble(change.row, indent, said)
    changes = [change] if other is None else [change, other]
    right = " or ".join(str(indent + each.shift) for each in changes)
    way = " or ".join(f"{'add' if each.shift > 0 else 'take away'} {spaces(abs(each.shift))}" for each in changes)
    under = " here and in the lines under it" if change.whole else ""
    things = "the dashes of one list" if line.lstrip().startswith("- ") else "the fields of one thing"
    said = f"{what} begins {spaces(indent)} in, its neighbours {right}; {way}{under}: {things} begin in the same column"
    return Trouble(change.row, indent, said)


def _by_the_words(lines: Sequence[str], refusal: Refusal) -> Trouble:
    """What the parser's own words come to, where the lines look right."""
    row, column, said = refusal.row, refusal.column, refusal.said
    if row >= len(lines):
        row, column = len(lines) - 1, len(lines[-1])
    here = lines[row][column:]
    if "end of stream" in said and refusal.begun:
        return Trouble(*refusal.begun, "What begins here is never closed; write the quote or bracket that closes it")
    if "'\\t'" in said:
        return Trouble(row, column, "A tab stands where spaces belong; indent with spaces, not tabs")
    if "another document" in said or "<document start>" in said:
        return Trouble(row, column, "A second file begins here; a file holds one: remove the line '---'")
    if "undefined alias" in said or "alphabetic or numeric" in said:
        return Trouble(row, column, f"No text can begin with {here[:1]!r}; put it in quotes: {quoted(here)}")
    if "cannot start any token" in said:
        return Trouble(row, column, f"No text can begin with {here[:1]!r}; put it in quotes: {quoted(here)}")
    if "escape" in said:
        way = "put the text between ' instead of \", where it stands for itself"
        return Trouble(row, column, f"A backslash between double quotes has a meaning of its own; {way}")
    what = shown(here) if here.strip() else "The end of the line"
    way = "look for a colon, a quote, a bracket or spaces that lack here or on the line above"
    return Trouble(row, column, f"{what} does not go with what stands above it; {way}")
