"""One look at a customer: what a tab needs to know to say what it shows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.explain.overview import CustomerOverview, JourneyOverview
from milepost.web.identity import Person
from milepost.web.services import Services


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A look at one customer, in one reading of the store. `kind` and `before` are those of its history."""

    served: Services
    session: AsyncSession
    viewer: Person | None
    overview: CustomerOverview
    tab: str
    kind: str
    before: int | None

    @property
    def journey(self) -> JourneyOverview | None:
        """The journey that is looked at."""
        return self.overview.journey

    @property
    def customer(self) -> str:
        """The customer's id."""
        return self.overview.customer.id
