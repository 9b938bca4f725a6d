"""Who plays what: a temperament and a fate for every customer of the book, dealt from a seed.

Parts are dealt like cards and not drawn: whatever the seed, every map has customers of every temperament and of every
fate that a newcomer is to see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle

from milepost.demo.chance import Chance


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
class Part:
    """What a customer is like and what becomes of it.

    Attributes:
        temperament: How fast it does its own steps.
        verdicts: Its answers, one for each time it is asked (the last stands for all later ones); None: no answer.
        renewal: What the talk about the contract comes to.
        interested: Whether it wants more when more is offered.
        alarm: Whether something happens, half a year at the latest, that alarms us: a champion leaves, a complaint.
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


PARTS = (
    Part(Temperament.PROMPT, ("verified",)),
    Part(Temperament.UNHAPPY, ("disputed", "verified"), Renewal.PERSUADED, dips=True),
    Part(Temperament.SILENT, (None,), Renewal.LOST, interested=False),
    Part(Temperament.SLOW, ("partial", "verified")),
    Part(Temperament.UNHAPPY, ("disputed",), Renewal.GIVEN_UP, interested=False, dips=True, recovers=False),
    Part(Temperament.PROMPT, ("verified",), alarm=True),
    Part(Temperament.SLOW, ("verified",), Renewal.PERSUADED, interested=False),
    Part(Temperament.PROMPT, ("verified",)),
    Part(Temperament.SILENT, (None, "verified"), interested=False),
    Part(Temperament.SLOW, ("partial",)),
)
"""In the order in which they are dealt; a map with six customers has seen everything."""


def deal(chance: Chance, customers: Mapping[str, Iterable[str]]) -> dict[str, Part]:
    """Give every customer a part: `customers` are their ids by map."""
    parts: dict[str, Part] = {}
    for map_id, ids in sorted(customers.items()):
        shuffled = sorted(ids)
        chance.of("deal", map_id).shuffle(shuffled)
        parts.update(zip(shuffled, cycle(PARTS), strict=False))
    return parts
