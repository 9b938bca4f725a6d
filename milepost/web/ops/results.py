"""The ledger of results: what customers answered, with who was asked, the value against the target, and totals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from milepost import limits
from milepost.customer import Customer
from milepost.explain import local_time
from milepost.explain.people_names import PeopleNames
from milepost.explain.vocabulary import VERDICTS
from milepost.intake.result_ledger import csv_of, is_by_another
from milepost.language.attribute_values import YEARS
from milepost.language.field_types import OutcomeType, Verdict
from milepost.planner.calendars import add_months
from milepost.planner.instants import Instant
from milepost.planner.zones import beginning_of
from milepost.store import customers, maps
from milepost.store.books import Book
from milepost.store.keyset import Cursor
from milepost.store.result_ledger import LedgerFilter, LedgerLine, Total, all_lines, read_ledger, totals
from milepost.web.form_values import Maybe, Tick
from milepost.web.identity import Looking, book_of
from milepost.web.pages import render_aside, shell
from milepost.web.services import Served

ADDRESS = "/ops/results"
router = APIRouter(include_in_schema=False)
PER_PAGE = 50
QUARTERS = 8
"""So many quarters, the present one included, have totals of their own."""
TYPES = {each: each.replace("_", " ") for each in OutcomeType}
_SILENT = "silent"
_VERDICTS = (*Verdict, _SILENT)


Day = Annotated[date, Field(ge=date(YEARS[0], 1, 1), le=date(YEARS[-1], 12, 31))]
"""A day that has one before it and one after it in every time zone."""


class Filters(BaseModel):
    """The filters of the ledger, as its form sends them; days are of the page's time zone, and `until` is in it.

    What was taken back is left out with `holding`.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    verdict: Annotated[str | None, Maybe, Field(max_length=limits.NAME)] = None
    type: Annotated[str | None, Maybe, Field(max_length=limits.NAME)] = None
    map: Annotated[str | None, Maybe, Field(max_length=limits.NAME)] = None
    since: Annotated[Day | None, Maybe] = None
    until: Annotated[Day | None, Maybe] = None
    holding: Tick = None

    def condition(self, book: Book, timezone: str) -> LedgerFilter:
        """Returns what the store filters by."""
        end = self.until and self.until + timedelta(days=1)
        return LedgerFilter(
            verdict=self.verdict,
            type=self.type,
            map=self.map,
            since=_begin(self.since, timezone),
            until=_begin(end, timezone),
            book=book,
            only_holding=self.holding is not None,
        )

    def address(self, path: str = ADDRESS, cursor: Cursor | None = None) -> str:
        """Returns the address of a page, or the file, with these filters."""
        set_ = self.model_dump(mode="json", exclude_none=True) | ({"cursor": str(cursor)} if cursor else {})
        return f"{path}?{urlencode(set_)}" if set_ else path

    def within(self, since: date | None, until: date | None) -> Filters:
        """Returns the same filters between two days, both in it, where they aren't narrower already."""
        days = {"since": max(filter(None, (since, self.since)), default=None)}
        return self.model_copy(update=days | {"until": min(filter(None, (until, self.until)), default=None)})

    @property
    def is_narrow(self) -> bool:
        return bool(self.model_dump(exclude_none=True))


@dataclass(frozen=True, slots=True)
class TotalLine:
    """How customers answered of one kind, by verdict; `filters` are those of the ledger that leave them."""

    title: str
    counts: dict[str, int]
    filters: Filters

    def address(self, verdict: str | None = None) -> str:
        """Returns the address of the ledger with exactly those who are counted."""
        verdicts = {"verdict": verdict} if verdict else {}
        return self.filters.model_copy(update={"holding": "yes", **verdicts}).address()

    @property
    def asked(self) -> int:
        return sum(self.counts.values())

    @property
    def share(self) -> int | None:
        """The percentage that is confirmed, of those who answered or stayed silent."""
        return round(100 * self.counts.get(Verdict.VERIFIED, 0) / self.asked) if self.asked else None


@dataclass(slots=True)
class MeasureLine:
    """What was confirmed, or partly so, of one measure: how many `values` there are, and what they add up to."""

    name: str
    unit: str | None
    values: int = 0
    sum: float = 0.0


@router.get(ADDRESS)
async def shown(
    request: Request,
    served: Served,
    viewer: Looking,
    filters: Annotated[Filters, Query()],
    cursor: Annotated[str | None, Query(max_length=limits.VALUE)] = None,
) -> Response:
    """The totals, and a page of the ledger, the newest answers first."""
    timezone = await served.zone()
    quarters = _quarters(served.now(), timezone)
    async with served.store.reading() as session:
        condition = filters.condition(await book_of(session, served, viewer), timezone)
        ledger = await read_ledger(session, condition, PER_PAGE, cursor=Cursor.read(cursor) if cursor else None)
        counted = await totals(session, condition, [_begin(day, timezone) or 0 for day in quarters])
        titles = await maps.titles(session)
        known = await customers.all_customers(session, {line.answer.customer_id for line in ledger.lines})
    page = {
        "filters": filters,
        "lines": [_line(line, known) for line in ledger.lines],
        "measures": _measures(counted),
        "totals": _tables(counted, titles, quarters, filters),
        "verdicts": {each: VERDICTS[each] for each in _VERDICTS},
        "types": TYPES,
        "maps": titles,
        "csv": filters.address(f"{ADDRESS}.csv"),
        "newer": ledger.previous and filters.address(cursor=ledger.previous),
        "older": ledger.next and filters.address(cursor=ledger.next),
    }
    return await render_aside(
        "ops/results.html", page, shell(request, served, viewer, "Results", "results", zone=timezone)
    )


@router.get(f"{ADDRESS}.csv")
async def file(served: Served, viewer: Looking, filters: Annotated[Filters, Query()]) -> Response:
    """The whole ledger with the same filters, for spreadsheets; instants are UTC."""
    timezone = await served.zone()

    async def rows() -> Any:
        async with served.store.reading() as session:
            condition = filters.condition(await book_of(session, served, viewer), timezone)
            async for row in csv_of(all_lines(session, condition)):
                yield row

    headers = {"content-disposition": 'attachment; filename="results.csv"'}
    return StreamingResponse(rows(), media_type="text/csv; charset=utf-8", headers=headers)


def _line(line: LedgerLine, known: Iterable[Customer]) -> dict[str, Any]:
    customer = next((each for each in known if each.id == line.answer.customer_id), None)
    names = PeopleNames.around(customer) if customer else PeopleNames()
    said = {name: getattr(line.answer, name) for name in ("asked_of", "said_by", "on_behalf_of", "revoked_by")}
    return {
        "answer": line.answer,
        "outcome": line.outcome,
        "customer": line.customer,
        "is_by_another": is_by_another(line),
        **{name: names.of(who) if who else None for name, who in said.items()},
    }


def _tables(
    counted: list[Total], titles: Mapping[str, str], quarters: list[date], filters: Filters
) -> list[tuple[str, list[TotalLine]]]:
    """Returns the totals by map, by type and by quarter, each with its heading."""

    def of_map(each: Total) -> tuple[str, Filters]:
        return titles.get(each.map, each.map), filters.model_copy(update={"map": each.map})

    def of_type(each: Total) -> tuple[str, Filters]:
        return TYPES.get(OutcomeType(each.type), each.type), filters.model_copy(update={"type": each.type})

    def of_quarter(each: Total) -> tuple[str, Filters]:
        if each.period is None:
            return f"before {_quarter_text(quarters[0])}", filters.within(None, quarters[0] - timedelta(days=1))
        day = quarters[each.period]
        return _quarter_text(day), filters.within(day, add_months(day, 3) - timedelta(days=1))

    latest = sorted(counted, key=lambda each: -1 if each.period is None else each.period, reverse=True)
    return [
        ("By map", _total_lines(counted, of_map)),
        ("By type", _total_lines(counted, of_type)),
        ("By quarter", _total_lines(latest, of_quarter)),
    ]


def _quarter_text(first: date) -> str:
    return f"Q{(first.month + 2) // 3} {first.year}"


def _total_lines(counted: Iterable[Total], kind_of: Callable[[Total], tuple[str, Filters]]) -> list[TotalLine]:
    lines: dict[str, TotalLine] = {}
    for each in counted:
        title, filters = kind_of(each)
        lines.setdefault(title, TotalLine(title, defaultdict(int), filters)).counts[each.verdict] += each.count
    return list(lines.values())


def _measures(counted: Iterable[Total]) -> list[MeasureLine]:
    """Returns the measures of which values were confirmed, by name."""
    lines: dict[tuple[str, str | None], MeasureLine] = {}
    for each in counted:
        if each.measure and each.values and each.verdict in (Verdict.VERIFIED, Verdict.PARTIAL):
            line = lines.setdefault((each.measure, each.unit), MeasureLine(each.measure, each.unit))
            line.values += each.values
            line.sum += each.sum
    return sorted(lines.values(), key=lambda line: line.name.casefold())


def _quarters(now: Instant, timezone: str) -> list[date]:
    """Returns the first days of the last quarters, the present one included, the earliest first."""
    month = local_time.local(now, timezone).date().replace(day=1)
    quarter = add_months(month, -((month.month - 1) % 3))
    return [add_months(quarter, -3 * back) for back in reversed(range(QUARTERS))]


def _begin(day: date | None, timezone: str) -> Instant | None:
    return None if day is None else beginning_of(day, timezone)
