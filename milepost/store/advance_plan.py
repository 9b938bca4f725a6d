"""Plans a locked journey with facts that wait for it, and writes the plan and what the facts have become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import MailSwitched
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan
from milepost.planner.state import State
from milepost.planner.version_plan import freeing_first, plan_across_versions
from milepost.store import customers, desk_news, inbox
from milepost.store.advance import write_plan
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.errors import UnknownVersionError
from milepost.store.inbox import WaitingFact
from milepost.store.journeys import LockedJourney


@dataclass(frozen=True, slots=True)
class AdvancePlan:
    """A plan made from the state `before`; the journey ends up on `compiled_map`.

    `acted_at` says when each fact acted, by its id.
    """

    before: State
    result: Plan
    compiled_map: CompiledMap
    acted_at: Mapping[str, Instant]


def plan_and_write(
    session: Session,
    compiled_maps: CompiledMaps,
    journey: LockedJourney,
    taken: Sequence[WaitingFact],
    now: Instant,
    *,
    frees: bool = False,
) -> AdvancePlan:
    """Brings a journey up to `now` with these facts. Where that fails, nothing was written.

    With `frees` the fact that frees a journey which can't be planned goes first.

    Raises:
        LookupError: `frees`, and there is no such fact.
        Exception: the journey can't be planned, for whatever reason.
    """
    before = State.from_json(journey.state)
    version, facts = before.version, [each.fact for each in taken if each.fact is not None]
    facts.sort(key=lambda fact: not isinstance(fact, MailSwitched))  # what is due by now is held, or let go, so
    if frees:
        version, facts = freeing_first(before, facts)

    def find(version: str) -> CompiledMap | None:
        try:
            return compiled_maps.load(session, version)
        except UnknownVersionError:  # it was never published
            return None

    result, compiled_map = plan_across_versions(compiled_maps.load(session, version), before, facts, now, find)
    write_plan(session, journey.id, before, result, compiled_map)
    desk_news.write(session, journey.id, before, result, compiled_map=compiled_map, facts=facts)
    acted_at = {fact.id: max(fact.at, before.clock) for fact in facts}
    inbox.mark_taken(session, taken, acted_at, result.state.revision)
    customers.keep_what_came_too_late(session, result.state, facts)
    return AdvancePlan(before, result, compiled_map, acted_at)
