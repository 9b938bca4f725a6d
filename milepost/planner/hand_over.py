"""Handing a customer over to another colleague, for good: the team changes, and with it whose the open tasks are.

Absences are lines on the timeline; who stands in is looked up where tasks are shown and mails are written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from milepost.customer import Customer, address_key
from milepost.language.model import Map
from milepost.planner import facts, timeline
from milepost.planner.added_tasks import with_added_tasks
from milepost.planner.branches import start_or_defer
from milepost.planner.closings import end_play
from milepost.planner.colleague_checks import check_away, check_hand_over
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import PlayEnding, StartReason
from milepost.planner.introduction import introduction_of, kept
from milepost.planner.state import State
from milepost.planner.turn import Turn


def roles_of(team: Mapping[str, str], person: str, only: Collection[str] | None = None) -> tuple[str, ...]:
    """Returns the roles that a person has on a team, in whatever case the address is written; perhaps `only` some."""
    key = address_key(person)
    return tuple(role for role, address in team.items() if address_key(address) == key and (not only or role in only))


def handed_over_team(customer: Customer, former: str, to: str, only: Collection[str] | None = None) -> Customer:
    """Returns the customer with `to` in the roles of `former`."""
    roles = roles_of(customer.team, former, only)
    return customer.having(team={**customer.team, **dict.fromkeys(roles, to)}) if roles else customer


def colleagues_changed(turn: Turn, fact: facts.HandedOver | facts.Away | facts.Back) -> bool:
    """Hand the customer over, or report an absence, which changes nothing else; returns whether anything was to do.

    Raises:
        InvalidFactError: there can't be such people or days.
    """
    match fact:
        case facts.HandedOver():
            check_hand_over(None, fact)
            return _hand_over(turn, fact)
        case facts.Away():
            check_away(None, fact)
            days = {"first_day": fact.first_day, "last_day": fact.last_day}
            people = {"person": fact.person, "delegate": fact.delegate}
            turn.report(timeline.Away(turn.at, **people, **days, role=fact.role, by=fact.by))
        case facts.Back():
            turn.report(timeline.Back(turn.at, person=fact.person, by=fact.by))
    return True


def _hand_over(turn: Turn, fact: facts.HandedOver) -> bool:
    """Hand the customer over; returns whether anything was the former colleague's."""
    roles = roles_of(turn.state.customer.team, fact.former, fact.roles)
    turn.edit_customer(handed_over_team(turn.state.customer, fact.former, fact.to, fact.roles))
    steps = list(agreed_steps(turn.compiled_map, turn.state, fact.former, fact.roles))
    for step in steps:
        _hand_over_step(turn, step, fact.to)
    if not roles and not steps:
        return False
    turn.report(timeline.HandedOver(turn.at, former=fact.former, to=fact.to, roles=roles, by=fact.by))
    _introduce(turn, fact, roles)
    return True


def agreed_steps(
    compiled_map: CompiledMap, state: State, person: str, only: Collection[str] | None = None
) -> Iterator[str]:
    """Yields the tasks that are a person's by an agreement, open now or later: the team doesn't say so.

    `only` are the roles whose tasks are meant, where not all are.
    """
    key = address_key(person)
    for step in with_added_tasks(compiled_map, state).steps.values():
        record = state.step(step.id)
        now = record.person if record.is_open else None
        later = state.agreed.get(step.id, {}).get("person")
        is_theirs = step.is_task and key in (address_key(now or ""), address_key(later or ""))
        if is_theirs and (not only or step.role in only):
            yield step.id


def _hand_over_step(turn: Turn, step: str, to: str) -> None:
    if turn.state.step(step).is_open and turn.state.step(step).person is not None:
        turn.edit_step(step).person = to
    if "person" in turn.state.agreed.get(step, {}):
        turn.state.agreed[step] = {**turn.state.agreed[step], "person": to}


def _introduce(turn: Turn, fact: facts.HandedOver, roles: tuple[str, ...]) -> None:
    """Start the map's introduction; one that is open introduces whoever has the role when its mail goes.

    Where the customer is handed back meanwhile, there is nobody to introduce.
    """
    state, play_id = turn.state, turn.compiled_map.map.introduction
    is_open = play_id is not None and state.play(play_id).is_open
    former = introduced.former if (introduced := introduction_of(state)) else ""
    if is_open and address_key(fact.to) == address_key(former):
        end_play(turn, turn.compiled_map.plays[play_id or ""], PlayEnding.HANDED_BACK)
        state.handed_over = {}
    elif fact.introduce and play_id is not None and roles and not is_open:
        state.handed_over = kept(_introduced_role(turn.compiled_map.map, roles), fact.former)
        start_or_defer(turn, play_id, StartReason.HAND_OVER)


def _introduced_role(map_: Map, roles: tuple[str, ...]) -> str:
    """The role that customers know best: the csm, else the first of the file."""
    return next((role for role in (map_.csm, *map_.roles) if role in roles), roles[0])
