"""Who is a colleague: whoever is on a team, has a task, owns a map, or is known from an absence or a hand-over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from milepost.customer import address_key
from milepost.intake.context import IntakeContext
from milepost.intake.errors import NotTheirCustomersError, UnknownColleagueError
from milepost.store import colleagues, customers, hand_overs, people
from milepost.store.errors import UnknownCustomerError


async def check_colleague(context: IntakeContext, address: str) -> None:
    """Checks that an address is a colleague's.

    Raises:
        UnknownColleagueError: nobody knows it; the nearest is suggested.
    """
    owners = {each.map.owner.strip().lower() for each in await context.compiled_maps.readable()}
    if address_key(address) in owners:
        return
    async with context.store.reading() as session:
        known = await session.run_sync(colleagues.is_known, address.strip().lower())
        if not known:
            raise UnknownColleagueError(address, await session.run_sync(colleagues.on_teams) | owners)


async def is_colleague(context: IntakeContext, address: str) -> bool:
    """Tells whether an address is that of a colleague who hasn't left."""
    async with context.store.reading() as session:
        told = await session.run_sync(people.find, address)
    if told is not None:
        return told.left_at is None
    try:
        await check_colleague(context, address)
    except UnknownColleagueError:
        return False
    return True


async def check_customers(context: IntakeContext, person: str, wanted: Sequence[str]) -> None:
    """Checks that customers exist, and have something of a person.

    Raises:
        UnknownCustomerError: there is no such customer; the nearest is suggested.
        NotTheirCustomersError: the person has nothing of one.
    """
    async with context.store.reading() as session:
        theirs = set(await session.run_sync(partial(_customers_of, person)))
        others = [each for each in wanted if each not in theirs]
        known = set(await customers.ids(session)) if others else set()
    for customer in others:
        if customer not in known:
            raise UnknownCustomerError(customer, known)
    if others:
        raise NotTheirCustomersError(person, others)


def _customers_of(person: str, session: Session) -> list[str]:
    return hand_overs.customers_of(session, person)


async def working_zone(context: IntakeContext) -> str:
    """Returns the time zone in which most published maps work; UTC without any."""
    zones = Counter(each.ours.timezone for each in await context.compiled_maps.readable())
    return max(sorted(zones), key=zones.__getitem__, default="UTC")
