"""Conditions as text: tokens, and rewriting them into what the CEL runtime understands.

Maps write `40` and `40.0` for the same number, `has(customer.X)` and `days_until(DATE)`. CEL tells whole numbers
from doubles, and has neither optional variables nor a today, so these are rewritten before compiling. Every
change is remembered, so that an error's column is always a place in the author's own text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

ROOTS = ("customer", "steps", "results", "outcomes", "plays", "stages", "answers", "event")
DATE_FUNCTIONS = ("days_until", "days_since")
TODAY = "today_of_the_customer"
KNOWN = "known"  # `has(customer.x)` becomes the variable `known.customer.x`

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>[rRbB]{0,2}(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<other>0[xX][0-9a-fA-F]+[uU]?|\d+[uU])
    |(?P<float>\d*\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
    |(?P<int>\d+)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<mark>[<>=!]=|&&|\|\||.)""",
    re.VERBOSE | re.DOTALL,
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a condition; `start` and `end` are offsets in its text."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A use of `ROOT.NAME`, such as `customer.health`; `name` is empty where none follows.

    That of an answer has two parts: `answers.STEP.FIELD`.
    """

    root: str
    name: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text from `start` to `end` with `new`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Text after edits, and where its parts came from: pairs (offset now, offset in the original)."""

    text: str
    origins: tuple[tuple[int, int], ...]

    def origin(self, line: int, column: int) -> int:
        """The offset in the original text of a 1-based line and column of the rewritten one."""
        starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        now = starts[min(line, len(starts)) - 1] + column - 1
        index = bisect_right(self.origins, (now, 1 << 60)) - 1
        at, original = self.origins[max(index, 0)]
        limit = self.origins[index + 1][1] if index + 1 < len(self.origins) else original + now - at
        return min(original + now - at, limit)


def tokenize(text: str) -> list[Token]:
    """Splits a condition into words, without white space and comments."""
    return [
        Token(match.lastgroup or "mark", match[0], match.start(), match.end())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "space"
    ]


def _is(tokens: list[Token], index: int, *texts: str) -> bool:
    return 0 <= index < len(tokens) and tokens[index].text in texts


def shape(tokens: Sequence[Token]) -> str:
    """Returns tokens with the kind in place of each name, text and number: `name(name.name)`."""
    return "".join(token.text if token.kind == "mark" else token.kind for token in tokens)


def references(tokens: list[Token]) -> list[Reference]:
    """Every use of the roots, in the order of the text."""
    uses = []
    for index, token in enumerate(tokens):
        if token.kind != "name" or token.text not in ROOTS or _is(tokens, index - 1, "."):
            continue
        words = [token]
        for at in range(index + 1, index + 1 + 2 * parts_of(token.text), 2):
            if not (_is(tokens, at, ".") and at + 1 < len(tokens) and tokens[at + 1].kind == "name"):
                break
            words.append(tokens[at + 1])
        name = ".".join(word.text for word in words[1:])
        uses.append(Reference(token.text, name, token.start, words[-1].end - token.start))
    return uses


def parts_of(root: str) -> int:
    """The number of names that follow a root."""
    return 2 if root == "answers" else 1


def conjuncts(text: str) -> list[str]:
    """Returns the parts of a condition that must all be true, between `&&`; the whole if it has no such parts."""
    parts, depth, begin = [], 0, 0
    for token in tokenize(text):
        depth += token.text in _CLOSING
        depth -= token.text in _CLOSING.values()
        if depth == 0 and token.text in ("||", "?"):
            return [text]
        if depth == 0 and token.text == "&&":
            parts.append(text[begin : token.start].strip())
            begin = token.end
    return [*parts, text[begin:].strip()]


def rewrite(text: str, edits: list[Edit]) -> Rewritten:
    """Carries out edits that don't overlap; of those at one place the empty ones come first."""
    out: list[str] = []
    origins: list[tuple[int, int]] = [(0, 0)]
    length = end = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        between = text[end : edit.start]
        out += [between, edit.new]
        length += len(between)
        origins.append((length, edit.start))
        length += len(edit.new)
        origins.append((length, edit.end))
        end = edit.end
    out.append(text[end:])
    return Rewritten("".join(out), tuple(origins))


def dialect(tokens: list[Token], *, doubles: bool) -> list[Edit]:
    """The edits that make a map's condition a CEL expression; `doubles`: whole numbers become doubles."""
    edits = _tests_of_being_known(tokens) + _dates(tokens) + _divisions(tokens)
    return edits + _numbers(tokens) + _sizes(tokens) if doubles else edits


def _tests_of_being_known(tokens: list[Token]) -> list[Edit]:
    edits = []
    for index, token in enumerate(tokens):
        if token.text != "has" or not _is(tokens, index + 1, "(") or index + 2 >= len(tokens):
            continue
        parts = parts_of(tokens[index + 2].text)
        words = tokens[index : index + 4 + 2 * parts]
        if shape(words) == f"name(name{'.name' * parts})" and words[2].text in ROOTS:
            edits.append(Edit(token.start, words[-1].end, f"{KNOWN}.{''.join(word.text for word in words[2:-1])}"))
    return edits


def _dates(tokens: list[Token]) -> list[Edit]:
    return [
        Edit(tokens[index + 1].end, tokens[index + 1].end, f"{TODAY}, ")
        for index, token in enumerate(tokens)
        if token.text in DATE_FUNCTIONS and not _is(tokens, index - 1, ".") and _is(tokens, index + 1, "(")
    ]


def _numbers(tokens: list[Token]) -> list[Edit]:
    return [
        Edit(token.start, token.end, f"{token.text}.0")
        for index, token in enumerate(tokens)
        if token.kind == "int" and not _is_index(tokens, index)
    ]


def _is_index(tokens: list[Token], index: int) -> bool:
    """Returns whether a number is an index: `event.items[0]`."""
    if not (_is(tokens, index - 1, "[") and _is(tokens, index + 1, "]") and index > 1):
        return False
    before = tokens[index - 2]
    return before.kind == "name" or before.text in (")", "]")


def _sizes(tokens: list[Token]) -> list[Edit]:
    edits = []
    for index, token in enumerate(tokens):
        if token.text == "size" and not _is(tokens, index - 1, ".") and _is(tokens, index + 1, "("):
            end = tokens[_group_end(tokens, index + 1) - 1].end
            edits += [Edit(token.start, token.start, "double("), Edit(end, end, ")")]
    return edits


def _divisions(tokens: list[Token]) -> list[Edit]:
    """Doubles divide by zero and go on; a map's division by zero is unknown."""
    edits = []
    for index, token in enumerate(tokens):
        if token.text != "/" or index + 1 >= len(tokens):
            continue
        first, end = tokens[index + 1], _operand_end(tokens, index + 1)
        last = tokens[end - 1]
        if first is last and first.kind in ("int", "float") and float(first.text) != 0:
            continue
        edits += [Edit(first.start, first.start, "nonzero("), Edit(last.end, last.end, ")")]
    return edits


def _operand_end(tokens: list[Token], index: int) -> int:
    """The index after the operand that begins at `index`."""
    while _is(tokens, index, "-", "!"):
        index += 1
    if index >= len(tokens):
        return len(tokens)
    index = _group_end(tokens, index) if tokens[index].text in _CLOSING else index + 1
    while index < len(tokens):
        if tokens[index].text in ("(", "["):
            index = _group_end(tokens, index)
        elif _is(tokens, index, "."):
            index = min(index + 2, len(tokens))
        else:
            break
    return index


def _group_end(tokens: list[Token], index: int) -> int:
    """The index after the bracket that closes the one at `index`, or the end where none does."""
    depth = 0
    for at in range(index, len(tokens)):
        depth += tokens[at].text in _CLOSING
        depth -= tokens[at].text in _CLOSING.values()
        if depth == 0:
            return at + 1
    return len(tokens)
