"""The question whether an outcome is there: two clicks from the mail, and what may be added afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from milepost.explain.sentences import Wording
from milepost.store.outcome_tables import AnswerRow
from milepost.store.timeline import entry_of
from tests.web.conftest import World, form_in, text_of
from tests.web.example import DAY, FILES, KIM, SAM, START, customer
from tests.web.file_forms import PDF
from tests.web.test_portal import to_the_question


async def answer(visitor: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    page = await visitor.get(path)
    hidden = form_in(page, "/answer")
    return await visitor.post(path.split("/outcomes/", maxsplit=1)[0] + "/answer", data={**hidden, **fields})


async def complete(
    visitor: httpx.AsyncClient, page: httpx.Response, path: str, file: tuple[str, bytes] = ("", b""), **fields: str
) -> httpx.Response:
    """Sends the form that adds to an answer, as a browser does."""
    hidden = form_in(page, "/complete/upload")
    plan = path.split("/outcomes/", maxsplit=1)[0]
    return await visitor.post(f"{plan}/complete/upload", data={**hidden, **fields}, files={"file": file})


async def add(
    visitor: httpx.AsyncClient, path: str, file: tuple[str, bytes] = ("", b""), **fields: str
) -> httpx.Response:
    """Says yes, and adds to it."""
    page = await visitor.get((await answer(visitor, path, verdict="verified")).headers["location"])
    return await complete(visitor, page, path, file, **fields)


async def that_hold(world: World) -> list[AnswerRow]:
    return [each for each in await world.answers() if each.revoked_at is None]


async def test_the_link_in_a_message_opens_the_question_and_one_more_click_confirms(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    page = await visitor.get(world.question())
    assert "Reports are made in half the time." in text_of(page)

    response = await answer(visitor, world.question(), verdict="verified")

    assert response.status_code == 303
    (kept,) = await world.answers()
    assert (kept.verdict, kept.said_by, kept.method) == ("verified", SAM, "portal")
    page_text = text_of(await visitor.get(response.headers["location"]))
    assert "You said yes, on" in page_text
    assert "Ana Ruiz sees your answer at once." in page_text
    assert any(entry.kind == "play_started" for entry in await world.timeline())


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("partial", "You said partly, on"), ("disputed", "You said not yet, on")],
)
async def test_a_no_says_what_happens_next(world: World, visitor: httpx.AsyncClient, verdict: str, words: str) -> None:
    await to_the_question(world)
    page = text_of(await visitor.get((await answer(visitor, world.question(), verdict=verdict)).headers["location"]))

    assert words in page
    assert "Ana Ruiz sees your answer" in page


async def test_what_is_added_takes_the_place_of_the_bare_answer_and_carries_nothing_out_again(
    world: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    more = {"value": "7,5", "comment": " We count on. ", "evidence": "https://acme.example/report", "named": "yes"}
    await add(visitor, world.question(), **more)

    [kept] = await that_hold(world)
    assert (kept.verdict, kept.value, kept.comment) == ("verified", 7.5, "We count on.")
    assert (kept.evidence, kept.named, kept.said_by, kept.method) == (more["evidence"], True, SAM, "portal")
    assert [each.revoked_why for each in await world.answers()] == ["completed", None]
    assert len([entry for entry in await world.timeline() if entry.kind == "play_started"]) == 1
    plan = text_of(await visitor.get(world.plan(SAM)))
    assert "✓ Confirmed: 7.5 h Sam Poe, Mon, Mar 2, 2026 We count on." in plan
    assert "completed" not in text_of(await browser.get("/ops/customers/acme?tab=results"))


async def test_what_was_added_is_there_to_be_changed(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    page = await visitor.get((await add(visitor, world.question(), value="7", named="yes")).headers["location"])
    assert 'value="7"' in page.text
    assert "checked" in page.text
    await complete(visitor, page, world.question(), value="8", comment="A bit more")

    [kept] = await that_hold(world)
    assert (kept.value, kept.comment, kept.named) == (8, "A bit more", False)


async def test_taking_back_what_was_added_leaves_the_answer(world: World, visitor: httpx.AsyncClient) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await to_the_question(world)
    page = await visitor.get((await add(visitor, world.question(), value="7")).headers["location"])
    assert "What you added: “Reports are made in half the time.”" in text_of(page)
    await visitor.post(f"{world.plan(SAM)}/undo", data=form_in(page, "/undo"))

    assert [(each.verdict, each.value) for each in await that_hold(world)] == [("verified", None)]


async def test_nobody_adds_to_the_answer_of_another(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    await answer(visitor, world.question(), verdict="verified")
    page = await visitor.get(f"{world.plan(KIM)}/outcomes/faster")

    assert "Sam Poe said yes, on" in text_of(page)
    assert "/complete" not in page.text
    of_sam = await visitor.get(world.question())
    refused = await complete(visitor, of_sam, world.plan(KIM), value="1")
    assert refused.status_code == 403
    assert [each.value for each in await that_hold(world)] == [None]


async def test_a_file_may_show_the_result(world: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    await to_the_question(world)
    report = ("Report.txt", b"Ten hours a week.")
    page = await visitor.get((await add(visitor, world.question(), report, value="10")).headers["location"])

    [kept] = await that_hold(world)
    assert (kept.evidence or "").endswith("/Report.txt")
    assert "Report.txt" in text_of(page)
    shown = text_of(await browser.get("/ops/customers/acme?tab=results"))
    assert "evidence: Report.txt" in shown
    assert "file:" not in shown


async def test_a_file_that_is_not_taken_is_said_in_its_field(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    program = ("Report.html", b"<script>alert(1)</script>")
    response = await add(visitor, world.question(), program, comment="Since May")

    assert response.status_code == 422
    assert "We can't take this kind of file." in text_of(response).replace("\u2019", "'")
    assert "Since May" in response.text
    assert [each.evidence for each in await that_hold(world)] == [None]


@pytest.mark.parametrize("value", ["many", "nan", "inf", "1e999"])
async def test_a_value_that_is_no_number_comes_back_beside_its_field(
    world: World, visitor: httpx.AsyncClient, value: str
) -> None:
    await to_the_question(world)
    response = await add(visitor, world.question(), value=value, comment="Since May")

    assert response.status_code == 422
    assert "write a number" in text_of(response)
    assert "Since May" in response.text
    assert [each.value for each in await that_hold(world)] == [None]


@pytest.mark.parametrize(
    ("value", "number"), [("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1 234", 1234), ("0,123", 0.123), ("1234", 1234)]
)
async def test_a_value_with_grouped_thousands_is_kept_in_full(
    world: World, visitor: httpx.AsyncClient, value: str, number: float
) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), value=value)

    [kept] = await that_hold(world)
    assert kept.value == number


@pytest.mark.parametrize("value", ["1,234", "1.234"])
async def test_a_value_with_two_readings_is_sent_back_with_both(
    world: World, visitor: httpx.AsyncClient, value: str
) -> None:
    await to_the_question(world)
    response = await add(visitor, world.question(), value=value)

    assert response.status_code == 422
    assert f"“{value}” can be read as 1234 or as 1.234." in text_of(response)


@pytest.mark.parametrize(
    ("language", "country", "number"), [("en", None, 1234), ("de", None, 1.234), ("en", "DE", 1.234)]
)
async def test_the_language_and_country_of_the_reader_decide_between_two_readings(
    world: World, visitor: httpx.AsyncClient, language: str, country: str | None, number: float
) -> None:
    sam, kim = customer().contacts
    await world.intake.upsert_customer(customer(country=country, contacts=(replace(sam, language=language), kim)))
    await to_the_question(world)
    await add(visitor, world.question(), value="1,234")

    [kept] = await that_hold(world)
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


async def test_what_was_answered_and_may_be_answered_again_is_folded(empty_world: World) -> None:
    again = "        within: 5 business days\n        ask_again: {after: 30 days, at_most: 1, if: [partial]}\n"
    text = FILES["map.yaml"].replace("        within: 5 business days\n", again, 1)
    await empty_world.publish({**FILES, "map.yaml": text})
    await empty_world.add()
    await to_the_question(empty_world)
    path = empty_world.question()
    async with empty_world.client() as visitor:
        assert "Is that so?" in text_of(await visitor.get(path))
        page = await visitor.get((await answer(visitor, path, verdict="partial")).headers["location"])
        await answer(visitor, path, verdict="verified")

    assert "You said partly, on Mon, Mar 2, 2026." in text_of(page)
    assert "Is that so?" not in text_of(page)
    assert '<details class="acts-on"><summary>Answer once more</summary>' in page.text
    assert [kept.verdict for kept in await that_hold(empty_world)] == ["partial", "verified"]


async def test_the_answer_still_counts_after_silence(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    await world.move_to(START + 20 * DAY)
    assert "Is that so?" in text_of(await visitor.get(world.plan(SAM)))

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


async def test_what_was_added_can_be_emptied_again(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    more = {"value": "7.5", "comment": "We count on.", "evidence": "https://acme.example/report"}
    page = await visitor.get((await add(visitor, world.question(), **more)).headers["location"])
    await complete(visitor, page, world.question(), value="", comment="", evidence="", named="yes")
    [left] = await that_hold(world)
    assert (left.verdict, left.value, left.comment, left.evidence, left.named) == ("verified", None, None, None, True)
    journey = await world.journey()
    assert "value" not in journey.state["steps"]["faster"]
    sentences = [Wording().sentence(entry_of(row)) for row in await world.timeline()]
    assert any("it has no value, comment and evidence any more" in each for each in sentences)


async def test_an_empty_form_of_before_takes_nothing_away_that_was_added_since(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    bare = await visitor.get((await answer(visitor, world.question(), verdict="verified")).headers["location"])
    again = await visitor.get(world.question())
    await complete(visitor, bare, world.question(), value="7.5")
    await complete(visitor, again, world.question(), comment="We count on.")
    [left] = await that_hold(world)
    assert (left.value, left.comment) == (7.5, "We count on.")


async def test_a_file_that_shows_a_result_is_open_to_all_on_the_plan_as_long_as_the_answer_holds(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), ("report.pdf", PDF))
    [left] = await that_hold(world)
    file = (left.evidence or "").removeprefix("file:").partition("/")[0]
    async with world.client() as kim:
        assert "report.pdf" in (await kim.get(world.plan(KIM))).text
        opened = await kim.get(f"{world.plan(KIM)}/files/{file}")
        assert opened.content == PDF
        assert opened.headers["content-disposition"].startswith("attachment")
        await world.tell(revoked="faster", reason="Wrong report")
        assert (await kim.get(f"{world.plan(KIM)}/files/{file}")).status_code == 404
        assert "report.pdf" not in (await kim.get(world.plan(KIM))).text


async def test_a_file_that_shows_a_result_can_be_taken_away(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    page = await visitor.get((await add(visitor, world.question(), ("report.pdf", PDF))).headers["location"])
    assert "Take this file away" in text_of(page)
    wrong = await complete(visitor, page, world.question(), value="many", no_file="yes")
    assert "report.pdf" in text_of(wrong)
    assert 'name="no_file" value="yes" checked' in wrong.text
    after = await complete(visitor, wrong, world.question(), no_file="yes")

    [left] = await that_hold(world)
    assert (left.verdict, left.evidence) == ("verified", None)
    assert "report.pdf" not in text_of(await visitor.get(after.headers["location"]))
    assert "report.pdf" not in text_of(await visitor.get(world.plan(KIM)))


async def test_a_new_file_takes_the_place_of_the_one_that_is_taken_away(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    page = await visitor.get((await add(visitor, world.question(), ("report.pdf", PDF))).headers["location"])
    await complete(visitor, page, world.question(), ("newer.pdf", PDF + b"%newer\n"), no_file="yes")

    [left] = await that_hold(world)
    assert (left.evidence or "").endswith("/newer.pdf")
