"""The list of customers: who is where, how they fare and what comes next; narrowed, ordered, and kept as views."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse, Response, StreamingResponse

from milepost import limits
from milepost.explain.titles_of_maps import titles_by_id
from milepost.intake.csv_rows import csv_row
from milepost.planner.instants import optional_text
from milepost.store import customers as stored
from milepost.store import maps, saved_views
from milepost.store.customer_list import CustomerFilter, count_customers, list_customers
from milepost.store.keyset import Cursor
from milepost.web import forms
from milepost.web.customer_rows import CustomerRows, ListedCustomer, standing
from milepost.web.form_values import Line, Onward, Token, required
from milepost.web.identity import Acting, Looking, Person, book_of
from milepost.web.ops.customer_filters import ADDRESS, VIEWS, Filters
from milepost.web.pages import back_to, render_aside, shell, up_to
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services
from milepost.web.unmatched import in_short

router = APIRouter(prefix="/ops", include_in_schema=False)
PER_PAGE = 50
MOST_COUNTED = 1000
_FORM = "view"
_CHUNK = 200  # customers of a file that are read at once
COLUMNS = (
    *("id", "name", "journey", "map", "stages", "stuck", "risks", "silent_since", "health", "renews_on"),
    *("contract_value", "owner", "confirmed", "partly", "disputed", "silent", "asked", "next_step", "next_by"),
    "next_due",
)
"""The columns of the file; instants are UTC."""


@router.get("/customers")
async def customers(
    request: Request, served: Served, viewer: Looking, filters: Annotated[Filters, Query()]
) -> Response:
    """The list of customers, page by page."""
    zone = await served.zone()
    cursor = Cursor.read(filters.cursor) if filters.cursor else None
    async with served.store.reading() as session:
        condition = await _condition(session, served, viewer, filters, zone)
        book = await list_customers(session, condition, cursor=cursor, limit=PER_PAGE)
        matching = await count_customers(session, condition, MOST_COUNTED)
        published = await maps.titles(session)
        unmatched = await stored.all_customers(session, [line.customer.id for line in book.lines if line.is_unmatched])
        own = await saved_views.of_person(session, viewer.address) if viewer else []
        owners = await stored.colleagues(session)
    compiled_maps = await served.compiled_maps.readable()
    rows = CustomerRows(served, served.now())
    page = {
        "filters": filters,
        "rows": [await rows.row(line) for line in book.lines],
        "matching": up_to(matching, MOST_COUNTED),
        "reasons": {each.id: in_short(compiled_maps, each, served.now()) for each in unmatched},
        "earlier": filters.address(book.previous),
        "later": filters.address(book.next),
        "csv": filters.csv_address,
        "views": [(title, f"{ADDRESS}?{query}" if query else ADDRESS, query) for title, query in VIEWS.items()],
        "own_views": own,
        "shown_view": filters.query,
        "is_known_view": filters.query in {*VIEWS.values(), *(each.query for each in own)},
        "form": forms.token(served, viewer.session, _FORM) if viewer else None,
        "maps": published,
        "stages": titles_by_id(compiled_maps),
        "owners": owners,
        "standing": standing,
    }
    return await render_aside(
        "ops/customers.html", page, shell(request, served, viewer, "Customers", "customers", zone=zone)
    )


@router.get("/find")
async def find(
    served: Served, viewer: Looking, search: Annotated[str, Query(max_length=limits.SEARCH)] = ""
) -> Response:
    """The customer whom a search finds, where it finds one alone; else the list of all whom it finds."""
    filters = Filters(search=search)
    async with served.store.reading() as session:
        condition = await _condition(session, served, viewer, filters, await served.zone())
        found = await list_customers(session, condition, limit=2)
    if len(found.lines) == 1:
        return RedirectResponse(f"{ADDRESS}/{quote(found.lines[0].customer.id, safe='')}", 303)
    return RedirectResponse(f"{ADDRESS}?{urlencode({'search': search})}", 303)


@router.get("/customers.csv")
async def file(served: Served, viewer: Looking, filters: Annotated[Filters, Query()]) -> Response:
    """All customers that meet the filters, in their order, for spreadsheets."""
    zone = await served.zone()

    async def rows() -> AsyncIterator[str]:
        yield "\ufeff" + csv_row(COLUMNS)
        made, cursor = CustomerRows(served, served.now()), None
        while True:
            async with served.store.reading() as session:
                condition = await _condition(session, served, viewer, filters, zone)
                book = await list_customers(session, condition, cursor=cursor, limit=_CHUNK)
            yield "".join([csv_row(_cells(await made.row(line))) for line in book.lines])
            if (cursor := book.next) is None:
                return

    headers = {"content-disposition": 'attachment; filename="customers.csv"'}
    return StreamingResponse(rows(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/views")
async def save_view(served: Served, person: Acting, form: Token, name: Line = "", query: Onward = "") -> Response:
    """Keeps the filters of the list under a name, for whoever sends it."""
    forms.read(served, person.session, form, _FORM)
    required(name, "name", "Go back and write what the view is to be called.")
    try:
        kept = Filters.model_validate(dict(parse_qsl(query))).query
    except ValidationError:
        message = "These filters can't be kept."
        raise ProblemError(422, "view_wrong", message, "Go back to the list and choose them again.") from None
    now = int(served.wall().timestamp())
    is_kept = await served.store.write(partial(saved_views.save, person=person.address, name=name, query=kept, now=now))
    return back_to(f"{ADDRESS}?{kept}" if kept else ADDRESS, "view_saved" if is_kept else "views_full")


@router.post("/views/end")
async def forget_view(served: Served, person: Acting, form: Token, name: Line = "") -> Response:
    """Deletes one of the views of whoever sends it."""
    forms.read(served, person.session, form, _FORM)
    await served.store.write(partial(saved_views.forget, person=person.address, name=name))
    return back_to(ADDRESS, "view_forgotten")


async def _condition(
    session: AsyncSession, served: Services, viewer: Person | None, filters: Filters, zone: str
) -> CustomerFilter:
    return filters.condition(
        await book_of(session, served, viewer), served.now(), zone, viewer.address if viewer else None
    )


def _cells(row: ListedCustomer) -> list[Any]:
    """Returns the `COLUMNS` of a customer."""
    customer, journey, step = row.line.customer, row.line.journey, row.next
    outcomes = {word: count for _, word, count in row.outcomes}
    stages = row.line.stages
    return [
        *(customer.id, customer.name, standing(journey, customer.unmatched_why), journey and journey.map),
        *("; ".join(each.title for each in stages), any(each.stuck for each in stages)),
        *("; ".join(each.title for each in row.line.risks), optional_text(row.silent_since)),
        *(customer.health, customer.renews_on, customer.contract_value, row.owner and row.owner[0]),
        *(outcomes.get(word, 0) for word in ("confirmed", "partly", "disputed", "silent", "asked")),
        *((step.title, step.who, optional_text(step.due)) if step else (None, None, None)),
    ]
