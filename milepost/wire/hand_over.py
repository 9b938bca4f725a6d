"""The names, inputs and answers of a hand-over's workflow and its activity: numbers alone."""

from __future__ import annotations

from dataclasses import dataclass

HAND_OVER = "HandOver"


def workflow_id(number: int) -> str:
    """The workflow of a hand-over."""
    return f"hand-over/{number}"


@dataclass(frozen=True, slots=True)
class HandOverInput:
    """Which hand-over it is; the database holds the rest."""

    number: int


@dataclass(frozen=True, slots=True)
class HandOverStep:
    """A hand-over was gone on with, and so many customers moved by that."""

    moved: int
