"""What the API takes and gives, field by field. Instants are UTC text, `2026-03-02T15:00:00Z`; dates are local."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from milepost.customer import Customer
from milepost.imports import places
from milepost.imports.cell_parsers import read_id, read_language
from milepost.intake.facts import FactStatus
from milepost.planner.written_facts import Name, Value, WrittenContact, WrittenFact

Address = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)]
CustomerId = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(read_id)]


def _country(value: Any) -> Any:
    return places.country(value) if isinstance(value, str) else value


class Given(BaseModel):
    """What is sent to us: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BaseModel):
    """What we send."""

    model_config = ConfigDict(frozen=True)


_FACTS = {
    "step_done": "the step that was done; with `result` where it has results, `note`, `evidence`",
    "step_skipped": "the step that is not needed; with `reason`",
    "step_reopened": "the closed step that opens once more; with `reason`",
    "snoozed": "the step that is put off; with `until`, `reason`",
    "event": "the product event that happened; with `properties`",
    "answer": "the outcome that was answered; with `verdict`, `value`, `comment`, `evidence`, `method`",
    "revoked": "the outcome whose answer no longer holds; with `reason`",
    "set": "attributes by name; null forgets one",
    "contacts": "all people on the customer's side",
    "team": "the whole team, addresses by role",
    "agreed": "by step: the `due` date and the `person` that were agreed on",
    "play_started": "the play that is to start; with `reason`",
    "paused": "true: nothing opens, is sent or falls due; with `reason`",
    "resumed": "true: the journey goes on; with `reason`",
    "ended": "why the journey ends",
    "map_changed": "the version that the journey moves to: its number, `MAP@NUMBER`, or the beginning of its hash",
    "message_failed": "the message that could not be delivered; with `why`",
    "task_done": "the task without a step that was done; with `note`",
    "verdict": "`verified`, `partial` or `disputed`",
    "method": "`portal`, `recorded` by a colleague, or `product`",
}


def _explain(schema: dict[str, Any]) -> None:
    """Say of each field what it means, and show facts."""
    for name, meaning in _FACTS.items():
        schema["properties"][name]["description"] = meaning
    schema["examples"] = [
        {"customer": "acme", "step_done": "kickoff", "by": "ana@vendor.example"},
        {"customer": "acme", "event": "report_published", "id": "evt_829"},
        {"customer": "acme", "answer": "hours_saved", "verdict": "verified", "value": 12},
        {"customer": "acme", "set": {"health": 35}},
    ]


class FactGiven(WrittenFact):
    """One fact about one customer: `customer`, exactly one field that says what happened, and what belongs to it."""

    model_config = ConfigDict(json_schema_extra=_explain)

    customer: Name = Field(description="the customer's id")


class CustomerGiven(Given):
    """A customer's whole record: what is left out is not known any more. It is enrolled if a map is for it."""

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
    timezone: Annotated[str, AfterValidator(places.timezone)] = Field("UTC", description="an IANA name")
    country: Annotated[str | None, BeforeValidator(_country)] = Field(None, description="ISO 3166, two letters")
    language: (
        Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$"), AfterValidator(read_language)] | None
    ) = None
    attributes: dict[Name, Value] = Field(default_factory=dict)
    contacts: tuple[WrittenContact, ...] = ()
    team: dict[Name, Address] = Field(default_factory=dict, description="addresses by role")

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


class ToldShown(Shown):
    """What became of a fact."""

    customer: str
    fact: str = Field(description="the fact's id")
    new: bool = Field(description="false: this id was known, nothing changed")
    counted: bool = Field(description="true: no map asks for this product event; it is counted, not stored")
    delivered: bool = Field(description="false: it is recorded, and told to the journey later or to none")
    became: FactStatus = Field(
        description="delivered; pending: the engine is away, the journey is told later; kept: there is no journey to "
        "tell; counted; known: nothing changed"
    )
    message: str


class SavedShown(Shown):
    """What became of a customer's record."""

    customer: str
    new: bool
    journey: str | None = Field(description="the journey that was begun now")
    map: str | None
    started: bool
    why_no_journey: str | None
    told: tuple[ToldShown, ...] = Field(description="what a running journey was told of the change")


class ContactShown(Shown):
    name: str
    email: str
    personas: tuple[str, ...]
    timezone: str | None
    country: str | None
    language: str | None


class OpenStep(Shown):
    """Something that the customer is to do or to confirm now."""

    customer: str
    journey: str
    step: str
    occurrence: int
    kind: Literal["action", "outcome"]
    title: str
    status: str
    persona: str
    contact: str | None = Field(description="the address that is written to")
    opened_at: str | None
    asked_at: str | None
    due_at: str | None
    metric: dict[str, Any] | None = None


class TaskShown(Shown):
    """A colleague's task.

    `person` null: the role's team queue has it. One with a `step` is told `step_done`, one without `task_done`.
    """

    customer: str
    customer_name: str
    journey: str
    task: str
    step: str | None
    title: str
    role: str
    person: str | None
    escalated_to: str | None
    escalated_person: str | None
    why: str | None
    results: tuple[str, ...]
    effort_minutes: int | None
    status: str
    paused: bool
    opened_at: str
    due_at: str | None
    closed_at: str | None


class PlayShown(Shown):
    play: str
    kind: str
    title: str


class JourneyShown(Shown):
    """Where a journey stands."""

    journey: str
    map: str
    version: str
    status: str
    reason: str | None
    started_at: str
    ended_at: str | None
    next_at: str | None = Field(description="when something happens by itself next")
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
    answered_at: str | None
    answered_by: str | None
    due_at: str | None


class CustomerShown(CustomerLine):
    """A customer, whole."""

    timezone: str
    country: str | None
    language: str | None
    attributes: dict[str, Any]
    contacts: tuple[ContactShown, ...]
    team: dict[str, str]
    steps: tuple[OpenStep, ...] = Field(description="what the customer is to do or to confirm now")
    tasks: tuple[TaskShown, ...] = Field(description="what colleagues are to do now")
    outcomes: tuple[OutcomeShown, ...]


class CustomerList(Shown):
    customers: tuple[CustomerLine, ...]
    total: int
    offset: int


class TaskList(Shown):
    tasks: tuple[TaskShown, ...]
    now: str


class StepList(Shown):
    steps: tuple[OpenStep, ...]
    now: str


class EntryShown(Shown):
    """A line of the timeline. `seq` counts from 0; `more` holds the fields of the kind."""

    seq: int
    at: str
    kind: str
    sentence: str
    more: dict[str, Any]


class TimelineShown(Shown):
    customer: str
    journey: str | None
    entries: tuple[EntryShown, ...]


class PlanLinkShown(Shown):
    customer: str
    contact: str
    url: str


class ErrorDetail(Shown):
    code: str = Field(description="for programs; stays as it is")
    message: str = Field(description="what is wrong, and why")
    hint: str | None = Field(description="what to do")


class ErrorShown(Shown):
    """Every answer that is no success."""

    error: ErrorDetail
