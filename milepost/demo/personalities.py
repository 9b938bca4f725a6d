"""Personalities: a temperament and a fate for every customer of the demo's book, dealt out by a seed.

They are dealt like cards and not drawn: whatever the seed, every map has customers of every temperament and of every
fate that a newcomer should see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle

from milepost.people.draws import Chance


class Temperament(StrEnum):
    """How a customer goes about things."""

    PROMPT = "prompt"
    SLOW = "slow"
    SILENT = "silent"
    UNHAPPY = "unhappy"


class Renewal(StrEnum):
    """How the contract's end goes."""

    RENEWED = "renewed"
    PERSUADED = "persuaded"  # in doubt first
    LOST = "lost"
    GIVEN_UP = "given up"  # in doubt first


@dataclass(frozen=True, slots=True)
class Personality:
    """A customer's temperament and fate.

    Attributes:
        temperament: How fast it does its own steps.
        verdicts: Its answers, one for each time it is asked (the last stands for all later ones); None: no answer.
        renewal: How the talk about the contract ends.
        interested: Whether it wants more when more is offered.
        alarm: Whether something alarming happens within half a year: a champion leaves, a complaint.
        dips: Whether its health falls into the red.
        recovers: Whether it comes up again.
    """

    temperament: Temperament
    verdicts: tuple[str | None, ...]
    renewal: Renewal = Renewal.RENEWED
    interested: bool = True
    alarm: bool = False
    dips: bool = False
    recovers: bool = True


PERSONALITIES = (
    Personality(Temperament.PROMPT, ("verified",)),
    Personality(Temperament.UNHAPPY, ("disputed", "verified"), Renewal.PERSUADED, dips=True),
    Personality(Temperament.SILENT, (None,), Renewal.LOST, interested=False),
    Personality(Temperament.SLOW, ("partial", "verified")),
    Personality(Temperament.UNHAPPY, ("disputed",), Renewal.GIVEN_UP, interested=False, dips=True, recovers=False),
    Personality(Temperament.PROMPT, ("verified",), alarm=True),
    Personality(Temperament.SLOW, ("verified",), Renewal.PERSUADED, interested=False),
    Personality(Temperament.PROMPT, ("verified",)),
    Personality(Temperament.SILENT, (None, "verified"), interested=False),
    Personality(Temperament.SLOW, ("partial",)),
)
"""In the order in which they are dealt; a map with six customers has seen everything."""


def personalities_of(chance: Chance, customers: Mapping[str, Iterable[str]]) -> dict[str, Personality]:
    """Gives every customer a personality: `customers` are their ids by map."""
    personalities: dict[str, Personality] = {}
    for map_id, ids in sorted(customers.items()):
        shuffled = sorted(ids)
        chance("deal", map_id).shuffle(shuffled)
        personalities.update(zip(shuffled, cycle(PERSONALITIES), strict=False))
    return personalities
