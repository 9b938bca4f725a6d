"""Reads where a customer enters a journey in the middle, as somebody writes it in a file or a form."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from milepost.language.yaml_text import read_yaml
from milepost.planner.entry_point import EntryPoint
from milepost.planner.fact_errors import RefusedError
from milepost.planner.written_entry import WrittenEntry

_HINT = "It has 'stage', and perhaps 'since', 'done', 'outcomes', 'plays', 'open', 'agreed' and 'paused'."


class TypedEntryError(RefusedError):
    """Words that don't say where a customer enters; the message has everything that is wrong."""

    code = "typed_entry"


def read_entry(text: str, where: str, more: Mapping[str, str] | None = None) -> EntryPoint:
    """Reads YAML such as `stage: value`; `where` names it in errors, `more` are fields that were typed beside it.

    Raises:
        TypedEntryError: it isn't YAML, or has other fields or values than an entry.
    """
    reading = read_yaml(text)
    problems = [fault.message for fault in reading.faults]
    data = reading.data if reading.data is not None or not more else {}
    try:
        written = WrittenEntry.model_validate({**data, **more} if more and isinstance(data, dict) else data)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False)
        problems += [": ".join(filter(None, (".".join(map(str, each["loc"])), each["msg"]))) for each in errors]
    if problems:
        raise TypedEntryError(f"{where} doesn't say where a customer enters: {'; '.join(problems)}.", _HINT)
    return written.entry_point()
