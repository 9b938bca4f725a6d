"""`milepost customers`: lists customers and where they stand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import check_in_use, open_database
from milepost.cli.support.local_timezone import iso_day, local_timezone
from milepost.cli.support.output import AsJson, console, print_json, say, table
from milepost.planner.enums import JourneyStatus
from milepost.planner.instants import Instant, optional_text
from milepost.store.customer_list import CustomerFilter, CustomerListLine, list_customers
from milepost.store.database import Store
from milepost.text import count_of, number

_PAGE = 500
_WIDE = 110  # characters


async def customers(
    *,
    context: typer.Context,
    stage: Annotated[str | None, typer.Option(metavar="ID", help="Only those in this stage.")] = None,
    risk: Annotated[bool, typer.Option("--risk", help="Only those with an open risk play.")] = False,
    unmatched: Annotated[bool, typer.Option("--unmatched", help="Only those that no map is for, and why.")] = False,
    search: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only those with this text in their id or name.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List customers with stage, health, open risk, and since when. Filters are combined."""
    filters = CustomerFilter(
        search=search,
        stage=stage,
        status="unmatched" if unmatched else None,
        open_risk=True if risk else None,
    )
    async with open_database(settings_of(context)) as store:
        if filters.stage is not None:
            await check_in_use(store, "stage", filters.stage, lambda compiled_map: compiled_map.stages)
        if as_json:
            async for line in _pages(store, filters):
                print_json(_data(line))
            return
        lines = [line async for line in _pages(store, filters)]
    if not lines:
        empty = "There are no customers yet. Next: `milepost import BOOK.csv`."
        say("No customer matches." if filters != CustomerFilter() else empty)
    elif filters.status == "unmatched":
        reasons = [
            (f"{line.customer.name}\n{line.customer.id}", (line.customer.unmatched_why or "").replace("; ", "\n"))
            for line in lines
        ]
        table(None, ["Customer", "Why no map is for it"], reasons)
        say("Next: correct their attributes (`milepost tell CUSTOMER set NAME=VALUE`), then `milepost enroll`.")
    else:
        _table(lines)
        say(f"{count_of(len(lines), 'customer')}. `milepost show CUSTOMER` shows one of them.")


async def _pages(store: Store, filters: CustomerFilter) -> AsyncIterator[CustomerListLine]:
    cursor = None
    while True:
        async with store.reading() as session:
            page = await list_customers(session, filters, cursor=cursor, limit=_PAGE)
        for line in page.lines:
            yield line
        if page.next is None:
            return
        cursor = page.next


def _table(lines: list[CustomerListLine]) -> None:
    """Print the table; where there is no room for a column of ids, they stand below the names."""
    zone = local_timezone()
    headings = ["Customer id", "Name", "Stage", "Since", "Health", "Open risk"]
    rows = [
        (
            line.customer.id,
            line.customer.name,
            _stage(line),
            iso_day(_since(line), zone),
            None if line.customer.health is None else number(line.customer.health),
            ", ".join(risk.title for risk in line.risks),
        )
        for line in lines
    ]
    if console().width < _WIDE:
        headings = ["Customer", *headings[2:]]
        rows = [(f"{row[1]}\n{row[0]}", *row[2:]) for row in rows]  # type: ignore[misc]  # these rows are shorter
    table(None, headings, rows)


def _stage(line: CustomerListLine) -> str:
    if line.journey is None:
        return "no map is for it" if line.customer.unmatched_why else "no journey"
    if line.journey.status == JourneyStatus.ENDED:
        return f"ended: {line.journey.reason}"
    stages = ", ".join(stage.title + (" (stuck)" if stage.stuck else "") for stage in line.stages)
    if not line.journey.revision:
        return "about to begin"
    return f"paused: {stages}" if line.journey.status == JourneyStatus.PAUSED else stages or "between stages"


def _since(line: CustomerListLine) -> Instant | None:
    """The instant since when the customer has been where it is."""
    if line.journey is None:
        return None
    if line.journey.ended_at is not None:
        return line.journey.ended_at
    return min((stage.opened_at for stage in line.stages if stage.opened_at), default=line.journey.started_at)


def _data(line: CustomerListLine) -> dict[str, Any]:
    journey = line.journey
    return {
        "customer": line.customer.id,
        "name": line.customer.name,
        "health": line.customer.health,
        "journey": journey.id if journey else None,
        "map": journey.map if journey else None,
        "version": journey.version if journey else None,
        "status": journey.status if journey else "none",
        "reason": journey.reason if journey else None,
        "stages": [{"stage": each.stage, "title": each.title, "stuck": each.stuck} for each in line.stages],
        "plays": [{"play": each.play, "kind": each.kind, "title": each.title} for each in line.plays],
        "since": optional_text(_since(line)),
        "unmatched_why": line.customer.unmatched_why,
    }
