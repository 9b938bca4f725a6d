"""Who takes the new customers of colleagues that handed over for good: files may still name these."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from milepost.customer import address_key
from milepost.planner.instants import Instant
from milepost.store.table_types import At, Base, table_of
from milepost.store.upsert import upsert

ALL_ROLES = ""


class SuccessorRow(Base):
    """A colleague who handed over, in one role or in all (empty), and whose customers of today that makes them.

    Whoever gets a role back although they handed all of theirs over is their own successor in it.
    """

    __tablename__ = "successors"

    former: Mapped[str] = mapped_column(primary_key=True, doc="an address in the form that is compared")
    role: Mapped[str] = mapped_column(primary_key=True)
    successor: Mapped[str]
    since: Mapped[At]


_successors = table_of(SuccessorRow)


@dataclass(frozen=True, slots=True)
class HandedOn:
    """Roles of a new customer that go to the successor of the colleague whom a file names."""

    former: str
    to: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Successors:
    """All successors, by the colleague and the role."""

    by_former: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of(self, address: str, role: str) -> str | None:
        """Returns who has a colleague's role now, followed to the last who took over; None: the colleague has."""
        last, passed = None, {address_key(address)}
        while (to := self._next(address, role)) is not None and address_key(to) not in passed:
            passed.add(address_key(to))
            last = address = to
        return last

    def _next(self, address: str, role: str) -> str | None:
        key = address_key(address)
        return self.by_former.get((key, role)) or self.by_former.get((key, ALL_ROLES))

    def handed_on(self, team: Mapping[str, str]) -> Iterator[HandedOn]:
        """Yields what of a team goes to others, by who had it and who has it."""
        moves: dict[tuple[str, str], list[str]] = {}
        for role, address in team.items():
            if (to := self.of(address, role)) is not None:
                moves.setdefault((address, to), []).append(role)
        yield from (HandedOn(former, to, tuple(roles)) for (former, to), roles in moves.items())


def load(session: Session) -> Successors:
    """Returns all successors."""
    columns = (_successors.c.former, _successors.c.role, _successors.c.successor)
    rows = session.connection().execute(select(*columns))
    return Successors({(former, role): to for former, role, to in rows})


def remember(session: Session, former: str, to: str, roles: Collection[str] | None, now: Instant) -> None:
    """Keeps that `to` gets a colleague's new customers, in some roles or in all, and no longer hands these on.

    So nobody is ever their own successor by way of others: whoever takes over is at work.
    """
    key, has_now = address_key(former), address_key(to)
    outdated = delete(_successors).where(_successors.c.former.in_([key, has_now]))
    if roles is not None:
        outdated = outdated.where(_successors.c.role.in_(list(roles)))
    session.connection().execute(outdated)
    gone = {"former": key, "successor": to, "since": now}
    rows = [{**gone, "role": role} for role in roles or (ALL_ROLES,)]
    if roles is not None and (has_now, ALL_ROLES) in load(session).by_former:
        rows += [{"former": has_now, "successor": to, "since": now, "role": role} for role in roles]
    upsert(session, SuccessorRow, rows)
