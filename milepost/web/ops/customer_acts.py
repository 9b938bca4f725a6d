"""What can be done on a customer's page: each act with its form, where it goes, and the same at the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.explain.overview import CustomerOverview, JourneyOverview
from milepost.explain.sentences import spaced, version_text
from milepost.language.steps import Outcome, Touchpoint
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import StepStatus
from milepost.planner.fact_checks import asks_of
from milepost.store import customers, maps
from milepost.web.services import Services

_AHEAD = "ahead"
"""The status of a stage that waits, beside those of steps."""
Choices = list[tuple[str, str]]
"""Options of a form: the value that is sent, and what people read."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act: `key` names it in addresses, `path` is where its form goes, as `doors.DOORS` writes it.

    `command` is the same at the terminal, behind `milepost`, with CUSTOMER for the customer's id; empty: there is none.
    """

    key: str
    title: str
    command: str = ""
    path: str = ""

    @property
    def door(self) -> str:
        return self.path or f"/ops/customers/{{customer}}/{self.key}"


@dataclass(frozen=True, slots=True)
class ActGroup:
    """Acts under a heading."""

    title: str
    acts: tuple[Act, ...]


GROUPS = (
    ActGroup(
        "Write down",
        (
            Act("note", "Write a note", "tell CUSTOMER note 'They merge in May'"),
            Act("task", "Add a task", "tell CUSTOMER task_added 'Send the price list' --due 2026-03-10"),
            Act("files", "Attach a file"),
        ),
    ),
    ActGroup(
        "Steps",
        (
            Act("step-done", "Mark a step as done", "tell CUSTOMER step_done STEP --result RESULT"),
            Act("step-skipped", "Skip a step", "tell CUSTOMER step_skipped STEP --reason WHY"),
            Act("snoozed", "Put a step off", "tell CUSTOMER snoozed STEP 2026-03-10 --reason WHY"),
            Act("step-reopened", "Reopen a step", "tell CUSTOMER step_reopened STEP --reason WHY"),
            Act("agreed", "Agree on a date or a person", "tell CUSTOMER agreed STEP due=2026-03-10 person=ADDRESS"),
            Act("play", "Start a play", "tell CUSTOMER play_started PLAY --reason WHY"),
            Act("answer", "Record an answer", "tell CUSTOMER answer OUTCOME verified --evidence WHERE"),
        ),
    ),
    ActGroup(
        "The customer",
        (
            Act("set", "Change an attribute", "tell CUSTOMER set NAME=VALUE"),
            Act("contacts", "Add a person", "tell CUSTOMER contacts 'Sam Poe <sam@acme.example> sponsor'"),
            Act("team", "Change the team", "tell CUSTOMER team ROLE=ADDRESS"),
            Act("hold", "Hold or free mail", "mail hold --customer CUSTOMER --reason WHY", "/ops/mail/switch"),
        ),
    ),
    ActGroup(
        "The journey",
        (
            Act("pause", "Pause", "tell CUSTOMER paused --reason WHY"),
            Act("resume", "Resume", "tell CUSTOMER resumed --reason WHY"),
            Act("move", "Move to another version", "tell CUSTOMER map_changed NUMBER"),
            Act("enroll", "Begin a journey", "enroll CUSTOMER --again --reason WHY"),
            Act("end", "End the journey", "tell CUSTOMER ended WHY"),
        ),
    ),
)
_FIRST = ("note", "task", "resume", "pause", "enroll")
"""The acts that have a button of their own."""


@dataclass(frozen=True, slots=True)
class Offered:
    """The acts that there are for a customer now: those with a button, all by group, and the one that was chosen."""

    buttons: tuple[Act, ...]
    groups: tuple[ActGroup, ...]
    chosen: Act | None


def offered(overview: CustomerOverview, may: Callable[[str, str], bool], chosen: str) -> Offered:
    """Returns the acts that somebody may do on a customer as it stands."""
    there = _there(overview)
    groups = [
        ActGroup(group.title, tuple(act for act in group.acts if act.key in there and may("POST", act.door)))
        for group in GROUPS
    ]
    acts = {act.key: act for group in groups for act in group.acts}
    buttons = tuple(acts[key] for key in _FIRST if key in acts)
    return Offered(buttons, tuple(group for group in groups if group.acts), acts.get(chosen))


def _there(overview: CustomerOverview) -> set[str]:
    """Returns the acts that make sense for a customer as it stands."""
    journey = overview.journey
    keys = {"set", "contacts", "team"}
    if journey is not None:
        keys.add("note")
    if journey is None or (journey.has_ended and journey.record == overview.journeys[0]):
        return keys | {"enroll"}
    if journey.has_ended or journey.compiled_map is None:
        return keys
    by_steps = {
        "step-done": can_be_done(journey),
        "step-skipped": _standing(journey),
        "snoozed": can_be_snoozed(journey),
        "step-reopened": closed_steps(journey),
        "agreed": _standing(journey),
        "play": journey.compiled_map.plays,
        "answer": outcomes_of(journey),
        "move": len(journey.versions) > 1,
    }
    keys |= {key for key, steps in by_steps.items() if steps}
    return keys | {"task", "files", "hold", "end", "resume" if journey.state.paused else "pause"}


def outcomes_of(journey: JourneyOverview) -> Choices:
    """Returns the outcomes of a map, for an answer."""
    steps = journey.compiled_map.steps.values() if journey.compiled_map else ()
    return [(step.id, journey.say.step(step.id)) for step in steps if isinstance(step.step, Outcome)]


def can_be_done(journey: JourneyOverview) -> Choices:
    """Returns the open steps that a colleague can report as done, each of its results by itself.

    Outcomes are answered, and steps with a form are filled in on the plan.
    """
    return [choice for id_ in _open(journey) for choice in _results(journey, id_)]


def _results(journey: JourneyOverview, id_: str) -> Iterator[tuple[str, str]]:
    compiled, title = _compiled(journey, id_), journey.say.step(id_)
    if compiled is not None and (isinstance(compiled.step, Outcome) or asks_of(compiled)):
        return
    results = tuple(compiled.step.results or ()) if compiled and isinstance(compiled.step, Touchpoint) else ()
    if not results:
        yield id_, title
    for result in results:
        yield f"{id_}|{result}", f"{title}: {spaced(result)}"


def can_be_snoozed(journey: JourneyOverview) -> Choices:
    """Returns the open steps, for putting one off."""
    return [(id_, journey.say.step(id_)) for id_ in _open(journey)]


def closed_steps(journey: JourneyOverview) -> Choices:
    """Returns the steps that are closed, for opening one again."""
    steps = journey.compiled_map.steps if journey.compiled_map else {}
    return [
        (id_, f"{journey.say.step(id_)} ({journey.state.step(id_).status})")
        for id_ in steps
        if journey.state.step(id_).closed
    ]


def _standing(journey: JourneyOverview) -> Choices:
    """Returns the steps of open stages and plays that are open or wait."""
    return [(each.id, each.title) for each in journey.waits if each.status != _AHEAD]


def _open(journey: JourneyOverview) -> list[str]:
    return [each.id for each in journey.waits if each.status not in (_AHEAD, StepStatus.WAITING)]


def _compiled(journey: JourneyOverview, step: str) -> CompiledStep | None:
    return journey.compiled_map.steps.get(step) if journey.compiled_map else None


async def choices(
    served: Services, session: AsyncSession, act: Act | None, overview: CustomerOverview
) -> Mapping[str, Any]:
    """Returns what stands in the form of the act that was chosen."""
    journey = overview.journey
    match act.key if act is not None else None:
        case "step-done" if journey:
            return {"steps": can_be_done(journey)}
        case "step-skipped" | "agreed" if journey:
            return {"steps": _standing(journey), "colleagues": await customers.colleagues(session)}
        case "snoozed" if journey:
            return {"steps": can_be_snoozed(journey)}
        case "step-reopened" if journey:
            return {"steps": closed_steps(journey)}
        case "answer" if journey:
            return {"steps": outcomes_of(journey)}
        case "set":
            return {"attributes": await _attributes(served, journey)}
        case "move" if journey:
            return {"versions": _versions(journey)}
        case "enroll":
            return {"maps": list((await maps.titles(session)).items())}
        case "team" | "task":
            return {"colleagues": await customers.colleagues(session)}
        case _:
            return {}


async def _attributes(served: Services, journey: JourneyOverview | None) -> Choices:
    """Returns the attributes of the journey's map or, without a journey, those of all published maps."""
    compiled_maps = [journey.compiled_map] if journey else await served.compiled_maps.current()
    declared = {name: each for one in compiled_maps if one for name, each in one.map.attributes.items()}
    return [(name, attribute.title or spaced(name).capitalize()) for name, attribute in declared.items()]


def _versions(journey: JourneyOverview) -> Sequence[tuple[str, str]]:
    numbered = sorted(journey.versions.items(), key=lambda each: -each[1])
    return [
        (digest, version_text(number, digest).capitalize())
        for digest, number in numbered
        if digest != journey.record.version
    ]
