"""Numbers as people type them: with a comma or a point before the fraction, and with or without grouped thousands."""

from __future__ import annotations

import re
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol

from milepost import limits
from milepost.errors import MilepostError

Number = int | float
Decimal = Literal[".", ","]
_MAX_INT_DIGITS = 15  # beyond that, JSON readers lose digits
_SPACES = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2019": "'", "\u2212": "-"})


class NotANumberError(MilepostError, ValueError):
    """The text isn't a number, or too large a one (`limits.NUMBER`); `text` is what was typed."""

    code = "not_a_number"

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} isn't a number.", "Write digits without a unit, such as 1234.5.")


class AmbiguousNumberError(NotANumberError):
    """The text can be read as two numbers, a thousand apart; `readings` are both, the larger first."""

    code = "ambiguous_number"

    def __init__(self, text: str, thousands: Number, fraction: Number) -> None:
        self.text = text
        self.readings = (thousands, fraction)
        hint = f"Write {thousands} or {fraction:.4f}."
        MilepostError.__init__(self, f"{text!r} can be read as {thousands} or as {fraction:.3f}.", hint)


def read_number(text: str, locale: str | None = None, *, decimal: Decimal | None = None) -> Number:
    """Reads a number that a person typed.

    `1234`, `1234.5`, `1234,5`, `1,234.5`, `1.234,5`, `1 234,5` and `1'234.5` have one reading each. `1,234` and `1.234`
    have two: there the decimal sign of `locale` (such as `de_AT`) decides, or else `decimal`.

    Raises:
        NotANumberError: the text isn't a number.
        AmbiguousNumberError: it has two readings, and nothing decides.
    """
    readings = _readings(text)
    if not readings:
        raise NotANumberError(text)
    sign = decimal_of(locale) or decimal
    if sign in readings:
        return readings[sign]
    if len(set(readings.values())) > 1:
        fraction, thousands = sorted(readings.values(), key=abs)
        raise AmbiguousNumberError(text, thousands, fraction)
    return next(iter(readings.values()))


def shown_decimal(text: str) -> Decimal | None:
    """Returns the decimal sign that a number can only be written with; None where it fits both or isn't a number."""
    readings = _readings(text)
    return next(iter(readings)) if len(readings) == 1 else None


def decimal_of(locale: str | None) -> Decimal | None:
    """Returns the decimal sign of a locale such as `de` or `en_GB`; None where there is no such locale."""
    try:
        sign = get_decimal_symbol(Locale.parse(locale.replace("-", "_"))) if locale else None
    except (ValueError, UnknownLocaleError):
        return None
    return "," if sign == "," else "." if sign == "." else None


def _readings(text: str) -> dict[Decimal, Number]:
    """Returns the number by the decimal sign that it is read with."""
    plain = text.translate(_SPACES).strip()
    signs: tuple[Decimal, Decimal] = (".", ",")
    numbers = {sign: _number(plain, sign) for sign in signs if _WRITTEN[sign].fullmatch(plain)}
    return {sign: number for sign, number in numbers.items() if limits.is_number(number)}


def _number(plain: str, decimal: Decimal) -> Number:
    whole, _, fraction = plain.partition(decimal)
    digits = re.sub(r"[ '.,]", "", whole)
    if fraction or "e" in digits.lower() or len(digits) > _MAX_INT_DIGITS:
        return float(f"{digits}.{fraction}" if fraction else digits)
    return int(digits)


def _pattern(decimal: str, group: str) -> re.Pattern[str]:
    grouped = rf"[1-9]\d{{0,2}}(?P<group>[ '{group}])\d{{3}}(?:(?P=group)\d{{3}})*"
    exponent = r"(?:[eE][+-]?\d{1,2})?" if decimal == "." else ""
    return re.compile(rf"[+-]?(?:(?:{grouped}|\d{{1,300}})(?:\{decimal}\d+)?|\{decimal}\d+){exponent}", re.ASCII)


_WRITTEN: dict[Decimal, re.Pattern[str]] = {".": _pattern(".", ","), ",": _pattern(",", ".")}
