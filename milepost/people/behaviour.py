"""How people and the product behave in a forecast: fields that a file may change, with the defaults we ship.

Shares and weights need not add up to 1 or 100; only how they compare counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from milepost.language.durations import Duration

Weight = Annotated[float, Field(ge=0, le=1_000_000)]
Weights = dict[str, Weight]


class Section(BaseModel):
    """A section of the behaviour; it refuses unknown fields, and never changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Shares(Section):
    @model_validator(mode="after")
    def _something_happens(self) -> Self:
        if not sum(self.weights.values()):
            raise ValueError("every share is 0; give at least one more than 0")
        return self

    @property
    def weights(self) -> Weights:
        """The shares by name."""
        return self.model_dump()


class Pace(_Shares):
    """When a step is done: in the first half of the time until it is due, in the second, after its due date, never."""

    early: Weight = 0
    on_time: Weight = 0
    late: Weight = 0
    never: Weight = 0


class Answers(_Shares):
    """The answer each time that an outcome is asked for; `silent`: none that time."""

    verified: Weight = 0
    partial: Weight = 0
    disputed: Weight = 0
    silent: Weight = 0


RESULTS: Mapping[str, float] = {
    "renewed": 80, "at_risk": 15, "lost": 5,
    "accepted": 65, "declined": 35, "stays": 65, "leaves": 35,
    "reached": 70, "moved_on": 10, "delegated": 15, "not_reached": 20,
    "helped": 70, "unhappy": 10, "interested": 40, "not_now": 60,
}  # fmt: skip


class SystemTasks(Section):
    """Tasks that Milepost opens itself: look after a stuck customer, name a contact, decide what is next."""

    due: Duration = Field(Duration.parse("3 business days"), description="how long one takes to be done at most")
    effort: Duration = Field(Duration.parse("15 minutes"), description="how much work one is")
    unsticks: Annotated[float, Field(ge=0, le=1)] = Field(
        0.8, description="the share of stuck customers whose open steps are done once a colleague has looked after them"
    )


class Colleagues(Section):
    """How colleagues go about their tasks."""

    pace: Pace = Field(Pace(early=35, on_time=50, late=13, never=2), description="when they do a task")
    late_by: Duration = Field(Duration.parse("5 business days"), description="how late a late one is at most")
    without_effort: Duration = Field(
        Duration.parse("30 minutes"), description="how much work a task is whose map doesn't say it"
    )
    engine_tasks: SystemTasks = Field(SystemTasks(), description="tasks that Milepost opens itself")
    results: Weights = Field(
        dict(RESULTS), description="how likely each result of a task is, by its name; one that isn't named weighs 1"
    )

    @field_validator("results")
    @classmethod
    def _with_defaults(cls, weights: Weights) -> Weights:
        return {**RESULTS, **weights}


class Customers(Section):
    """How customers go about what they are asked to do and to confirm."""

    pace: Pace = Field(Pace(early=30, on_time=40, late=22, never=8), description="when they do an action")
    late_by: Duration = Field(Duration.parse("10 business days"), description="how late a late one is at most")
    without_due: Duration = Field(
        Duration.parse("15 business days"), description="the time that an action without a due date is taken to have"
    )
    answers: Answers = Field(
        Answers(verified=55, partial=15, disputed=10, silent=20), description="how they answer about an outcome"
    )
    answer_within: Duration = Field(
        Duration.parse("10 business days"), description="how long an answer takes at most after asking"
    )


class StepBehaviour(Section):
    """How one step differs from the others."""

    pace: Pace | None = Field(None, description="when it is done")
    results: Weights | None = Field(None, description="how it ends, for a task with results")
    answers: Answers | None = Field(None, description="how it is answered, for an outcome")

    @field_validator("results")
    @classmethod
    def _some_result(cls, weights: Weights | None) -> Weights | None:
        if weights is not None and not sum(weights.values()):
            raise ValueError("every weight is 0; give at least one more than 0")
        return weights


class Drift(Section):
    """How a figure about the customer wanders: each time a part of the way back, and a random step."""

    every: Duration = Field(Duration.parse("1 week"), description="how often the product sends the figure")
    swing: Annotated[float, Field(ge=0, le=1e9)] = Field(description="the largest random step up or down")
    pull: Annotated[float, Field(ge=0, le=1)] = Field(0.15, description="the share of the way back that it goes")
    towards: float | None = Field(None, description="where it comes back to; without it, where the customer began")
    lowest: float = Field(0, description="its lowest value")
    highest: float = Field(100, description="its highest value")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.lowest > self.highest:
            raise ValueError(f"lowest {self.lowest:g} is above highest {self.highest:g}")
        return self

    @field_validator("every")
    @classmethod
    def _at_least_a_day(cls, every: Duration) -> Duration:
        if every.exact or every.count == 0:
            raise ValueError(f"'{every}' is too often; write at least '1 day'")
        return every


class Renewals(Section):
    """The date of a contract that nobody ended moves on by a term on its day."""

    attribute: str = Field("renews_on", description="the attribute that holds the date")
    term: Duration = Field(Duration.parse("1 year"), description="how far it moves")

    @field_validator("term")
    @classmethod
    def _in_days(cls, term: Duration) -> Duration:
        if term.count == 0 or term.unit.value in ("minute", "hour", "business day"):
            raise ValueError(f"'{term}' isn't the term of a contract; write days, weeks, months, quarters or years")
        return term


class Starts(Section):
    """When the journeys of the book begin."""

    over: Duration = Field(
        Duration.parse("0 days"), description="spread evenly over this time from the first day of the forecast"
    )
    attribute: str | None = Field(
        None, description="the attribute with the day on which a customer's journey began or will begin"
    )


class TeamRole(Section):
    """The people who have a role."""

    people: Annotated[float, Field(ge=0, le=100_000)] = Field(description="how many there are")
    hours_per_week: Annotated[float, Field(gt=0, le=168)] | None = Field(
        None, description="hours a week that each has for customers"
    )


class Behaviour(Section):
    """Everything that a forecast assumes."""

    seed: int = Field(1, description="another seed draws other chances")
    colleagues: Colleagues = Field(Colleagues(), description="how colleagues go about their tasks")
    customers: Customers = Field(Customers(), description="how customers go about theirs")
    steps: dict[str, StepBehaviour] = Field({}, description="steps that differ, by their id")
    attributes: dict[str, Drift] = Field({"health": Drift(swing=12)}, description="figures that wander, by attribute")
    events: Weights = Field({}, description="how often a year an event that starts a play happens to a customer")
    other_events: Weight = Field(0.1, description="how often a year each such event happens that isn't named")
    renewals: Renewals | None = Field(Renewals(), description="how the date of a contract moves on")
    starts: Starts = Field(Starts(), description="when the journeys begin")
    hours_per_week: Annotated[float, Field(gt=0, le=168)] = Field(
        25, description="hours a week that a colleague has for customers, where `team` doesn't say it"
    )
    team: dict[str, TeamRole] = Field(
        {}, description="the people in each role; a role that isn't named has the people that the book names for it"
    )

    @field_validator("events")
    @classmethod
    def _bounded(cls, events: Weights) -> Weights:
        for name, times in events.items():
            if times > MOST_A_YEAR:
                raise ValueError(f"{name!r} happens {times:g} times a year; at most {MOST_A_YEAR} are simulated")
        return events


MOST_A_YEAR = 400
