"""The ledger of results: every answer to an outcome, whoever was asked and answered, page by page and in totals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Float, Text, and_, case, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.commands import COMPLETED
from milepost.planner.instants import Instant
from milepost.store.books import EVERYBODYS, Book
from milepost.store.keyset import Cursor, Query, Segment, read_page
from milepost.store.outcome_tables import AnswerRow, OutcomeRow
from milepost.store.tables import CustomerRow, JourneyRow

_BATCH = 1000
_ORDER = Segment((AnswerRow.at, AnswerRow.journey_id, AnswerRow.answer), downwards=True)


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """The conditions of the ledger: all that are set must hold. Instants are of journey time, `until` is not in it.

    `only_holding` leaves out what was taken back, as totals do.
    """

    verdict: str | None = None
    type: str | None = None
    map: str | None = None
    customer: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    book: Book = EVERYBODYS
    only_holding: bool = False


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """An answer, with the outcome that it is about, and whose it is."""

    answer: AnswerRow
    outcome: OutcomeRow
    customer: CustomerRow
    map: str


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """A page of the ledger, with the places where the neighbouring pages begin."""

    lines: tuple[LedgerLine, ...]
    previous: Cursor | None
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Total:
    """How many answers that hold there are of one kind; `sum` adds up those `values` of them that are numbers.

    `period` is the position, in the list that was asked for, of the last instant that isn't behind the answers; None:
    they are earlier than all.
    """

    map: str
    type: str
    verdict: str
    measure: str | None
    unit: str | None
    period: int | None
    count: int
    values: int
    sum: float


async def read_ledger(
    session: AsyncSession, filters: LedgerFilter, limit: int, *, cursor: Cursor | None = None
) -> LedgerPage:
    """Reads a page of the ledger, the newest answers first; revoked ones are in it, and those made fuller are not."""
    page = await read_page(session, _filtered(filters), [_ORDER], cursor, limit)
    return LedgerPage(tuple(LedgerLine(*row[:4]) for row in page.rows), page.previous, page.next)


async def all_lines(session: AsyncSession, filters: LedgerFilter) -> AsyncIterator[LedgerLine]:
    """Reads the whole ledger, the newest answers first."""
    cursor: Cursor | None = None
    while True:
        page = await read_ledger(session, filters, _BATCH, cursor=cursor)
        for line in page.lines:
            yield line
        if page.next is None:
            return
        cursor = page.next


async def totals(session: AsyncSession, filters: LedgerFilter, periods: Sequence[Instant]) -> list[Total]:
    """Counts the answers that hold, by all that a `Total` names; `periods` begin at these, in their order."""
    whens = [(AnswerRow.at >= begins, literal(number)) for number, begins in reversed(list(enumerate(periods)))]
    period = case(*whens, else_=None) if whens else literal(None)
    written = cast(AnswerRow.value, Text)
    is_number = and_(AnswerRow.value.is_not(None), ~written.like('"%'))
    values = func.sum(case((is_number, 1), else_=0)), func.sum(case((is_number, cast(written, Float)), else_=0.0))
    metric = [OutcomeRow.metric[name].as_string() for name in ("name", "unit")]
    groups = (JourneyRow.map, OutcomeRow.type, AnswerRow.verdict, *metric, period)
    query = _joined(select(*groups, func.count(), *values))
    query = query.where(*_conditions(replace(filters, only_holding=True))).group_by(*groups)
    return [Total(*row) for row in await session.execute(query)]


def _filtered(filters: LedgerFilter) -> Query:
    query = _joined(select(AnswerRow, OutcomeRow, CustomerRow, JourneyRow.map))
    return query.where(*_conditions(filters), AnswerRow.revoked_why.is_distinct_from(COMPLETED))


def _joined(query: Query) -> Query:
    is_its_outcome = and_(
        OutcomeRow.journey_id == AnswerRow.journey_id,
        OutcomeRow.outcome == AnswerRow.outcome,
        OutcomeRow.occurrence == AnswerRow.occurrence,
    )
    return (
        query.select_from(AnswerRow)
        .join(OutcomeRow, is_its_outcome)
        .join(CustomerRow, CustomerRow.id == AnswerRow.customer_id)
        .join(JourneyRow, JourneyRow.id == AnswerRow.journey_id)
    )


def _conditions(filters: LedgerFilter) -> list[ColumnElement[bool]]:
    wanted = (
        (AnswerRow.verdict, filters.verdict),
        (OutcomeRow.type, filters.type),
        (JourneyRow.map, filters.map),
        (AnswerRow.customer_id, filters.customer),
    )
    conditions: list[ColumnElement[bool]] = [column == value for column, value in wanted if value is not None]
    if filters.since is not None:
        conditions.append(AnswerRow.at >= filters.since)
    if filters.until is not None:
        conditions.append(AnswerRow.at < filters.until)
    if filters.only_holding:
        conditions.append(AnswerRow.revoked_at.is_(None))
    in_book = filters.book.holds()
    return conditions if in_book is None else [*conditions, in_book]
