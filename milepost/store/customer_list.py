"""The list of customers: each with the status of its journey; filtered, sorted, a page at a time."""

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
    """The conditions of a list of customers: all that are set must hold.

    `search` is looked for in id and name; `status` is the latest journey's, `none` (no journey yet) or `unmatched`
    (no map took the customer); a `blocked` journey can't be planned; `health_below` leaves out customers whose health
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
    """A page of lines; `total` counts all that meet the filters."""

    lines: tuple[CustomerListLine, ...]
    total: int
    offset: int

    @property
    def has_more(self) -> bool:
        """Tells whether another page follows."""
        return self.offset + len(self.lines) < self.total


async def list_customers(session: AsyncSession, filters: CustomerFilter | None = None) -> CustomerListPage:
    """Returns the page of customers that meet the filters, in the order that these ask for."""
    filters = filters or CustomerFilter()
    query = _filtered(select(CustomerRow, JourneyRow), filters)
    total = await session.scalar(_filtered(select(func.count()), filters)) or 0
    query = query.order_by(*_order(filters.sort)).offset(max(filters.offset, 0)).limit(max(filters.limit, 1))
    rows = [(customer, journey) for customer, journey in await session.execute(query)]
    return CustomerListPage(tuple(await _lines(session, rows)), total, filters.offset)


def _filtered(query: Select[*Columns], filters: CustomerFilter) -> Select[*Columns]:
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
    return joined.where(*_conditions(filters))


def _conditions(filters: CustomerFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.search:
        matches = (
            column.icontains(filters.search.strip(), autoescape=True) for column in (CustomerRow.id, CustomerRow.name)
        )
        conditions.append(or_(*matches))
    if filters.map:
        conditions.append(JourneyRow.map == filters.map)
    if filters.stage:
        conditions.append(_has(OpenStageRow, OpenStageRow.stage == filters.stage))
    if filters.status:
        conditions.append(_has_status(filters.status))
    if filters.open_risk is not None:
        risk = _has(OpenPlayRow, OpenPlayRow.kind == "risk")
        conditions.append(risk if filters.open_risk else ~risk)
    if filters.stuck is not None:
        stuck = _has(OpenStageRow, OpenStageRow.stuck.is_(True))
        conditions.append(stuck if filters.stuck else ~stuck)
    if filters.blocked is not None:
        blocked = JourneyRow.blocked_since.is_not(None)
        conditions.append(blocked if filters.blocked else ~blocked)
    if filters.health_below is not None:
        conditions.append(CustomerRow.health < filters.health_below)
    return conditions


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
