"""The switches that hold mail until a person releases it: of all maps, of one, of a customer; the narrowest counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, bindparam, case, func, literal, or_, select, true, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.enums import HoldReason, MailSwitch
from milepost.planner.instants import Instant
from milepost.store.held_mail import IS_LET_GO
from milepost.store.mail_tables import CustomerMailSwitchRow, HeldMessageRow, MailSwitchRow, ReleasedTextRow
from milepost.store.table_types import table_of
from milepost.store.tables import JourneyRow, MessageRow
from milepost.store.upsert import increment

MOST_FIRST = 1000
"""The most messages of a text that can be asked to be held before the text is free."""
Digests = Mapping[str, str]
"""Digests of a map's messages, by the file that the map names: each of its text in all languages."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose mail a switch is about: a customer's, a map's, or, with neither, everybody's."""

    customer: str | None = None
    map: str | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """The position of a switch. With `first`, so many messages of each text are held; then the text is free."""

    mail: MailSwitch
    first: int | None = None

    @property
    def is_held(self) -> bool:
        return self.mail is MailSwitch.HELD


@dataclass(frozen=True, slots=True)
class InForce:
    """The switch that counts for a journey's mail, and how many holds have been said of that mail, wide or narrow.

    What a person lets go overrules the holds until then, and no later one.
    """

    switch: Switch
    hold: int = 0


FREE = Switch(MailSwitch.FREE)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a switch: which one, how, when, by whom and why; not `current` once a later or wider one counts."""

    scope: Scope
    switch: Switch
    at: Instant
    by: str | None = None
    why: str | None = None
    current: bool = True


_maps, _customers = table_of(MailSwitchRow), table_of(CustomerMailSwitchRow)
_held, _journeys, _texts = table_of(HeldMessageRow), table_of(JourneyRow), table_of(ReleasedTextRow)
_WAITS = _held.c.why == HoldReason.RELEASE
_BATCH = 500
_OF_CUSTOMER = _customers.c.customer_id == bindparam("customer")
_OF_MAP = or_(_maps.c.map.is_(None), _maps.c.map == bindparam("map"))
_HOLDS = (
    select(func.count()).select_from(_customers).where(_OF_CUSTOMER, _customers.c.overrules.is_(True)).scalar_subquery()
    + select(func.count()).select_from(_maps).where(_OF_MAP, _maps.c.overrules.is_(True)).scalar_subquery()
)
_NARROWEST = union_all(
    select(_customers.c.mail, _customers.c.first, literal(0).label("rank")).where(
        _OF_CUSTOMER, _customers.c.current.is_(True)
    ),
    select(_maps.c.mail, _maps.c.first, case((_maps.c.map.is_(None), 2), else_=1).label("rank")).where(
        _OF_MAP, _maps.c.current.is_(True)
    ),
).subquery()
_IN_FORCE = select(_NARROWEST.c.mail, _NARROWEST.c.first, _HOLDS).order_by(_NARROWEST.c.rank).limit(1)
_FREE_TEXTS = select(_texts.c.template, _texts.c.digest).where(
    _texts.c.map == bindparam("map"), _texts.c.count >= bindparam("first")
)


def in_force(session: Session, customer: str, map_id: str) -> InForce:
    """Returns the switch that counts for the mail of a customer on a map."""
    row = session.connection().execute(_IN_FORCE, {"customer": customer, "map": map_id}).first()
    return InForce(FREE) if row is None else InForce(Switch(MailSwitch(row[0]), row[1]), row[2])


def free_templates(session: Session, map_id: str, switch: Switch, digests: Digests) -> list[str]:
    """Returns the messages that go by themselves though mail is held: people have released enough of their text."""
    if not switch.is_held or switch.first is None:
        return []
    rows = session.connection().execute(_FREE_TEXTS, {"map": map_id, "first": switch.first})
    return sorted(template for template, digest in rows if digests.get(template) == digest)


def holds(session: Session, row: MessageRow, map_id: str, digests: Callable[[], Digests]) -> bool:
    """Tells whether mail was held since a message was due out, and nobody has let it go since."""
    counts = in_force(session, row.customer_id, map_id)
    if not counts.switch.is_held or (row.released and row.hold >= counts.hold):
        return False
    free = [] if counts.switch.first is None else free_templates(session, map_id, counts.switch, digests())
    return not set(row.templates) <= set(free)


def holds_everything(session: Session) -> bool:
    """Tells whether all mail of all maps is held: the switch that is wider than those of maps and customers."""
    is_it = (_maps.c.map.is_(None), _maps.c.current.is_(True), _maps.c.mail == MailSwitch.HELD, _maps.c.first.is_(None))
    return session.connection().execute(select(_maps.c.serial).where(*is_it).limit(1)).first() is not None


def count_release(session: Session, map_id: str, template: str, digests: Digests) -> None:
    """Counts that a person has released a message of this text."""
    increment(session, ReleasedTextRow, {"map": map_id, "template": template, "digest": digests.get(template, "")})


def count_release_undone(session: Session, map_id: str, template: str, digests: Digests) -> None:
    """Counts one release less of this text: it was undone."""
    is_text = (_texts.c.map == map_id, _texts.c.template == template, _texts.c.digest == digests.get(template, ""))
    one_less = update(_texts).where(*is_text, _texts.c.count > 0).values(count=_texts.c.count - 1)
    session.connection().execute(one_less)


def turn(session: Session, new: Turn) -> None:
    """Sets a switch. One that holds takes back what narrower ones have freed.

    The journeys whose mail it may let go, or hold once more, are due from now on: so they look, whoever tells them.
    """
    scope, switch = new.scope, new.switch
    values = {"mail": switch.mail, "first": switch.first, "at": new.at, "by": new.by, "why": new.why, "current": True}
    values["overrules"] = switch.is_held
    if scope.customer is not None:
        _supersede(session, CustomerMailSwitchRow, _customers.c.customer_id == scope.customer)
        session.add(CustomerMailSwitchRow(customer_id=scope.customer, **values))
    else:
        _supersede(session, MailSwitchRow, _maps.c.map.is_(None) if scope.map is None else _maps.c.map == scope.map)
        if switch.is_held:
            _take_back(session, scope)
        session.add(MailSwitchRow(map=scope.map, **values))
    session.flush()
    _wake(session, new.at, journeys_of(scope), IS_LET_GO if switch.is_held else _WAITS)


def _take_back(session: Session, scope: Scope) -> None:
    """Lets what was freed of a customer or a map be held with the rest."""
    on_map = select(_journeys.c.customer_id).where(_journeys.c.map == scope.map, _journeys.c.ended_at.is_(None))
    theirs = true() if scope.map is None else _customers.c.customer_id.in_(on_map)
    _supersede(session, CustomerMailSwitchRow, _customers.c.mail == MailSwitch.FREE, theirs)
    if scope.map is None:
        _supersede(session, MailSwitchRow, _maps.c.mail == MailSwitch.FREE)


def _supersede(
    session: Session, kind: type[MailSwitchRow | CustomerMailSwitchRow], *conditions: ColumnElement[bool]
) -> None:
    table = table_of(kind)
    session.connection().execute(update(table).where(table.c.current.is_(True), *conditions).values(current=False))


def journeys_of(scope: Scope) -> ColumnElement[bool]:
    """Returns the condition that a journey is one that a switch is about."""
    if scope.customer is not None:
        return _journeys.c.customer_id == scope.customer
    return true() if scope.map is None else _journeys.c.map == scope.map


def _wake(session: Session, now: Instant, condition: ColumnElement[bool], holds_such: ColumnElement[bool]) -> None:
    """Makes open journeys that hold such mail due now (journey time): their sweeper or a nudge sees to them."""
    holding = select(_held.c.journey_id).where(holds_such)
    ids = select(_journeys.c.id).where(_journeys.c.ended_at.is_(None), condition, _journeys.c.id.in_(holding))
    found = list(session.connection().scalars(ids.order_by(_journeys.c.id).with_for_update()))
    for start in range(0, len(found), _BATCH):
        is_one = _journeys.c.id.in_(found[start : start + _BATCH])
        earlier = func.coalesce(_journeys.c.wake_at, now)
        wake_at = case((earlier < now, earlier), else_=now)
        session.connection().execute(update(_journeys).where(is_one).values(wake_at=wake_at))


def wake_for_text(session: Session, now: Instant, map_id: str, template: str) -> None:
    """Makes the journeys of a map due that hold a message of this text: it may be free by now."""
    holding = select(_held.c.journey_id).where(_held.c.template == template)
    _wake(session, now, (_journeys.c.map == map_id) & _journeys.c.id.in_(holding), _WAITS)


def released(session: Session, map_id: str, template: str, digests: Digests) -> int:
    """Returns how many messages of a text people have released."""
    row = session.get(ReleasedTextRow, (map_id, template, digests.get(template, "")), populate_existing=True)
    return 0 if row is None else row.count


async def current(session: AsyncSession) -> list[Turn]:
    """Returns the switches that count, the widest first."""
    return await _turns(session, only_current=True)


async def history(session: AsyncSession, limit: int = 50) -> list[Turn]:
    """Returns the latest turns of all switches, the latest first; within one second those of customers come before."""
    turns = await _turns(session, only_current=False, limit=limit)
    return sorted(turns, key=lambda each: (each.at, each.scope.customer is not None), reverse=True)[:limit]


async def _turns(session: AsyncSession, *, only_current: bool, limit: int | None = None) -> list[Turn]:
    turns: list[Turn] = []
    for table in (_maps, _customers):
        query = select(table).order_by(table.c.serial.desc()).limit(limit)
        if only_current:
            query = query.where(table.c.current.is_(True))
        turns += [_turn(row) for row in (await session.execute(query)).mappings()]
    return sorted(turns, key=lambda each: (each.scope.customer or "", each.scope.map or ""))


def _turn(row: RowMapping) -> Turn:
    scope = Scope(row.get("customer_id"), row.get("map"))
    switch = Switch(MailSwitch(row["mail"]), row["first"])
    return Turn(scope, switch, row["at"], row["by"], row["why"], row["current"])
