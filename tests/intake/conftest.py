from __future__ import annotations

import pytest

from milepost.intake.intake import Intake
from milepost.planner.clock import REAL_TIME
from milepost.store import customers, maps
from milepost.store.database import Store
from tests.workflows.example import CUSTOMER, FILES, START


class Hands:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.at = float(START)

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def wall() -> Hands:
    return Hands()


@pytest.fixture
async def intake(store: Store, wall: Hands) -> Intake:
    """An intake with a map published and a customer in the book, while Temporal is away."""
    async with store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot customers", FILES, START)
        await customers.save(session, [CUSTOMER], START)
    return Intake(store, None, REAL_TIME, wall=wall)
