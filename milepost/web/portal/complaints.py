"""What is wrong with an answer to a form, as its customer is told."""

from __future__ import annotations

from collections.abc import Sequence

from milepost import limits
from milepost.language.asks import Ask, AskType
from milepost.numbers import AmbiguousNumberError, NotANumberError
from milepost.translations.reader import Reader

_LONGEST = {AskType.TEXT: limits.NAME, AskType.LONG_TEXT: limits.VALUE}


def number_complaint(error: NotANumberError, reader: Reader) -> tuple[str, str]:
    """Returns what is wrong with a number that was typed, and how to write it."""
    if isinstance(error, AmbiguousNumberError):
        thousands, fraction = error.readings
        message = reader.gettext(
            "“%(text)s” can be read as %(thousands)s or as %(fraction)s.",
            text=error.text,
            thousands=f"{thousands}",
            fraction=f"{fraction:.3f}",
        )
        return message, reader.gettext(
            "Please write %(thousands)s or %(fraction)s.", thousands=f"{thousands}", fraction=f"{fraction:.4f}"
        )
    message = reader.gettext("“%(text)s” isn't a number.", text=error.text)
    return message, reader.gettext(
        "Please write a number without a unit, such as %(example)s.", example=reader.number(1234.5)
    )


def unread_complaint(ask: Ask, text: str, error: ValueError, reader: Reader) -> str:
    """Returns what is wrong with an answer that can't be read."""
    if isinstance(error, NotANumberError):
        return " ".join(number_complaint(error, reader))
    if ask.type is AskType.DATE:
        return reader.gettext("“%(text)s” isn't a date. Please write it as in 2026-03-02.", text=text)
    return misfit_complaint(ask, (text,), reader)


def misfit_complaint(ask: Ask, typed: Sequence[str], reader: Reader) -> str:
    """Returns what is wrong with an answer that can be read, but isn't what is asked for."""
    if not any(typed):
        return reader.gettext("Please answer this.")
    match ask.type:
        case AskType.PERSON if all(typed):
            return reader.gettext("Please write a mail address, such as sam@company.com.")
        case AskType.PERSON:
            return reader.gettext("Please write a name and a mail address.")
        case AskType.URL | AskType.FILE:
            return reader.gettext("Please paste an address, such as https://files.company.com/plan.pdf.")
        case AskType.CHOICE | AskType.FLAG:
            return reader.gettext("Please choose one of the answers.")
        case AskType.TEXT | AskType.LONG_TEXT if len(typed[0]) > (most := _LONGEST[ask.type]):
            return reader.ngettext(
                "This is longer than %(count)s character.", "This is longer than %(count)s characters.", most
            )
    return refused_complaint(reader)


def refused_complaint(reader: Reader) -> str:
    """Returns what a customer is told of something that can't be taken in, for a reason that means nothing to them."""
    return reader.gettext("We can't use this answer. Please check it, or write to the person who looks after you.")
