"""Types of the fields of a map: ids, texts, lists that may be one thing, and the base of its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema

UNREADABLE = "unreadable"
"""The beginning of names in a draft that stand for something that couldn't be read."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Declares, on a required field or its type, what stands in a draft if the field is missing or can't be read."""

    value: Any


ID = r"^[a-z][a-z0-9_]*$"
MAP_ID = r"^[a-z][a-z0-9-]*$"
FILE_NAME = r"^[A-Za-z0-9][\w.-]*\.md$"
CUSTOMER_ATTRIBUTE = r"^customer\.[A-Za-z_]\w*$"
Id = Annotated[str, Field(pattern=ID, max_length=60), Placeholder(UNREADABLE)]
MapId = Annotated[str, Field(pattern=MAP_ID, max_length=60), Placeholder(f"{UNREADABLE}-map")]
FileName = Annotated[str, Field(pattern=FILE_NAME, max_length=120), Placeholder(f"{UNREADABLE}.md")]
Text = Annotated[str, Field(min_length=1, max_length=2000), Placeholder("?")]
ConditionText = Annotated[str, Field(min_length=1, max_length=2000), Placeholder("true")]
Scalar = bool | int | float | str


def _figure(value: float | str) -> float | str:
    if isinstance(value, str) and re.match(CUSTOMER_ATTRIBUTE, value) is None:
        raise ValueError(f"{value!r} isn't a figure; write a number, or the attribute that has it: customer.ATTRIBUTE")
    return value


Figure = Annotated[
    float | str,
    AfterValidator(_figure),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": CUSTOMER_ATTRIBUTE}]}),
]
"""A number, or `customer.ATTRIBUTE`, which has one for each customer."""
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
T = TypeVar("T")


def _one_or_many(value: Any) -> Any:
    """Lets a map write a single thing where a list may stand."""
    return value if isinstance(value, list | tuple) or value is None else [value]


class OrJust:
    """Adds to the JSON Schema that something simpler may stand for the whole."""

    def __init__(self, simpler: dict[str, Any] | None = None) -> None:
        self._simpler = simpler

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        whole = handler(core)
        return {"anyOf": [self._simpler or whole["items"], whole]}


Many = Annotated[tuple[T, ...], BeforeValidator(_one_or_many), OrJust()]
OR_TEXT = OrJust({"type": "string"})


LENIENT = "lenient"
"""The validation context that leaves conflicts between fields to the caller, who asks `Node.conflicts`."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Fields that exclude each other, or one that needs another; the problem is reported at the first of them.

    Of `depth` two, `fields` lead to a key inside of a field, and the problem is reported there.
    """

    fields: tuple[str, ...]
    message: str
    code: Literal["M102", "M103", "M106"] = "M102"
    depth: int = 1


class Node(BaseModel):
    """A part of a map: unknown fields are refused, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)

    def conflicts(self) -> Iterator[Conflict]:
        """Yields what is wrong between fields that are each valid by themselves."""
        yield from ()

    @model_validator(mode="after")
    def _fields_fit_together(self, info: ValidationInfo) -> Self:
        if info.context != LENIENT and (messages := [each.message for each in self.conflicts()]):
            raise ValueError("; ".join(messages))
        return self


class OutcomeType(StrEnum):
    """The four business results that a customer can confirm."""

    SAVE_TIME = "save_time"
    SAVE_MONEY = "save_money"
    MAKE_MONEY = "make_money"
    INCREASE_SECURITY = "increase_security"


class Verdict(StrEnum):
    """A customer's answer about an outcome; silence isn't one of them."""

    VERIFIED = "verified"
    PARTIAL = "partial"
    DISPUTED = "disputed"


class AttributeType(StrEnum):
    """The type of a customer attribute; dates are text `YYYY-MM-DD`, flags true or false."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
