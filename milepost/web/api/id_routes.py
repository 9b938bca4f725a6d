"""The addresses under `/api/v1` that merge two records of one customer, or give a customer another id."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from milepost.intake.merges import MergeOrder, merge
from milepost.intake.renames import rename
from milepost.planner.written_values import Name
from milepost.web.api.keys import KeyUsed
from milepost.web.api.routes import api_router
from milepost.web.api.shapes import CustomerId, RequestModel, Shown
from milepost.web.services import Served

router = api_router()


class MergeRequest(RequestModel):
    """Merges the record of the address into another."""

    into: CustomerId = Field(description="the id of the record that stays")
    keep_journey_of: CustomerId | None = Field(None, description="whose journey goes on; by default that of `into`")
    dry_run: bool = Field(default=False, description="only say what would happen")
    by: Name | None = Field(None, description="who merges them")


class JourneyOfMergeShown(Shown):
    journey: str
    map: str
    stages: tuple[str, ...]


class DifferenceShown(Shown):
    part: str = Field(description="such as `name`, `attributes.tier` or `team.csm`")
    of_from: Any = Field(alias="from")
    of_into: Any = Field(alias="into")
    kept: Any


class MergeContactShown(Shown):
    name: str
    email: str
    personas: tuple[str, ...]
    mail: str = Field("all", description="the stricter wish of the two")
    refused: bool = False
    whose: str = Field(description="`both`, or the id of the record that has the person")


class MergeShown(Shown):
    """What merging did or, with `dry_run`, would do."""

    from_: str = Field(alias="from")
    into: str
    dry_run: bool
    goes_on: JourneyOfMergeShown | None
    ends: JourneyOfMergeShown | None
    differences: tuple[DifferenceShown, ...]
    contacts: tuple[MergeContactShown, ...]
    moved: dict[str, int] = Field(description="what is about the record that is given up, by kind")
    reached: bool = Field(description="false: the engine is away; the journeys learn of it later")


class RenameRequest(RequestModel):
    """Gives the customer of the address another id."""

    new_id: CustomerId
    dry_run: bool = Field(default=False, description="only say what would happen")
    by: Name | None = Field(None, description="who renames it")


class RenameShown(Shown):
    """What giving a customer another id did or, with `dry_run`, would do."""

    customer: str = Field(description="the id that is given up; it leads to the customer")
    new_id: str
    dry_run: bool
    journey: str | None = Field(description="the open journey, which goes on")
    moved: dict[str, int]
    reached: bool = Field(description="false: the engine is away; the journey learns of it later")


@router.post("/customers/{customer}/merge", summary="Merge two records of one customer", tags=["customers"])
async def merge_customer(served: Served, customer: str, request: MergeRequest, key: KeyUsed) -> MergeShown:
    """Merge a record into another one of the same customer: its id leads to the other from then on.

    One journey goes on, the other ends and is kept beside it. `into` keeps what it says and gets what it lacks; people
    in both are one contact, with the stricter of their wishes about mail.
    """
    order = MergeOrder(customer, request.into, request.keep_journey_of, request.by or key.teller)
    done = await merge(served.intake.context, order, dry_run=request.dry_run)
    return MergeShown.model_validate({**done.to_json(), "dry_run": request.dry_run})


@router.post("/customers/{customer}/rename", summary="Give a customer another id", tags=["customers"])
async def rename_customer(served: Served, customer: str, request: RenameRequest, key: KeyUsed) -> RenameShown:
    """Give a customer another id; the one that it has leads to it from then on, and everything goes with it."""
    context, by = served.intake.context, request.by or key.teller
    done = await rename(context, customer, request.new_id, by=by, dry_run=request.dry_run)
    return RenameShown.model_validate({**done.to_json(), "dry_run": request.dry_run})
