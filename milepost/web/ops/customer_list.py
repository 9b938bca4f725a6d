"""The list of customers: the status of each journey, low health, and open risks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict
from starlette.responses import Response

from milepost.explain import local_time
from milepost.planner.enums import JourneyStatus
from milepost.store import customers as stored
from milepost.store import maps
from milepost.store.customer_list import CustomerFilter, CustomerListLine, list_customers
from milepost.web.identity import Looking
from milepost.web.ops.unmatched import in_short
from milepost.web.pages import render, shell
from milepost.web.services import Served, Services
from milepost.web.zones import ours

router = APIRouter(prefix="/ops", include_in_schema=False)
PER_PAGE = 50


def _nothing(value: object) -> object:
    """Turns an empty field into a filter that isn't set."""
    return None if value == "" else value


def _page(value: object) -> object:
    return 1 if value in ("", None) else value


Maybe = BeforeValidator(_nothing)


class Filters(BaseModel):
    """The filters of the list, as its form sends them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    search: Annotated[str | None, Maybe] = None
    map: Annotated[str | None, Maybe] = None
    stage: Annotated[str | None, Maybe] = None
    status: Annotated[Literal["open", "paused", "ended", "none", "unmatched"] | None, Maybe] = None
    risk: Annotated[Literal["yes"] | None, Maybe] = None
    stuck: Annotated[Literal["yes"] | None, Maybe] = None
    blocked: Annotated[Literal["yes"] | None, Maybe] = None
    health_below: Annotated[float | None, Maybe] = None
    sort: Annotated[Literal["name", "health", "updated"], BeforeValidator(lambda value: value or "name")] = "name"
    page: Annotated[int, BeforeValidator(_page)] = 1

    def wanted(self) -> CustomerFilter:
        number = min(max(self.page, 1), 1_000_000)
        return CustomerFilter(
            search=self.search,
            map=self.map,
            stage=self.stage,
            status=self.status,
            open_risk=True if self.risk else None,
            stuck=True if self.stuck else None,
            blocked=True if self.blocked else None,
            health_below=self.health_below,
            sort=self.sort,
            offset=(number - 1) * PER_PAGE,
            limit=PER_PAGE,
        )

    def address(self, page: int) -> str:
        """Returns the address of another page of the same list."""
        given = {name: value for name, value in self.model_dump(exclude_defaults=True).items() if name != "page"}
        return "/ops/customers?" + urlencode({**given, "page": page})

    @property
    def is_narrow(self) -> bool:
        return bool(self.model_dump(exclude_defaults=True, exclude={"page", "sort"}))

    @property
    def has_more(self) -> bool:
        """Tells whether anything but the search is set, so that the filters must be shown."""
        return bool(self.model_dump(exclude_defaults=True, exclude={"page", "search"}))


@dataclass(frozen=True, slots=True)
class Row:
    """One customer in the list."""

    id: str
    name: str
    standing: str
    map: str | None
    stages: tuple[str, ...]
    is_stuck: bool
    is_blocked: bool
    risks: tuple[str, ...]
    plays: tuple[str, ...]
    health: float | None
    next: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Customers:
    """The page."""

    filters: Filters
    rows: tuple[Row, ...]
    total: int
    first: int
    earlier: str | None
    later: str | None
    maps: tuple[tuple[str, str], ...]
    stages: tuple[tuple[str, str], ...]
    zone: str


STANDING = {"open": "Running", "paused": "Paused", "ended": "Ended"}


@router.get("/customers")
async def customers(
    request: Request, served: Served, viewer: Looking, filters: Annotated[Filters, Query()]
) -> Response:
    """The list of customers, page by page."""
    zone = await ours(served)
    wanted = filters.wanted()
    async with served.store.reading() as session:
        found = await list_customers(session, wanted)
        if not found.lines and found.total:  # behind the last page
            wanted = replace(wanted, offset=0)
            found = await list_customers(session, wanted)
        published = await maps.current(session)
        unmatched = [line.customer.id for line in found.lines if line.journey is None and line.customer.unmatched_why]
        unmatched_customers = (
            {each.id: each for each in await stored.all_customers(session, unmatched)} if unmatched else {}
        )
    compiled_maps = await served.compiled_maps.current() if unmatched_customers else []
    whys = {each.id: in_short(compiled_maps, each, served.now()) for each in unmatched_customers.values()}
    titles = {version.map: version.title for version in published}
    rows = tuple(row(line, titles, zone, whys.get(line.customer.id)) for line in found.lines)
    number = wanted.offset // PER_PAGE + 1
    page = Customers(
        filters=filters,
        rows=rows,
        total=found.total,
        first=wanted.offset + 1,
        earlier=filters.address(number - 1) if number > 1 else None,
        later=filters.address(number + 1) if wanted.offset + len(rows) < found.total else None,
        maps=tuple(titles.items()),
        stages=await _stages(served),
        zone=local_time.zone_text(zone, served.now()),
    )
    return render("ops/customers.html", page, shell(request, served, viewer, "Customers", "customers", zone=zone))


def row(line: CustomerListLine, titles: Mapping[str, str], zone: str, why: str | None) -> Row:
    """Returns a customer's row in the list; `why` says why no map fits."""
    journey, customer = line.journey, line.customer
    ending = (
        f"Ended: {(journey.reason or '').replace('_', ' ')}"
        if journey and journey.status == JourneyStatus.ENDED
        else None
    )
    none = "No map fits" if customer.unmatched_why else "No journey yet"
    return Row(
        id=customer.id,
        name=customer.name,
        standing=none if journey is None else (ending or STANDING[journey.status]),
        map=titles.get(journey.map, journey.map) if journey else None,
        stages=tuple(stage.title for stage in line.stages),
        is_stuck=any(stage.stuck for stage in line.stages),
        is_blocked=journey is not None and journey.blocked_since is not None,
        risks=tuple(play.title for play in line.risks),
        plays=tuple(play.title for play in line.plays if play.kind != "risk"),
        health=customer.health,
        next=local_time.time_of(journey.wake_at, zone) if journey and journey.wake_at is not None else None,
        why=(why or customer.unmatched_why) if journey is None else None,
    )


async def _stages(served: Services) -> tuple[tuple[str, str], ...]:
    compiled_maps = await served.compiled_maps.current()
    named = {
        stage_id: stage.stage.title for compiled_map in compiled_maps for stage_id, stage in compiled_map.stages.items()
    }
    return tuple(named.items())
