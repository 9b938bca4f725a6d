"""The sentences about a journey that `show` and `explain` share: its heading, and the facts it hasn't taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from milepost.explain.local_time import day_of
from milepost.explain.overview import JourneyOverview
from milepost.explain.sentences import spaced
from milepost.explain.vocabulary import ENDINGS
from milepost.text import count_of

_NAMES = ("step", "outcome", "event", "play", "task", "message", "reason")
_MANY = ("attributes", "team", "steps")
_NAMED = 8


def journey_heading(journey: JourneyOverview, version: str) -> str:
    """`Journey acme-1 on 'Onboarding', version 2, since Fri 6 Mar 2026`, and how it ended, if it has."""
    record = journey.record
    title = f"Journey {record.id} on {journey.title!r}{version}, since {day_of(record.started_at, journey.zone)}"
    if record.ended_at is None:
        return title
    reason = record.reason or ""
    return f"{title}: ended {day_of(record.ended_at, journey.zone)}, {ENDINGS.get(reason, spaced(reason))}."


def pending_summary(facts: Sequence[Mapping[str, Any]]) -> str:
    """`1 recorded fact hasn't reached the journey yet: step_done kickoff`, and when it will."""
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
