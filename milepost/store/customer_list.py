"""The book as a list: a line for each customer, with where its journey is; filtered, sorted, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVarTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from milepost.store import journeys
from milepost.store.tables import CustomerRow, JourneyRow, OpenPlayRow, OpenStageRow

Columns = TypeVarTuple("Columns")
StatusFilter = Literal["open", "paused", "ended", "none", "unmatched"]


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers to list: all conditions that are set must hold.

    `search` is looked for in id and name; `status` is the latest journey's, `none` (no journey yet) or `unmatched`
    (no map took the customer); a `blocked` journey cannot be planned; `health_below` leaves out customers whose health
    is not known.
    """

    search: str | None = None
    map: str | None = None
    stage: str | None = None
    status: StatusFilter | None = None
    open_risk: bool | None = None
    stuck: bool | None = None
    blocked: bool | None = None
    health_below: float | None = None
    sort: Literal["name", "health", "updated"] = "name"
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CustomerListLine:
    """One customer: its latest journey, if any, with the stages and plays that are open in it."""

    customer: CustomerRow
    journey: JourneyRow | None
    stages: tuple[OpenStageRow, ...]
    plays: tuple[OpenPlayRow, ...]

    @property
    def is_unmatched(self) -> bool:
        """Tells whether no map took the customer."""
        return self.journey is None and self.customer.unmatched_why is not None

    @property
    def risks(self) -> tuple[OpenPlayRow, ...]:
        """The risk plays that are open."""
        return tuple(play for play in self.plays if play.kind == "risk")


@dataclass(frozen=True, slots=True)
class CustomerListPage:
    """A page of lines; `total` counts all that the filters let through."""

    lines: tuple[CustomerListLine, ...]
    total: int
    offset: int

    @property
    def has_more(self) -> bool:
        """Tells whether another page follows."""
        return self.offset + len(self.lines) < self.total


async def list_customers(session: AsyncSession, chosen: CustomerFilter | None = None) -> CustomerListPage:
    """The customers that the filter lets through, in the order it asks for."""
    chosen = chosen or CustomerFilter()
    query = _filtered(select(CustomerRow, JourneyRow), chosen)
    total = await session.scalar(_filtered(select(func.count()), chosen)) or 0
    query = query.order_by(*_order(chosen.sort)).offset(max(chosen.offset, 0)).limit(max(chosen.limit, 1))
    rows = [(customer, journey) for customer, journey in await session.execute(query)]
    return CustomerListPage(tuple(await _lines(session, rows)), total, chosen.offset)


def _filtered(query: Select[*Columns], chosen: CustomerFilter) -> Select[*Columns]:
    later = aliased(JourneyRow)
    latest = (
        select(func.max(later.number))
        .where(later.customer_id == CustomerRow.id)
        .correlate(CustomerRow)
        .scalar_subquery()
    )
    joined = query.select_from(CustomerRow).outerjoin(
        JourneyRow, (JourneyRow.customer_id == CustomerRow.id) & (JourneyRow.number == latest)
    )
    return joined.where(*_conditions(chosen))


def _conditions(chosen: CustomerFilter) -> list[ColumnElement[bool]]:
    out: list[ColumnElement[bool]] = []
    if chosen.search:
        matches = (
            column.icontains(chosen.search.strip(), autoescape=True) for column in (CustomerRow.id, CustomerRow.name)
        )
        out.append(or_(*matches))
    if chosen.map:
        out.append(JourneyRow.map == chosen.map)
    if chosen.stage:
        out.append(_has(OpenStageRow, OpenStageRow.stage == chosen.stage))
    if chosen.status:
        out.append(_has_status(chosen.status))
    if chosen.open_risk is not None:
        risk = _has(OpenPlayRow, OpenPlayRow.kind == "risk")
        out.append(risk if chosen.open_risk else ~risk)
    if chosen.stuck is not None:
        stuck = _has(OpenStageRow, OpenStageRow.stuck.is_(True))
        out.append(stuck if chosen.stuck else ~stuck)
    if chosen.blocked is not None:
        blocked = JourneyRow.blocked_since.is_not(None)
        out.append(blocked if chosen.blocked else ~blocked)
    if chosen.health_below is not None:
        out.append(CustomerRow.health < chosen.health_below)
    return out


def _has(kind: type[OpenStageRow | OpenPlayRow], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(kind.journey_id == JourneyRow.id, condition)


def _has_status(status: StatusFilter) -> ColumnElement[bool]:
    if status == "none":
        return JourneyRow.id.is_(None)
    if status == "unmatched":
        return JourneyRow.id.is_(None) & CustomerRow.unmatched_why.is_not(None)
    return JourneyRow.status == status


def _order(sort: str) -> list[ColumnElement[Any]]:
    by_name: list[ColumnElement[Any]] = [func.lower(CustomerRow.name).asc(), CustomerRow.id.asc()]
    if sort == "health":
        return [CustomerRow.health.asc().nulls_last(), *by_name]
    if sort == "updated":
        return [JourneyRow.updated_at.desc().nulls_last(), *by_name]
    return by_name


async def _lines(
    session: AsyncSession, rows: Sequence[tuple[CustomerRow, JourneyRow | None]]
) -> list[CustomerListLine]:
    ids = [journey.id for _, journey in rows if journey is not None]
    stages: dict[str, list[OpenStageRow]] = defaultdict(list)
    plays: dict[str, list[OpenPlayRow]] = defaultdict(list)
    for stage in await journeys.open_stages(session, ids):
        stages[stage.journey_id].append(stage)
    for play in await journeys.open_plays(session, ids):
        plays[play.journey_id].append(play)
    return [
        CustomerListLine(customer, journey, tuple(stages[journey.id]), tuple(plays[journey.id]))
        if journey is not None
        else CustomerListLine(customer, None, (), ())
        for customer, journey in rows
    ]
