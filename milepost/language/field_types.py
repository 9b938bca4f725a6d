"""The words that every part of a map is written in: ids, texts, clock times, lists that may be one thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
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

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
MapId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*\.md$", max_length=120)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
ConditionText = Annotated[str, Field(min_length=1, max_length=2000)]
Scalar = bool | int | float | str
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
T = TypeVar("T")


def _one_or_many(value: Any) -> Any:
    """Let a map write one thing where a list may stand."""
    return value if isinstance(value, list | tuple) or value is None else [value]


class _OrJust:
    """Says in the JSON Schema that something simpler may stand for the whole."""

    def __init__(self, simpler: dict[str, Any] | None = None) -> None:
        self._simpler = simpler

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        whole = handler(core)
        return {"anyOf": [self._simpler or whole["items"], whole]}


Many = Annotated[tuple[T, ...], BeforeValidator(_one_or_many), _OrJust()]
OR_TEXT = _OrJust({"type": "string"})


def _clock(value: Any) -> Any:
    if isinstance(value, str):
        hours, colon, minutes = value.partition(":")
        if colon and len(minutes) == 2 and hours.isdigit() and minutes.isdigit():  # noqa: PLR2004 - HH:MM
            return time(int(hours), int(minutes))
    raise ValueError(f'{value!r} is not a clock time; write it as text, such as "09:00"')


Clock = Annotated[
    time,
    BeforeValidator(_clock),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,2}:\d{2}$"}),
]
LENIENT = "lenient"
"""The validation context in which conflicts between fields are left for whoever asks `Node.conflicts`."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Fields that do not go together, or one that needs another; the first of them is the one to blame."""

    fields: tuple[str, ...]
    message: str
    code: Literal["M102", "M103"] = "M102"


class Node(BaseModel):
    """A part of a map: unknown fields are refused, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)

    def conflicts(self) -> Iterator[Conflict]:
        """What is wrong between fields that are each right by themselves."""
        yield from ()

    @model_validator(mode="after")
    def _fields_fit_together(self, info: ValidationInfo) -> Self:
        if info.context != LENIENT and (found := [each.message for each in self.conflicts()]):
            raise ValueError("; ".join(found))
        return self


class OutcomeType(StrEnum):
    """The four business results that a customer can confirm."""

    SAVE_TIME = "save_time"
    SAVE_MONEY = "save_money"
    MAKE_MONEY = "make_money"
    INCREASE_SECURITY = "increase_security"


class Verdict(StrEnum):
    """What a customer says of an outcome; silence is none of these."""

    VERIFIED = "verified"
    PARTIAL = "partial"
    DISPUTED = "disputed"


class AttributeType(StrEnum):
    """The type of a customer attribute; dates are text `YYYY-MM-DD`, flags true or false."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
