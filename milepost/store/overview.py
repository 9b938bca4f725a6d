"""The operations page: one line a customer, with where its journey stands."""

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
Standing = Literal["open", "paused", "ended", "none", "unmatched"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which customers: every filter that is given must hold.

    `search` is looked for in id and name; `status` is the latest journey's, `none` (no journey yet) or `unmatched`
    (no map took the customer); a `blocked` journey cannot be planned; `health_below` leaves out customers whose health
    is not known.
    """

    search: str | None = None
    map: str | None = None
    stage: str | None = None
    status: Standing | None = None
    open_risk: bool | None = None
    stuck: bool | None = None
    blocked: bool | None = None
    health_below: float | None = None
    sort: Literal["name", "health", "updated"] = "name"
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One customer: its latest journey, if any, with the stages and plays that are open in it."""

    customer: CustomerRow
    journey: JourneyRow | None
    stages: tuple[OpenStageRow, ...]
    plays: tuple[OpenPlayRow, ...]

    @property
    def risks(self) -> tuple[OpenPlayRow, ...]:
        """The risk plays that are open."""
        return tuple(play for play in self.plays if play.kind == "risk")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of lines; `total` counts all that the filters let through."""

    lines: tuple[Line, ...]
    total: int
    offset: int
    limit: int


async def customers(session: AsyncSession, wanted: Wanted | None = None) -> Page:
    """The customers that are wanted, in the order asked for."""
    asked = wanted or Wanted()
    query = _filtered(select(CustomerRow, JourneyRow), asked)
    total = await session.scalar(_filtered(select(func.count()), asked)) or 0
    query = query.order_by(*_order(asked.sort)).offset(max(asked.offset, 0)).limit(max(asked.limit, 1))
    rows = [(customer, journey) for customer, journey in await session.execute(query)]
    return Page(tuple(await _lines(session, rows)), total, asked.offset, asked.limit)


def _filtered(query: Select[*Columns], asked: Wanted) -> Select[*Columns]:
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
    return joined.where(*_conditions(asked))


def _conditions(asked: Wanted) -> list[ColumnElement[bool]]:
    out: list[ColumnElement[bool]] = []
    if asked.search:
        found = (
            column.icontains(asked.search.strip(), autoescape=True) for column in (CustomerRow.id, CustomerRow.name)
        )
        out.append(or_(*found))
    if asked.map:
        out.append(JourneyRow.map == asked.map)
    if asked.stage:
        out.append(_has(OpenStageRow, OpenStageRow.stage == asked.stage))
    if asked.status:
        out.append(_standing(asked.status))
    if asked.open_risk is not None:
        risk = _has(OpenPlayRow, OpenPlayRow.kind == "risk")
        out.append(risk if asked.open_risk else ~risk)
    if asked.stuck is not None:
        stuck = _has(OpenStageRow, OpenStageRow.stuck.is_(True))
        out.append(stuck if asked.stuck else ~stuck)
    if asked.blocked is not None:
        blocked = JourneyRow.blocked_since.is_not(None)
        out.append(blocked if asked.blocked else ~blocked)
    if asked.health_below is not None:
        out.append(CustomerRow.health < asked.health_below)
    return out


def _has(kind: type[OpenStageRow | OpenPlayRow], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(kind.journey_id == JourneyRow.id, condition)


def _standing(status: Standing) -> ColumnElement[bool]:
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


async def _lines(session: AsyncSession, rows: Sequence[tuple[CustomerRow, JourneyRow | None]]) -> list[Line]:
    ids = [journey.id for _, journey in rows if journey is not None]
    stages: dict[str, list[OpenStageRow]] = defaultdict(list)
    plays: dict[str, list[OpenPlayRow]] = defaultdict(list)
    for stage in await journeys.open_stages(session, ids):
        stages[stage.journey_id].append(stage)
    for play in await journeys.open_plays(session, ids):
        plays[play.journey_id].append(play)
    return [
        Line(customer, journey, tuple(stages[journey.id]), tuple(plays[journey.id]))
        if journey is not None
        else Line(customer, None, (), ())
        for customer, journey in rows
    ]
