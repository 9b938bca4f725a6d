"""The shipped maps' mails as customers get them: one of each kind and map, from the maps' own scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from milepost.brand.brand import brand_from
from milepost.channels.links import MessageLinks
from milepost.channels.message_text import MessageSource, write
from milepost.planner.commands import CalendarEntry, SendMessage
from milepost.planner.enums import MessageReason
from milepost.planner.instants import Instant, moment
from milepost.scenarios.scenario import Scenario, load_scenario

MAPS = Path(__file__).parents[2] / "maps"
HOUR, DAY = 3600, 86_400
KINDS = {"opening", "reminder", "merged", "request", "recap", "invitation"}
_LINKS = MessageLinks("https://plans.borealis.example", "4f0c2a9d1b7e63.Qx7vK2mN8pL5rT1wZ4yB6cD9fG3hJ0kS")
_BRAND = brand_from("Borealis", None)


@dataclass(frozen=True, slots=True)
class _Due:
    journey_id: str
    message: str
    contact: str
    steps: list[str]
    templates: list[str]
    at: Instant
    calendar: dict[str, Any] | None


def mails_of(journey_map: str) -> dict[str, str]:
    """Returns the HTML of a mail of each kind that the scenarios of a shipped map send."""
    mails: dict[str, str] = {}
    for path in sorted((MAPS / journey_map / "scenarios").glob("*.yaml")):
        scenario = load_scenario(path).scenario
        assert scenario is not None
        for kind, source in _sources(scenario):
            if kind not in mails:
                mails[kind] = write(source).html or ""
            if "invitation" not in mails and kind == "opening":
                mails["invitation"] = write(_invited(source)).html or ""
    return mails


def _sources(scenario: Scenario) -> Iterator[tuple[str, MessageSource]]:
    compiled_map = scenario.compiled_map
    assert compiled_map is not None
    for plan in scenario.plans():
        for command in plan.commands:
            if isinstance(command, SendMessage) and command.contact:
                entry = asdict(command.calendar) if command.calendar else None
                steps, templates = list(command.steps), list(command.templates)
                due = _Due("acme/1", command.message, command.contact, steps, templates, plan.state.clock, entry)
                source = MessageSource(compiled_map, scenario.files, plan.state, due, _LINKS, brand=_BRAND)
                yield _kind(command, source), source


def _invited(source: MessageSource) -> MessageSource:
    """The same person is invited to a call: no scenario agrees on a date."""
    at = source.due.at // DAY * DAY + 7 * DAY + 15 * HOUR
    day = moment(at).date().isoformat()
    entry = CalendarEntry("kickoff", 0, "Agree who does what by when", day, at, 90, "ana@borealis.example")
    due = _Due("acme/1", "kickoff/1/invitation", source.due.contact, ["kickoff"], [], source.due.at, asdict(entry))
    return replace(source, due=due)


def _kind(command: SendMessage, source: MessageSource) -> str:
    if len(command.steps) > 1:
        return "merged"
    if command.reason is MessageReason.TOUCHPOINT and source.importance == "essential":
        return "recap"
    return str(command.reason)
