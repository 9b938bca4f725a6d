"""The addresses of the API about which mail people want: `/api/v1/preferences` and `/api/v1/opt-outs`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from milepost import limits
from milepost.customer import ChoiceWay
from milepost.intake.opt_outs import opt_outs_page
from milepost.intake.preferences import choose, preference_of
from milepost.store.mail_choices import Choice
from milepost.web.api.keys import KeyUsed
from milepost.web.api.preference_shapes import (
    OptOutList,
    OptOutShown,
    PreferenceRequest,
    PreferenceSetShown,
    PreferenceShown,
)
from milepost.web.api.routes import CursorText, Limit, api_router, cursor_text, place
from milepost.web.services import Served

router = api_router()


@router.get("/preferences", summary="Show which mail a person gets", tags=["preferences"])
async def show_preference(
    served: Served, address: Annotated[str, Query(max_length=limits.ADDRESS, description="the mail address")]
) -> PreferenceShown:
    """Which mail goes to an address, since when and why, and whose contact it is; `all` for one that nobody has."""
    return PreferenceShown.from_preference(await preference_of(served.intake.context, address))


@router.post("/preferences", summary="Set which mail a person gets", tags=["preferences"])
async def set_preference(served: Served, request: PreferenceRequest, key: KeyUsed) -> PreferenceSetShown:
    """Say, as a colleague, which mail a person gets from now on: at every customer that has the address, and that will.

    Less mail than before takes no reason, more of it does: nobody is opted in again without one.
    """
    context = served.intake.context
    choice = Choice(
        request.address, request.mail, ChoiceWay.COLLEAGUE, f"api/{request.id or context.new_id()}",
        request.by or key.teller, request.reason,
    )  # fmt: skip
    made = await choose(context, choice)
    shown = PreferenceShown.from_preference(made.preference)
    return PreferenceSetShown(**shown.model_dump(), changed=made.new)


@router.get("/opt-outs", summary="List who opted out", tags=["preferences"])
async def list_opt_outs(served: Served, limit: Limit = 100, cursor: CursorText = None) -> OptOutList:
    """Who opted out when, how, and what they get today; the oldest first. Opting in again is listed too."""
    async with served.store.reading() as session:
        lines, following = await opt_outs_page(session, cursor=place(cursor), limit=limit)
    return OptOutList(opt_outs=tuple(map(OptOutShown.from_opt_out, lines)), next=cursor_text(following))
