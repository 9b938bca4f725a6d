"""The likely mistake in YAML that the parser refuses, at its line and in plain words.

The parser tells where it gave up, often lines after the mistake and in words of its own. So the usual repairs are
tried on the lines near that place: the one after which the parser reads furthest tells what was wrong.
Rows and columns count from 0 here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import Node, ScalarNode

from milepost.text import count_of, listing

_ROWS_ABOVE, _ROWS_BELOW, _LONGEST_LINE = 300, 40, 2_000
"""No more is read again, so that a large file takes no longer than a small one."""
_LONGEST_SHOWN = 60

_NO_SPACE = re.compile(r" *(?:- +)*(?:-(?=[A-Za-z_{\[\"'])|[A-Za-z_]\w*:(?=[^\s/]))")
_NO_COLON = re.compile(r" *(?:- +)*(?P<name>[A-Za-z_]\w*)(?= +[\[{]| *$| +(?![^\[{]*:(?:\s|$)))")
_VALUE = re.compile(r" *(?:- +)*(?:(?:[^\s\"'\[{][^:]*|\"[^\"]*\"): +)?(?P<value>\S.*?)(?:\s+#[^\"']*|\s*)$")
_CLOSED_QUOTE = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_NO_COMMA = re.compile(r"(?<![,:\[{\s]) +(?=\w+: |[\"\[{])")
_CLOSING = {"[": "]", "{": "}"}


class Mistake(NamedTuple):
    """A mistake in a text, its place, and advice on how to mend it."""

    row: int
    column: int
    message: str


class _Repair(NamedTuple):
    """A line written differently, and the mistake that this mends; empty where only its indentation changes."""

    row: int
    line: str
    cause: str = ""

    @property
    def message(self) -> str:
        return f"{self.cause}; write {_excerpt(self.line)}"


def find_mistake(text: str, error: Exception) -> Mistake:
    """Returns the mistake behind an error of ruamel.yaml in reading `text`."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    opening, mark = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    mark, problem = mark or opening, str(getattr(error, "problem", None) or error)
    row = min(mark.line if mark else 0, len(lines) - 1)
    column = mark.column if mark and mark.line == row else len(lines[row])
    here = lines[row][column:]
    if message := _plain_message(problem, here):
        return Mistake(row, column, message)
    first = _first_row(lines, row - _ROWS_ABOVE)
    near = lines[first : row + _ROWS_BELOW]
    if max(map(len, near)) <= _LONGEST_LINE:
        opening_row = [opening.line - first] if opening and opening.line >= first else []
        if repairs := _best_repairs(near, row - first, opening_row):
            return _mistake(near, first, repairs)
    if opening and ("end of stream" in problem or "flow" in str(getattr(error, "context", ""))):
        message = "The quote or bracket that opens here is never closed; write its end"
        return Mistake(opening.line, opening.column, message)
    message = f"{_excerpt(here) if here.strip() else 'The end of the line'} doesn't fit what stands above it"
    return Mistake(row, column, f"{message}; look for a missing colon, quote, bracket or space, here or above")


def misread_name(text: str) -> str | None:
    """The mistake in the beginning of a field that the parser takes for a longer name; None if there is none."""
    may_be_misread = re.match(r"-|\w+:?\s*[\[{]", text)
    return next((repair.message for repair in _spacing_repairs(0, text)), None) if may_be_misread else None


def decimal_comma(before: Node, key: Node, value: Node) -> str | None:
    """The mistake in `{target: 5,5}`, where the comma ends the value and a field '5' begins; None if there is none."""
    if not all(isinstance(each, ScalarNode) and each.style is None for each in (before, key, value)):
        return None
    whole, decimals = re.search(r"(?<![\w.,])-?\d+$", before.value), re.match(r"\d+(?![\w.])", key.value)
    if whole is None or decimals is None or value.value or key.start_mark.index != before.end_mark.index + 1:
        return None
    thousands = [whole[0] + decimals[0]] if len(decimals[0]) == 3 else []  # noqa: PLR2004 - 12,500 may be either
    numbers = listing([*thousands, f"{whole[0]}.{decimals[0]}"], last="or")
    return f"{decimals[0]!r} looks like the decimals of a number; write {numbers}"


def _plain_message(problem: str, here: str) -> str | None:
    """The parser's own words put plainly, where they are about the very place."""
    if "'\\t'" in problem:
        return "There is a tab here; indent with spaces, not tabs"
    if here.startswith("---"):
        return "A second document begins here, and a file holds one; remove the line '---'"
    if "escape" in problem:
        return "A backslash has a meaning of its own in double quotes; put the text between ' instead"
    if "alias" in problem or "alphabetic or numeric" in problem or "cannot start any token" in problem:
        return f"Text can't begin with {here[:1]!r}; put it in quotes: {_quoted(here)}"
    return None


def _best_repairs(lines: Sequence[str], row: int, opening: list[int]) -> list[_Repair]:
    """The repair with which the parser gets furthest past `row`, or all the moves of a line that are equally good."""
    best: list[_Repair] = []
    furthest = float(row)
    for repair in _repairs(lines, row, opening):
        moves_alike = bool(best) and (best[0].row, best[0].cause, repair.cause) == (repair.row, "", "")
        if furthest == math.inf and not moves_alike:
            break
        refused_at = _refused_at([*lines[: repair.row], repair.line, *lines[repair.row + 1 :]])
        if refused_at > furthest:
            best, furthest = [repair], refused_at
        elif refused_at == furthest and moves_alike:
            best.append(repair)
    return best


def _refused_at(lines: Sequence[str]) -> float:
    """The row at which the parser gives up, or infinity."""
    try:
        for _ in YAML(typ="safe", pure=True).parse("\n".join(lines)):
            pass
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return mark.line if mark else 0
    return math.inf


def _mistake(lines: Sequence[str], first: int, repairs: list[_Repair]) -> Mistake:
    row, mended, cause = repairs[0]
    line, indent = lines[row], _indent(lines[row])
    if cause:
        column = next((at for at, (a, b) in enumerate(zip(line, mended, strict=False)) if a != b), len(line))
        return Mistake(first + row, column, repairs[0].message)
    now = f"is indented by {count_of(indent, 'space')}" if indent else "isn't indented"
    columns = listing([str(_indent(each.line)) for each in repairs], last="or")
    message = f"{_excerpt(line)} {now}; indent it by {columns}, like the lines that it belongs to"
    return Mistake(first + row, indent, message)


def _first_row(lines: Sequence[str], row: int) -> int:
    """The last row up to `row` at which a field of the whole file begins."""
    return next((at for at in range(row, 0, -1) if re.match(r"[A-Za-z_]\w*:(\s|$)", lines[at])), 0)


def _repairs(lines: Sequence[str], row: int, opening: list[int]) -> Iterator[_Repair]:
    """The likeliest first: a later one counts only if the parser gets further with it."""
    above = _rows_above(lines, row)
    open_quote = [at for at in range(row, -1, -1) if _is_open_quote(_value(lines[at]))][:1]
    for at in dict.fromkeys([*opening, row, *above[:1], *open_quote]):
        yield from _spacing_repairs(at, lines[at])
        yield from _value_repairs(at, lines[at])
        yield from _bracket_repairs(at, lines[at])
    for at in (row, *above):
        yield from _layout_repairs(lines, at)


def _spacing_repairs(row: int, line: str) -> Iterator[_Repair]:
    if match := _NO_SPACE.match(line):
        sign = "dash" if match[0].endswith("-") else "colon"
        yield _Repair(row, f"{match[0]} {line[match.end() :]}", f"A space is missing after the {sign}")
    elif match := _NO_COLON.match(line):
        fixed = f"{match[0]}: {line[match.end() :].lstrip()}".rstrip()
        yield _Repair(row, fixed, f"A colon is missing after {match['name']!r}")


def _value(line: str) -> str:
    match = _VALUE.match(line)
    return match["value"] if match else ""


def _is_open_quote(value: str) -> bool:
    return value[:1] in ("'", '"') and not _CLOSED_QUOTE.match(value)


def _value_repairs(row: int, line: str) -> Iterator[_Repair]:
    value = _value(line)
    for applies, fixed, cause in (
        (_is_open_quote(value), value + value[:1], f"The quote {value[:1]} is never closed"),
        (value.startswith("- "), f"[{value[2:]}]", "A list can't begin with a dash on the line of its field"),
        (value.startswith("{{"), _quoted(value), "Text that begins with '{{' belongs in quotes"),
        (value[:1] in tuple("@`%*&!|>"), _quoted(value), f"Text that begins with {value[:1]!r} belongs in quotes"),
        (value[:1] in ("'", '"'), _quoted(value), "The text goes on after its closing quote"),
        (re.match(r"[^\"'\[{].*:(\s|$)", value), _quoted(value), "Text with a colon in it belongs in quotes"),
    ):
        if applies:
            yield _Repair(row, line.replace(value, fixed), cause)


def _bracket_repairs(row: int, line: str) -> Iterator[_Repair]:
    bare = _CLOSED_QUOTE.sub(lambda quote: '"' * len(quote[0]), line)
    value = _value(bare)
    if value[:1] not in _CLOSING or value.startswith("{{"):
        return
    start = bare.rindex(value)
    open_brackets: list[str] = []
    for at, letter in enumerate(value, start):
        if letter in _CLOSING:
            open_brackets.append(letter)
        elif letter in _CLOSING.values():
            closing = _CLOSING[open_brackets.pop()] if open_brackets else ""
            if letter != closing:
                fixed = line[:at] + closing + line[at + 1 :]
                yield _Repair(row, fixed, f"{letter!r} closes a bracket that isn't open")
    closings = "".join(_CLOSING[letter] for letter in reversed(open_brackets))
    if closings:
        end = start + len(value)
        yield _Repair(row, line[:end] + closings + line[end:], f"A bracket is never closed: {closings!r} is missing")
    for space in _NO_COMMA.finditer(bare, start):
        yield _Repair(row, f"{line[: space.start()]}, {line[space.end() :]}", "A comma is missing")


def _layout_repairs(lines: Sequence[str], row: int) -> Iterator[_Repair]:
    indent, line = _indent(lines[row]), lines[row].lstrip(" ")
    columns = {_indent(each) for each in lines if _has_content(each)} - {indent}
    moves = [_Repair(row, " " * each + line) for each in sorted(columns, key=lambda each: abs(each - indent))]
    if line.startswith("- "):
        yield from (_Repair(row, " " * indent + line[2:].lstrip(), "No dash belongs here"), *moves)
        return
    dashes = [
        _Repair(row, f"{' ' * before}- {line}", "The dash of a list item is missing")
        for before in dict.fromkeys([indent, max(indent - 2, 0)])
    ]
    above = next((lines[at] for at in range(row - 1, -1, -1) if _has_content(lines[at])), "")
    begins_list = above.strip() == f"{line.partition(':')[0]}s:"  # `stage: ...` right under `stages:`
    yield from (*dashes, *moves) if begins_list else (*moves, *dashes)


def _rows_above(lines: Sequence[str], row: int) -> list[int]:
    """The row before, the rows that it stands under, and the first neighbour of each."""
    rows: list[int] = []
    first = None
    for at in (at for at in range(row - 1, -1, -1) if _has_content(lines[at])):
        if first is None or _indent(lines[at]) < _indent(lines[first]):
            rows += [each for each in (first, at) if each is not None and each not in rows]
        if first is None or _indent(lines[at]) <= _indent(lines[first]):
            first = at
    return rows


def _has_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _excerpt(text: str) -> str:
    text = text.strip()
    return f"'{text}'" if len(text) <= _LONGEST_SHOWN else f"'{text[: _LONGEST_SHOWN - 3].rstrip()}...'"


def _quoted(text: str) -> str:
    inner = text.strip().strip("\"'")
    inner = inner if len(inner) <= _LONGEST_LINE else "..."
    return f'"{inner}"' if '"' not in inner else "'" + inner.replace("'", "''") + "'"
