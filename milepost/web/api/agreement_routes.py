"""The addresses under `/api/v1` of agreements: what holds, who said yes, and saving what was agreed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from milepost import limits
from milepost.intake import agreement
from milepost.intake.agreement import Changes
from milepost.intake.agreement_summary import summary_of
from milepost.planner.written_facts import WrittenAgreement, WrittenContact
from milepost.planner.written_values import Name, Value
from milepost.web.api.keys import KeyUsed
from milepost.web.api.routes import api_router
from milepost.web.api.shapes import RequestModel, Shown, Text
from milepost.web.services import Served

router = api_router()


class AgreementRequest(RequestModel):
    """What was agreed; parts that are left out stay as they are."""

    contacts: Annotated[tuple[WrittenContact, ...], Field(max_length=limits.CONTACTS)] | None = Field(
        None, description="the whole list of people on the customer's side"
    )
    steps: Annotated[dict[Name, WrittenAgreement], Field(max_length=limits.STEPS)] = Field(
        default_factory=dict, description="who does a step by when, by step"
    )
    attributes: Annotated[dict[Name, Value], Field(max_length=limits.ATTRIBUTES)] = Field(
        default_factory=dict, description="the figures, by the attributes that hold them"
    )
    note: Text | None = None
    id: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        None, description="what is sent twice with one id is saved once"
    )
    by: Name | None = Field(None, description="who wrote it down; by default the key")


class YesShown(Shown):
    """Who said yes to a line, and when."""

    by: str
    at: str


class ProposalShown(YesShown):
    """Who proposes something else than a line, and what."""

    words: str


class LineShown(Shown):
    """What the customer said to a line. `changed`: it says something else since the last yes."""

    agreed: bool
    changed: bool
    yes: YesShown | None
    proposal: ProposalShown | None


class StepShown(LineShown):
    """Who does a step by when; `due` is a local date, `ours` tells whether a colleague does it."""

    step: str
    title: str
    ours: bool
    person: str | None
    who: str
    due: str | None
    agreed_at: str | None = Field(description="the time of day that was agreed on")
    agreed_minutes: int | None = Field(description="how long it takes from `agreed_at` on")


class FiguresShown(LineShown):
    """From where to where an outcome is to lead, and the attributes that hold the figures."""

    outcome: str
    statement: str
    name: str
    unit: str | None
    baseline: float | None
    target: float | None
    baseline_attribute: str | None
    target_attribute: str | None


class InvolvedShown(Shown):
    """Somebody on the customer's side."""

    name: str
    email: str
    personas: tuple[str, ...]


class PeopleShown(LineShown):
    """Who is involved: one line."""

    contacts: tuple[InvolvedShown, ...]


class AgreementShown(Shown):
    """The agreement of a customer's open journey; `mailed` is how often it was mailed."""

    customer: str
    steps: tuple[StepShown, ...]
    figures: tuple[FiguresShown, ...]
    people: PeopleShown
    mailed: int


@router.get("/customers/{customer}/agreement", summary="Show what was agreed", tags=["customers"])
async def show_agreement(served: Served, customer: str) -> AgreementShown:
    """Who does what by when, the figures and the people, with what the customer said to each line."""
    stands = await agreement.of_customer(served.intake.context, customer)
    return AgreementShown.model_validate(summary_of(stands))


@router.post("/customers/{customer}/agreement", summary="Save what was agreed", tags=["customers"])
async def save_agreement(served: Served, customer: str, request: AgreementRequest, key: KeyUsed) -> AgreementShown:
    """Save all of it, or nothing where a part makes no sense. The facts `contacts`, `agreed`, `set` and `note` say it.

    A journey takes them in at once where a worker runs; the answer has what holds by then. `contacts` need the scope
    `customers`, too.
    """
    changes = Changes(request.contacts, request.steps, request.attributes, request.note)
    ids = None if request.id is None else f"agreement/{request.id}"
    for told in changes.facts(ids):
        key.check_may_tell(told.kind)
    await agreement.save(served.intake.context, customer, changes, by=request.by or key.teller, source="api", ids=ids)
    return await show_agreement(served, customer)
