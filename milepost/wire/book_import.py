"""The names, inputs and answers of an import's workflow and its activity: numbers alone."""

from __future__ import annotations

from dataclasses import dataclass

IMPORT = "BookImport"
DEFAULT_MAX_STEPS = 200
"""Some two thousand events: a step is an activity and, while the import waits for its turn, a timer."""


def workflow_id(number: int) -> str:
    """The workflow of an import."""
    return f"import/{number}"


@dataclass(frozen=True, slots=True)
class ImportInput:
    """All that a run carries over to the next; the database holds the import. It does so after `max_steps`."""

    number: int
    max_steps: int = DEFAULT_MAX_STEPS


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """Go on with an import, whatever is next by now."""

    number: int


@dataclass(frozen=True, slots=True)
class ImportStep:
    """A step was made, after which `rows` are done with; the next is due in `seconds`. None: nothing is left to do."""

    rows: int
    seconds: float | None
