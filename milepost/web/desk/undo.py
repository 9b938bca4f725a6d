"""The form with which colleagues undo what they just did."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from milepost.web import forms, undo
from milepost.web.form_values import Onward, Token
from milepost.web.identity import Acting, safe_onward
from milepost.web.pages import back_to
from milepost.web.services import Served

router = APIRouter(prefix="/desk", include_in_schema=False)


@router.post("/undo")
async def undo_fact(served: Served, person: Acting, form: Token, onward: Onward = "/desk") -> Response:
    """What was told counts as never told."""
    customer, fact = forms.read(served, person.session, form, undo.KIND).subject
    await served.intake.undo_fact(customer, fact, by=person.address)
    return back_to(safe_onward(onward), "undone")
