"""The page of a rehearsal, in its own web application: what has come of everybody so far."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.store import maps
from milepost.store.rehearsal_account import began_at, read_rehearsal
from milepost.web.identity import Looking
from milepost.web.pages import render_aside, shell
from milepost.web.problems import ProblemError
from milepost.web.services import Served

router = APIRouter(include_in_schema=False)
_LIVE_EVERY = 5  # seconds
_DAY = 86_400  # seconds
MOST_CONCERNS = 200  # that are listed


@router.get("/rehearsal")
async def rehearsal(request: Request, served: Served, viewer: Looking) -> Response:
    """The account, anew every few seconds while time runs faster than the clock."""
    async with served.store.reading() as session:
        began = await began_at(session)
        if began is None:
            message = "This isn't a rehearsal: its customers are real."
            raise ProblemError(404, "not_found", message, "`milepost rehearse` starts one, with pages of its own.")
        account = await read_rehearsal(session)
        titles = await maps.titles(session)
    page = {
        "account": account,
        "mails": [(name, titles[map_id], number) for (map_id, name), number in sorted(account.mails.items())],
        "began": began,
        "days": max(served.now() - began, 0) // _DAY,
        "concerns": account.concerns[:MOST_CONCERNS],
        "is_running": served.is_hurried,
    }
    live_every = _LIVE_EVERY if page["is_running"] else None
    around = shell(request, served, viewer, "Rehearsal", "rehearsal", zone=await served.zone(), live_every=live_every)
    return await render_aside("rehearsal.html", page, around)
