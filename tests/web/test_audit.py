"""The audit: what people change beside customers' timelines is on record, with who did it, when and why."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from milepost.actor import acts
from milepost.audit_kinds import Kind
from milepost.explain.audit_sentences import what, who
from milepost.intake import contact_erasure, erasure, keys, mail_hold, people, sign_in_links
from milepost.planner.enums import MailSwitch
from milepost.roles import Role
from milepost.scopes import Scope
from milepost.store import audit
from milepost.store.mail_switches import Scope as MailScope
from milepost.store.mail_switches import Switch
from milepost.store.sessions import Way
from tests.web.api_calls import V1
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, BO, KIM


async def recorded(world: World) -> list[tuple[str, str]]:
    """What is on record, the oldest first, in sentences."""
    async with world.store.reading() as session:
        rows = [row[0] for row in (await audit.listed(session, 100)).rows]
    return [(who(row.by), what(row.kind, row.about, row.details)) for row in reversed(rows)]


async def test_who_signs_in_and_out_is_on_record(world: World, browser: httpx.AsyncClient) -> None:
    acts("terminal/root")
    await people.change(world.intake.context, BO, name="Bo Ek")
    secret = await sign_in_links.make(world.intake.context, BO, Way.TERMINAL)
    async with world.client() as other:
        assert (await other.post(f"/sign-in/link/{secret}")).status_code == 303
    await browser.post("/sign-out")
    assert await recorded(world) == [
        ("Ana Ruiz", "signed in by a choice from the list"),
        ("root at the terminal", "changed Bo Ek: name none → Bo Ek"),
        ("root at the terminal", "made a link for Bo Ek to sign in with"),
        ("Bo Ek", "signed in by a printed link"),
        ("Ana Ruiz", "signed out"),
    ]


async def test_a_change_of_a_colleague_names_what_was_and_what_is_and_no_change_is_none(
    world: World, browser: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    form = form_in(await browser.get("/ops/people", params={"address": BO}), "/ops/people")
    told = {**form, "address": BO, "role": "manager", "team": "North", "hours": "32.5"}
    for _ in range(2):
        await browser.post("/ops/people", data=told)
    await api.put(f"{V1}/people/{BO}", json={"team": None, "hours_per_week": 20})
    assert (await recorded(world))[1:] == [
        ("Ana Ruiz", "changed Bo Ek: role none → manager; team none → North; hours a week none → 32.5"),
        ("the key api", "changed Bo Ek: team North → none; hours a week 32.5 → 20"),
    ]


async def test_what_was_refused_is_not_on_record(world: World) -> None:
    await people.change(world.intake.context, ANA, role=Role.ADMIN)
    before = await recorded(world)
    with pytest.raises(Exception, match="admin"):
        await people.change(world.intake.context, ANA, role=None)
    assert await recorded(world) == before


async def test_keys_mail_and_forgetting_are_on_record_and_say_not_who_was_forgotten(world: World) -> None:
    context = world.intake.context
    acts(ANA)
    await keys.make(context, "crm", [Scope.TELL, Scope.READ], by=None)
    await keys.end(context, "crm", by=BO)
    await mail_hold.turn(context, MailScope(), Switch(MailSwitch.HELD, 3), by=BO, why="a new map")
    await mail_hold.turn(context, MailScope(customer="acme"), Switch(MailSwitch.FREE), by=BO)
    erased = await contact_erasure.forget_contact(context, KIM)
    await erasure.forget(context, "acme")
    *lines, last = await recorded(world)
    assert lines == [
        ("Ana Ruiz", "made the key crm, for read and tell"),
        ("Bo Ek", "ended the key crm"),
        ("Bo Ek", "held the mail of all maps, the first 3 of each text"),
        ("Ana Ruiz", f"had a person forgotten, who is {erased.pseudonym} now"),
    ]
    assert last[1].startswith("had a customer forgotten, ")
    async with world.store.reading() as session:
        rows = [row[0] for row in (await audit.listed(session, 100)).rows]
    assert "acme" not in str([(row.about, row.details) for row in rows])
    assert [row.why for row in rows if row.kind == Kind.MAIL_SWITCHED] == ["a new map"]


async def test_the_page_shows_it_narrows_it_and_leads_on(world: World, browser: httpx.AsyncClient) -> None:
    assert "Ana Ruiz signed in by a choice from the list" in text_of(await browser.get("/ops/audit"))
    acts(BO)
    for number in range(60):
        await people.change(world.intake.context, ANA, team=f"T{number}")
    page = await browser.get("/ops/audit")
    text = text_of(page)
    assert "team T58 → T59" in text
    assert "signed in by" not in text
    assert "Older →" in text
    older = text_of(await browser.get(_older(page)))
    assert "signed in by a choice" in older
    assert "← Newer" in older
    hers = text_of(await browser.get("/ops/audit", params={"by": ANA}))
    assert "Ana Ruiz signed in" in hers
    assert "T59" not in hers
    assert "T59" not in text_of(await browser.get("/ops/audit", params={"kind": "signed_in"}))
    assert "Nothing of that kind was done." in text_of(await browser.get("/ops/audit", params={"kind": "key_made"}))


def _older(page: httpx.Response) -> str:
    return "/ops/audit?cursor=" + page.text.partition('<a href="/ops/audit?cursor=')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("kind", "about", "details", "says"),
    [
        (Kind.MAP_PUBLISHED, "trial", {"version": 3, "new": True}, "published trial, version 3"),
        (Kind.MAP_PUBLISHED, "trial", {"version": 1, "new": False}, "published trial, version 1 again"),
        (
            Kind.ROLLOUT_STARTED,
            "trial",
            {"policy": "next_stage"},
            "began to move the customers on trial to its newest version (next stage)",
        ),
        (
            Kind.ROLLOUT_STARTED,
            "trial",
            {"back_of": 4},
            "began to move the customers of rollout 4 of trial back",
        ),
        (Kind.ROLLOUT_CHANGED, "trial", {"number": 4, "wish": "paused"}, "paused rollout 4 of trial"),
        (Kind.IMPORT_STARTED, "7", {"file": "book.csv"}, "let import 7 go, of book.csv"),
        (Kind.IMPORT_CANCELLED, "7", {}, "cancelled import 7"),
        (Kind.MAIL_SWITCHED, "trial", {"mail": "free", "first": None}, "let the mail of trial go by itself"),
        (Kind.PERSON_LEFT, BO, {}, "said that Bo Ek has left"),
        (Kind.PERSON_RETURNED, BO, {}, "said that Bo Ek is a colleague again"),
        ("of_a_later_version", None, {}, "of a later version"),
    ],
)
def test_every_kind_has_a_sentence(kind: str, about: str | None, details: dict[str, Any], says: str) -> None:
    assert what(kind, about, details) == says
    assert who(None) == "Milepost"
