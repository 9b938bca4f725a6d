"""Who gets in by a provider of identities and by the operator's link, on both databases, at the same time too."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from milepost.intake import oidc_people, operators_link
from milepost.intake.intake import Intake
from milepost.oidc.identity import Identity
from milepost.planner.clock import REAL_TIME
from milepost.roles import Role
from milepost.store.database import Store, open_store
from milepost.store.people import PersonRow
from milepost.store.session_tables import SessionRow, SignInLinkRow

NOA = Identity("noa@vendor.example", "Noa Levi", None)
BO = Identity("bo@vendor.example", "Bo Ek", Role.ADMIN)
WEEK = 7 * 86_400


async def people(store: Store) -> list[tuple[str, str, str | None]]:
    async with store.reading() as session:
        rows = await session.scalars(select(PersonRow).order_by(PersonRow.address))
        return [(row.address, row.name, row.role) for row in rows]


async def test_a_stranger_who_comes_in_twice_at_once_is_one_person_with_two_sessions(
    store: Store, database_url: str
) -> None:
    """Two processes, each with a store of its own."""
    async with open_store(database_url) as other:
        contexts = [Intake(each, None, REAL_TIME).context for each in (store, other)]
        cookies = await asyncio.gather(*(oidc_people.let_in(each, NOA, idle=WEEK) for each in contexts * 5))

    assert len(set(cookies)) == 10
    assert await people(store) == [("noa@vendor.example", "Noa Levi", "colleague")]
    async with store.reading() as session:
        assert len(list(await session.scalars(select(SessionRow)))) == 10


async def test_a_role_of_the_groups_is_given_at_once_and_the_last_admin_keeps_it(store: Store) -> None:
    context = Intake(store, None, REAL_TIME).context
    await oidc_people.let_in(context, BO, idle=WEEK)
    await oidc_people.let_in(context, Identity(BO.address, BO.name, Role.COLLEAGUE), idle=WEEK)
    assert await people(store) == [("bo@vendor.example", "Bo Ek", "admin")]

    await oidc_people.let_in(context, Identity(NOA.address, NOA.name, Role.ADMIN), idle=WEEK)
    await oidc_people.let_in(context, Identity(BO.address, BO.name, Role.COLLEAGUE), idle=WEEK)
    assert [role for _, _, role in await people(store)] == ["colleague", "admin"]


async def test_the_operators_link_is_used_by_one_of_two_who_have_it(store: Store, database_url: str) -> None:
    secret = await operators_link.make(Intake(store, None, REAL_TIME).context)
    async with open_store(database_url) as other:
        first, second = (Intake(each, None, REAL_TIME).context for each in (store, other))
        cookies = await asyncio.gather(
            operators_link.use(first, secret, NOA.address, "Noa Levi", named=()),
            operators_link.use(second, secret, BO.address, "Bo Ek", named=()),
        )

    assert [cookie is None for cookie in cookies].count(True) == 1
    assert [role for _, _, role in await people(store)] == ["admin"]
    async with store.reading() as session:
        assert list(await session.scalars(select(SignInLinkRow))) == []
