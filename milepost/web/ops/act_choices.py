"""What stands in the form of an act on a customer's page, beside what people type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.explain.overview import CustomerOverview, JourneyOverview
from milepost.explain.sentences import spaced, version_text
from milepost.planner.pointers import kinds_of
from milepost.store import absences, customers, mail_switches, maps
from milepost.web.ops.customer_acts import Act
from milepost.web.ops.step_choices import (
    Choices,
    answered_outcomes,
    can_be_done,
    can_be_snoozed,
    closed_steps,
    discussed_steps,
    events_of,
    outcomes_of,
    standing_steps,
    system_tasks,
    with_form,
)
from milepost.web.services import Services

_STEPS = {
    "step-done": can_be_done,
    "step-form": with_form,
    "step-skipped": standing_steps,
    "agreed": standing_steps,
    "snoozed": can_be_snoozed,
    "step-reopened": closed_steps,
    "task-done": system_tasks,
    "answer": outcomes_of,
    "answer-completed": answered_outcomes,
    "requested": discussed_steps,
    "replied": discussed_steps,
    "responded": discussed_steps,
}
"""The steps, outcomes or tasks that an act is about, by its key."""
_NAMES_COLLEAGUES = ("agreed", "team", "task")


async def choices(
    served: Services, session: AsyncSession, act: Act | None, overview: CustomerOverview
) -> Mapping[str, Any]:
    """Returns what stands in the form of the act that was chosen."""
    journey, key = overview.journey, act.key if act is not None else ""
    values: dict[str, Any] = {}
    if journey and key in _STEPS:
        values["steps"] = _STEPS[key](journey)
    if key in _NAMES_COLLEAGUES:
        values["colleagues"] = await customers.colleagues(session)
    match key:
        case "event" if journey:
            values["events"] = events_of(journey)
        case "responded" if journey and journey.compiled_map:
            values["kinds"] = [(kind, spaced(kind).capitalize()) for kind in kinds_of(journey.compiled_map.map)]
        case "hold" if journey:
            in_force = await session.run_sync(mail_switches.in_force, overview.customer.id, journey.record.map)
            values |= {"switch": in_force.switch, "most_first": mail_switches.MOST_FIRST}
        case "set":
            values["attributes"] = await _attributes(served, journey)
        case "move" if journey:
            values["versions"] = _versions(journey)
        case "enroll":
            values["maps"] = list((await maps.titles(session)).items())
            values["stages"] = await _stages(served)
        case "hand-over":
            values["team"] = await _team(served, session, overview)
    return values


async def _attributes(served: Services, journey: JourneyOverview | None) -> Choices:
    """Returns the attributes of the journey's map or, without a journey, those of all published maps."""
    compiled_maps = [journey.compiled_map] if journey else await served.compiled_maps.readable()
    declared = {name: each for one in compiled_maps if one for name, each in one.map.attributes.items()}
    return [(name, attribute.title or spaced(name).capitalize()) for name, attribute in declared.items()]


def _versions(journey: JourneyOverview) -> Sequence[tuple[str, str]]:
    numbered = sorted(journey.versions.items(), key=lambda each: -each[1])
    return [
        (digest, version_text(number, digest).capitalize())
        for digest, number in numbered
        if digest != journey.record.version
    ]


async def _stages(served: Services) -> Choices:
    """Returns the stages that a customer can enter, of all published maps."""
    return [
        (stage, f"{compiled.stage.title} ({compiled_map.map.title})")
        for compiled_map in await served.compiled_maps.readable()
        for stage, compiled in compiled_map.stages.items()
        if compiled.in_sequence
    ]


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody who looks after the customer; `is_away`: an absence of theirs runs or is to come."""

    address: str
    roles: tuple[str, ...]
    is_away: bool


async def _team(served: Services, session: AsyncSession, overview: CustomerOverview) -> list[TeamMember]:
    away = {each.person for each in await absences.listed(session, served.now())}
    roles: dict[str, list[str]] = {}
    for role, address in overview.customer.team.items():
        roles.setdefault(address.lower(), []).append(role)
    return [TeamMember(address, tuple(each), address in away) for address, each in roles.items()]
