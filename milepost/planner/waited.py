"""Compiled triggers: the events and conditions that steps, stages and plays wait for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from milepost.language.conditions import Condition


@dataclass(frozen=True, slots=True)
class Waited:
    """A compiled trigger: an event, `count` times, each under `condition`; or, without an event, a condition alone.

    `key` is what it waits for, so that another version of the map knows it again wherever it stands there.
    """

    key: str
    event: str | None
    condition: Condition | None
    count: int

    @property
    def alone(self) -> Condition | None:
        """The condition of a trigger without an event; None where there is an event."""
        return self.condition if self.event is None else None


def event_conditions(triggers: Iterable[Waited]) -> dict[str, tuple[Condition, ...]]:
    """Returns what triggers ask of the properties of each event, by its name."""
    conditions: dict[str, tuple[Condition, ...]] = {}
    for trigger in triggers:
        if trigger.event is not None and trigger.condition is not None:
            conditions[trigger.event] = (*conditions.get(trigger.event, ()), trigger.condition)
    return conditions


def conditions_of(triggers: Iterable[Waited]) -> tuple[Condition, ...]:
    """Returns the conditions that are triggers by themselves."""
    return tuple(trigger.alone for trigger in triggers if trigger.alone)
