"""Forms of operations about a journey. Each records one fact, and perhaps a note with the reason."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from milepost.language.field_types import Verdict
from milepost.language.model import Attribute
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.spoken_entries import CALL
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, journeys
from milepost.web import forms
from milepost.web.attachment import Attachment
from milepost.web.form_values import (
    Address,
    Line,
    Onward,
    Text,
    Token,
    Value,
    attribute_value,
    number_or_text,
    required,
)
from milepost.web.identity import Acting, safe_onward
from milepost.web.ops.act_route import ActRoute
from milepost.web.ops.customer_tabs import HISTORY, NOW, RESULTS, tab_address
from milepost.web.pages import back_to
from milepost.web.problems import ProblemError
from milepost.web.services import Served

router = APIRouter(prefix="/ops/customers/{customer}", include_in_schema=False, route_class=ActRoute)


_CALL = "call"


class CustomerForm:
    """A checked form about a customer, and where to go next: `onward`, else to the customer's page."""

    def __init__(self, customer: str, served: Served, person: Acting, form: Token, onward: Onward = "") -> None:
        self.served = served
        self.person = person
        self.customer = customer
        self.onward = safe_onward(onward) if onward else ""
        self.form = forms.read(served, person.session, form, "customer")
        if self.form.subject != (customer,):
            raise forms.FormRefusedError

    async def record(self, fact: WrittenFact, tab: str = NOW, anchor: str = "", *, why: str = "") -> Response:
        """Records the fact under the form's own id; then a note with `why`, for facts that have no room for a reason.

        Goes on to a tab of the customer's page.
        """
        notice = await self._record(fact)
        if why and await self._has_journey():
            await self._record(WrittenFact(note=f"Why: {why}"))
        return self.back(notice, tab, anchor)

    def back(self, notice: str, tab: str = NOW, anchor: str = "") -> Response:
        """Goes on with a notice (`pages.NOTICES`)."""
        return back_to(self.onward or tab_address(self.customer, tab), notice, "" if self.onward else anchor)

    async def _record(self, fact: WrittenFact) -> str:
        by = self.person.address
        return await forms.record_fact(self.served, self.form, self.customer, fact, by=by, source="ops")

    async def _has_journey(self) -> bool:
        async with self.served.store.reading() as session:
            return await journeys.latest_of(session, self.customer) is not None

    async def compiled_map(self) -> CompiledMap | None:
        """Returns the map of the customer's open journey."""
        async with self.served.store.reading() as session:
            await customers.get_row(session, self.customer)
            running = await journeys.open_of(session, self.customer)
        return await self.served.compiled_maps.of(running.version) if running else None

    async def declared(self) -> dict[str, Attribute]:
        """Returns the attributes that the journey's map has or, without a journey, those of all published maps."""
        compiled_map = await self.compiled_map()
        chosen = [compiled_map] if compiled_map else await self.served.compiled_maps.readable()
        return {name: attribute for each in chosen for name, attribute in each.map.attributes.items()}


SentForm = Annotated[CustomerForm, Depends()]


@router.post("/pause")
async def pause(sent: SentForm, reason: Text = "") -> Response:
    """Nothing opens, is sent or falls due until the journey is resumed."""
    return await sent.record(WrittenFact(paused=True, reason=reason or None))


@router.post("/resume")
async def resume(sent: SentForm, reason: Text = "") -> Response:
    """The journey goes on."""
    return await sent.record(WrittenFact(resumed=True, reason=reason or None))


@router.post("/end")
async def end(
    sent: SentForm, *, reason: Line = "", note: Text = "", sure: Annotated[Literal["", "yes"], Form()] = ""
) -> Response:
    """The journey ends, for a reason."""
    required(reason, "reason", "Go back and write it in a word or two.")
    if sure != "yes":
        raise ProblemError(
            422,
            "not_sure",
            "Nothing was ended.",
            "Go back and tick the box: only for a few minutes can that be undone.",
        )
    return await sent.record(WrittenFact(ended=reason[:200], note=note or None))


@router.post("/answer")
async def answer(
    sent: SentForm, outcome: Line, *, verdict: Line = "", value: Value = "", comment: Text = "", evidence: Text = ""
) -> Response:
    """An answer that the customer gave outside Milepost, with evidence."""
    if verdict not in set(Verdict):
        raise ProblemError(422, "verdict_missing", "The answer is missing.", "Go back and choose one.")
    if not evidence:
        message = "An answer that a colleague records needs evidence."
        raise ProblemError(422, "evidence_missing", message, "Go back and write where the customer said so.")
    fact = WrittenFact(
        answer=outcome,
        verdict=verdict,
        value=number_or_text(value),
        comment=comment or None,
        evidence=evidence,
        method="recorded",
    )
    return await sent.record(fact, RESULTS, "outcomes")


@router.post("/revoke")
async def revoke(sent: SentForm, outcome: Line, reason: Text = "") -> Response:
    """An answer no longer holds."""
    return await sent.record(WrittenFact(revoked=outcome, reason=required(reason, "reason")), RESULTS, "outcomes")


@router.post("/play")
async def play(sent: SentForm, play: Line, reason: Text = "") -> Response:
    """Starts a play."""
    return await sent.record(WrittenFact(play_started=play, reason=reason or None))


@router.post("/note")
async def note(sent: SentForm, text: Text = "", about: Address = "", kind: Line = "") -> Response:
    """Keeps a text on the timeline, also of a journey that has ended; that of a call says that it was one."""
    words = required(text, "note")
    fact = WrittenFact(note=f"{CALL}{words}" if kind == _CALL else words, about=about or None)
    return await sent.record(fact, HISTORY, "timeline")


@router.post("/files")
async def attach(request: Request, served: Served, person: Acting, customer: str) -> Response:
    """Keeps a file with a note on the timeline."""
    attachment = await Attachment.read(request, served)
    sent = CustomerForm(customer, served, person, attachment.token)
    return await sent.record(await attachment.keep(served, customer, None, person.address), RESULTS, "files")


@router.post("/task")
async def task(sent: SentForm, title: Line = "", due: Line = "", person: Address = "", role: Line = "") -> Response:
    """Gives a colleague a task of this customer alone; the person that is named goes before the role."""
    someone = {"person": person.lower()} if person else {"role": role or None}
    fact = WrittenFact(task_added=required(title, "title"), due=due or None, **someone)
    return await sent.record(fact)


@router.post("/set")
async def set_attribute(sent: SentForm, attribute: Line, value: Value = "", reason: Text = "") -> Response:
    """Changes an attribute; an empty value forgets it."""
    declared = (await sent.declared()).get(attribute)
    if declared is None:
        message = f"The map of this journey has no attribute {attribute!r}."
        raise ProblemError(422, "unknown_attribute", message, "Go back and choose one.")
    return await sent.record(WrittenFact(set={attribute: attribute_value(value, declared)}), why=reason)
