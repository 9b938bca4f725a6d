"""The list of customers: each with the status of its journey; filtered, sorted, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlalchemy import ColumnElement, exists, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.closings import AT_ITS_GOAL
from milepost.planner.enums import TaskStatus
from milepost.planner.instants import Instant
from milepost.store import journeys
from milepost.store.books import EVERYBODYS, Book
from milepost.store.customers import folded
from milepost.store.keyset import Cursor, Query, Segment, read_page
from milepost.store.outcome_tables import OutcomeRow
from milepost.store.rows import count_up_to
from milepost.store.tables import CustomerRow, JourneyRow, OpenPlayRow, OpenStageRow, TaskRow, TeamMemberRow

StatusFilter = Literal["open", "paused", "ended", "none", "unmatched"]
Sort = Literal["name", "health", "renewal", "value", "updated"]
BookSort = Literal["touched", "name", "health", "renewal", "value"]
"""The orders of one colleague's customers. `touched` has no index: a book is short."""
_MOST_WORDS = 20  # of a search


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """The conditions of a list of customers: all that are set must hold.

    Each word of `search` is looked for in id and name, without case and accents; `status` is the latest journey's,
    `none` (no journey yet) or `unmatched` (no map took the customer); a `blocked` journey can't be planned.
    `owner` is the address of somebody on the team; `renews` are the first and the last local day (`YYYY-MM-DD`) of a
    renewal; `silent_at` the instant (journey time) at which the customer is silent, see `planner.silence`.
    Who `has_left` ended their latest journey otherwise than at its goal.
    `health_below` and `renews` leave out customers of whom that isn't known.
    """

    search: str | None = None
    map: str | None = None
    stage: str | None = None
    status: StatusFilter | None = None
    open_risk: bool | None = None
    stuck: bool | None = None
    blocked: bool | None = None
    health_below: float | None = None
    owner: str | None = None
    renews: tuple[str, str] | None = None
    silent_at: Instant | None = None
    book: Book = EVERYBODYS
    has_left: bool | None = None
    sort: Sort | BookSort = "name"


@dataclass(frozen=True, slots=True)
class CustomerListLine:
    """One customer: its latest journey, if any, with the stages and plays that are open in it.

    `task` is the most urgent open task of a colleague; `verdicts` counts the outcomes by status.
    """

    customer: CustomerRow
    journey: JourneyRow | None
    stages: tuple[OpenStageRow, ...]
    plays: tuple[OpenPlayRow, ...]
    task: TaskRow | None = None
    verdicts: Mapping[str, int] = field(default_factory=dict)

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
    """A page of lines, with the places where its neighbours begin; None where there is none."""

    lines: tuple[CustomerListLine, ...]
    previous: Cursor | None
    next: Cursor | None


async def list_customers(
    session: AsyncSession,
    filters: CustomerFilter | None = None,
    *,
    cursor: Cursor | None = None,
    offset: int = 0,
    limit: int = 50,
) -> CustomerListPage:
    """Returns the page of customers that meet the filters, in the order that these ask for.

    `offset` skips lines of the first page: for what still counts lines. Each costs as much as one that is shown.

    Raises:
        InvalidCursorError: the cursor is none of this list.
    """
    filters = filters or CustomerFilter()
    query = _filtered(select(CustomerRow, JourneyRow), filters).offset(offset or None)
    page = await read_page(session, query, _order(filters), cursor, limit)
    rows = [(row[0], row[1]) for row in page.rows]
    return CustomerListPage(tuple(await _lines(session, rows)), page.previous, page.next)


async def count_customers(session: AsyncSession, filters: CustomerFilter, most: int) -> int:
    """Counts the customers that meet the filters, up to `most`."""
    in_any_order = replace(filters, sort="renewal")
    return await count_up_to(session, _filtered(select(CustomerRow.id), in_any_order), most)


def _filtered(query: Query, filters: CustomerFilter) -> Query:
    joined = query.select_from(CustomerRow).outerjoin(JourneyRow, JourneyRow.id == CustomerRow.latest_journey)
    return joined.where(*_conditions(filters))


def _conditions(filters: CustomerFilter) -> list[ColumnElement[bool]]:
    """Returns the conditions.

    Those that few customers meet are given as ids of journeys, so that the database may begin with these; those that
    many meet are looked up for each customer.
    """
    in_book = filters.book.holds()
    conditions = [] if in_book is None else [in_book]
    if filters.search:
        words = folded(filters.search).split()[:_MOST_WORDS]
        conditions += [CustomerRow.sort_key.contains(word, autoescape=True) for word in words]
    if filters.map:
        conditions.append(JourneyRow.map == filters.map)
    if filters.stage:
        in_stage = exists().where(OpenStageRow.journey_id == CustomerRow.latest_journey)
        conditions.append(in_stage.where(OpenStageRow.stage == filters.stage))
    if filters.status:
        conditions.append(_has_status(filters.status))
    for wanted, ids in (
        (filters.open_risk, select(OpenPlayRow.journey_id).where(OpenPlayRow.kind == "risk")),
        (filters.stuck, select(OpenStageRow.journey_id).where(OpenStageRow.stuck.is_(True))),
        (filters.blocked, select(JourneyRow.id).where(JourneyRow.blocked_since.is_not(None))),
    ):
        if wanted is not None:
            among = CustomerRow.latest_journey.in_(ids)
            conditions.append(among if wanted else CustomerRow.latest_journey.is_(None) | ~among)
    if filters.health_below is not None:
        conditions.append(CustomerRow.health < filters.health_below)
    if filters.has_left is not None:
        reason = func.coalesce(JourneyRow.reason, AT_ITS_GOAL)
        conditions.append(reason != AT_ITS_GOAL if filters.has_left else reason == AT_ITS_GOAL)
    return conditions + _about_the_contract(filters)


def _about_the_contract(filters: CustomerFilter) -> list[ColumnElement[bool]]:
    """Returns the conditions on who looks after the customer, when the contract renews, and who is silent."""
    conditions: list[ColumnElement[bool]] = []
    if filters.owner is not None:
        on_team = select(TeamMemberRow.customer_id).where(TeamMemberRow.address == filters.owner.lower())
        conditions.append(CustomerRow.id.in_(on_team))
    if filters.renews is not None:
        # A list in another order isn't to begin with the range of renewals, all of which it would have to sort.
        by_renewal = filters.sort == "renewal"
        day = CustomerRow.renews_on if by_renewal else func.coalesce(CustomerRow.renews_on, literal_column("''"))
        conditions.append(day.between(*filters.renews))
    if filters.silent_at is not None:
        silent = select(JourneyRow.id).where(JourneyRow.silent_from.is_not(None))
        conditions.append(CustomerRow.latest_journey.in_(silent.where(JourneyRow.silent_from <= filters.silent_at)))
    return conditions


def _has_status(status: StatusFilter) -> ColumnElement[bool]:
    if status == "none":
        return CustomerRow.latest_journey.is_(None)
    if status == "unmatched":
        return CustomerRow.latest_journey.is_(None) & CustomerRow.unmatched_why.is_not(None)
    if status == "open":
        return JourneyRow.status == status
    return CustomerRow.latest_journey.in_(select(JourneyRow.id).where(JourneyRow.status == status))


_BY_NAME = (CustomerRow.sort_key, CustomerRow.id)
_ORDERS = {
    "name": (Segment(_BY_NAME),),
    "health": (
        Segment((CustomerRow.health, *_BY_NAME), (CustomerRow.health.is_not(None),)),
        Segment(_BY_NAME, (CustomerRow.health.is_(None),)),
    ),
    "renewal": (
        Segment((CustomerRow.renews_on, *_BY_NAME), (CustomerRow.renews_on.is_not(None),)),
        Segment(_BY_NAME, (CustomerRow.renews_on.is_(None),)),
    ),
    "value": (
        Segment(
            (CustomerRow.contract_value, CustomerRow.sort_key, CustomerRow.id),
            (CustomerRow.contract_value.is_not(None),),
            downwards=True,
        ),
        Segment(_BY_NAME, (CustomerRow.contract_value.is_(None),)),
    ),
    "touched": (
        Segment(_BY_NAME, (JourneyRow.touched_at.is_(None),)),
        Segment((JourneyRow.touched_at, *_BY_NAME), (JourneyRow.touched_at.is_not(None),)),
    ),
    "updated": (
        Segment((JourneyRow.updated_at, JourneyRow.id), (JourneyRow.id.is_not(None),), downwards=True),
        Segment(_BY_NAME, (CustomerRow.latest_journey.is_(None),)),
    ),
}


def _order(filters: CustomerFilter) -> tuple[Segment, ...]:
    """Returns the order of the list, without the part for customers whom a filter leaves out."""
    order = _ORDERS[filters.sort]
    is_known = filters.renews is not None if filters.sort == "renewal" else filters.health_below is not None
    return order[:1] if is_known and filters.sort in ("renewal", "health") else order


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
    tasks, verdicts = await _first_tasks(session, ids), await _verdicts(session, ids)
    return [
        CustomerListLine(
            *(customer, journey, tuple(stages[journey.id]), tuple(plays[journey.id])),
            *(tasks.get(journey.id), verdicts.get(journey.id, {})),
        )
        if journey is not None
        else CustomerListLine(customer, None, (), ())
        for customer, journey in rows
    ]


async def _first_tasks(session: AsyncSession, journeys_: Sequence[str]) -> dict[str, TaskRow]:
    """Returns the most urgent open task of each journey that has one."""
    query = select(TaskRow).where(TaskRow.journey_id.in_(journeys_), TaskRow.status == TaskStatus.OPEN)
    first: dict[str, TaskRow] = {}
    for task in await session.scalars(query.order_by(TaskRow.urgency, TaskRow.task)):
        first.setdefault(task.journey_id, task)
    return first


async def _verdicts(session: AsyncSession, journeys_: Sequence[str]) -> dict[str, dict[str, int]]:
    """Counts the outcomes of each journey by status."""
    counted = func.count()
    query = select(OutcomeRow.journey_id, OutcomeRow.status, counted).where(OutcomeRow.journey_id.in_(journeys_))
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for journey, status, count in await session.execute(query.group_by(OutcomeRow.journey_id, OutcomeRow.status)):
        counts[journey][status] = count
    return counts
