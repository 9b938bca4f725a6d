"""What was told and is not with the journey yet: Temporal is away, or no worker runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from milepost.cli.support.output import count_of

_NAMES = ("step", "outcome", "event", "play", "task", "message", "reason")
_MANY = ("attributes", "team", "steps")
_NAMED = 8


def underway_said(facts: Sequence[Mapping[str, Any]]) -> str:
    """Say so: `1 thing told is not yet with the journey: step_done kickoff`, and what becomes of it."""
    named = "; ".join(_said(fact["kind"], fact) for fact in facts[:_NAMED])
    more = f"; and {len(facts) - _NAMED} more" if len(facts) > _NAMED else ""
    be = "is" if len(facts) == 1 else "are"
    return (
        f"{count_of(len(facts), 'thing')} told {be} not yet with the journey: {named}{more}.\n"
        "Nothing has to be told again: it is taken in when a worker runs (`milepost up`, `milepost worker`)."
    )


def _said(kind: str, fact: Mapping[str, Any]) -> str:
    named = [str(fact[name]) for name in _NAMES if fact.get(name)]
    named += [str(name) for part in _MANY for name in fact.get(part) or ()]
    verdict = [str(fact["verdict"])] if fact.get("verdict") else []
    return " ".join([kind, *named, *verdict])
