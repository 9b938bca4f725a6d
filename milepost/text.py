"""Words that every part of Milepost puts together alike: lists, counts, yes and no, and the nearest name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

_YES = ("true", "yes", "1", "ja", "wahr", "oui", "vrai", "sí", "sì", "si", "verdadero", "vero", "waar")
_NO = ("false", "no", "0", "nein", "falsch", "non", "faux", "falso", "nee", "onwaar")
_FLAGS = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}


def storable(text: str) -> str:
    """The text as every database holds it: NUL characters are left out, half a character becomes `\ufffd`."""
    if "\0" in text:
        text = text.replace("\0", "")
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def one_line(text: str) -> str:
    """The text without line breaks and other control characters, safe for a header and for a calendar."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def shortened(text: str, most: int) -> str:
    """The text, or its beginning with `…` at the end where it has more than `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def yes_or_no(value: bool) -> str:  # noqa: FBT001 - the value is the subject
    """`yes` or `no`."""
    return "yes" if value else "no"


def parse_flag(text: str) -> bool | None:
    """The flag that somebody typed (`yes`, `false`, `1`, `nein`, `vrai`); None for any other text."""
    return _FLAGS.get(text.strip().lower())


def number(value: Any) -> str:
    """Returns a number without a needless `.0`, text as it is."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def count_of(many: int, one: str, more: str | None = None) -> str:
    """`1 customer`, `1,200 customers`; `more` is the plural where it isn't made with an `s`."""
    return f"{many:,} {one if many == 1 else more or one + 's'}"


def listing(words: Sequence[str], *, most: int | None = None, last: str = "and", count: int | None = None) -> str:
    """`A`, `A and B`, `A, B and C`; past `most` words, `A, B and 4 more`.

    `last` stands before the last word (`or`). `count` is how many there are where `words` holds only the first of them.
    """
    total = len(words) if count is None else count
    shown = list(words if most is None else words[:most])
    if total > len(shown):
        return f"{', '.join(shown)} {last} {total - len(shown)} more"
    return f" {last} ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def nearest(name: str, valid: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The valid name that is spelled most like `name`, ignoring case; None if none is near (`cutoff`, 0 to 1)."""
    by_lower = {each.lower(): each for each in sorted(valid, reverse=True)}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[close[0]] if close else None


def did_you_mean(suggestion: str | None) -> str:
    """`; did you mean 'kickoff'?`, to follow a clause that ends without a full stop; empty without a suggestion."""
    return f"; did you mean {suggestion!r}?" if suggestion else ""
