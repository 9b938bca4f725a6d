"""The models of hand-overs and absences in the API. Days are local dates; `until` is the last day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from milepost import limits
from milepost.intake.absences import AbsenceChange, NewAbsence
from milepost.intake.hand_over import HandOver
from milepost.language.attribute_values import parse_date
from milepost.planner.written_facts import Day
from milepost.planner.written_values import Name
from milepost.web.api.shapes import Address, RequestModel, Shown, Timezone

Customers = Annotated[tuple[Name, ...], Field(min_length=1, max_length=limits.FACTS)]
Roles = Annotated[tuple[Name, ...], Field(min_length=1, max_length=limits.TEAM)]


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    day = parse_date(text)
    if day is None:
        raise ValueError(f"{text!r} isn't a date from 1900 to 2999")
    return day


class HandOverRequest(RequestModel):
    """What goes to another colleague for good."""

    former: Address = Field(description="who hands over")
    to: Address = Field(description="who takes over")
    roles: Roles | None = Field(None, description="only these roles; null: all that the colleague has")
    customers: Customers | None = Field(None, description="only these customers; null: all of the colleague's")
    introduce: bool = Field(default=False, description="true: the maps introduce the new colleague to the customers")
    by: Name | None = Field(None, description="who says so; it stands on the timelines")
    dry_run: bool = Field(default=False, description="true: say what would move, and change nothing")

    def hand_over(self) -> HandOver:
        return HandOver(self.former, self.to, self.roles, self.customers, self.introduce)


class MovedCustomerShown(Shown):
    customer: str
    name: str
    roles: tuple[str, ...] = Field(description="that go over")
    tasks: tuple[str, ...] = Field(description="open tasks that go along")
    agreed: tuple[str, ...] = Field(description="steps that were agreed on to be the colleague's, open now or later")


class MeetingShown(Shown):
    """A task with guests whose date was agreed on: they should hear that somebody else comes."""

    customer: str
    task: str
    title: str
    due_at: str | None


class HandOverShown(Shown):
    """What moved, or with `dry_run` would."""

    former: str
    to: str
    customers: tuple[MovedCustomerShown, ...]
    roles: dict[str, int] = Field(description="of how many customers each role goes over")
    tasks: int
    minutes: int = Field(description="that the tasks take, as far as the maps say")
    meetings: tuple[MeetingShown, ...]
    maps: tuple[str, ...] = Field(description="that the colleague owns; they stay, name another owner in the map")
    without_introduction: int | None = Field(description="customers whose maps introduce nobody; null: not asked for")
    dry_run: bool
    done: tuple[str, ...] = Field(description="the customers that were handed over")
    failed: dict[str, str] = Field(description="those that weren't, with the reason; send the same again")


class AbsenceRequest(RequestModel):
    """A colleague who is away, and the delegate: open and new tasks go there, and come back by themselves."""

    person: Address = Field(description="who is away")
    delegate: Address = Field(description="who stands in")
    from_: Day | None = Field(None, alias="from", description="the first day; null: today")
    until: Day = Field(description="the last day")
    role: Name | None = Field(None, description="only the tasks of this role")
    customers: Customers | None = Field(None, description="only those of these customers")
    timezone: Timezone | None = Field(None, description="where the days are; null: where most maps work")
    by: Name | None = Field(None, description="who says so; it stands on the timelines")

    _days = field_validator("from_", "until")(lambda text: text if _day(text) else None)

    def wish(self) -> NewAbsence:
        last = _day(self.until)
        assert last is not None
        return NewAbsence(self.person, self.delegate, last, _day(self.from_), self.role, self.customers, self.timezone)


class AbsencePatch(RequestModel):
    """What changes of an absence; what is left out stays."""

    delegate: Address | None = None
    from_: Day | None = Field(None, alias="from", description="the first day")
    until: Day | None = Field(None, description="the last day")
    by: Name | None = Field(None, description="who says so; it stands on the timelines")

    _days = field_validator("from_", "until")(lambda text: text if _day(text) else None)

    @model_validator(mode="after")
    def _changes_something(self) -> AbsencePatch:
        if not {"delegate", "from_", "until"} & self.model_fields_set:
            raise ValueError("name what changes: 'delegate', 'from' or 'until'")
        return self

    def change(self) -> AbsenceChange:
        return AbsenceChange(self.delegate, _day(self.from_), _day(self.until))


class AbsenceShown(Shown):
    """An absence; `until` is its last day."""

    absence: int = Field(description="its number")
    person: str
    delegate: str
    role: str | None
    customers: tuple[str, ...] | None
    from_: str = Field(alias="from")
    until: str
    timezone: str
    status: Literal["ahead", "running", "over"]
    told_at: str
    told_by: str | None
    ended_at: str | None = Field(description="when it was ended early")
    ended_by: str | None


class AbsenceList(Shown):
    absences: tuple[AbsenceShown, ...]
    now: str
