"""The page that merges a customer's record into another one, or gives it another id, and first shows what that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from milepost import limits
from milepost.explain.row_counts import rows_text
from milepost.intake.context import customer_of
from milepost.intake.merges import Merge, MergeOrder, merge
from milepost.intake.renames import Renaming, rename
from milepost.planner.fact_errors import RefusedError
from milepost.text import number
from milepost.web import forms
from milepost.web.form_values import Line, Token
from milepost.web.identity import Acting, Looking
from milepost.web.pages import back_to, render_aside, shell
from milepost.web.services import Served

router = APIRouter(prefix="/ops/customers/{customer}", include_in_schema=False)
_KIND = "identity"


class Asked(BaseModel):
    """What the page is asked to show: the record to merge into and whose journey to keep, or the new id."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    into: Annotated[str, Field(max_length=limits.NAME)] = ""
    keep: Annotated[str, Field(max_length=limits.NAME)] = ""
    new_id: Annotated[str, Field(max_length=limits.NAME)] = ""


@dataclass(frozen=True, slots=True)
class IdentityPage:
    """What was asked for, and what it would do, or the reason why it can't be done."""

    id: str
    asked: Asked
    form: str | None
    merge: Merge | None = None
    renaming: Renaming | None = None
    problem: RefusedError | None = None

    @property
    def path(self) -> str:
        return f"/ops/customers/{quote(self.id)}"

    def address(self, **asked: str) -> str:
        """Returns the address of the page with something else asked for."""
        return f"{self.path}/identity?{urlencode({name: value for name, value in asked.items() if value})}"

    @staticmethod
    def shown(value: object) -> str:
        """Returns a value of a record as the page shows it."""
        return "nothing" if value is None else str(number(value))

    @staticmethod
    def rows_text(rows: Mapping[str, int]) -> str:
        """Returns what would move in words."""
        return rows_text(rows, "nothing but the record")


@router.get("/identity")
async def page(
    request: Request, served: Served, viewer: Looking, customer: str, asked: Annotated[Asked, Query()]
) -> Response:
    """Shows what merging or renaming would do; nothing is changed."""
    async with served.store.reading() as session:
        record = await customer_of(session, customer)
    form = forms.token(served, viewer.session, _KIND, record.id) if viewer else None
    shown = await _previewed(served, IdentityPage(record.id, asked, form))
    around = shell(request, served, viewer, record.name, "customers", zone=await served.zone())
    return await render_aside("ops/identity.html", shown, around)


async def _previewed(served: Served, page: IdentityPage) -> IdentityPage:
    context, asked = served.intake.context, page.asked
    merged = renaming = problem = None
    try:
        if asked.into:
            order = MergeOrder(page.id, asked.into.strip(), asked.keep.strip() or None)
            merged = await merge(context, order, dry_run=True)
        elif asked.new_id:
            renaming = await rename(context, page.id, asked.new_id.strip(), dry_run=True)
    except RefusedError as refused:
        problem = refused
    return IdentityPage(page.id, asked, page.form, merged, renaming, problem)


class IdentityForm:
    """A form of the page that was sent; one that is refused leads back to the page, which says why."""

    def __init__(self, customer: str, served: Served, person: Acting, form: Token) -> None:
        self.context, self.by = served.intake.context, person.address
        self.page = IdentityPage(customer, Asked(), None)
        if forms.read(served, person.session, form, _KIND).subject != (customer,):
            raise forms.FormRefusedError


Sent = Annotated[IdentityForm, Depends()]


@router.post("/merge")
async def merge_into(sent: Sent, into: Line, keep: Line = "") -> Response:
    """Merges the record into another."""
    try:
        done = await merge(sent.context, MergeOrder(sent.page.id, into, keep or None, sent.by))
    except RefusedError:
        return RedirectResponse(sent.page.address(into=into, keep=keep), 303)
    return back_to(f"/ops/customers/{quote(done.into.id)}", "merged")


@router.post("/rename")
async def rename_to(sent: Sent, new_id: Line) -> Response:
    """Gives the customer another id."""
    try:
        done = await rename(sent.context, sent.page.id, new_id, by=sent.by)
    except RefusedError:
        return RedirectResponse(sent.page.address(new_id=new_id), 303)
    return back_to(f"/ops/customers/{quote(done.new_id)}", "renamed")
