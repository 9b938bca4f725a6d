"""All journeys of one customer in a simulation: what begins another one after the end, by the rule that production has.

Facts about the customer change the record, and may let it match its map again; an enrolment by hand begins a journey as
far as `reenter` allows, or whatever it says with `again`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from milepost.customer import Customer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.customer_changes import with_attributes
from milepost.planner.entry_point import PLAIN, JourneyStart
from milepost.planner.fact_checks import check
from milepost.planner.fact_errors import RefusedError
from milepost.planner.facts import AttributesSet, ContactsGiven, Fact, MailChosen, TeamGiven
from milepost.planner.instants import Instant
from milepost.planner.mail_choices import contacts_after
from milepost.planner.plan import Plan, plan
from milepost.planner.segment_match import entry_obstacle, map_on_change
from milepost.planner.simulation import each_once, steps
from milepost.planner.state import State

CHANGES_THE_RECORD = (AttributesSet, ContactsGiven, MailChosen, TeamGiven)
"""Facts that change the customer's record where no journey is open."""


@dataclass(frozen=True, slots=True)
class HandEnrolment:
    """Somebody enrols the customer by hand at an instant; `start` says how its journey begins."""

    at: Instant
    start: JourneyStart


Happening = Fact | HandEnrolment


def customer_plans(
    compiled_map: CompiledMap,
    state: State,
    happenings: Sequence[Happening],
    until: Instant,
    versions: Mapping[str, CompiledMap],
) -> Iterator[Plan]:
    """Every plan of all journeys of a customer up to an instant; each begins on `compiled_map`, the first at once.

    As in the inbox, the first fact with an id counts.
    """
    ahead = in_order(happenings)
    following: State | None = state
    while following is not None:
        latest = None
        for latest in steps(compiled_map, following, _facts(ahead), until, versions):
            yield latest
            if latest.state.ended:
                break
        if latest is None or not latest.state.ended:
            return
        ended, following = latest.state, None
        ahead = [each for each in ahead if ended.clock < each.at <= until]
        while ahead and following is None:
            happening, ahead = ahead[0], ahead[1:]
            if not isinstance(happening, HandEnrolment) and not isinstance(happening, CHANGES_THE_RECORD):
                result = plan(versions.get(ended.version, compiled_map), ended, [happening], happening.at)
                yield result
                ended = result.state
                continue
            before, ended.customer = ended.customer, record_after(compiled_map, ended.customer, happening)
            following = _entered(compiled_map, ended, before, happening)


def in_order(happenings: Iterable[Happening]) -> list[Happening]:
    """What happens in order of time, each fact once; at one instant facts come before enrolments."""
    facts = each_once([each for each in happenings if not isinstance(each, HandEnrolment)])
    by_hand = [each for each in happenings if isinstance(each, HandEnrolment)]
    return sorted([*facts, *by_hand], key=lambda each: each.at)


def _facts(happenings: Iterable[Happening]) -> list[Fact]:
    return [each for each in happenings if not isinstance(each, HandEnrolment)]


def record_after(compiled_map: CompiledMap, customer: Customer, happening: Happening) -> Customer:
    """The customer's record after a fact that came between two journeys; one that the map refuses changes nothing."""
    if isinstance(happening, HandEnrolment):
        return customer
    try:
        check(happening, compiled_map)
    except RefusedError:
        return customer
    match happening:
        case AttributesSet():
            return with_attributes(customer, happening.attributes)
        case ContactsGiven():
            return customer.having(contacts=happening.contacts)
        case MailChosen():
            return customer.having(contacts=contacts_after(customer.contacts, happening))
        case TeamGiven():
            return customer.having(team=dict(happening.team))
        case _:
            return customer


def _entered(compiled_map: CompiledMap, ended: State, before: Customer, happening: Happening) -> State | None:
    """The state of the journey that begins now; None where none does."""
    customer, at = ended.customer, happening.at
    if isinstance(happening, HandEnrolment):
        start = happening.start
        if start.again is None and entry_obstacle(compiled_map, ended.ended_at, at):
            return None
    else:
        start, ends = PLAIN, {ended.map: ended.ended_at or at}
        if map_on_change([compiled_map], before, customer, ends, at) is not compiled_map:
            return None
    given = None if start == PLAIN else start
    return State.begin(customer, compiled_map.map.map, compiled_map.version, at, given)
