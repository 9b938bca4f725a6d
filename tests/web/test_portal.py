"""The customer's plan: what it shows, what may be done on it, and how it stays shut."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, DAY, HOUR, KIM, SAM, START, customer


async def to_the_question(world: World) -> None:
    """Acme has come to where it is asked whether reports are made faster."""
    await world.tell(step_done="kickoff", result="held")
    await world.tell(event="connected")


async def answer(visitor: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    page = await visitor.get(path)
    hidden = form_in(page, "/answer")
    return await visitor.post(path.split("/outcomes/", maxsplit=1)[0] + "/answer", data={**hidden, **fields})


async def test_the_plan_says_what_you_do_what_we_do_and_what_is_next(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    page_text = text_of(await visitor.get(world.plan()))

    assert "Hello Kim Lo." in page_text
    assert "What you do Connect the first system Kim Lo (Coordinator) · due Mon 9 Mar 2026" in page_text
    assert "What we do Set up the workspace Solutions engineer · by Thu 5 Mar 2026" in page_text
    assert "What comes next Reports are made in half the time." in page_text
    assert "Done so far Kickoff call done" in page_text
    assert "Getting started now" in page_text
    assert "Dates are in Europe/Berlin (CET)." in page_text


async def test_the_plan_keeps_our_side_paths_to_ourselves(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(set={"health": 20})
    page = await visitor.get(world.plan())

    assert "Win them back" not in page.text
    assert "Call the sponsor" not in page.text
    assert "health" not in page.text.lower()


async def test_an_empty_plan_says_that_we_will_write(world: World, visitor: httpx.AsyncClient) -> None:
    assert "Nothing right now. We\u2019ll write when there is something for you." in text_of(
        await visitor.get(world.plan())
    )


async def test_a_step_is_marked_as_done_in_the_contacts_name(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan()
    hidden = form_in(await visitor.get(path), "/done")
    response = await visitor.post(f"{path}/done", data=hidden)

    assert (response.status_code, response.headers["location"]) == (303, f"{path}?told=noted")
    assert [entry.data["by"] for entry in await world.timeline() if entry.kind == "step_done"] == [ANA, KIM]
    assert "Noted. Thank you." in text_of(await visitor.get(response.headers["location"]))


async def test_done_sent_twice_does_nothing_twice(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan()
    hidden = form_in(await visitor.get(path), "/done")
    world.journey_client.is_away = True
    first, second = [await visitor.post(f"{path}/done", data=hidden) for _ in range(2)]

    assert first.headers["location"].endswith("told=later")
    assert second.headers["location"].endswith("told=again")
    assert len(await world.facts()) == 2
    assert "You marked this as done. Thank you." in text_of(await visitor.get(path))


async def test_done_on_a_page_of_an_earlier_occurrence_changes_nothing(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan()
    hidden = form_in(await visitor.get(path), "/done")
    await world.tell(step_done="connect")
    await world.tell(step_reopened="connect")
    before = await world.everything()
    response = await visitor.post(f"{path}/done", data=hidden)

    assert response.headers["location"].endswith("told=closed")
    assert await world.everything() == before


async def test_the_link_in_a_message_opens_the_question_and_one_more_click_confirms(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    page = await visitor.get(world.question())
    assert "Reports are made in half the time. For Sam Poe (Executive sponsor)" in text_of(page)

    response = await answer(visitor, world.question(), verdict="verified")

    assert response.status_code == 303
    (kept,) = await world.answers()
    assert (kept.verdict, kept.said_by, kept.method) == ("verified", SAM, "portal")
    assert ": confirmed." in text_of(await visitor.get(response.headers["location"]))
    assert any(entry.kind == "play_started" for entry in await world.timeline())


@pytest.mark.parametrize("verdict", ["verified", "partial", "disputed"])
async def test_an_answer_is_kept_with_value_and_comment(world: World, visitor: httpx.AsyncClient, verdict: str) -> None:
    await to_the_question(world)
    await answer(visitor, world.question(), verdict=verdict, value="7,5", comment=" We count on. ")

    (kept,) = await world.answers()
    assert (kept.verdict, kept.value, kept.comment) == (verdict, 7.5, "We count on.")


@pytest.mark.parametrize("value", ["many", "nan", "inf", "1e999"])
async def test_a_value_that_is_no_number_is_sent_back(world: World, visitor: httpx.AsyncClient, value: str) -> None:
    await to_the_question(world)
    response = await answer(visitor, world.question(), verdict="verified", value=value)

    assert response.status_code == 422
    assert "write a number" in text_of(response)
    assert await world.answers() == []


@pytest.mark.parametrize(
    ("value", "number"), [("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1 234", 1234), ("0,123", 0.123), ("1234", 1234)]
)
async def test_a_value_with_grouped_thousands_is_kept_in_full(
    world: World, visitor: httpx.AsyncClient, value: str, number: float
) -> None:
    await to_the_question(world)
    await answer(visitor, world.question(), verdict="verified", value=value)

    (kept,) = await world.answers()
    assert kept.value == number


@pytest.mark.parametrize("value", ["1,234", "1.234"])
async def test_a_value_with_two_readings_is_sent_back_with_both(
    world: World, visitor: httpx.AsyncClient, value: str
) -> None:
    await to_the_question(world)
    response = await answer(visitor, world.question(), verdict="verified", value=value)

    assert response.status_code == 422
    assert f"'{value}' can be read as 1234 or as 1.234." in text_of(response)
    assert await world.answers() == []


@pytest.mark.parametrize(
    ("language", "country", "number"), [("en", None, 1234), ("de", None, 1.234), ("en", "DE", 1.234)]
)
async def test_the_language_and_country_of_the_reader_decide_between_two_readings(
    world: World, visitor: httpx.AsyncClient, language: str, country: str | None, number: float
) -> None:
    sam, kim = customer().contacts
    await world.intake.upsert_customer(customer(country=country, contacts=(replace(sam, language=language), kim)))
    await to_the_question(world)
    await answer(visitor, world.question(), verdict="verified", value="1,234")

    (kept,) = await world.answers()
    assert kept.value == number


@pytest.mark.parametrize("verdict", ["", "silent", "yes"])
async def test_an_answer_is_one_of_three(world: World, visitor: httpx.AsyncClient, verdict: str) -> None:
    await to_the_question(world)

    assert (await answer(visitor, world.question(), verdict=verdict)).status_code == 422
    assert await world.answers() == []


async def test_an_answer_sent_twice_counts_once(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    path = world.question()
    hidden = form_in(await visitor.get(path), "/answer")
    for verdict in ("verified", "disputed"):
        response = await visitor.post(path.split("/outcomes/")[0] + "/answer", data={**hidden, "verdict": verdict})
        assert response.status_code == 303

    assert [kept.verdict for kept in await world.answers()] == ["verified"]


async def test_the_answer_still_counts_after_silence(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    await world.move_to(START + 20 * DAY)
    assert "Please confirm" in text_of(await visitor.get(world.plan()))

    await answer(visitor, world.question(), verdict="verified")

    assert [kept.verdict for kept in await world.answers()] == ["silent", "verified"]


async def test_a_question_that_is_not_asked_yet_asks_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    page = await visitor.get(world.question())

    assert "There is nothing to confirm right now." in text_of(page)
    assert "<form" not in page.text


async def test_a_question_that_is_not_on_the_plan_is_not_found(world: World, visitor: httpx.AsyncClient) -> None:
    for outcome in ("nothing", "kickoff"):
        assert (await visitor.get(world.question(outcome))).status_code == 404


async def test_what_is_answered_while_the_engine_is_away_is_noted(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    world.journey_client.is_away = True
    response = await answer(visitor, world.question(), verdict="verified")
    page = await visitor.get(response.headers["location"])

    assert "We have noted your answer." in text_of(page)
    assert "/answer" not in page.text
    assert "Take it back" in page.text
    await world.journey_client.come_back(int(world.at))
    assert [kept.verdict for kept in await world.answers()] == ["verified"]


async def test_opening_links_changes_nothing_however_often_and_by_whatever(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    before = await world.everything()
    for path in (world.plan(), world.question(), f"{world.question()}?verdict=verified"):
        for method in ("GET", "HEAD", "OPTIONS"):
            await visitor.request(method, path)
    for path in ("/done", "/answer"):
        assert (await visitor.get(world.plan() + path)).status_code == 405

    assert await world.everything() == before


async def refused(world: World, visitor: httpx.AsyncClient, path: str, status: int, words: str) -> None:
    before = await world.everything()
    for method, end in (("GET", ""), ("GET", "/outcomes/faster"), ("POST", "/done"), ("POST", "/answer")):
        data = {"form": "x", "verdict": "verified"} if method == "POST" else None
        response = await visitor.request(method, path + end, data=data)
        assert response.status_code == status
        assert words in text_of(response)
        assert response.headers["cache-control"] == "no-store"
    assert await world.everything() == before


@pytest.mark.parametrize(
    "change", [lambda path: path[:-2] + "xx", lambda _: "/plan/abc", lambda _: "/plan/" + "a" * 2000]
)
async def test_a_forged_link_opens_nothing(world: World, visitor: httpx.AsyncClient, change) -> None:
    await refused(world, visitor, change(world.plan()), 403, "This link doesn't work")


async def test_an_expired_link_opens_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    path = world.plan()
    world.at += 92 * DAY
    await refused(world, visitor, path, 410, "This link has expired")


async def test_a_link_of_a_journey_that_has_ended_opens_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    path = world.plan()
    await world.tell(ended="churned")
    await refused(world, visitor, path, 410, "This plan is finished")


async def test_a_link_of_somebody_who_is_no_contact_any_more_opens_nothing(
    world: World, visitor: httpx.AsyncClient
) -> None:
    path = world.plan(KIM)
    await world.intake.upsert_customer(customer(contacts=customer().contacts[:1]))
    await refused(world, visitor, path, 410, "This link is no longer in use")


async def test_a_link_of_a_customer_that_was_forgotten_opens_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    path = world.plan(journey="globex/1")
    await refused(world, visitor, path, 410, "This plan is finished")


async def test_a_form_of_another_customers_plan_does_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    await world.add(customer("globex", "Globex"))
    await world.tell(step_done="kickoff", result="held")
    hidden = form_in(await visitor.get(world.plan()), "/done")
    before = await world.everything()
    response = await visitor.post(f"{world.plan(journey='globex/1')}/done", data=hidden)

    assert response.status_code == 403
    assert await world.everything() == before


async def test_a_form_for_one_thing_does_no_other(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    hidden = form_in(await visitor.get(world.question()), "/answer")
    response = await visitor.post(f"{world.plan(SAM)}/done", data=hidden)

    assert response.status_code == 403
    assert await world.answers() == []


async def test_a_form_of_a_page_that_is_days_old_is_refused(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    path = world.plan()
    form = form_in(await visitor.get(path), "/done")["form"]
    before = await world.everything()

    assert (await visitor.post(f"{path}/done", data={"form": form[:-3] + "abc"})).status_code == 403
    assert (await visitor.post(f"{path}/done", data={})).status_code == 422
    assert await world.everything() == before


async def test_a_plan_is_told_to_nobody_and_found_by_nobody(world: World, visitor: httpx.AsyncClient) -> None:
    for path in (world.plan(), "/plan/abc"):
        headers = (await visitor.get(path)).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "noindex" in headers["x-robots-tag"]


async def test_a_paused_plan_says_so(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(paused=True)

    assert "The plan is paused." in text_of(await visitor.get(world.plan()))


async def test_dates_are_local_to_the_reader(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    world.at += HOUR

    assert "Dates are in America/New York (EST)." in text_of(await visitor.get(world.plan(SAM)))
