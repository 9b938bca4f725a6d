"""Who has signed in: sessions, which end, and the links that begin them, which work once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.audit_kinds import Kind
from milepost.customer import address_key, is_forgotten
from milepost.planner.instants import Instant
from milepost.roles import Role
from milepost.store import audit
from milepost.store.audit import Entry
from milepost.store.people import PersonRow
from milepost.store.session_tables import SessionRow, SignInLinkRow
from milepost.store.table_types import table_of

DAY = 86_400
LONGEST = 30 * DAY
"""A session ends after as many seconds even if it is used every day."""
LINK_WORKS = 15 * 60
"""For how many seconds a link to sign in with works."""
OPERATORS_LINK_WORKS = DAY
"""For how many seconds the link works that `milepost up` prints, to whoever runs it."""
MOST_LINKS = 3
"""So many links to sign in with may be open for one colleague."""
OPERATOR = ""
"""What stands for the address of whoever runs Milepost, on a link that is for them."""
_SEEN_EVERY = 300  # seconds: what was seen is written down no oftener

_sessions, _links, _people = table_of(SessionRow), table_of(SignInLinkRow), table_of(PersonRow)


class Way(StrEnum):
    """How a colleague signs in."""

    MACHINE = "machine"
    """Chosen from a list, while nothing leaves this machine."""
    PASSWORD = "password"  # noqa: S105 - the name of a way
    MAIL = "mail"
    """By a link that was mailed to the address."""
    TERMINAL = "terminal"
    """By a link that a command printed."""
    OIDC = "oidc"
    """With a provider of identities, by OpenID Connect."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose browser it is. `role` is None for whoever was given none; `has_admin` says whether anybody is an admin.

    `is_stale` says that the session was not seen for some minutes by what is stored.
    """

    digest: str
    address: str
    way: Way
    role: Role | None
    has_admin: bool
    is_stale: bool


def begin(session: Session, address: str, way: Way, now: Instant) -> str:
    """Begins a session; returns the secret of its cookie."""
    secret = secrets.token_urlsafe(32)
    audit.record(session, Entry(now, address_key(address), Kind.SIGNED_IN, details={"way": way}))
    row = {"digest": _digest(secret), "address": address_key(address), "way": way, "began_at": now, "seen_at": now}
    session.execute(insert(_sessions).values(row))
    return secret


async def of_secret(session: AsyncSession, secret: str, now: Instant, idle: int) -> SignedIn | None:
    """Returns whose session it is: None if it isn't one, has ended, was idle for so many seconds, or they have left."""
    admins = _people.alias("admins")
    has_admin = exists().where(admins.c.role == Role.ADMIN, admins.c.left_at.is_(None))
    query = (
        select(_sessions, _people.c.role, has_admin.label("has_admin"))
        .join_from(_sessions, _people, _people.c.address == _sessions.c.address, isouter=True)
        .where(
            _sessions.c.digest == _digest(secret),
            _sessions.c.seen_at > now - idle,
            _sessions.c.began_at > now - LONGEST,
            _people.c.left_at.is_(None),
        )
    )
    row = (await session.execute(query)).mappings().first()
    if row is None or is_forgotten(row["address"]):
        return None
    role = None if row["role"] is None else Role(row["role"])
    is_stale = row["seen_at"] < now - _SEEN_EVERY
    return SignedIn(row["digest"], row["address"], Way(row["way"]), role, row["has_admin"], is_stale)


def touch(session: Session, digest: str, now: Instant) -> None:
    """Says that a session was used just now."""
    session.execute(update(_sessions).where(_sessions.c.digest == digest).values(seen_at=now))


def end(session: Session, digest: str, address: str, now: Instant) -> None:
    """Ends one session of a colleague, who signs out."""
    audit.record(session, Entry(now, address_key(address), Kind.SIGNED_OUT))
    session.execute(delete(_sessions).where(_sessions.c.digest == digest))


def end_all_of(session: Session, address: str) -> None:
    """Ends all sessions and links of a colleague."""
    for table in (_sessions, _links):
        session.execute(delete(table).where(table.c.address == address_key(address)))


def make_link(session: Session, address: str, way: Way, now: Instant, by: str | None) -> str | None:
    """Makes a link for a colleague; returns its secret, or None if they have enough of them already.

    `by` is a `milepost.actor.actor`.
    """
    remove_over(session, now, LONGEST)
    key = address_key(address)
    mine = select(func.count()).select_from(_links).where(_links.c.address == key, _links.c.way == way)
    if (session.scalar(mine) or 0) >= MOST_LINKS:
        return None
    secret = secrets.token_urlsafe(32)
    audit.record(session, Entry(now, by, Kind.SIGN_IN_LINK_MADE, key, details={"way": way}))
    row = {"digest": _digest(secret), "address": key, "way": way, "created_at": now, "expires_at": now + LINK_WORKS}
    session.execute(insert(_links).values(row))
    return secret


def make_operators_link(session: Session, now: Instant, by: str | None) -> str:
    """Makes the link of whoever runs Milepost, who says who they are when they use it; returns its secret.

    Earlier ones open nothing any more. `by` is a `milepost.actor.actor`.
    """
    session.execute(delete(_links).where(_links.c.address == OPERATOR))
    secret = secrets.token_urlsafe(32)
    audit.record(session, Entry(now, by, Kind.SIGN_IN_LINK_MADE, details={"way": Way.TERMINAL}))
    row = {"digest": _digest(secret), "address": OPERATOR, "way": Way.TERMINAL, "created_at": now}
    session.execute(insert(_links).values(row | {"expires_at": now + OPERATORS_LINK_WORKS}))
    return secret


async def link_of(session: AsyncSession, secret: str, now: Instant) -> SignInLinkRow | None:
    """Returns the link of that secret; None if there is none, or none that still works."""
    found = await session.get(SignInLinkRow, _digest(secret))
    return found if found is not None and _works(found, now) else None


def use_link(session: Session, secret: str, now: Instant, operator: str = "") -> str | None:
    """Begins the session that a link is for, and uses the link up; returns the secret of the cookie.

    None if the link doesn't work, or no longer. `operator` is who uses the operator's link.
    """
    row = session.get(SignInLinkRow, _digest(secret), with_for_update=True)
    if row is None or not _works(row, now) or (row.address == OPERATOR and not operator):
        return None
    address, way = row.address if row.address != OPERATOR else operator, Way(row.way)
    session.delete(row)
    return begin(session, address, way, now)


def remove_over(session: Session, now: Instant, idle: int) -> None:
    """Removes sessions and links that no longer work."""
    is_over = or_(_sessions.c.seen_at <= now - idle, _sessions.c.began_at <= now - LONGEST)
    session.execute(delete(_sessions).where(is_over))
    session.execute(delete(_links).where(_links.c.expires_at <= now))


def _works(link: SignInLinkRow, now: Instant) -> bool:
    return link.expires_at > now and not is_forgotten(link.address)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
