"""What the list of customers is narrowed and ordered by, as its form and its addresses say it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from milepost import limits
from milepost.explain import local_time
from milepost.planner.instants import Instant
from milepost.store.books import Book
from milepost.store.customer_list import CustomerFilter, Sort, StatusFilter
from milepost.store.keyset import Cursor
from milepost.web.form_values import Maybe, Tick

ADDRESS = "/ops/customers"
ME = "me"
"""Stands for whoever looks, in the place of an owner's address."""
VIEWS = {
    "All": "",
    "Mine": "owner=me",
    "Renewing in 90 days": "renews=90&sort=renewal",
    "Silent": "silent=yes",
    "At risk": "risk=yes",
    "Stuck": "stuck=yes",
}
"""The views that everybody has, by title: the query of each."""
_MOST_DAYS = 3660


class Filters(BaseModel):
    """The filters of the list, as its form sends them. `owner` is an address, or `me`; `renews` a number of days."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    search: Annotated[Annotated[str, Field(max_length=limits.SEARCH)] | None, Maybe] = None
    map: Annotated[Annotated[str, Field(max_length=limits.NAME)] | None, Maybe] = None
    stage: Annotated[Annotated[str, Field(max_length=limits.NAME)] | None, Maybe] = None
    status: Annotated[StatusFilter | None, Maybe] = None
    owner: Annotated[Annotated[str, Field(max_length=limits.ADDRESS)] | None, Maybe] = None
    health_below: Annotated[float | None, Maybe] = None
    renews: Annotated[Annotated[int, Field(ge=1, le=_MOST_DAYS)] | None, Maybe] = None
    silent: Tick = None
    risk: Tick = None
    stuck: Tick = None
    blocked: Tick = None
    sort: Annotated[Sort, BeforeValidator(lambda value: value or "name")] = "name"
    cursor: Annotated[str | None, Maybe] = None

    def condition(self, book: Book, now: Instant, zone: str, viewer: str | None) -> CustomerFilter:
        """Returns the conditions of the list, for `viewer` with this book; days are those of `zone`."""
        today = local_time.local(now, zone).date()
        until = today + timedelta(days=self.renews or 0)
        return CustomerFilter(
            book=book,
            **self.model_dump(include={"search", "map", "stage", "status", "health_below", "sort"}),
            owner=(viewer or ME) if self.owner == ME else self.owner,
            renews=(today.isoformat(), until.isoformat()) if self.renews else None,
            silent_at=now if self.silent else None,
            open_risk=True if self.risk else None,
            stuck=True if self.stuck else None,
            blocked=True if self.blocked else None,
        )

    @property
    def query(self) -> str:
        """The filters and the order, as an address has them."""
        return urlencode(self.model_dump(exclude_defaults=True, exclude={"cursor"}))

    @property
    def csv_address(self) -> str:
        """The address of the same list as a file."""
        return f"{ADDRESS}.csv" + (f"?{self.query}" if self.query else "")

    def address(self, cursor: Cursor | None) -> str | None:
        """Returns the address of another page of the same list; None where there is none."""
        if cursor is None:
            return None
        return f"{ADDRESS}?" + urlencode({**self.model_dump(exclude_defaults=True), "cursor": str(cursor)})

    def sorted_by(self, sort: Sort) -> str:
        """Returns the address of the same customers in another order."""
        query = self.model_copy(update={"sort": sort}).query
        return f"{ADDRESS}?{query}" if query else ADDRESS

    @property
    def is_narrow(self) -> bool:
        return bool(self.model_dump(exclude_defaults=True, exclude={"cursor", "sort"}))

    @property
    def has_more(self) -> bool:
        """Tells whether anything but the search is set, so that the filters must be shown."""
        return bool(self.model_dump(exclude_defaults=True, exclude={"cursor", "search", "sort"}))
