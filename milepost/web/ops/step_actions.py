"""Forms of a customer's page about a step: done, skipped, put off, opened again, agreed."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from milepost.explain import local_time
from milepost.planner.written_facts import WrittenAgreement, WrittenFact
from milepost.web.desk.typed_dates import TypedDate
from milepost.web.form_values import Address, Line, Text, required
from milepost.web.ops.act_route import ActRoute
from milepost.web.ops.actions import SentForm
from milepost.web.problems import ProblemError

router = APIRouter(prefix="/ops/customers/{customer}", include_in_schema=False, route_class=ActRoute)


@router.post("/step-done")
async def done(sent: SentForm, step: Line = "", note: Text = "", evidence: Text = "") -> Response:
    """A step is done, with the result that stands behind a bar."""
    name, _, result = required(step, "step", "Go back and choose one.").partition("|")
    fact = WrittenFact(step_done=name, result=result or None, note=note or None, evidence=evidence or None)
    return await sent.record(fact)


@router.post("/step-skipped")
async def skip(sent: SentForm, step: Line = "", reason: Text = "") -> Response:
    """A step isn't needed."""
    name = required(step, "step", "Go back and choose one.")
    return await sent.record(WrittenFact(step_skipped=name, reason=required(reason, "reason")))


@router.post("/snoozed")
async def snooze(sent: SentForm, step: Line = "", until: Line = "", reason: Text = "") -> Response:
    """A step is put off until a day: nobody is reminded before."""
    name = required(step, "step", "Go back and choose one.")
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise ProblemError(422, "date_missing", "That isn't a date.", "Go back and choose until when.") from None
    if day <= local_time.local(sent.served.now(), await _zone(sent)).date():
        raise ProblemError(422, "date_past", "That day isn't in the future.", "Go back and choose a later one.")
    return await sent.record(WrittenFact(snoozed=name, until=day.isoformat(), reason=required(reason, "reason")))


@router.post("/step-reopened")
async def reopen(sent: SentForm, step: Line = "", reason: Text = "") -> Response:
    """A step that is closed opens again."""
    name = required(step, "step", "Go back and choose one.")
    return await sent.record(WrittenFact(step_reopened=name, reason=required(reason, "reason")))


@router.post("/agreed")
async def agree(
    sent: SentForm,
    step: Line = "",
    *,
    due: Line = "",
    time: Line = "",
    person: Address = "",
    reason: Text = "",
) -> Response:
    """People agreed on when a step is done, or by whom."""
    name = required(step, "step", "Go back and choose one.")
    agreement: dict[str, Any] = {"person": person.lower()} if person else {}
    if due or time:
        found, wrong = TypedDate(due, time).read(sent.served.now(), await _zone(sent))
        for message in wrong.values():
            raise ProblemError(422, "date_wrong", message, "Go back; what you typed is still there.")
        agreement |= found
    if not agreement:
        message = "Neither a date nor a person was agreed on."
        raise ProblemError(422, "agreement_empty", message, "Go back and fill in one of them, or both.")
    return await sent.record(WrittenFact(agreed={name: WrittenAgreement(**agreement)}), why=reason)


async def _zone(sent: SentForm) -> str:
    """Returns the time zone of our working time, in which days are typed."""
    compiled_map = await sent.compiled_map()
    return compiled_map.ours.timezone if compiled_map else await sent.served.zone()
