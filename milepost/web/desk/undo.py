"""The form with which colleagues undo what they just did."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.datastructures import URL
from starlette.responses import Response

from milepost.customer import address_key
from milepost.intake.undo_errors import AlreadyUndoneError
from milepost.store import aliases, facts, tasks
from milepost.web import forms, undo
from milepost.web.form_values import Onward, Token
from milepost.web.identity import Acting, Person, refuse_others, safe_onward
from milepost.web.pages import back_to
from milepost.web.services import Served, Services

router = APIRouter(prefix="/desk", include_in_schema=False)


@router.post("/undo")
async def undo_fact(served: Served, person: Acting, form: Token, onward: Onward = "/desk") -> Response:
    """What was told counts as never told. A desk goes on with the task that it was about."""
    customer, fact = forms.read(served, person.session, form, undo.KIND).subject
    if not await _is_told_by(served, person, customer, fact):  # what they told may have given the customer away
        await refuse_others(served, person, customer=customer)
    told = "undone"
    try:
        await served.intake.undo_fact(customer, fact, by=person.address)
    except AlreadyUndoneError:  # a double click, or somebody who was faster
        told = "undone_before"
    return back_to(await _at_its_task(served, customer, fact, safe_onward(onward)), told)


async def _is_told_by(served: Services, person: Person, customer: str, fact: str) -> bool:
    async with served.store.reading() as session:
        row = await facts.get(session, await session.run_sync(aliases.present_id, customer), fact)
    return row is not None and address_key(row.told_by or "") == person.address


async def _at_its_task(served: Services, customer: str, fact: str, address: str) -> str:
    """Returns the address of a desk with the task chosen that is open again; as it was where there is none."""
    if not address.startswith("/desk/"):
        return address
    async with served.store.reading() as session:
        row = await facts.get(session, customer, fact)
        lines = await tasks.of_customer(session, customer)
    about = {row.data.get("step"), row.data.get("task")} - {None} if row else set()
    for line in lines:
        if {line.task.step, line.task.task} & about:
            chosen = {"journey": line.task.journey_id, "task": line.task.task}
            return str(URL(address).remove_query_params(["map", "together"]).include_query_params(**chosen))
    return address
