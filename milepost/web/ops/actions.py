"""What operations do with a journey. Each form tells the door one fact."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from starlette.responses import Response

from milepost.planner.compiled_map import CompiledMap
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, journeys
from milepost.web import forms
from milepost.web.fact_forms import tell
from milepost.web.form_values import attribute_value, number_or_text
from milepost.web.identity import Acting
from milepost.web.pages import back_to
from milepost.web.problems import ProblemError
from milepost.web.services import Served

router = APIRouter(prefix="/ops/customers/{customer}", include_in_schema=False)
SOURCE = "ops"
Line = Annotated[str, Form(max_length=500)]
Text = Annotated[str, Form(max_length=10_000)]


class Act:
    """A form about a customer, checked."""

    def __init__(
        self, customer: str, served: Served, person: Acting, form: Annotated[str, Form(max_length=1000)]
    ) -> None:
        self.served = served
        self.person = person
        self.customer = customer
        self.form = forms.read(served, person.session, form)
        if self.form.subject != ("customer", customer):
            raise forms.FormRefusedError

    async def tell(self, fact: WrittenFact, anchor: str = "") -> Response:
        """Tell the fact under the form's own id."""
        given = fact.model_copy(update={"id": f"{SOURCE}/{self.form.id}/{fact.kind}"})
        word = await tell(self.served, self.customer, given, by=self.person.address, source=SOURCE)
        return back_to(f"/ops/customers/{quote(self.customer)}", word, anchor)

    async def compiled_map(self) -> CompiledMap | None:
        """The map that the customer's open journey is on."""
        async with self.served.store.reading() as session:
            await customers.get_row(session, self.customer)
            running = await journeys.open_of(session, self.customer)
        return await self.served.compiled_maps.of(running.version) if running else None


Acted = Annotated[Act, Depends()]


@router.post("/pause")
async def pause(act: Acted, reason: Text = "") -> Response:
    """Nothing opens, is sent or falls due until the journey is resumed."""
    return await act.tell(WrittenFact(paused=True, reason=reason.strip() or None))


@router.post("/resume")
async def resume(act: Acted, reason: Text = "") -> Response:
    """The journey goes on."""
    return await act.tell(WrittenFact(resumed=True, reason=reason.strip() or None))


@router.post("/end")
async def end(act: Acted, reason: Line = "", sure: Annotated[Literal["", "yes"], Form()] = "") -> Response:
    """The journey ends, for a reason; it can't be opened again."""
    if not reason.strip():
        raise ProblemError(
            422, "reason_missing", "A journey ends for a reason.", "Go back and write it in a word or two."
        )
    if sure != "yes":
        raise ProblemError(
            422, "not_sure", "Nothing was ended.", "Go back and tick the box: an end can't be taken back."
        )
    return await act.tell(WrittenFact(ended=reason.strip()[:200]))


@router.post("/answer")
async def answer(
    act: Acted, outcome: Line, *, verdict: Line = "", value: Line = "", comment: Text = "", evidence: Text = ""
) -> Response:
    """An answer that the customer gave in another way, with evidence of it."""
    if verdict not in ("verified", "partial", "disputed"):
        raise ProblemError(422, "verdict_missing", "The answer is missing.", "Go back and choose one.")
    if not evidence.strip():
        told = "An answer that a colleague records needs evidence."
        raise ProblemError(422, "evidence_missing", told, "Go back and write where the customer said so.")
    fact = WrittenFact(
        answer=outcome,
        verdict=verdict,
        value=number_or_text(value),
        comment=comment.strip() or None,
        evidence=evidence.strip(),
        method="recorded",
    )
    return await act.tell(fact, "outcomes")


@router.post("/revoke")
async def revoke(act: Acted, outcome: Line, reason: Text = "") -> Response:
    """An answer no longer holds."""
    if not reason.strip():
        raise ProblemError(422, "reason_missing", "An answer is taken back for a reason.", "Go back and write it.")
    return await act.tell(WrittenFact(revoked=outcome, reason=reason.strip()), "outcomes")


@router.post("/play")
async def play(act: Acted, play: Line, reason: Text = "") -> Response:
    """A play is to start."""
    return await act.tell(WrittenFact(play_started=play, reason=reason.strip() or None))


@router.post("/set")
async def set_attribute(act: Acted, attribute: Line, value: Line = "") -> Response:
    """An attribute has another value; nothing forgets it."""
    compiled_map = await act.compiled_map()
    declared = compiled_map.map.attributes.get(attribute) if compiled_map else None
    if declared is None:
        told = f"The map of this journey has no attribute {attribute!r}."
        raise ProblemError(422, "unknown_attribute", told, "Go back and choose one.")
    return await act.tell(WrittenFact(set={attribute: attribute_value(value, declared)}))
