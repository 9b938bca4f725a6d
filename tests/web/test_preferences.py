"""The page on which people choose which mail to get, and the one click of mail programs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from milepost.customer import Contact, Customer, Mail
from milepost.intake.contact_erasure import forget_contact
from milepost.store import mail_choices
from milepost.store.tables import ContactRow
from tests.web.conftest import World, form_in, text_of
from tests.web.example import DAY, KIM, SAM, customer

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
PILOT = "acme/1"


def page_of(world: World, contact: str = KIM, journey: str = PILOT) -> str:
    return f"/preferences/{world.links.preferences_token(journey, contact)}"


def one_click(world: World, contact: str = KIM, stops: Mail = Mail.ESSENTIAL, journey: str = PILOT) -> str:
    return f"/unsubscribe/{world.links.preferences_token(journey, contact, stops)}"


async def mail_of(world: World, customer_id: str = "acme") -> dict[str, str]:
    async with world.store.reading() as session:
        rows = await session.run_sync(
            lambda blocking: list(blocking.query(ContactRow).filter_by(customer_id=customer_id))
        )
    return {row.email: row.mail for row in rows}


async def hows(world: World, address: str = KIM) -> list[tuple[str, str]]:
    async with world.store.reading() as session:
        rows = await session.run_sync(mail_choices.history, address)
        return [(row.how, row.mail) for row in rows]


async def choose(visitor: httpx.AsyncClient, path: str, mail: str) -> httpx.Response:
    hidden = form_in(await visitor.get(path), "")
    return await visitor.post(path, data={**hidden, "mail": mail})


async def test_a_person_chooses_fewer_none_and_all_again(world: World, visitor: httpx.AsyncClient) -> None:
    path = page_of(world)
    assert "Your choice counts for what we do together with Acme Ltd." in text_of(await visitor.get(path))
    for mail in ("essential", "none", "all"):
        response = await choose(visitor, path, mail)
        assert (response.status_code, response.headers["location"]) == (303, f"{path}?told=chosen")
        assert (await mail_of(world))[KIM] == mail
        page = await visitor.get(response.headers["location"])
        assert "Saved. Your choice counts from now on." in page.text
        assert f'value="{mail}" aria-describedby="mail-{mail}" checked' in page.text
    assert await hows(world) == [("page", "essential"), ("page", "none"), ("page", "all")]
    assert (await mail_of(world))[SAM] == "all"
    entries = [row.data for row in await world.timeline() if row.kind == "customer_changed"]
    assert entries[-1] == {"what": "contacts", "names": [KIM], "by": KIM, "mail": "all", "how": "page"}


async def test_what_waits_is_dropped_and_the_csm_is_told(world: World, visitor: httpx.AsyncClient) -> None:
    await choose(visitor, page_of(world), "essential")
    await world.tell(step_done="kickoff", result="held")
    kinds = [(row.kind, row.data.get("why")) for row in await world.timeline()]
    assert ("message_dropped", "opted_out") in kinds
    assert (await world.task("opted_out/connect/1")).role == "csm"


async def test_looking_changes_nothing_whoever_looks(world: World, visitor: httpx.AsyncClient) -> None:
    before = await world.everything()
    for path in (page_of(world), one_click(world), one_click(world, SAM, Mail.NONE)):
        response = await visitor.get(path)
        assert response.status_code == 200
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in response.headers["x-robots-tag"]
        assert response.headers["cache-control"] == "no-store"
    assert await world.everything() == before
    assert await hows(world) == []


@pytest.mark.parametrize("body", [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}])
async def test_one_click_needs_no_sign_in_and_no_form_and_may_come_twice(
    world: World, visitor: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    elsewhere = {"origin": "https://mail.example", "sec-fetch-site": "cross-site"}
    for _ in range(2):
        response = await visitor.post(one_click(world), headers=elsewhere, **body)
        assert response.status_code == 200, "RFC 8058 allows no redirect"
        assert "set-cookie" not in response.headers
    assert await hows(world) == [("one_click", "essential")]
    assert (await mail_of(world))[KIM] == "essential"


async def test_one_click_on_a_request_stops_everything_and_an_old_one_never_brings_more(
    world: World, visitor: httpx.AsyncClient
) -> None:
    response = await visitor.post(one_click(world, SAM, Mail.NONE), data=ONE_CLICK)
    assert f"No more mail goes to {SAM}." in text_of(response)
    await visitor.post(one_click(world, SAM, Mail.ESSENTIAL), data=ONE_CLICK)
    assert await hows(world, SAM) == [("one_click", "none")]


async def test_a_post_that_does_not_say_one_click_changes_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    for data in ({}, {"List-Unsubscribe": "Two-Clicks"}):
        assert (await visitor.post(one_click(world), data=data)).status_code == 422
    assert await hows(world) == []


async def test_the_link_of_a_program_without_one_click_proposes_less(world: World, visitor: httpx.AsyncClient) -> None:
    page = await visitor.get(one_click(world))
    assert 'value="essential" aria-describedby="mail-essential" checked' in page.text
    hidden = form_in(page, "")
    await visitor.post(page_of(world), data={**hidden, "mail": "essential"})
    assert (await mail_of(world))[KIM] == "essential"


async def test_a_form_that_is_sent_twice_counts_once_also_after_another_choice(
    world: World, visitor: httpx.AsyncClient
) -> None:
    path = page_of(world)
    sent = {**form_in(await visitor.get(path), ""), "mail": "none"}
    await visitor.post(path, data=sent)
    await choose(visitor, path, "all")
    assert (await visitor.post(path, data=sent)).headers["location"].endswith("told=as_before")
    assert (await mail_of(world))[KIM] == "all"


async def test_a_choice_that_is_missing_is_asked_for_in_its_field(world: World, visitor: httpx.AsyncClient) -> None:
    for mail in ("", "some"):
        response = await choose(visitor, page_of(world), mail)
        assert response.status_code == 422
        assert 'id="mail-wrong">Please choose one.' in response.text


async def test_it_works_after_the_journey_and_at_all_customers_with_the_address(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await world.add(Customer("bolt", "Bolt & Sons", contacts=(Contact("Kim Lo", "KIM@acme.example"),)))
    await world.tell(ended="churned")
    await world.move_to(int(world.at) + 400 * DAY)
    page = text_of(await visitor.get(page_of(world)))
    assert "at all of these: Acme Ltd Bolt & Sons From now on" in page
    await choose(visitor, page_of(world), "none")
    assert (await mail_of(world))[KIM] == "none"
    assert await mail_of(world, "bolt") == {"KIM@acme.example": "none"}


async def test_somebody_who_is_no_contact_any_more_but_was_written_to_may_still_choose(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    only_sam = tuple(each for each in customer().contacts if each.email == SAM)
    await world.intake.change_customer("acme", lambda record: record.having(contacts=only_sam))
    assert "At present nobody here would write to this address." in text_of(await visitor.get(page_of(world)))
    await visitor.post(one_click(world), data=ONE_CLICK)
    await world.add(replace(customer()))
    assert (await mail_of(world))[KIM] == "essential"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_link_that_is_forged_cut_or_a_plans_opens_nothing(
    world: World, visitor: httpx.AsyncClient, method: str
) -> None:
    good = one_click(world).rpartition("/")[2]
    plan = world.plan().rpartition("/")[2]
    body, _, mark = good.rpartition(".")
    for bad in (good[:-3], good + "x", f"{body[:-2]}xx.{mark}", "x", plan, "y" * 2000):
        for place in ("preferences", "unsubscribe"):
            response = await visitor.request(method, f"/{place}/{bad}", data=ONE_CLICK if method == "POST" else None)
            assert response.status_code in (403, 422), (place, bad)
            assert KIM not in response.text
    assert (await visitor.get(f"/plan/{good}")).status_code == 403
    assert await hows(world) == []


async def test_a_form_of_another_persons_page_is_refused(world: World, visitor: httpx.AsyncClient) -> None:
    sams = form_in(await visitor.get(page_of(world, SAM)), "")
    response = await visitor.post(page_of(world, KIM), data={**sams, "mail": "none"})
    assert response.status_code == 403
    assert await hows(world) == []


async def test_the_link_of_somebody_who_never_was_or_was_forgotten_opens_nothing(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await choose(visitor, page_of(world), "none")
    assert (await visitor.get(page_of(world, "eve@evil.example"))).status_code == 410
    assert (await visitor.get(page_of(world, KIM, "gone/1"))).status_code == 410
    await forget_contact(world.intake.context, KIM)
    for path in (page_of(world), one_click(world)):
        assert (await visitor.get(path)).status_code == 410
    assert (await visitor.post(one_click(world), data=ONE_CLICK)).status_code == 410
    assert await hows(world) == [], "the choice went with the person"


async def test_the_plan_leads_to_the_page(world: World, visitor: httpx.AsyncClient) -> None:
    assert f'href="{page_of(world)}"' in (await visitor.get(world.plan())).text
