"""A colleague's customers as they look after them: how each fares, what comes next, and when it was last touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict
from starlette.responses import RedirectResponse, Response

from milepost.customer import Customer, address_key
from milepost.explain.local_time import span_text
from milepost.explain.people_names import PeopleNames, colleague_name
from milepost.explain.sentences import Wording
from milepost.explain.touches import TouchText, touch_text
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.timeline import Entry
from milepost.planner.touches import Touch
from milepost.store import customers, last_touches, maps
from milepost.store.customer_list import BookSort, CustomerFilter, CustomerListLine, count_customers, list_customers
from milepost.store.keyset import Cursor
from milepost.web.customer_rows import CustomerRows, ListedCustomer, standing
from milepost.web.form_values import Maybe, Tick
from milepost.web.health_trend import HealthTrend, health_trends
from milepost.web.identity import Looking
from milepost.web.pages import Values, render_aside, shell, up_to
from milepost.web.services import Served
from milepost.web.unmatched import in_short

router = APIRouter(prefix="/desk", include_in_schema=False)
PER_PAGE = 30
MOST_COUNTED = 1000


class BookChoice(BaseModel):
    """What the address of a book chooses: the order, and whether those who left are in it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    sort: Annotated[BookSort, BeforeValidator(lambda value: value or "touched")] = "touched"
    left: Tick = None
    cursor: Annotated[str | None, Maybe] = None

    def query(self, **changes: Any) -> str:
        """Returns the query of an address that chooses the same but for `changes`, with its question mark."""
        chosen = self.model_copy(update={"cursor": None, **changes}).model_dump(exclude_defaults=True)
        return f"?{urlencode(chosen)}" if chosen else ""


@dataclass(frozen=True, slots=True)
class BookRow:
    """A customer of the book, and what the last touch was; None: the timeline doesn't say, or there was none."""

    listed: ListedCustomer
    trend: HealthTrend | None
    touch: TouchText | None

    @property
    def touched_at(self) -> Instant | None:
        journey = self.listed.line.journey
        return journey.touched_at if journey else None


@router.get("/book")
async def my_book(viewer: Looking) -> Response:
    """Redirects to the viewer's own book."""
    return RedirectResponse(f"/desk/{quote(viewer.address)}/book" if viewer else "/sign-in?next=/desk/book", 303)


@router.get("/{person}/book")
async def book(
    request: Request, served: Served, viewer: Looking, person: str, choice: Annotated[BookChoice, Query()]
) -> Response:
    """The customers on whose team the colleague is, whoever was untouched for longest first."""
    address, now, zone = address_key(person), served.now(), await served.zone()
    condition = CustomerFilter(owner=address, has_left=None if choice.left else False, sort=choice.sort)
    cursor = Cursor.read(choice.cursor) if choice.cursor else None
    async with served.store.reading() as session:
        listed = await list_customers(session, condition, cursor=cursor, limit=PER_PAGE)
        lines = listed.lines
        total = await count_customers(session, condition, MOST_COUNTED)
        left = await count_customers(session, replace(condition, has_left=True), MOST_COUNTED)
        last = await last_touches.entries(session, [line.journey for line in lines if line.journey])
        trends = await health_trends(session, {line.customer.id: line.customer.health for line in lines})
        published = await maps.titles(session)
        unmatched = await customers.all_customers(session, [line.customer.id for line in lines if line.is_unmatched])
    compiled_maps, made = await served.compiled_maps.readable(), CustomerRows(served, now)
    page: Values = {
        "person": address,
        "name": colleague_name(address),
        "mine": viewer is not None and viewer.address == address,
        "choice": choice,
        "address": f"/desk/{quote(address)}/book",
        "rows": [
            BookRow(
                await made.row(line), trends.get(line.customer.id), _touch(line, await made.map_of(line), last, zone)
            )
            for line in lines
        ],
        "ago": lambda at: span_text(max(now - at, 0)),
        "total": up_to(total, MOST_COUNTED),
        "left": up_to(left, MOST_COUNTED),
        "earlier": choice.query(cursor=str(listed.previous)) if listed.previous else None,
        "later": choice.query(cursor=str(listed.next)) if listed.next else None,
        "maps": published,
        "reasons": {each.id: in_short(compiled_maps, each, now) for each in unmatched},
        "standing": standing,
    }
    title = "My book" if page["mine"] else f"The book of {page['name']}"
    return await render_aside("desk/book.html", page, shell(request, served, viewer, title, "desk", zone=zone))


def _touch(
    line: CustomerListLine, compiled_map: CompiledMap | None, touches: Mapping[str, Entry], zone: str
) -> TouchText | None:
    journey = line.journey
    entry = touches.get(journey.id) if journey else None
    if journey is None or not isinstance(entry, Touch):
        return None
    added = {step: task["title"] for step, task in journey.state.get("added", {}).items()}
    people = PeopleNames.around(Customer.from_json(journey.state["customer"]))
    return touch_text(Wording(compiled_map, zone, added=added, people=people), entry)
