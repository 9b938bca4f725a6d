"""Facts that were recorded but haven't reached their journey yet: Temporal is away, or no worker runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from milepost.text import count_of

_NAMES = ("step", "outcome", "event", "play", "task", "message", "reason")
_MANY = ("attributes", "team", "steps")
_NAMED = 8


def pending_summary(facts: Sequence[Mapping[str, Any]]) -> str:
    """`1 recorded fact hasn't reached the journey yet: step_done kickoff`, and what will become of it."""
    names = "; ".join(_name(fact["kind"], fact) for fact in facts[:_NAMED])
    more = f"; and {len(facts) - _NAMED} more" if len(facts) > _NAMED else ""
    have = "hasn't" if len(facts) == 1 else "haven't"
    return (
        f"{count_of(len(facts), 'recorded fact')} {have} reached the journey yet: {names}{more}.\n"
        "There is nothing to repeat: the journey gets them when a worker runs (`milepost up`, `milepost worker`)."
    )


def _name(kind: str, fact: Mapping[str, Any]) -> str:
    words = [str(fact[name]) for name in _NAMES if fact.get(name)]
    words += [str(name) for part in _MANY for name in fact.get(part) or ()]
    verdict = [str(fact["verdict"])] if fact.get("verdict") else []
    return " ".join([kind, *words, *verdict])
