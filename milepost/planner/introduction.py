"""Who is introduced to a customer after a hand-over, as the state of the journey keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from milepost.planner.state import State

_ROLE, _FORMER = "role", "former"


@dataclass(frozen=True, slots=True)
class Introduction:
    """The role that went over, and the addresses of its people: `successor` has it now, None while nobody has."""

    role: str
    former: str
    successor: str | None


def introduction_of(state: State) -> Introduction | None:
    """Returns who is introduced to the customer; None where no hand-over asked for it."""
    if not state.handed_over:
        return None
    role = state.handed_over[_ROLE]
    return Introduction(role, state.handed_over[_FORMER], state.customer.team.get(role))


def kept(role: str, former: str) -> dict[str, str]:
    """Returns what a state keeps of a hand-over: the role that went over, and who had it."""
    return {_ROLE: role, _FORMER: former}
