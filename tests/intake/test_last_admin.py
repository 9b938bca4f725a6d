"""There is always an admin, once there was one: also where two stop being one at the same moment."""

from __future__ import annotations

import asyncio

import pytest

from milepost.intake import people
from milepost.intake.contact_erasure import forget_contact
from milepost.intake.errors import LastAdminError
from milepost.intake.intake import Intake
from milepost.roles import Role

ADMINS = ("ana@vendor.example", "bo@vendor.example")


@pytest.mark.parametrize("told", [{"role": Role.COLLEAGUE}, {"left": True}])
async def test_of_two_admins_who_stop_at_once_one_stays(intake: Intake, told: people.PersonChange) -> None:
    for _ in range(5):
        for address in ADMINS:
            await people.change(intake.context, address, role=Role.ADMIN, left=False)

        stops = (people.change(intake.context, address, **told) for address in ADMINS)
        results = await asyncio.gather(*stops, return_exceptions=True)

        assert [type(each) for each in results].count(LastAdminError) == 1
        rows = await people.listed(intake.context)
        assert [row.role == Role.ADMIN and row.left_at is None for row in rows].count(True) == 1


async def test_an_admin_who_was_forgotten_is_none_so_that_the_other_stays_one(intake: Intake) -> None:
    for address in ADMINS:
        await people.change(intake.context, address, role=Role.ADMIN)
    await forget_contact(intake.context, ADMINS[1])

    with pytest.raises(LastAdminError):
        await people.change(intake.context, ADMINS[0], role=Role.COLLEAGUE)
