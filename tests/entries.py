"""Timeline entries for tests: name what matters, the rest of what the kind requires is filled in."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from milepost.planner.instants import text
from milepost.planner.timeline import ENTRIES, Entry, from_data

_STEP = {"stage": "start", "step": "connect", "occurrence": 1}
_TEXTS = {
    "due": text(0),
    "until": text(0),
    "since": text(0),
    "begins": text(0),
    "steps": ["connect"],
    "names": ["health"],
    "emptied": ["value"],
    "day": "2026-03-02",
    "response": "answered",
}


def entry(kind: str, at: int = 0, **more: Any) -> Entry:
    """An entry of a kind with the fields that are given as JSON has them, and some value for each that must be."""
    required = {each.name for each in fields(ENTRIES[kind]) if each.default is MISSING} - {"at"}
    filled = {name.rstrip("_"): _TEXTS.get(name, name) for name in required - {"place"}}
    place = _STEP if "place" in required else {}
    return from_data(kind, at, {**place, **filled, **more})


def complete(kind: str) -> Entry:
    """An entry of a kind with every field that it may have."""
    every = {each.name.rstrip("_"): _TEXTS.get(each.name, each.name) for each in fields(ENTRIES[kind])}
    return from_data(kind, 0, {**every, **_STEP})
