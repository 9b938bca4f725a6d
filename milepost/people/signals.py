"""Product events that fulfil a trigger, as far as a plain condition can be fulfilled on purpose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from milepost.language.steps import Trigger
from milepost.planner.compiled_map import CompiledMap

_COMPARISON = re.compile(r"event\.(\w+)\s*(==|>=|<=|>|<)\s*(\"[^\"]*\"|'[^']*'|-?\d+(?:\.\d+)?|true|false)")
_BEYOND = {">": 1, "<": -1}


@dataclass(frozen=True, slots=True)
class Signal:
    """A product event, `count` times."""

    event: str
    count: int = 1
    properties: dict[str, Any] = field(default_factory=dict)


def signals(triggers: Iterable[Trigger]) -> list[Signal]:
    """Returns the events of triggers that wait for events."""
    return [
        Signal(trigger.event, trigger.count, _properties(trigger.if_ or ""))
        for trigger in triggers
        if trigger.event is not None
    ]


def _properties(condition: str) -> dict[str, Any]:
    """Properties that make a plain condition true: `event.severity == "high"` needs a severity that is high."""
    matching = {}
    for name, sign, literal in _COMPARISON.findall(condition):
        value = literal[1:-1] if literal[0] == "'" else json.loads(literal)
        matching[name] = value + _BEYOND[sign] if sign in _BEYOND and not isinstance(value, str) else value
    return matching


def unprompted_signals(compiled_map: CompiledMap) -> dict[str, Signal]:
    """Returns the events that start plays or open stages, by name: they come without anybody being asked for them."""
    triggers = [trigger for play in compiled_map.map.plays for trigger in play.starts_when]
    triggers += [trigger for stage in compiled_map.map.stages if stage.opens for trigger in stage.opens.when]
    return {signal.event: signal for signal in reversed(signals(triggers))}


def alarms(compiled_map: CompiledMap) -> list[Signal]:
    """Returns the events that start a play against a risk."""
    return [signal for play in compiled_map.map.plays if play.kind == "risk" for signal in signals(play.starts_when)]
