"""Entries of a timeline as lines for people, in the time zone that the scenario is written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from typing import Any

from milepost.planner.instants import Instant, moment
from milepost.planner.timeline import Entry
from milepost.planner.zones import is_zone, zone
from milepost.scenarios.expectations import read_instant
from milepost.scenarios.scenario import Scenario

_PLACE = ("stage", "play", "step")
_LEFT_OUT = ("version", "message")  # hashes and ids, which say nothing that the line does not
_TIMES = ("due", "until", "since", "at")
_HASH = 12


@dataclass(frozen=True, slots=True)
class Clock:
    """The time zone in which a scenario is printed, and its name."""

    name: str
    zone: tzinfo

    @staticmethod
    def of(scenario: Scenario) -> Clock:
        """The customer's or our own time zone, if the scenario's start is written with its offset; else that offset."""
        names = (scenario.customer.timezone, scenario.compiled_map.map.working_time.timezone)
        start = moment(scenario.start)
        for name in dict.fromkeys(names):
            if is_zone(name) and start.astimezone(zone(name)).utcoffset() == timedelta(seconds=scenario.offset):
                return Clock(name, zone(name))
        fixed = timezone(timedelta(seconds=scenario.offset))
        return Clock(str(fixed), fixed)

    def time(self, at: Instant) -> str:
        """An instant: `Mon 2026-03-02 09:00`, with its seconds where it has some."""
        there = moment(at).astimezone(self.zone)
        return f"{there:%a %Y-%m-%d %H:%M:%S}" if there.second else f"{there:%a %Y-%m-%d %H:%M}"

    def line(self, entry: Entry) -> str:
        """An entry as one line: instant, kind, place, the rest."""
        data = entry.data()
        place = "/".join(str(data[name]) for name in _PLACE if name in data)
        rest = self._more({name: value for name, value in data.items() if name not in _PLACE})
        return f"{self.time(entry.at)}  {entry.kind:<17} {place:<32} {rest}".rstrip()

    def phrase(self, entry: Entry) -> str:
        """An entry within a sentence, without its instant."""
        return self.expectation({name: value for name, value in entry.to_json().items() if name != "at"})

    def expectation(self, expected: Mapping[str, Any]) -> str:
        """The fields that an entry has, or should have, in one phrase: `play_started rescue at ...`."""
        words = [str(expected.get("kind", "any entry"))]
        words += [str(expected[name]) for name in ("stage", "play", "step") if name in expected][-1:]
        rest = {name: value for name, value in expected.items() if name not in ("at", "kind", *_PLACE)}
        if more := self._more(rest):
            words.append(more)
        at = read_instant(expected.get("at"))
        return " ".join(words) + (f" at {self.time(at)}" if at is not None else "")

    def value(self, name: str, value: Any) -> str:
        """A field's value, instants on this clock."""
        if name in _TIMES and (at := read_instant(value)) is not None:
            return self.time(at)
        if isinstance(value, list):
            return "+".join(str(each) for each in value)
        if name in ("from", "to"):
            return str(value)[:_HASH]
        return "nothing" if value is None else str(value)

    def _more(self, data: Mapping[str, Any]) -> str:
        return "  ".join(f"{name}={self.value(name, value)}" for name, value in data.items() if _is_shown(name, value))


def _is_shown(name: str, value: Any) -> bool:
    if name == "steps" and isinstance(value, list):
        return len(value) > 1
    return name not in _LEFT_OUT and not (name == "occurrence" and value == 1)
