"""What a customer's attributes say of the contract: when it renews, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from milepost.language.attribute_values import parse_date

RENEWAL = ("renews_on", "renewal_date", "renewal_on", "contract_renews_on", "contract_ends_on", "contract_end")
"""The names of the attribute with the day of renewal, the first that is told counts."""
VALUE = ("contract_value", "annual_contract_value", "acv", "arr", "annual_value", "monthly_value", "mrr")
"""The names of the attribute with what the contract is worth."""


def renewal_of(attributes: Mapping[str, Any]) -> date | None:
    """Returns the local date on which the contract renews; None where none is told."""
    return next((day for value in _told(attributes, RENEWAL) if (day := parse_date(value)) is not None), None)


def value_of(attributes: Mapping[str, Any]) -> str | None:
    """Returns what the contract is worth as people read it, such as `12,000`; None where it isn't told."""
    told = told_value(attributes)
    return None if told is None else _amount(told)


def told_value(attributes: Mapping[str, Any]) -> Any:
    """Returns what the contract is worth as it was told; None where it wasn't."""
    return next(_told(attributes, VALUE), None)


def _told(attributes: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Any]:
    return (attributes[name] for name in names if attributes.get(name) is not None)


def _amount(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:,.2f}".removesuffix(".00") if is_number else str(value)
