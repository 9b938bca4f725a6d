"""What stands behind a field's colon or a dash, read letter by letter: quotes, brackets, and text with a colon in it.

Rows and columns count from 0 here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

KEY = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[{#&*!|>%@`,][^\n]*?)\s*:(?=\s|$)""")
NO_COLON = re.compile(r"([A-Za-z_]\w*)(?::| +)([\[{])")
"""A name that a bracket follows without the colon and the space between."""
NO_SPACE_AFTER_DASH = re.compile(r"-(?=[A-Za-z_{\[\"'])")
_BLOCK = re.compile(r"[|>][-+0-9]*\s*(?=#|$)")
_ANCHOR = re.compile(r"[&!][^\s\[\]{},]*\s+")
_COMMENT = re.compile(r"\s#.*$")
_CLOSING = {"[": "]", "{": "}"}
_WORD = 32


class After(Enum):
    """What a value leaves behind: what may stand deeper on the next line."""

    NOTHING = "nothing"
    """No value: fields, a list or text may follow."""
    TEXT = "text"
    """Text without quotes: more of it may follow."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mistake, where it is, and what to do about it; `in_layout` if lines may be wrongly indented."""

    row: int
    column: int
    message: str
    in_layout: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """A value that was read: the row after it, and what it leaves behind."""

    next_row: int
    after: After
    trouble: Trouble | None = None


def shown(text: str) -> str:
    """The beginning of a text as a message quotes it."""
    text = text.strip()
    return f"'{text}'" if len(text) <= _WORD else f"'{text[: _WORD - 3].rstrip()}...'"


def without_comment(text: str) -> str:
    """A line's text without the comment at its end; only for text that has no quotes."""
    return "" if text.startswith("#") else _COMMENT.sub("", text).rstrip()


def read_value(lines: Sequence[str], row: int, column: int, base: int) -> Value:
    """Read what begins at a place; `base` is the column of the field or dash that it belongs to."""
    text = lines[row][column:]
    while found := _ANCHOR.match(text):
        column, text = column + found.end(), text[found.end() :]
    if not without_comment(text):
        return Value(row + 1, After.NOTHING)
    if text[0] in "|>":
        return _block(lines, row, column, base)
    if text[0] in "\"'[{":
        return _Enclosed(lines, row, column, base).read()
    return _plain(without_comment(text), row, column)


def _block(lines: Sequence[str], row: int, column: int, base: int) -> Value:
    if not _BLOCK.match(lines[row][column:]):
        said = f"Text behind {lines[row][column]!r} begins on the next line, indented deeper; break the line there"
        return Value(row + 1, After.CLOSED, Trouble(row, column, said))
    end, depth = row + 1, None
    while end < len(lines) and (not lines[end].strip() or indent_of(lines[end]) > base):
        indent = indent_of(lines[end])
        depth = indent if depth is None and lines[end].strip() else depth
        if depth is not None and lines[end].strip() and indent < depth:
            said = f"{shown(lines[end])} begins {spaces(indent)} in, and the text above it {depth}"
            return Value(end, After.CLOSED, Trouble(end, indent, f"{said}; indent it alike if it goes on from there"))
        end += 1
    return Value(end, After.TEXT)


def spaces(count: int) -> str:
    """A number of spaces in words."""
    return f"{count} space{'' if count == 1 else 's'}"


def indent_of(line: str) -> int:
    """How many spaces a line begins with."""
    return len(line) - len(line.lstrip(" "))


def _plain(text: str, row: int, column: int) -> Value:
    def wrong(message: str, at: int = 0) -> Value:
        return Value(row + 1, After.CLOSED, Trouble(row, column + at, message))

    if text[0] in "@`%" or re.match(r"[*&!](?!\w)", text):
        return wrong(f"No text can begin with {text[0]!r}; put the whole in quotes: {quoted(text)}")
    if re.match(r"-\s", text):
        return wrong("A list can't begin on the line of its field; begin it on the next line, or write it in brackets")
    if found := re.search(r":(?=\s|$)", text):
        said = f"The text {shown(text)} holds a colon and a space, which ends a field's name"
        if found.end() == len(text):
            said = f"The text {shown(text)} ends in a colon, as a field's name does"
        return wrong(f"{said}; put the text in quotes: {quoted(text)}", found.start())
    return Value(row + 1, After.TEXT)


def quoted(text: str) -> str:
    """A text in quotes, as a message shows it; only the marks where it is long."""
    text = text.strip().rstrip("\"'").lstrip("\"'")
    inner = text if len(text) <= _WORD else "..."
    return f'"{inner}"' if '"' not in inner else "'" + inner.replace("'", "''") + "'"


class _Enclosed:
    """Reads a value in quotes or brackets, over several lines if need be, and says what is not closed."""

    def __init__(self, lines: Sequence[str], row: int, column: int, base: int) -> None:
        self._lines, self._begun, self._base = lines, (row, column), base
        self._row, self._column = row, column
        self._open: list[tuple[str, int, int]] = []
        self._fresh = True
        """Whether a text may begin here."""
        self._named = False
        """Whether this entry of a mapping has had its colon."""
        self._ended = ""
        """The quote or bracket that has just closed a value within brackets."""

    def read(self) -> Value:
        trouble = self._value()
        if trouble is None:
            rest = self._lines[self._row][self._column :]
            if without_comment(rest).strip():
                trouble = self._left_over(rest)
        return Value(self._row + 1, After.CLOSED, trouble)

    def _left_over(self, rest: str) -> Trouble:
        row, column = self._begun
        whole = self._lines[row][column:].strip()
        if whole[0] in "\"'":
            said = f"After the closing quote stands {shown(rest)}"
            way = f"put the whole text in quotes: {quoted(whole)}"
        elif whole.startswith("{{"):
            said = "Text that begins with '{{' is taken for a bracket"
            return Trouble(row, column, f"{said}; put the whole in quotes: {quoted(whole)}")
        else:
            said = f"After the closing bracket stands {shown(rest)}"
            way = "remove it, or put the whole in quotes if it is a text"
        at = self._column + len(rest) - len(rest.lstrip())
        return Trouble(self._row, at, f"{said}; {way}")

    def _value(self) -> Trouble | None:
        if self._letter() in "\"'":
            return self._quote()
        while True:
            if (trouble := self._next()) is not None:
                return trouble
            if not self._open:
                return None

    def _letter(self) -> str:
        line = self._lines[self._row]
        return line[self._column] if self._column < len(line) else "\n"

    def _next(self) -> Trouble | None:
        letter = self._letter()
        if letter == "\n" or (letter == "#" and self._lines[self._row][self._column - 1].isspace()):
            return self._next_line()
        if self._ended and letter not in ",]}:" and not letter.isspace():
            return self._without_comma()
        if letter in "\"'" and self._fresh:
            self._fresh, self._ended = False, letter
            return self._quote()
        self._ended = self._ended if letter.isspace() else ""
        if letter in _CLOSING:
            self._open.append((letter, self._row, self._column))
            self._fresh, self._named = True, False
        elif letter in "]}":
            opened, *_ = self._open.pop()
            if letter != _CLOSING[opened]:
                said = f"{letter!r} closes what {opened!r} opened; write {_CLOSING[opened]!r}"
                return Trouble(self._row, self._column, said)
            self._fresh, self._named, self._ended = False, True, letter
        elif letter == ",":
            self._fresh, self._named = True, False
        elif letter == ":" and self._lines[self._row][self._column + 1 : self._column + 2] in ("", " ", "\t"):
            if self._named:
                return self._second_colon()
            self._fresh = self._named = True
        elif not letter.isspace():
            self._fresh = False
        self._column += 1
        return None

    def _without_comma(self) -> Trouble:
        here = shown(self._lines[self._row][self._column :])
        lacking = "a comma" if self._ended in "]}" else "a quote or a comma"
        said = f"Before {here} {lacking} is missing: the {self._ended} in front of it has closed what stands there"
        return Trouble(self._row, self._column, f"{said}; write it")

    def _second_colon(self) -> Trouble:
        before = self._lines[self._row][: self._column]
        word = re.search(r"[^\s,\[\]{}:]*$", before)
        name, at = (word[0], word.start()) if word else ("", self._column)
        said = f"Before '{name}:' a comma is missing; write ', {name}:', or put text that holds a colon in quotes"
        return Trouble(self._row, at, said)

    def _quote(self) -> Trouble | None:
        mark, begun = self._letter(), (self._row, self._column)
        self._column += 1
        while True:
            letter = self._letter()
            if letter == "\n":
                if not self._goes_on():
                    said = f"The quote {mark} is never closed; write {mark} at the end of the text"
                    return Trouble(*begun, said)
                self._row, self._column = self._row + 1, 0
                continue
            twice = self._lines[self._row][self._column : self._column + 2]
            if (mark == "'" and twice == "''") or (mark == '"' and letter == "\\"):
                self._column += 2
                continue
            self._column += 1
            if letter == mark:
                return None

    def _next_line(self) -> Trouble | None:
        if self._goes_on():
            self._row, self._column = self._row + 1, 0
            return None
        bracket, row, column = self._open[-1]
        said = f"The bracket {bracket!r} is never closed; write {_CLOSING[bracket]!r} where it ends"
        return Trouble(row, column, said)

    def _goes_on(self) -> bool:
        """Whether the next line that holds something is deeper, so that it may belong to this value."""
        for line in self._lines[self._row + 1 :]:
            if line.strip():
                return indent_of(line) > self._base or line.lstrip()[0] in "]}"
        return False
