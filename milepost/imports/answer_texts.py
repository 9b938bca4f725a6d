"""Answers to forms as people type them, into a page or after `milepost tell`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from milepost.imports.cell_parsers import read_attribute
from milepost.language.asks import Ask, AskType

PERSON = re.compile(r"\s*(\S[^<>]*?)\s*<([^<>\s]+)>\s*")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#:]\S*)?")
_DAY_FIRST = re.compile(r"(\d\d?)\. ?(\d\d?)\. ?(\d{4})")


def read_answer(ask: Ask, text: str, locale: str | None = None) -> Any:
    """Reads one answer; `locale` decides how a number with two readings is meant (`milepost.numbers`).

    A person is `Name <address>`; the answers to a choice of several stand with commas between them. Whether the answer
    fits is left to the ask.

    Raises:
        ValueError: the text isn't of the kind that is asked for.
    """
    text = text.strip()
    match ask.type:
        case AskType.DATE:
            return read_attribute(_year_first(text), ask.attribute_type)
        case AskType.NUMBER | AskType.FLAG:
            return read_attribute(text, ask.attribute_type, locale=locale)
        case AskType.URL | AskType.FILE:
            return f"https://{text}" if _HOST.fullmatch(text) else text
        case AskType.CHOICE if ask.many:
            return _picked(text, ask.one_of or ())
        case AskType.PERSON:
            person = PERSON.fullmatch(text)
            if person is None:
                raise ValueError(f"{text!r} isn't a person; write 'Name <address>'")
            return {"name": person[1], "email": person[2]}
    return text


def _year_first(text: str) -> str:
    """A date written as in `4.5.2026`, which is the same all over; of `4/5/2026` nobody knows the month."""
    day_first = _DAY_FIRST.fullmatch(text)
    return f"{day_first[3]}-{int(day_first[2]):02}-{int(day_first[1]):02}" if day_first else text


def _picked(text: str, offered: Sequence[str]) -> list[str]:
    """The answers with commas between them; one that has a comma itself is found whole."""
    picked = []
    while text:
        whole = next((each for each in sorted(offered, key=len, reverse=True) if _begins(text, each)), None)
        part = text.partition(",")[0] if whole is None else text[: len(whole)]
        picked.append(part.strip())
        text = text[len(part) :].lstrip(", ")
    return picked


def _begins(text: str, answer: str) -> bool:
    return text.startswith(answer) and text[len(answer) :].lstrip()[:1] in ("", ",")
