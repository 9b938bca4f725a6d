"""Options that take one of a few words, and suggest the nearest for any other."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

import typer

from milepost.text import did_you_mean, nearest

Words = TypeVar("Words", bound=StrEnum)


def one_of(words: type[Words]) -> Callable[[str], Words]:
    """A reader for one of the words, to be the `parser` of an option."""

    def read(value: str) -> Words:
        try:
            return words(value)
        except ValueError:
            valid = [word.value for word in words]
            hint = did_you_mean(nearest(value, valid))
            raise typer.BadParameter(f"{value!r} is not one of {', '.join(valid)}{hint}") from None

    return read


def choices(words: type[StrEnum]) -> str:
    """The words as the help shows them: `<prompt|silent>`."""
    return f"<{'|'.join(words)}>"
