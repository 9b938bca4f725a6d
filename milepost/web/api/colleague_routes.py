"""The addresses under `/api/v1` about colleagues: hand-overs and absences."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from milepost import limits
from milepost.intake import absences
from milepost.intake.hand_over import preview
from milepost.intake.hand_over_runs import HandOverResult, carry_out
from milepost.planner.instants import Instant, text
from milepost.store import absences as stored
from milepost.store.stand_ins import Absence
from milepost.web.api.colleague_shapes import (
    AbsenceList,
    AbsencePatch,
    AbsenceRequest,
    AbsenceShown,
    HandOverRequest,
    HandOverShown,
)
from milepost.web.api.keys import KeyUsed
from milepost.web.api.routes import api_router
from milepost.web.api.shapes import Filter
from milepost.web.services import Served

router = api_router()
Number = Annotated[int, Path(ge=1, le=limits.POSITION, description="the number of the absence")]
By = Annotated[str | None, Query(max_length=limits.NAME, description="who says so; it stands on the timelines")]


@router.post("/hand-overs", summary="Hand customers over", tags=["colleagues"])
async def hand_over(served: Served, request: HandOverRequest, key: KeyUsed) -> HandOverShown:
    """Hand all that a colleague has over to another one, for good: roles, and with them open and future tasks.

    With `dry_run` it says what would move. Cut off, it goes on by itself wherever a worker runs; where some failed,
    send the same again.
    """
    context, wish = served.intake.context, request.hand_over()
    shown = await preview(context, wish)
    by = request.by or key.teller
    result = HandOverResult() if request.dry_run else await carry_out(context, wish, by=by, source="api")
    became = {"dry_run": request.dry_run, "done": result.done, "failed": result.failed}
    return HandOverShown.model_validate(shown.to_json() | became)


@router.get("/absences", summary="List absences", tags=["colleagues"])
async def list_absences(
    served: Served,
    person: Filter = None,
    *,
    over: Annotated[bool, Query(description="true: those that are over too")] = False,
) -> AbsenceList:
    """Who is away or will be, and who stands in; with `person` only those that somebody is a part of."""
    now = served.now()
    async with served.store.reading() as session:
        listed = await stored.listed(session, now, person=person, over=over)
    return AbsenceList(absences=tuple(_shown(each, now) for each in listed), now=text(now))


@router.post("/absences", summary="Record an absence", tags=["colleagues"], status_code=201)
async def record_absence(served: Served, request: AbsenceRequest, key: KeyUsed) -> AbsenceShown:
    """Record that a colleague is away: open and new tasks go to the delegate, and come back after the last day."""
    context = served.intake.context
    result = await absences.record(context, request.wish(), by=request.by or key.teller, source="api")
    return _shown(result.absence, served.now())


@router.patch("/absences/{number}", summary="Change an absence", tags=["colleagues"])
async def change_absence(served: Served, number: Number, patch: AbsencePatch, key: KeyUsed) -> AbsenceShown:
    """Change the delegate or the days of an absence that isn't over."""
    context = served.intake.context
    result = await absences.change(context, number, patch.change(), by=patch.by or key.teller, source="api")
    return _shown(result.absence, served.now())


@router.delete("/absences/{number}", summary="End an absence", tags=["colleagues"])
async def end_absence(served: Served, number: Number, key: KeyUsed, by: By = None) -> AbsenceShown:
    """End an absence now: the colleague is back early, or isn't away after all. It stays in the list of those over."""
    result = await absences.end(served.intake.context, number, by=by or key.teller, source="api")
    return _shown(result.absence, served.now())


def _shown(absence: Absence, now: Instant) -> AbsenceShown:
    return AbsenceShown.model_validate(absence.to_json(now))
