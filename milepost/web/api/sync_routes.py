"""The addresses under `/api/v1/syncs`: how the books stand that are kept in step with files of another system."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from milepost.intake.sync import books
from milepost.web.api.routes import api_router
from milepost.web.api.shapes import Shown
from milepost.web.services import Served

router = api_router()


class SyncProblemShown(Shown):
    """A row that was refused, left out, or brought a customer who may be there already: its file, line and column."""

    file: str
    row: int
    column: str | None
    kind: Literal["refused", "double", "alike"] = Field(
        "refused",
        description="double: another row has the customer's present id, and counts; alike: a new customer has the name "
        "or a contact's address of another one",
    )


class SyncRunShown(Shown):
    """One run."""

    number: int
    started_at: str
    ended_at: str | None
    status: Literal["running", "done", "unchanged", "refused", "away", "stopped"]
    why: str | None = Field(description="why the book wasn't taken in, and what to do")
    customers: dict[str, int] = Field(description="rows and customers by what became of them")
    problems: tuple[SyncProblemShown, ...]


class VanishedShown(Shown):
    """A customer that the book doesn't have any more; its journey goes on."""

    customer: str
    name: str
    since: str


class SyncShown(Shown):
    """A book that is kept in step."""

    name: str
    source: str
    contacts: str | None
    mapping: str | None
    every: str | None
    next_at: str | None
    last_taken_in_at: str | None
    failures: int = Field(description="runs since the last one that took the book in")
    customers: int
    vanished_count: int
    vanished: tuple[VanishedShown, ...] = Field(description="the latest 500")
    runs: tuple[SyncRunShown, ...] = Field(description="the last ten, the newest first")


class SyncList(Shown):
    syncs: tuple[SyncShown, ...]


@router.get("/syncs", summary="List books that are kept in step", tags=["customers"])
async def get_syncs(served: Served) -> SyncList:
    """Books of customers that workers keep in step with files of another system: their last runs, and who vanished."""
    statuses = await books.statuses(served.intake)
    return SyncList(syncs=tuple(SyncShown.model_validate(each.to_json()) for each in statuses))


@router.get("/syncs/{name}", summary="Show a book that is kept in step", tags=["customers"])
async def show_sync(served: Served, name: str) -> SyncShown:
    """One of them."""
    (status,) = await books.statuses(served.intake, name)
    return SyncShown.model_validate(status.to_json())
