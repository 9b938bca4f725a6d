"""The models of the API, field by field. Instants are UTC text, `2026-03-02T15:00:00Z`; dates are local."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from fastapi import Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)

from milepost import limits, places
from milepost.customer import ADDRESS_PATTERN, Customer
from milepost.imports.cell_parsers import read_id, read_language
from milepost.intake.facts import FactStatus
from milepost.planner.entry_point import PLAIN, JourneyStart
from milepost.planner.instants import text
from milepost.planner.written_entry import WrittenEntry
from milepost.planner.written_facts import WrittenContact
from milepost.planner.written_values import Name, Value

Address = Annotated[str, Field(pattern=ADDRESS_PATTERN, max_length=limits.ADDRESS)]
At = Annotated[str, BeforeValidator(text)]
Text = Annotated[str, Field(min_length=1, max_length=limits.TEXT)]
CustomerId = Annotated[str, Field(min_length=1, max_length=limits.CUSTOMER_ID), AfterValidator(read_id)]
Search = Annotated[str | None, Query(max_length=limits.SEARCH, description="a part of the id or the name")]
Filter = Annotated[str | None, Query(max_length=limits.ADDRESS)]


def _country(value: Any) -> Any:
    return places.country(value) if isinstance(value, str) and len(value) <= limits.NAME else value


Timezone = Annotated[str, Field(max_length=limits.NAME), AfterValidator(places.timezone)]
Country = Annotated[Annotated[str, Field(max_length=limits.NAME)] | None, BeforeValidator(_country)]
Language = (
    Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$"), AfterValidator(read_language)] | None
)


class RequestModel(BaseModel):
    """Base of requests: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BaseModel):
    """Base of responses."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    @classmethod
    def of(cls, record: object, **others: Any) -> Self:
        """Takes fields from the record's attributes of the same name, except the `others`."""
        same = {name: getattr(record, name) for name in cls.model_fields if name not in others}
        return cls.model_validate({**same, **others})


class CustomerRequest(RequestModel):
    """A customer's whole record: fields that are left out are cleared. The customer is enrolled if it matches a map."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "acme",
                    "name": "Acme",
                    "timezone": "America/New_York",
                    "country": "US",
                    "attributes": {"tier": "enterprise", "goal": "save_time", "renews_on": "2027-03-01"},
                    "contacts": [{"name": "Sam Poe", "email": "sam@acme.example", "personas": ["sponsor"]}],
                    "team": {"csm": "ana@vendor.example"},
                }
            ]
        }
    )

    id: CustomerId
    name: Name
    timezone: Timezone = Field("UTC", description="an IANA name")
    country: Country = Field(None, description="ISO 3166, two letters")
    language: Language = None
    attributes: dict[Name, Value] = Field(default_factory=dict, max_length=limits.ATTRIBUTES)
    contacts: Annotated[tuple[WrittenContact, ...], Field(max_length=limits.CONTACTS)] = ()
    team: dict[Name, Address] = Field(default_factory=dict, max_length=limits.TEAM, description="addresses by role")
    enters: WrittenEntry | None = Field(
        None, description="where the customer stands, if this begins a journey; else it says nothing"
    )

    def start(self) -> JourneyStart:
        """How a journey begins that the record begins."""
        return JourneyStart(self.enters.entry_point()) if self.enters else PLAIN

    def customer(self) -> Customer:
        """The record as journeys know it."""
        return Customer(
            self.id,
            self.name,
            self.timezone,
            self.country,
            self.language,
            {name: value for name, value in self.attributes.items() if value is not None},
            tuple(contact.contact() for contact in self.contacts),
            dict(self.team),
        )


class JourneyRequest(RequestModel):
    """A journey that is begun by hand."""

    map: Name | None = Field(None, description="the map to use, whatever its segment says")
    again: Text | None = Field(
        None, description="why the customer begins again, whatever the map's `reenter` says; on the timeline"
    )
    by: Name | None = Field(None, description="who begins it")
    enters: WrittenEntry | None = Field(None, description="where the customer stands")

    def start(self, teller: str) -> JourneyStart:
        """How the journey begins, `teller` being who begins it where the request names nobody."""
        entry = self.enters.entry_point() if self.enters else None
        by = (self.by or teller) if self.again is not None else None
        return JourneyStart(entry, self.again, by)


class JourneyBegunShown(Shown):
    """A journey that began."""

    customer: str
    journey: str
    map: str
    started: bool = Field(description="false: the engine is away; the journey starts once it is back")


class ReceiptShown(Shown):
    """What happened to a fact."""

    customer: str
    fact: str = Field(description="the fact's id")
    new: bool = Field(description="false: a fact with this id came in before; nothing changed")
    counted: bool = Field(description="true: no map asks for this product event; it is counted, not stored")
    delivered: bool = Field(description="false: it is recorded; the journey gets it later, or there is none")
    became: FactStatus = Field(
        description="delivered; pending: the engine is away, the journey gets it later; kept: there is no open "
        "journey; counted; known: nothing changed"
    )
    message: str
    warnings: tuple[str, ...] = Field(
        (),
        exclude_if=lambda warnings: not warnings,
        description="what of an event can't be used, such as a text where the map needs a number; left out without any",
    )


class SavedShown(Shown):
    """The result of saving a customer."""

    customer: str
    new: bool
    journey: str | None = Field(description="the journey that began")
    map: str | None
    started: bool
    why_no_journey: str | None
    told: tuple[ReceiptShown, ...] = Field(description="the facts that a running journey got about the changes")


class ContactShown(Shown):
    name: str
    email: str
    personas: tuple[str, ...]
    timezone: str | None
    country: str | None
    language: str | None
    first_name: str | None
    last_name: str | None
    salutation: str | None
    mail: str = Field(description="`all`, `essential` (only essential messages and requests) or `none`")
    refused: bool = Field(description="true: the mail server refused the address for good; change the contact")


class OpenStep(Shown):
    """Something for the customer to do or to confirm now."""

    customer: str
    journey: str
    step: str
    occurrence: int
    kind: Literal["action", "outcome"]
    title: str
    status: str
    persona: str
    contact: str | None = Field(description="the address that messages about it go to")
    opened_at: At | None
    asked_at: At | None
    due_at: At | None
    agreed_at: At | None = Field(description="the time of day that people agreed on")
    agreed_minutes: int | None = Field(description="how long it takes from `agreed_at` on")
    metric: dict[str, Any] | None = None
    asks: list[dict[str, Any]] = Field(
        default_factory=list, description="the form of an action, as the map has it; it is sent as `answers`"
    )


class TaskShown(Shown):
    """A colleague's task.

    With `person` null it is in the queue of the role. Finish one with a `step` by `step_done`, others by `task_done`.
    """

    customer: str
    customer_name: str
    journey: str
    task: str
    step: str | None
    title: str
    role: str = Field(description="empty for a task of the map's owner")
    person: str | None
    stand_in: str | None = Field(description="who has it now, while `person` is away")
    away_until: str | None = Field(description="the last day on which `person` is away")
    escalated_to: str | None
    escalated_person: str | None
    why: str | None
    results: tuple[str, ...]
    effort_minutes: int | None
    status: str
    paused: bool
    opened_at: At
    due_at: At | None
    agreed_at: At | None = Field(description="the time of day that people agreed on")
    agreed_minutes: int | None = Field(description="how long it takes from `agreed_at` on")
    closed_at: At | None


class PlayShown(Shown):
    play: str
    kind: str
    title: str


class JourneyShown(Shown):
    """The status of a journey."""

    journey: str
    map: str
    version: str
    status: str
    reason: str | None
    started_at: At
    ended_at: At | None
    next_at: At | None = Field(description="when something happens next without anybody acting")
    stages: tuple[str, ...] = Field(description="the ids of the open stages")
    stuck: bool
    plays: tuple[PlayShown, ...] = Field(description="the open plays")


class CustomerLine(Shown):
    """A customer in the list."""

    customer: str
    name: str
    health: float | None
    unmatched_why: str | None
    journey: JourneyShown | None


class OutcomeShown(Shown):
    outcome: str
    occurrence: int
    statement: str
    status: str
    verdict: str | None
    value: Any = None
    answered_at: At | None
    asked_of: str | None = Field(description="the address of who was asked last")
    answered_by: str | None
    on_behalf_of: str | None = Field(description="for whom somebody else answered")
    reason: str | None = Field(description="why somebody else answered")
    how: str | None = Field(description="`portal`, `recorded`, `product`, or `key/` and the name of a key of the API")
    due_at: At | None


class CustomerShown(CustomerLine):
    """A customer with everything about it."""

    timezone: str
    country: str | None
    language: str | None
    attributes: dict[str, Any]
    contacts: tuple[ContactShown, ...]
    team: dict[str, str]
    steps: tuple[OpenStep, ...] = Field(description="what the customer has to do or to confirm now")
    tasks: tuple[TaskShown, ...] = Field(description="what colleagues have to do now")
    outcomes: tuple[OutcomeShown, ...]


class PageShown(Shown):
    """Base of lists: a page of one."""

    next: str | None = Field(None, description="the `cursor` of the next page; null on the last")


class CustomerList(PageShown):
    customers: tuple[CustomerLine, ...]
    total: int = Field(description="how many meet the filters; of more than 10,000: 10000")
    offset: int


class TaskList(PageShown):
    tasks: tuple[TaskShown, ...]
    now: str


class StepList(PageShown):
    steps: tuple[OpenStep, ...]
    now: str


class EntryShown(Shown):
    """An entry of the timeline. `seq` counts from 0; `more` holds the fields of its kind."""

    seq: int
    at: At
    kind: str
    sentence: str
    more: dict[str, Any]


class TimelineShown(PageShown):
    customer: str
    journey: str | None
    entries: tuple[EntryShown, ...]


class UndoRequest(RequestModel):
    """Who undoes a fact."""

    by: Name | None = Field(None, description="who undoes it; it stands on the timeline")


class UndoneShown(Shown):
    """A fact that was undone."""

    customer: str
    fact: str
    kind: str
    step: str | None
    journey: str


class UndoableShown(Shown):
    """A fact that can be undone; without `until` it can be until its journey has taken it in."""

    fact: str
    kind: str
    step: str | None
    by: str | None
    at: str
    until: str | None


class UndoableList(Shown):
    customer: str
    facts: tuple[UndoableShown, ...]


class ErrorDetail(Shown):
    code: str = Field(description="for programs; it doesn't change")
    message: str = Field(description="what is wrong, and why")
    hint: str | None = Field(description="what to do")


class ErrorShown(Shown):
    """The body of every error."""

    error: ErrorDetail
