"""What a step waits for (`after`): steps that must be closed, and results that they must end with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from milepost.language.field_types import ID, Id, Many
from milepost.text import listing

ANY_RESULT = "any"
"""Stands for whichever result in `after: {ID: any}`; no result has this name."""
TAGS = ("after-step", "after-results")
"""Parts of pydantic's paths that stand for nothing in a map."""


def _tag(item: Any) -> str | None:
    if isinstance(item, str):
        return TAGS[0]
    return TAGS[1] if isinstance(item, dict) else None


def _nothing_is_empty(value: Any) -> Any:
    return () if value is None else value


_Results = Annotated[Many[Id], BeforeValidator(_nothing_is_empty), Field(min_length=1)]
_ByResult = Annotated[dict[Id, _Results], Field(min_length=1)]
_Item = Annotated[
    Annotated[Id, Tag(TAGS[0])] | Annotated[_ByResult, Tag(TAGS[1])],
    Discriminator(_tag, custom_error_type="after_type", custom_error_message="neither a step nor a result"),
]
_STEP_SCHEMA = {"type": "string", "pattern": ID, "maxLength": 60}
_RESULT_SCHEMA = {
    "type": "object",
    "minProperties": 1,
    "patternProperties": {
        ID: {"anyOf": [_STEP_SCHEMA, {"type": "array", "items": _STEP_SCHEMA, "minItems": 1}]},
    },
    "additionalProperties": False,
}
_LIST_SCHEMA = {"type": "array", "items": {"anyOf": [_STEP_SCHEMA, _RESULT_SCHEMA]}}
After = Annotated[
    Many[_Item],
    WithJsonSchema({"title": "After", "anyOf": [_STEP_SCHEMA, _RESULT_SCHEMA, _LIST_SCHEMA]}),
]


@dataclass(frozen=True, slots=True)
class Awaited:
    """A step that another one waits for.

    `results` are those that it must end with, `any` for whichever; none if it may close in whatever way. `path` leads
    to it below `after`.
    """

    step: str
    results: tuple[str, ...]
    path: tuple[str | int, ...]

    @property
    def in_words(self) -> str:
        """The results that it must end with, in words: `renewed or extended`, `any result`."""
        return (
            "any result" if ANY_RESULT in self.results else listing([_words(each) for each in self.results], last="or")
        )


def _words(result: str) -> str:
    return result.replace("_", " ")


def awaited_in(after: Sequence[str | dict[str, tuple[str, ...]]]) -> Iterator[Awaited]:
    """Yields what an `after` waits for, in its order."""
    for index, item in enumerate(after):
        if isinstance(item, str):
            yield Awaited(item, (), (index,))
        else:
            for step, results in item.items():
                yield Awaited(step, results, (index, step))
