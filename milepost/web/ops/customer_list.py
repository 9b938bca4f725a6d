"""The list of customers: the status of each journey, low health, and open risks."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import Response

from milepost import limits
from milepost.explain.overview import JourneyRecord
from milepost.explain.sentences import spaced
from milepost.planner.enums import JourneyStatus
from milepost.store import customers as stored
from milepost.store import maps
from milepost.store.books import Book
from milepost.store.customer_list import CustomerFilter, StatusFilter, count_customers, list_customers
from milepost.store.keyset import Cursor
from milepost.store.tables import JourneyRow
from milepost.web.identity import Looking, book_of
from milepost.web.ops.titles_of_maps import titles_by_id
from milepost.web.ops.unmatched import in_short
from milepost.web.pages import render_aside, shell, up_to
from milepost.web.services import Served

router = APIRouter(prefix="/ops", include_in_schema=False)
PER_PAGE = 50
MOST_COUNTED = 1000


Maybe = BeforeValidator(lambda value: value or None)
"""Turns an empty field into a filter that isn't set."""


class Filters(BaseModel):
    """The filters of the list, as its form sends them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    search: Annotated[Annotated[str, Field(max_length=limits.SEARCH)] | None, Maybe] = None
    map: Annotated[str | None, Maybe] = None
    stage: Annotated[str | None, Maybe] = None
    status: Annotated[StatusFilter | None, Maybe] = None
    risk: Annotated[Literal["yes"] | None, Maybe] = None
    stuck: Annotated[Literal["yes"] | None, Maybe] = None
    blocked: Annotated[Literal["yes"] | None, Maybe] = None
    health_below: Annotated[float | None, Maybe] = None
    sort: Annotated[Literal["name", "health", "updated"], BeforeValidator(lambda value: value or "name")] = "name"
    cursor: Annotated[str | None, Maybe] = None

    def condition(self, book: Book) -> CustomerFilter:
        """Returns the conditions of the list, for whoever has this book."""
        return CustomerFilter(
            book=book,
            **self.model_dump(include={"search", "map", "stage", "status", "health_below", "sort"}),
            open_risk=True if self.risk else None,
            stuck=True if self.stuck else None,
            blocked=True if self.blocked else None,
        )

    def address(self, cursor: Cursor | None) -> str | None:
        """Returns the address of another page of the same list; None where there is none."""
        if cursor is None:
            return None
        return "/ops/customers?" + urlencode({**self.model_dump(exclude_defaults=True), "cursor": str(cursor)})

    @property
    def is_narrow(self) -> bool:
        return bool(self.model_dump(exclude_defaults=True, exclude={"cursor", "sort"}))

    @property
    def has_more(self) -> bool:
        """Tells whether anything but the search is set, so that the filters must be shown."""
        return bool(self.model_dump(exclude_defaults=True, exclude={"cursor", "search"}))


@router.get("/customers")
async def customers(
    request: Request, served: Served, viewer: Looking, filters: Annotated[Filters, Query()]
) -> Response:
    """The list of customers, page by page."""
    zone = await served.zone()
    cursor = Cursor.read(filters.cursor) if filters.cursor else None
    async with served.store.reading() as session:
        condition = filters.condition(await book_of(session, served, viewer))
        book = await list_customers(session, condition, cursor=cursor, limit=PER_PAGE)
        matching = await count_customers(session, condition, MOST_COUNTED)
        published = await maps.titles(session)
        unmatched = await stored.all_customers(session, [line.customer.id for line in book.lines if line.is_unmatched])
    compiled_maps = await served.compiled_maps.current()
    page = {
        "filters": filters,
        "book": book,
        "matching": up_to(matching, MOST_COUNTED),
        "reasons": {each.id: in_short(compiled_maps, each, served.now()) for each in unmatched},
        "earlier": filters.address(book.previous),
        "later": filters.address(book.next),
        "maps": published,
        "stages": titles_by_id(compiled_maps),
        "standing": standing,
    }
    return await render_aside(
        "ops/customers.html", page, shell(request, served, viewer, "Customers", "customers", zone=zone)
    )


def standing(journey: JourneyRow | JourneyRecord | None, unmatched_why: str | None) -> str:
    """Returns the status of a customer's journey in words."""
    if journey is None:
        return "No map fits" if unmatched_why else "No journey yet"
    if journey.status == JourneyStatus.ENDED:
        return f"Ended: {spaced(journey.reason)}"
    return {JourneyStatus.OPEN: "Running", JourneyStatus.PAUSED: "Paused"}[JourneyStatus(journey.status)]
