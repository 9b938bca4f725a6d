"""Who takes new customers of colleagues who handed over: followed to the last, and never in a circle."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from milepost.store import successors
from milepost.store.database import Store
from milepost.store.successors import HandedOn, Successors

ANA, BO, CLEO = "ana@vendor.example", "bo@vendor.example", "cleo@vendor.example"
Step = tuple[str, str, tuple[str, ...] | None]


async def after(store: Store, *steps: Step) -> Successors:
    def work(session: Session) -> Successors:
        for former, to, roles in steps:
            successors.remember(session, former, to, roles, 1)
        return successors.load(session)

    return await store.write(work)


@pytest.mark.parametrize(
    ("steps", "csm", "lead"),
    [
        ([(ANA, BO, None)], BO, BO),
        ([(ANA.upper(), BO, ("csm",))], BO, None),
        ([(ANA, BO, None), (BO, CLEO, None)], CLEO, CLEO),
        ([(ANA, BO, None), (BO, CLEO, ("csm",))], CLEO, BO),
        ([(ANA, BO, None), (ANA, CLEO, None)], CLEO, CLEO),
        ([(ANA, BO, None), (BO, ANA, None)], None, None),
        ([(ANA, BO, None), (BO, ANA, ("csm",))], None, BO),
        ([(ANA, BO, None), (BO, CLEO, None), (CLEO, ANA, None)], None, None),
    ],
)
async def test_a_role_goes_to_the_last_who_took_over(
    store: Store, steps: list[Step], csm: str | None, lead: str | None
) -> None:
    known = await after(store, *steps)
    assert (known.of("Ana@vendor.example", "csm"), known.of(ANA, "lead")) == (csm, lead)


def test_a_circle_that_two_wrote_at_once_ends_where_it_began() -> None:
    circle = Successors({(ANA, ""): BO, (BO, ""): ANA})
    assert circle.of(ANA, "csm") == BO


async def test_the_roles_of_a_team_go_together(store: Store) -> None:
    known = await after(store, (ANA, BO, None))
    team = {"csm": ANA, "lead": ANA, "solutions": CLEO}
    assert list(known.handed_on(team)) == [HandedOn(ANA, BO, ("csm", "lead"))]
