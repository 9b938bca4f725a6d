"""The addresses under `/api/v1` about colleagues: their names, roles and teams."""

from __future__ import annotations

from typing import Annotated, Self, cast

from fastapi import Path
from pydantic import Field, model_validator

from milepost import limits
from milepost.customer import ADDRESS_PATTERN
from milepost.intake import people
from milepost.intake.people import PersonChange
from milepost.planner.instants import optional_text, text
from milepost.planner.written_values import Name
from milepost.roles import Role
from milepost.store.people import PersonRow
from milepost.web.api.routes import api_router
from milepost.web.api.shapes import RequestModel, Shown
from milepost.web.services import Served

router = api_router()
ColleagueAddress = Annotated[
    str, Path(pattern=ADDRESS_PATTERN, max_length=limits.ADDRESS, description="the colleague's mail address")
]


class PersonTold(RequestModel):
    """What is told of a colleague. What is left out stays as it is; null takes away what was told."""

    name: Name = Field("", description="the whole name, such as `Ana Díaz`")
    role: Role | None = Field(None, description="what the colleague may do on pages")
    team: str | None = Field(None, max_length=limits.NAME, description="the team that the colleague belongs to")
    hours_per_week: float | None = Field(None, ge=0, le=people.HOURS_OF_A_WEEK, description="the hours for tasks")
    booking_link: str | None = Field(
        None,
        max_length=limits.VALUE,
        description="the https page on which customers book a time; mails and plans link it",
    )
    left: bool = Field(default=False, description="true: no colleague any more; whoever has left can't sign in")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("nothing is told of the colleague")
        return self


class PersonShown(Shown):
    address: str = Field(description="in lower case")
    name: str = Field(description="empty where none was told: the address spells one")
    role: Role | None
    team: str | None
    hours_per_week: float | None
    booking_link: str | None
    left_at: str | None
    updated_at: str


class PeopleList(Shown):
    people: tuple[PersonShown, ...]


@router.get("/people", summary="List colleagues", tags=["colleagues"])
async def list_people(served: Served) -> PeopleList:
    """Colleagues of whom anything was told, by name. Of others pages and mails show what their address spells."""
    return PeopleList(people=tuple(_shown(each) for each in await people.listed(served.intake.context)))


@router.put("/people/{address}", summary="Tell something of a colleague", tags=["colleagues"])
async def tell_of_person(served: Served, address: ColleagueAddress, request: PersonTold) -> PersonShown:
    """Say what a colleague is called, what the colleague may do, to which team they belong, or that they have left."""
    told = cast("PersonChange", request.model_dump(include=request.model_fields_set))
    return _shown(await people.change(served.intake.context, address, **told))


def _shown(row: PersonRow) -> PersonShown:
    return PersonShown(
        address=row.address,
        name=row.name,
        role=Role(row.role) if row.role else None,
        team=row.team,
        hours_per_week=row.hours_per_week,
        booking_link=row.booking_link,
        left_at=optional_text(row.left_at),
        updated_at=text(row.updated_at),
    )
