"""Lets somebody in for whom a provider of identities vouches: strangers become colleagues."""

from __future__ import annotations

from functools import partial

from sqlalchemy.orm import Session

from milepost.audit_kinds import Kind
from milepost.intake.context import IntakeContext
from milepost.oidc.errors import HasLeftError
from milepost.oidc.identity import Identity
from milepost.planner.instants import Instant
from milepost.roles import Role
from milepost.store import audit, customers, people, sessions
from milepost.store.audit import Entry
from milepost.store.people import PersonRow
from milepost.store.sessions import Way
from milepost.store.upsert import upsert

_AS_TOLD = "as the provider of identities told"


async def let_in(context: IntakeContext, identity: Identity, *, idle: int) -> str:
    """Begins a session; returns the secret of its cookie. Sessions end after `idle` seconds without a request.

    Whoever is new is a colleague, unless the provider's groups give another role; where they give any, they count for
    whoever is known, too, except that the last admin stays one. A name is taken where none was told.

    Raises:
        HasLeftError: they are no colleague any more.
    """
    wall = int(context.wall())
    return await context.store.write(partial(_let_in, identity=identity, now=context.now(), wall=wall, idle=idle))


def _let_in(session: Session, *, identity: Identity, now: Instant, wall: int, idle: int) -> str:
    admins = people.lock_admins(session) if identity.role is not None else []
    row = people.find(session, identity.address)
    before = _told(row)
    if row is None:
        row = _added(session, identity, now)
    if row.left_at is not None:
        raise HasLeftError(identity.address)
    if not row.name and identity.name:
        row.name, row.updated_at = identity.name, now
    is_last_admin = admins == [row.address] and identity.role is not Role.ADMIN
    if identity.role is not None and identity.role != row.role and not is_last_admin:
        row.role, row.updated_at = identity.role, now
    after = _told(row)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changed:
        entry = Entry(wall, row.address, Kind.PERSON_CHANGED, row.address, _AS_TOLD, changed)
        audit.record(session, entry)
    sessions.remove_over(session, wall, idle)
    return sessions.begin(session, identity.address, Way.OIDC, wall)


def _told(row: PersonRow | None) -> dict[str, str | None]:
    return {"name": None, "role": None} if row is None else {"name": row.name or None, "role": row.role}


def _added(session: Session, identity: Identity, now: Instant) -> PersonRow:
    """Adds somebody of whom nothing was told. Who was on a team already has no role yet, as before."""
    role = None if customers.is_on_a_team(session, identity.address) else Role.COLLEAGUE
    row = {"address": identity.address, "name": identity.name or "", "role": role, "updated_at": now}
    upsert(session, PersonRow, [row], keep=("name", "role"))  # another process may add the same person just now
    added = people.find(session, identity.address)
    assert added is not None
    return added
