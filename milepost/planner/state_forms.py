"""The forms of a state's JSON: earlier ones are read into the fields of today (see also `earlier_states`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from milepost.errors import MilepostError

FORMAT = 2
"""The version of the state's form; a later program reads all earlier ones."""


class NewerStateError(MilepostError, ValueError):
    """A journey's state was written by a later Milepost; `format` is the version of its form."""

    code = "newer_state"

    def __init__(self, format: int) -> None:  # noqa: A002 - the field's word
        self.format = format
        super().__init__(f"This journey's state has format {format}, newer than {FORMAT}.", "Update Milepost.")


def readable(data: Mapping[str, Any]) -> dict[str, Any]:
    """A state of form 1 with the fields of today."""
    values = dict(data)
    values.pop("seen", None)  # ids of facts, which the inbox remembers
    values["steps"] = {step: _readable_step(record) for step, record in data.get("steps", {}).items()}
    plays = {play: dict(record) for play, record in data.get("plays", {}).items()}
    ending = [play for play, record in plays.items() if record.pop("ending", False)]
    values["plays"] = plays
    values["deferred"] = [*data.get("deferred", []), *({"finish": play} for play in ending)]
    return values


def _readable_step(record: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(record)
    values.pop("shifted", None)
    values["reminders"] = {str(place): at for place, at in enumerate(record.get("reminders", ()))}
    return values
