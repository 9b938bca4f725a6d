"""A request that is for others: the page with the mails, the click, its undoing, and what is counted of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import httpx
import pytest
from sqlalchemy import select

from milepost.channels.recorder import RecordingChannel
from milepost.intake import people, sign_in_links
from milepost.planner.written_facts import WrittenFact
from milepost.roles import Role
from milepost.store.sessions import Way
from milepost.store.tables import MessageRow
from milepost.web.desk import reactive
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, BO, FILES, KIM, MAP, customer

PAGE = "/desk/not-mine?journey=acme/1&task=request/connect/1"
POINTERS = """
pointers:
  support: {title: our support team, message: pointer.md}
  legal_matters: {title: our lawyers, message: pointer.md}
working_time:"""
POINTER = """---
subject: For our support
---
Hello {{ contact.first_name }}, with “{{ step.title }}” others help you. [Your plan]({{ plan_url }})

{{ csm.name }}
"""
GERMAN = """---
subject: Für unseren Support
---
Guten Tag {{ contact.name }}
"""
POINTING = {
    **FILES,
    "map.yaml": MAP.replace("\nworking_time:", POINTERS, 1),
    "messages/pointer.md": POINTER,
    "messages/pointer.de.md": GERMAN,
}


@pytest.fixture
async def asked(empty_world: World) -> World:
    """Kim wants help with the first system, on a map that points to others."""
    await empty_world.publish(POINTING)
    await empty_world.add()
    await empty_world.tell(step_done="kickoff", result="held")
    await ask(empty_world)
    return empty_world


async def ask(world: World, name: str = "acme") -> None:
    fact = WrittenFact(requested="connect", wish="help", note="The invoice is wrong")
    await world.intake.record_fact(name, fact, by=KIM, source="portal")


@pytest.fixture
async def ana(asked: World) -> httpx.AsyncClient:
    client = asked.client()
    await sign_in(client, ANA)
    return client


async def point(client: httpx.AsyncClient, page: str = PAGE, **typed: str) -> httpx.Response:
    hidden = form_in(await client.get(page), "/desk/not-mine")
    return await client.post("/desk/not-mine", data={**hidden, **typed})


async def test_the_page_shows_each_mail_as_the_customer_gets_it(asked: World, ana: httpx.AsyncClient) -> None:
    desk = await ana.get(f"/desk/{ANA}?journey=acme/1&task=request/connect/1")
    assert "/desk/not-mine?journey=acme/1&amp;task=request/connect/1" in desk.text

    said = text_of(await ana.get(PAGE))
    assert "The invoice is wrong" in said
    assert "Support The mail to Kim Lo: “For our support”" in said
    assert "Hello Kim, with “Connect the first system” others help you." in said
    assert "Legal matters" in said
    assert "Sales The map has no mail for this" in said
    assert asked.journey_client is not None


async def test_one_click_mails_closes_and_says_so(
    asked: World, ana: httpx.AsyncClient, visitor_of_asked: httpx.AsyncClient
) -> None:
    channel = RecordingChannel()
    asked.journey_client.deliver_through(channel)
    answer = await point(ana, kind="support", note="They know your contract")

    assert answer.headers["location"] == "/desk/ana.ruiz%40vendor.example?told=not_mine"
    [mail] = channel.delivered
    assert (mail.to_address, mail.subject, mail.reply_to) == (KIM, "For our support", ANA)
    assert mail.list_unsubscribe is None
    task = await asked.task("request/connect/1")
    assert (task.status, task.elsewhere) == ("done", "support")
    timeline = text_of(await ana.get("/ops/customers/acme?tab=history"))
    assert "was not for us (support) by Ana Ruiz: “They know your contract”" in timeline
    plan = text_of(await visitor_of_asked.get(asked.plan()))
    assert "please turn to our support team with this. They know your contract" in plan
    assert (await point_again(ana)).headers["location"].endswith("told=closed")


@pytest.fixture
async def visitor_of_asked(asked: World) -> httpx.AsyncClient:
    return asked.client()


async def point_again(client: httpx.AsyncClient) -> httpx.Response:
    return await client.get(PAGE)


async def test_undoing_it_within_the_grace_takes_the_mail_back(asked: World, ana: httpx.AsyncClient) -> None:
    asked.journey_client.let_people_undo(timedelta(minutes=5))
    await point(ana, kind="support")
    desk = await ana.get(f"/desk/{ANA}")
    await ana.post("/desk/undo", data=form_in(desk, "/desk/undo"))

    assert (await asked.task("request/connect/1")).status == "open"
    assert (await asked.task("request/connect/1")).elsewhere is None
    async with asked.store.reading() as session:
        rows = list(await session.scalars(select(MessageRow).where(MessageRow.reason == "pointer")))
    assert [row.status for row in rows] in ([], ["cancelled"])


async def test_whoever_reads_german_gets_german(asked: World, ana: httpx.AsyncClient) -> None:
    acme = customer()
    german = tuple(each if each.email != KIM else replace(each, language="de") for each in acme.contacts)
    await asked.add(acme.having(contacts=german))
    assert "“Für unseren Support”" in text_of(await ana.get(PAGE))


async def test_without_a_mail_of_the_map_it_is_closed_and_counted_all_the_same(
    asked: World, ana: httpx.AsyncClient
) -> None:
    channel = RecordingChannel()
    asked.journey_client.deliver_through(channel)
    await point(ana, kind="finance")

    assert channel.delivered == []
    assert (await asked.task("request/connect/1")).elsewhere == "finance"


async def test_what_is_missing_or_unknown_is_refused_and_nothing_changes(asked: World, ana: httpx.AsyncClient) -> None:
    assert (await point(ana)).status_code == 422
    assert (await point(ana, kind="nonsense")).status_code == 422
    assert (await ana.get("/desk/not-mine?journey=acme/1&task=nothing/1")).status_code == 404
    other = await ana.get("/desk/not-mine?journey=acme/1&task=kickoff/1")
    assert other.headers["location"] == "/desk/ana.ruiz%40vendor.example?told=closed"
    assert (await asked.task("request/connect/1")).status == "open"


async def test_the_share_counts_by_month_kind_and_person_and_leads_to_the_tasks(
    asked: World, ana: httpx.AsyncClient
) -> None:
    await point(ana, kind="support")
    page = await ana.get("/desk/reactive")

    said = text_of(page)
    assert "March 2026 2 all, March 2026 1 requests, March 2026 50% 1 support, March 2026 0 0" in said
    behind = text_of(await ana.get("/desk/reactive?month=2026-03&of=support"))
    assert "What was for support" in behind
    assert "Answer the customer about “Connect the first system”" in behind
    all_of_it = text_of(await ana.get(f"/desk/reactive?month=2026-03&person={ANA}&of=all"))
    assert "Kickoff call" in all_of_it


async def test_a_colleague_sees_their_own_share_and_a_manager_the_teams(asked: World, ana: httpx.AsyncClient) -> None:
    await asked.add(customer("beta", "Beta Inc", team={"csm": BO}))
    await asked.intake.record_fact("beta", WrittenFact(step_done="kickoff", result="held"), by=BO)
    context = asked.intake.context
    await people.change(context, "ops@vendor.example", role=Role.ADMIN)
    await people.change(context, ANA, role=Role.COLLEAGUE, team="North")
    await people.change(context, BO, role=Role.MANAGER, team="North")
    real = World(asked.store, asked.settings, is_real=True)
    real.at = asked.at
    async with real.client() as colleague:
        await colleague.post(f"/sign-in/link/{await sign_in_links.make(real.intake.context, ANA, Way.TERMINAL)}")
        own = text_of(await colleague.get("/desk/reactive"))
    assert "how much of what you did" in own.lower()
    assert "Bo Ek" not in own
    async with real.client() as bo:
        await bo.post(f"/sign-in/link/{await sign_in_links.make(real.intake.context, BO, Way.TERMINAL)}")
        team = text_of(await bo.get("/desk/reactive"))
    assert "Ana Ruiz" in team
    assert "Bo Ek" in team


async def test_of_many_colleagues_those_with_most_requests_are_listed_and_the_rest_is_a_click_away(
    asked: World, ana: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked.add(customer("beta", "Beta Inc", team={"csm": BO}))
    await asked.intake.record_fact("beta", WrittenFact(step_done="kickoff", result="held"), by=BO)
    await point(ana, kind="support")
    monkeypatch.setattr(reactive, "FEW", 1)
    few = await ana.get("/desk/reactive")
    [whole] = re.findall(r'href="([^"]+)">All 2 colleagues', few.text)
    everybody = await ana.get(unescape(whole))

    table = text_of(few).partition("by colleague")[2]
    assert ("Ana Ruiz" in table, "Bo Ek" in table) == (True, False)
    assert "Bo Ek" in text_of(everybody)
    assert "All 2 colleagues" not in text_of(everybody)
