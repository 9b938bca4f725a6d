"""The shipped maps' mails as customers get them: one of each kind and map, from the maps' own scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from milepost.brand.brand import brand_from
from milepost.channels.links import MessageLinks
from milepost.channels.message_text import MessageSource, write
from milepost.language.loader import from_files
from milepost.planner import agreement_mails
from milepost.planner.commands import CalendarEntry, SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import MessageReason
from milepost.planner.facts import HandedOver
from milepost.planner.instants import Instant, moment
from milepost.planner.plan import plan
from milepost.scenarios.scenario import Scenario, load_scenario

MAPS = Path(__file__).parents[2] / "maps"
HOUR, DAY = 3600, 86_400
BETWEEN_PEOPLE = {"invitation", "moved", "cancelled", "agreement", "introduction"}
KINDS = {"opening", "reminder", "merged", "request", "recap", *BETWEEN_PEOPLE}
_LINKS = MessageLinks("https://plans.borealis.example", "4f0c2a9d1b7e63.Qx7vK2mN8pL5rT1wZ4yB6cD9fG3hJ0kS")
_BRAND = brand_from("Borealis", None)
_PLAY = """
introduction: introduce
plays:
  - play: introduce
    kind: other
    title: Introduce the new colleague
    touchpoints:
      - {{touchpoint: introduction, title: Introduce the new colleague, message: introduction.md, to: {persona}}}
"""
_INTRODUCTION = """---
subject: "{{ successor.name }} looks after you from now on"
---
Hello {{ contact.first_name }},

{{ former.name }} has handed your plan over to me, with everything that we agreed. Nothing changes for you: the
steps, the dates and the results stay as they are.

**[Your plan]({{ plan_url }})**

You reach me at {{ successor.email }}, or by a reply to this mail.

{{ successor.name }}
"""


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
    """Returns the HTML of a mail of each kind that the scenarios of a shipped map send.

    No scenario agrees on anything or hands a customer over: such mails go to the person of its first mail.
    """
    mails: dict[str, str] = {}
    for path in sorted((MAPS / journey_map / "scenarios").glob("*.yaml")):
        scenario = load_scenario(path).scenario
        assert scenario is not None
        for kind, source in _sources(scenario):
            if kind not in mails:
                mails[kind] = write(source).html or ""
            if kind == "opening" and "introduction" not in mails:
                mails |= {name: write(each).html or "" for name, each in _between_people(source).items()}
    return mails


def _between_people(source: MessageSource) -> dict[str, MessageSource]:
    """What goes to the same person once people agree on something, or a new colleague comes."""
    return {
        "invitation": _invited(source),
        "moved": _invited(source, moved=True),
        "cancelled": _invited(source, cancelled=True),
        "agreement": _sent(source, agreement_mails.STEP, []),
        "introduction": _introduced(source),
    }


def _sources(scenario: Scenario) -> Iterator[tuple[str, MessageSource]]:
    compiled_map = scenario.compiled_map
    assert compiled_map is not None
    for each in scenario.plans():
        for command in each.commands:
            if isinstance(command, SendMessage) and command.contact:
                entry = asdict(command.calendar) if command.calendar else None
                steps, templates = list(command.steps), list(command.templates)
                due = _Due("acme/1", command.message, command.contact, steps, templates, each.state.clock, entry)
                source = MessageSource(compiled_map, scenario.files, each.state, due, _LINKS, brand=_BRAND)
                yield _kind(command, source), source


def _sent(source: MessageSource, step: str, templates: list[str], entry: CalendarEntry | None = None) -> MessageSource:
    calendar = asdict(entry) if entry else None
    due = _Due("acme/1", f"{step}/1", source.due.contact, [step], templates, source.due.at, calendar)
    return replace(source, due=due)


def _invited(source: MessageSource, *, moved: bool = False, cancelled: bool = False) -> MessageSource:
    at = source.due.at // DAY * DAY + 7 * DAY + 15 * HOUR
    day, title = moment(at).date().isoformat(), "Agree who does what by when"
    entry = CalendarEntry("kickoff", 0, title, day, at, 90, "ana@borealis.example", cancelled, moved)
    return _sent(source, "kickoff", [], entry)


def _introduced(source: MessageSource) -> MessageSource:
    """The shipped maps introduce nobody: this one does, by a play as docs/map-language.md has it."""
    old = source.compiled_map
    persona = next(iter(old.map.personas))
    introducing = source.files["map.yaml"].replace("\nplays:\n", _PLAY.format(persona=persona))
    files = {**source.files, "map.yaml": introducing, "messages/introduction.md": _INTRODUCTION}
    loaded = from_files(files).map
    assert loaded is not None
    compiled_map, former = CompiledMap.of(loaded, old.version, files), source.customer.team[old.map.csm]
    fact = HandedOver(id="hand-over", at=source.due.at, former=former, to="jo.lindqvist@vendor.example", introduce=True)
    state = plan(compiled_map, source.state, [fact], source.due.at).state
    changed = replace(source, compiled_map=compiled_map, files=files, state=state)
    return _sent(changed, "introduction", ["introduction.md"])


def _kind(command: SendMessage, source: MessageSource) -> str:
    if len(command.steps) > 1:
        return "merged"
    if command.reason is MessageReason.TOUCHPOINT and source.importance == "essential":
        return "recap"
    return str(command.reason)
