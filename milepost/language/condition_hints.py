"""Hints for conditions that are written as in another tool, or as people talk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from milepost.language.cel_text import Token

HOW = "write comparisons such as customer.health < 40, joined with && (and) or || (or)"
_WORDS = {
    "=": "compare with '=='",
    "===": "compare with '=='",
    "<>": "write '!=' for 'is not'",
    "=<": "write '<='",
    "=>": "write '>='",
    "&": "write '&&' for 'and'",
    "|": "write '||' for 'or'",
    "and": "join with '&&', which means 'and'",
    "or": "join with '||', which means 'or'",
    "not": "write '!(...)' for 'not', or compare with '!='",
    "is": "compare with '=='",
    "equals": "compare with '=='",
    "contains": 'write customer.ATTRIBUTE.contains("TEXT")',
    "between": "write both ends: x >= 1 && x <= 9",
    "%": "write the number alone, without '%'",
    "€": "write the number alone",
    "$": "write the number alone",
    ";": "a condition ends without it",
    "~": 'write customer.ATTRIBUTE.matches("PATTERN")',
    "like": 'write customer.ATTRIBUTE.contains("TEXT")',
    "if": "write the condition alone",
    "then": "write the condition alone",
}
_CURLY = "“”„‘’«»"  # noqa: RUF001 - what word processors make of quotes
_OPENING = {"(": ")", "[": "]", "{": "}"}
_SIGNS = ("==", "!=", "<", "<=", ">", ">=", "&&", "||", "+", "-", "*", "/", "in")


@dataclass(frozen=True, slots=True)
class Hint:
    """A mistake and what to write instead, from one offset of the condition to another."""

    start: int
    end: int
    message: str


def hint_for(text: str, tokens: list[Token]) -> Hint | None:
    """The first mistake with a known remedy in a condition that can't be read; None if there is none."""
    hints = (hint for find in _FINDERS for hint in find(text, tokens))
    return min(hints, key=lambda hint: hint.start, default=None)


def _foreign_words(_text: str, tokens: list[Token]) -> Iterator[Hint]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = at
        while end + 1 < len(tokens) and token.kind == "mark" and _is_sign(tokens[end + 1], tokens[end].end):
            end += 1
        word = "".join(each.text for each in tokens[at : end + 1])
        word = word if word in _WORDS else token.text.lower()
        elsewhere = tokens[at - 1].text == "." if at else False
        if word == "%" and end + 1 < len(tokens):
            elsewhere = tokens[end + 1].kind in _VALUES or tokens[end + 1].text == "("  # the rest of a division
        if word in _WORDS and not elsewhere and token.kind in ("mark", "name"):
            yield Hint(token.start, token.start + len(word), f"{word!r} means nothing here; {_WORDS[word]}")
        at = end + 1


def _is_sign(token: Token, start: int) -> bool:
    return token.start == start and token.text in ("=", "<", ">", "==", ">=", "<=")


def _curly_quotes(text: str, _tokens: list[Token]) -> Iterator[Hint]:
    for match in re.finditer(f"[{_CURLY}]", text):
        yield Hint(match.start(), match.end(), f'{match[0]!r} is the wrong quotation mark; write straight ones: "..."')


def _open_quotes(_text: str, tokens: list[Token]) -> Iterator[Hint]:
    quote = next((token for token in tokens if token.kind == "mark" and token.text in "\"'"), None)
    if quote is not None:
        message = f"The quote {quote.text} is never closed; write {quote.text} at the end of the text"
        yield Hint(quote.start, quote.end, message)


def _brackets(_text: str, tokens: list[Token]) -> Iterator[Hint]:
    opened: list[Token] = []
    for token in tokens:
        if token.kind == "mark" and token.text in _OPENING:
            opened.append(token)
        elif token.kind == "mark" and token.text in _OPENING.values():
            if not opened or _OPENING[opened[-1].text] != token.text:
                yield Hint(token.start, token.end, f"Nothing opens before this {token.text!r}; remove it")
                return
            opened.pop()
    if opened:
        closing = _OPENING[opened[-1].text]
        message = f"The bracket {opened[-1].text!r} is never closed; write {closing!r} where it ends"
        yield Hint(opened[-1].start, opened[-1].end, message)


def _nothing_after(text: str, tokens: list[Token]) -> Iterator[Hint]:
    if tokens and tokens[-1].text in _SIGNS:
        last = tokens[-1]
        yield Hint(len(text), len(text), f"Something is missing after {last.text!r}; write what it is compared with")
    if tokens and tokens[0].text in _SIGNS[:8]:
        first = tokens[0]
        message = f"Something is missing before {first.text!r}; write what is compared, such as customer.health"
        yield Hint(first.start, first.end, message)


def _commas(_text: str, tokens: list[Token]) -> Iterator[Hint]:
    for before, comma, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        kinds = (before.kind, comma.text, after.kind)
        if kinds == ("int", ",", "int") and after.start - before.end == 1:
            message = f"Numbers are written without a comma: {before.text}{after.text}"
            yield Hint(before.start, after.end, f"{message}, or with a point: {before.text}.{after.text}")
        if before.text == "in" and comma.text == "(":
            yield Hint(comma.start, comma.end, "A list of values belongs in square brackets; write in [...]")


def _two_values(_text: str, tokens: list[Token]) -> Iterator[Hint]:
    """Two values with nothing between, such as `customer.tier "small"`."""
    for before, after in pairwise(tokens):
        values = (before.kind in _VALUES or before.text in (")", "]")) and after.kind in _VALUES
        if values and "in" not in (before.text, after.text):
            message = f"Something is missing between {before.text!r} and {after.text!r}"
            yield Hint(after.start, after.end, f"{message}; write '==' to compare, '&&' or '||' to join")


_VALUES = ("name", "text", "int", "float")


_FINDERS: tuple[Callable[[str, list[Token]], Iterator[Hint]], ...] = (
    _foreign_words,
    _curly_quotes,
    _open_quotes,
    _brackets,
    _nothing_after,
    _commas,
    _two_values,
)


def way_for_word(word: str) -> str | None:
    """Returns advice on a word that CEL takes for a name; None if there is none."""
    return _WORDS.get(word.lower())


def mismatch_hint(text: str, tokens: list[Token], at: int, kinds: list[str]) -> str:
    """Returns advice for a comparison of two kinds of things; `at` is the offset of the sign."""
    index = next((index for index, token in enumerate(tokens) if token.start <= at < token.end), None)
    beside = [] if index is None else [each for each in tokens[max(index - 1, 0) : index + 2] if each.start != at]
    if index is not None and tokens[index].text in ("&&", "||") and "text" in kinds:
        return f'; compare on both sides of it: x == "a" {tokens[index].text} x == "b"'
    if index is not None and tokens[index].text in ("==", "!=") and "a list" in kinds and "text" in kinds:
        return '; ask whether it is among them: "a" in answers.STEP.FIELD'
    if re.search(r"(?<![\w\"'-])\d{4}-\d\d-\d\d(?![\w\"'-])", text):
        return '; a date is written in quotes: "2027-03-01"'
    for token in beside:
        inner = token.text.strip("\"'")
        if token.kind == "text" and "a number" in kinds and re.fullmatch(r"-?\d+(\.\d+)?", inner):
            return f"; a number is written without quotes: {inner}"
        if token.kind == "text" and "true or false" in kinds and inner.lower() in ("true", "false", "yes", "no"):
            return f"; write {'true' if inner.lower() in ('true', 'yes') else 'false'}, without quotes"
        if token.kind in ("int", "float") and "true or false" in kinds:
            return "; write true or false"
        if token.kind in ("int", "float") and "text" in kinds:
            return f'; text is compared with text in quotes: "{token.text}"'
    return ""
