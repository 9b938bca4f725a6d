"""The names, inputs and answers of a rollout's workflow and its activity: numbers alone."""

from __future__ import annotations

from dataclasses import dataclass

ROLLOUT = "Rollout"
DEFAULT_MAX_BATCHES = 200
"""Some two thousand events: a batch is an activity and a timer."""


def workflow_id(number: int) -> str:
    """The workflow of a rollout."""
    return f"rollout/{number}"


@dataclass(frozen=True, slots=True)
class RolloutInput:
    """All that a run carries over to the next; the database holds the rollout. It does so after `max_batches`."""

    number: int
    max_batches: int = DEFAULT_MAX_BATCHES


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """Take the next batch of a rollout, whichever that is by now."""

    number: int


@dataclass(frozen=True, slots=True)
class BatchDone:
    """A batch of `journeys` was taken; the next is due in `seconds`. None: the rollout is over, or paused."""

    journeys: int
    seconds: float | None
