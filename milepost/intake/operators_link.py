"""The link that `milepost up` prints: it signs in whoever runs Milepost, who is an admin, or becomes the first one."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.actor import actor, acts
from milepost.customer import address_key
from milepost.intake import people as told_people
from milepost.intake.context import IntakeContext
from milepost.intake.errors import UnnamedPersonError
from milepost.roles import Role
from milepost.store import people, sessions
from milepost.text import listing


async def make(context: IntakeContext) -> str:
    """Makes the link, which works once, for a day, and until the next one is made; returns its secret."""
    make_it = partial(sessions.make_operators_link, now=int(context.wall()), by=actor())
    return await context.store.write(make_it)


async def admins(session: AsyncSession, named: Collection[str]) -> list[str]:
    """Returns who may use the link: the admins, those `named` in the settings among them. Nobody: anybody may."""
    return await session.run_sync(_admins, named)


async def use(
    context: IntakeContext, secret: str, address: str, name: str | None, *, named: Collection[str]
) -> str | None:
    """Begins the session of an admin, and uses the link up; returns the secret of the cookie.

    While nobody is an admin, whoever uses it becomes one, by the name if one is given. None: the link doesn't work, or
    no longer.

    Raises:
        UnnamedPersonError: they are none of the admins, have left, or it is no address or name.
    """
    acts(address_key(address))
    becomes = told_people.checked(context, address, {"role": Role.ADMIN, **({"name": name} if name else {})})
    now = int(context.wall())

    def work(session: Session) -> str | None:
        cookie = sessions.use_link(session, secret, now, address_key(address))
        if cookie is not None and not _is_admin(session, address, named):
            becomes(session)
        return cookie

    return await context.store.write(work)


def _is_admin(session: Session, address: str, named: Collection[str]) -> bool:
    """Returns whether somebody is an admin already.

    Raises:
        UnnamedPersonError: others are, or they have left.
    """
    row = people.find(session, address)
    if row is not None and row.left_at is not None:
        raise UnnamedPersonError("address", f"{address} belongs to somebody who has left.", "Write another address.")
    known = _admins(session, named)
    if known and address_key(address) not in known:
        raise UnnamedPersonError("address", f"{address} isn't an admin.", f"Admins are {listing(known)}.")
    return bool(known)


def _admins(session: Session, named: Collection[str]) -> list[str]:
    stored = people.lock_admins(session)
    left = {row.address for row in map(partial(people.find, session), named) if row and row.left_at is not None}
    return sorted({*stored, *named} - left)
