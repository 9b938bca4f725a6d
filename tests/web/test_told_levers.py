"""What a customer's page offers for what was told elsewhere; and that it offers all that `milepost tell` tells."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

from milepost.planner.facts import TOLD
from milepost.web.doors import DOORS
from milepost.web.ops.customer_acts import ELSEWHERE, GROUPS
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, BO, FILES, KIM, LEA
from tests.web.file_forms import LEO, MAP, PDF, PNG, answers, content, rows, with_form

ACME = "/ops/customers/acme"
WITH_ROWS = MAP.replace("done_when: {event: connected}", "done_when: {event: connected, if: event.rows > 100}")
NEXT_VERSION = {**FILES, "map.yaml": MAP.replace("title: Kickoff call", "title: First call")}
SAID = "On the phone, Kim Lo, 3 March"


@pytest.fixture
async def world(empty_world: World) -> World:
    """Acme, whose step Connect waits for Kim's form."""
    return await with_form(empty_world)


async def send(browser: httpx.AsyncClient, act: str, files: object = None, **fields: object) -> httpx.Response:
    """Opens the form of an act, fills it in, and sends it."""
    page = await browser.get(f"{ACME}?act={act}")
    return await browser.post(f"{ACME}/{act}", data={**form_in(page, f"{ACME}/{act}"), **fields}, files=files)


async def send_form(browser: httpx.AsyncClient, files: object = None, **fields: object) -> httpx.Response:
    """Sends the form of a step for the customer; an input in which no file was chosen comes with an empty name."""
    typed = {"answers.room": "12", "evidence": SAID, **fields}
    return await send(browser, "step-form", files or {"answers.contract.file": ("", b"")}, **typed)


async def history(browser: httpx.AsyncClient) -> str:
    return text_of(await browser.get(f"{ACME}?tab=history"))


def test_every_fact_that_can_be_told_at_the_terminal_can_be_told_on_the_page() -> None:
    on_the_page = [fact for group in GROUPS for act in group.acts for fact in act.facts]

    assert set(on_the_page) | set(ELSEWHERE) == set(TOLD)
    assert not set(on_the_page) & set(ELSEWHERE)


async def test_every_act_has_a_form_and_a_door(world: World, browser: httpx.AsyncClient) -> None:
    await world.publish(NEXT_VERSION)
    await world.tell(answer="faster", verdict="verified", evidence="Call", method="recorded")
    await world.tell(requested="connect", wish="help")
    shown = set()
    for paused in (False, True):
        if paused:
            await world.tell(paused=True)
        for act in (act for group in GROUPS for act in group.acts):
            page = await browser.get(f"{ACME}?act={act.key}")
            assert (act.method, act.door) in DOORS
            if 'id="act"' in page.text:
                shown.add(act.key)
                assert not act.command or f"milepost {act.command.replace('CUSTOMER', 'acme')}" in text_of(page)
                address = act.door.replace("{customer}", "acme")
                assert form_in(page, address) if act.method == "POST" else f'href="{address}?' in page.text
    assert shown == {act.key for group in GROUPS for act in group.acts} - {"enroll"}


async def test_an_event_that_the_map_waits_for_is_recorded_with_its_fields(
    world: World, browser: httpx.AsyncClient
) -> None:
    await world.publish({**FILES, "map.yaml": WITH_ROWS})
    await world.tell(map_changed="2")
    assert "connected (rows)" in text_of(await browser.get(f"{ACME}?act=event"))

    await send(browser, "event", event="connected", fields="rows=120\nsource=phone", reason="Their admin called")

    [told] = [fact for fact in await world.facts() if fact.kind == "event"]
    assert told.data["properties"] == {"rows": 120, "source": "phone"}
    assert told.data["by"] == ANA
    assert (await world.journey()).state["steps"]["connect"]["status"] == "done"
    assert "Why: Their admin called" in await history(browser)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"event": "", "other": ""}, "The event is missing. Choose one, or write its name."),
        ({"event": "connected", "fields": "rows"}, "'rows' in the fields of 'connected' has no value."),
        ({"event": "connected", "fields": "rows=1\nrows=2"}, "'rows' is given twice"),
    ],
)
async def test_an_event_that_says_nothing_comes_back(
    world: World, browser: httpx.AsyncClient, fields: dict[str, str], words: str
) -> None:
    before = await world.everything()
    page = await send(browser, "event", **fields)

    assert page.status_code == 422
    assert words in text_of(page)
    assert fields.get("fields", "") in page.text
    assert await world.everything() == before


async def test_another_event_is_counted(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, "event", event="", other="logged_in")

    assert "logged_in" in text_of(await browser.get(ACME))


async def test_a_form_is_sent_for_the_customer_and_is_kept_as_the_colleagues(
    world: World, browser: httpx.AsyncClient
) -> None:
    page = text_of(await browser.get(f"{ACME}?act=step-form"))
    assert "Connect the first system It is kept as told by you, not by the customer." in page
    assert "Which room?" in page

    sent = {"answers.contract.file": ("contract.pdf", PDF, "application/pdf")}
    await send_form(browser, sent, note="They were in a hurry")

    [file] = await rows(world)
    assert (file.contact, file.field) == (ANA, "contract")
    assert await answers(world) == {"contract": f"file:{file.id}/contract.pdf", "room": "12"}
    [told] = [fact for fact in await world.facts() if fact.kind == "step_done" and fact.data["step"] == "connect"]
    assert (told.data["by"], told.data["evidence"]) == (ANA, SAID)
    assert "“Connect the first system” was done by Ana Ruiz" in await history(browser)
    assert f'href="/ops/files/{file.id}"' in (await browser.get(f"{ACME}?tab=results")).text


async def test_a_form_with_mistakes_comes_back_with_all_that_was_typed(
    world: World, browser: httpx.AsyncClient
) -> None:
    before = await world.everything()
    page = await send_form(
        browser, {"answers.contract.file": ("picture.png", PNG, "image/png")}, **{"answers.room": ""}
    )

    assert page.status_code == 422
    assert "Nothing was sent yet: some answers can't be taken." in text_of(page)
    assert page.text.count("Please answer this.") == 1
    assert f'value="{SAID}"' in page.text
    [file] = await rows(world)
    assert f'href="/ops/files/{file.id}"' in page.text  # which isn't to be chosen once more
    assert await world.everything() == before
    data = {**form_in(page, "/step-form"), "answers.room": "12", "evidence": SAID}
    assert (await browser.post(f"{ACME}/step-form", data=data, files={"x": ("", b"")})).status_code == 303
    assert (await answers(world))["room"] == "12"


async def test_a_form_needs_where_they_said_so(world: World, browser: httpx.AsyncClient) -> None:
    link = {"answers.contract": "https://acme.example/contract.pdf"}
    page = await send_form(browser, evidence=" ", **link)

    assert page.status_code == 422
    assert "The evidence is missing. Write where they said so, such as: on the phone." in text_of(page)
    assert 'value="https://acme.example/contract.pdf"' in page.text
    assert await answers(world) == {}


async def test_a_step_can_be_done_without_its_form(world: World, browser: httpx.AsyncClient) -> None:
    await send_form(browser, without="yes", **{"answers.room": ""})

    assert (await world.journey()).state["steps"]["connect"]["status"] == "done"
    assert await answers(world) == {}


async def test_a_form_that_somebody_else_sent_meanwhile_changes_nothing(
    world: World, browser: httpx.AsyncClient
) -> None:
    data = form_in(await browser.get(f"{ACME}?act=step-form"), "/step-form")
    await world.tell(step_done="connect")
    before = await world.everything()
    typed = {**data, "answers.room": "12", "answers.contract": "https://acme.example/a.pdf", "evidence": SAID}
    page = await browser.post(f"{ACME}/step-form", data=typed, files={"x": ("", b"")})

    assert page.status_code == 409
    assert "isn't open any more" in text_of(page)
    assert await world.everything() == before


async def test_a_date_that_they_want_becomes_a_task(world: World, browser: httpx.AsyncClient) -> None:
    missing = await send(browser, "requested", step="connect", wish="date")
    assert (missing.status_code, "The due is missing" in text_of(missing)) == (422, False)
    assert "The date is missing. Write which date they propose." in text_of(missing)

    await send(browser, "requested", step="connect", wish="date", due="2026-03-14", note="Our freeze")

    [told] = [fact for fact in await world.facts() if fact.kind == "requested"]
    assert (told.data["by"], told.data["due"], told.data["note"]) == (ANA, "2026-03-14", "Our freeze")
    assert "they propose another date" in text_of(await browser.get(ACME))


async def test_somebody_else_whom_they_want_is_named(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, "requested", step="connect", wish="person", name="Leo Ott", email=LEO)

    [told] = [fact for fact in await world.facts() if fact.kind == "requested"]
    assert told.data["person"] == {"name": "Leo Ott", "email": LEO}


async def test_a_reply_that_needs_an_answer_becomes_a_task_which_an_answer_closes(
    world: World, browser: httpx.AsyncClient
) -> None:
    await send(browser, "replied", step="connect", note="Who is to do it?", needs_answer="true")
    assert "they wrote back" in text_of(await browser.get(ACME))

    await send(browser, "responded", step="connect", note="Kim, please", declined="true")

    assert "they wrote back" not in text_of(await browser.get(ACME))
    assert "Kim, please" in text_of(await browser.get(world.plan(KIM)))


async def test_an_answer_without_words_is_refused(world: World, browser: httpx.AsyncClient) -> None:
    page = await send(browser, "responded", step="connect")

    assert page.status_code == 422
    assert "There are no words for the customer. Write some, or choose whom it is for." in text_of(page)


async def test_what_is_for_others_is_pointed_there(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, "responded", step="connect", elsewhere="support")

    [told] = [fact for fact in await world.facts() if fact.kind == "responded"]
    assert told.data["elsewhere"] == "support"


async def test_something_is_added_to_an_answer_and_taken_away(world: World, browser: httpx.AsyncClient) -> None:
    assert 'id="act"' not in (await browser.get(f"{ACME}?act=answer-completed")).text
    await world.tell(answer="faster", verdict="verified", comment="Soon", evidence="Call", method="recorded")
    assert (await send(browser, "answer-completed", outcome="faster")).status_code == 422

    await send(browser, "answer-completed", outcome="faster", value="12.5", emptied=["comment"], named="true")

    answer = (await world.answers())[-1]
    assert (answer.value, answer.comment, answer.named) == (12.5, None, True)


async def test_a_task_of_milepost_is_closed(world: World, browser: httpx.AsyncClient) -> None:
    assert 'id="act"' not in (await browser.get(f"{ACME}?act=task-done")).text
    await world.tell(requested="connect", wish="help")
    page = await browser.get(f"{ACME}?act=task-done")
    task = page.text.split('<select name="task" required><option value="')[1].split('"')[0]

    await send(browser, "task-done", task=task, note="Spoke to them")

    assert (await world.task(task)).status == "done"


async def test_hand_over_and_absences_are_a_click_away_with_the_person_in_them(
    world: World, browser: httpx.AsyncClient
) -> None:
    page = await browser.get(f"{ACME}?act=hand-over")
    assert f'href="/desk/hand-over?former={quote(ANA)}&amp;customers=acme"' in page.text
    assert "/desk/away?person=" not in page.text

    form = await browser.get(f"/desk/hand-over?former={ANA}&customers=acme")
    assert f'name="former" type="email" value="{ANA}"' in form.text
    assert 'name="customers" type="text" value="acme"' in form.text
    told = {"former": ANA, "to": BO, "first_day": "2026-03-03", "last_day": "2026-03-06"}
    shown = await browser.get("/desk/hand-over", params=told)
    await browser.post("/desk/hand-over", data={**form_in(shown, "/desk/hand-over"), **told})

    assert f'href="/desk/away?person={quote(ANA)}"' in (await browser.get(f"{ACME}?act=hand-over")).text


async def test_the_page_of_absences_can_be_about_one_person(world: World, browser: httpx.AsyncClient) -> None:
    for former, to in ((ANA, BO), (LEA, BO)):
        told = {"former": former, "to": to, "first_day": "2026-03-03", "last_day": "2026-03-06"}
        shown = await browser.get("/desk/hand-over", params=told)
        await browser.post("/desk/hand-over", data={**form_in(shown, "/desk/hand-over"), **told})

    assert (await browser.get("/desk/away")).text.count('id="absence-') > (
        one := (await browser.get(f"/desk/away?person={ANA}")).text
    ).count('id="absence-')
    assert "All absences" in one


async def test_the_content_of_a_file_is_deleted_for_a_reason(world: World, browser: httpx.AsyncClient) -> None:
    await send_form(browser, {"answers.contract.file": ("contract.pdf", PDF, "application/pdf")})
    page = await browser.get(f"{ACME}?tab=results")
    data = form_in(page, "/forget-file")
    for lacking in ({"reason": "Wrong customer"}, {"sure": "yes"}):
        assert (await browser.post(f"{ACME}/forget-file", data={**data, **lacking})).status_code == 422
    assert [row.status for row in await rows(world)] == ["ready"]

    sent = {**data, "reason": "It was another customer's", "sure": "yes"}
    done = await browser.get((await browser.post(f"{ACME}/forget-file", data=sent)).headers["location"])

    assert "Its content is deleted; its name, size and hash are kept." in text_of(done)
    [file] = await rows(world)
    assert (file.status, await content(world, file.id)) == ("removed", None)
    assert "/forget-file" not in done.text
    assert "The file contract.pdf was deleted: It was another customer's" in await history(browser)
