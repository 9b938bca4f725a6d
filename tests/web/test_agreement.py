"""The agreement of a kickoff: what a colleague writes down, what is mailed, and what the customer says to it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from milepost.channels.recorder import RecordingChannel
from milepost.explain.sentences import Wording
from milepost.store import timeline
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, FILES, KIM, MAP, SAM

FIGURES = {
    **FILES,
    "map.yaml": MAP.replace(
        "baseline: 0, target: 10", "baseline: customer.hours_now, target: customer.hours_agreed"
    ).replace(
        "  trial: {type: flag}",
        "  trial: {type: flag}\n  hours_now: {type: number}\n  hours_agreed: {type: number}",
    ).replace(
        "      - {touchpoint: set_up, title: Set up the workspace, role: solutions, due: 3 business days,"
        " effort: 30 minutes}",
        "      - {touchpoint: set_up, title: Set up the workspace, role: solutions, due: 3 business days}\n"
        "      - {touchpoint: gossip, title: Ask who is unhappy, role: csm, internal: true, due: 3 business days}",
    ),
}  # fmt: skip
PATH = "/desk/agreement/acme"


@pytest.fixture
async def world(empty_world: World) -> World:
    await empty_world.publish(FIGURES)
    await empty_world.add()
    return empty_world


def fields(page) -> dict[str, list[str] | str]:
    """All that the desk's form would send as it stands."""
    form = re.search(rf'<form method="post" action="{PATH}" novalidate>.*?</form>', page.text, re.DOTALL)
    assert form is not None
    out: dict[str, list[str] | str] = {}
    for tag in re.findall(r"<input[^>]*>", form.group(0)):
        values = {name: unescape(value) for name, value in re.findall(r'([a-z]+)="([^"]*)"', tag)}
        if values.get("type") == "checkbox":
            if " checked" in tag:
                out.setdefault(values["name"], []).append(values["value"])
        else:
            out[values["name"]] = values["value"]
    for name, body in re.findall(r'<select id="[^"]*" name="([^"]+)".*?>(.*?)</select>', form.group(0), re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        out[name] = chosen.group(1) if chosen else re.search(r'value="([^"]*)"', body).group(1)
    out["note"] = re.search(r"<textarea.*?>(.*?)</textarea>", form.group(0), re.DOTALL).group(1)
    return out


async def told(world: World) -> list[str]:
    async with world.store.reading() as session:
        rows = await timeline.of_journey(session, "acme/1")
    return [Wording(zone="UTC").sentence(timeline.entry_of(row)) for row in rows]


async def test_all_of_the_kickoff_is_saved_in_one_go_and_once(world, browser):
    page = await browser.get(PATH)
    assert page.status_code == 200
    shown = text_of(page)
    assert "Set up the workspace" in shown
    assert "Ask who is unhappy" not in shown
    assert "rescue" not in page.text
    form = fields(page) | {
        "people.2.name": "Lee Ray",
        "people.2.email": "lee@acme.example",
        "people.2.personas": ["admin"],
        "people.0.name": "Samuel Poe",
        "connect.person": "new:0",
        "connect.due": "2026-03-20",
        "set_up.due": "2026-03-09",
        "customer.hours_now": "40",
        "customer.hours_agreed": "12.5",
        "note": "They merge in May.",
    }
    before = len(await world.facts())
    for _ in range(2):
        saved = await browser.post(PATH, data=form)
        assert saved.status_code == 303
    assert {row.kind for row in (await world.facts())[before:]} == {"contacts", "agreed", "set", "note"}
    assert len(await world.facts()) == before + 4
    after = fields(await browser.get(PATH))
    assert after["people.0.name"] == "Samuel Poe"
    assert after["people.0.personas"] == ["sponsor"]
    assert after["people.2.email"] == "lee@acme.example"
    assert after["people.2.personas"] == ["admin"]
    assert (after["connect.person"], after["connect.due"]) == ("lee@acme.example", "2026-03-20")
    assert after["set_up.due"] == "2026-03-09"
    assert (after["customer.hours_now"], after["customer.hours_agreed"]) == ("40", "12.5")


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("people.2.email", "lee", "Write a mail address"),
        ("people.0.email", KIM, "Somebody else here has this address"),
        ("people.0.name", "", "Write the name"),
        ("connect.due", "2026-02-01", "That day is past"),
        ("set_up.due", "", "Choose a day"),
        ("kickoff.time", "9", "Write a time"),
        ("connect.person", "new:0", "Choose one of the people above"),
        ("connect.person", "stranger@x.example", "Choose one of the people above"),
        ("customer.hours_now", "many", "many"),
        ("customer.hours_now", "1,234", "1,234"),
    ],
)
async def test_a_mistake_stands_in_its_field_with_all_that_was_typed(world, browser, name, typed, message):
    form = fields(await browser.get(PATH)) | {name: typed, "note": "Kept <b>", "customer.hours_agreed": "9"}
    before = await world.everything()
    page = await browser.post(PATH, data=form)
    assert page.status_code == 422
    wrong = re.search(rf'<p class="wrong" id="{re.escape(name)}-wrong" role="alert">(.*?)</p>', page.text)
    assert wrong is not None
    assert message in unescape(wrong.group(1))
    again = fields(page)
    assert again["note"] == "Kept &lt;b&gt;"
    assert again["customer.hours_agreed"] == "9"
    assert again[name] == typed or name.endswith("person")
    assert await world.everything() == before


async def test_two_at_once_keep_what_the_other_wrote(world, browser):
    mine = fields(await browser.get(PATH))
    theirs = fields(await browser.get(PATH))
    await browser.post(PATH, data=theirs | {"customer.hours_now": "40", "people.1.name": "Kim Low"})
    await browser.post(PATH, data=mine | {"customer.hours_agreed": "9", "people.0.name": "Samuel Poe"})
    after = fields(await browser.get(PATH))
    assert (after["customer.hours_now"], after["customer.hours_agreed"]) == ("40", "9")
    assert (after["people.0.name"], after["people.1.name"]) == ("Samuel Poe", "Kim Low")


async def test_nothing_is_stored_where_one_part_is_refused(empty_world):
    one_of = FIGURES["map.yaml"].replace("hours_now: {type: number}", "hours_now: {type: number, one_of: [20, 40]}")
    await empty_world.publish({**FIGURES, "map.yaml": one_of})
    await empty_world.add()
    async with empty_world.client() as browser:
        await sign_in(browser, ANA)
        form = fields(await browser.get(PATH)) | {
            "people.0.name": "Samuel Poe",
            "set_up.due": "2026-03-20",
            "note": "Kept",
        }
        before = await empty_world.everything()
        page = await browser.post(PATH, data=form | {"customer.hours_now": "30"})
        assert page.status_code == 422
        assert "It is one of: 20, 40." in text_of(page)
        assert fields(page)["people.0.name"] == "Samuel Poe"
        assert await empty_world.everything() == before
        saved = await browser.post(PATH, data=form | {"customer.hours_now": "20"})
        assert saved.status_code == 303
        assert len(await empty_world.facts()) == before[0] + 4


async def test_a_journey_that_ended_meanwhile_says_so(world, browser):
    form = fields(await browser.get(PATH))
    await world.tell(step_done="kickoff", result="refused")  # which ends the journey
    before = await world.everything()
    page = await browser.post(PATH, data=form | {"note": "Late"})
    assert page.status_code == 409
    assert await world.everything() == before


async def test_a_person_is_taken_out_and_with_them_what_they_were_to_do(world, browser):
    lee = {"people.2.name": "Lee Ray", "people.2.email": "lee@acme.example", "people.2.personas": ["coordinator"]}
    await browser.post(PATH, data=fields(await browser.get(PATH)) | lee | {"connect.person": "new:0"})
    form = fields(await browser.get(PATH))
    assert (form["people.2.email"], form["connect.person"]) == ("lee@acme.example", "lee@acme.example")
    await world.tell(agreed={"faster": {"person": "lee@acme.example"}})  # no line of the page
    shown = await browser.post(
        PATH, data=form | {"people.2.out": "on", "connect.person": "lee@acme.example", "people.0.name": ""}
    )
    assert shown.status_code == 422
    assert "Not involved any more" in shown.text
    assert re.search(r'name="people.2.out" checked', shown.text)
    assert (await browser.post(PATH, data=form | {"people.2.out": "on"})).status_code == 303
    after = fields(await browser.get(PATH))
    assert "people.3.was" in after
    assert "lee@acme.example" not in str(after)
    assert after["connect.person"] == ""
    state = (await world.journey()).state
    assert "lee@acme.example" not in str(state)
    await browser.post(PATH, data=form | {"people.2.out": "on"})  # the back button
    assert "lee@acme.example" not in str((await world.journey()).state)


async def test_who_is_taken_out_cannot_be_given_a_step(world, browser):
    form = fields(await browser.get(PATH))
    page = await browser.post(PATH, data=form | {"people.1.out": "on", "connect.person": KIM})
    assert page.status_code == 422
    assert "Choose one of the people above" in page.text


async def test_a_date_and_a_person_that_were_agreed_on_are_taken_back(world, browser):
    before = fields(await browser.get(PATH))
    agreed = {"connect.person": SAM, "connect.due": "2026-04-20", "set_up.person": ANA, "set_up.due": "2026-04-09"}
    await browser.post(PATH, data=before | agreed)
    form = fields(await browser.get(PATH))
    assert {name: form[name] for name in agreed} == agreed
    assert "leave it empty to take it back" in (await browser.get(PATH)).text
    saved = await browser.post(PATH, data=form | dict.fromkeys(agreed, ""))
    assert saved.status_code == 303
    after = fields(await browser.get(PATH))
    assert {name: after[name] for name in agreed} == {name: before[name] for name in agreed}
    state = (await world.journey()).state
    assert SAM not in str(state.get("agreed", {}))
    told = [row.data["steps"].get("connect") for row in await world.facts() if row.kind == "agreed"]
    assert {"cleared": ["due", "person"]} in told


async def test_a_form_of_another_customer_or_session_is_refused(world, browser, visitor):
    form = fields(await browser.get(PATH))
    assert (await browser.post("/desk/agreement/beta", data=form)).status_code == 403
    await sign_in(visitor, "bo.ek@vendor.example")
    assert (await visitor.post(PATH, data=form)).status_code == 403


async def test_who_has_not_signed_in_may_look_and_not_write(world, visitor):
    page = await visitor.get(PATH)
    assert "Say who you are" in page.text
    assert "Save what we agreed" not in page.text


async def test_the_desk_and_the_customers_page_lead_there(world, browser):
    assert f'href="{PATH}"' in (await browser.get(f"/desk/{ANA}")).text
    assert f'href="{PATH}"' in (await browser.get("/ops/customers/acme?tab=people")).text


# The mail.


async def test_one_click_mails_it_to_everybody_who_is_part_of_it(world, browser):
    channel = RecordingChannel()
    world.journey_client.deliver_through(channel)
    page = await browser.get(PATH)
    form = form_in(page, f"{PATH}/mail")
    for _ in range(2):
        assert (await browser.post(f"{PATH}/mail", data=form)).status_code == 303
    mails = {each.to_address: each for each in channel.delivered}
    assert sorted(mails) == [KIM, SAM]
    assert len(channel.delivered) == 2
    mail = mails[SAM]
    assert mail.subject == "What we agreed: Acme Ltd"
    assert "Set up the workspace: Solutions engineer, by Thu, Mar 5, 2026" in mail.text
    assert "Ask who is unhappy" not in mail.text
    assert "Kim Lo (Coordinator)" in mail.text
    assert mail.list_unsubscribe is None
    link = re.search(r"https?://\S+/plan/\S+/agreement", mail.text).group(0)
    async with world.client() as client:
        opened = await client.get(link.removeprefix("http://127.0.0.1:8080"))
    assert "I agree to all of it" in opened.text
    assert any("A mail with what was agreed went to" in each for each in await told(world))


async def test_the_mail_has_each_figure_below_its_sentence(world, browser):
    channel = RecordingChannel()
    world.journey_client.deliver_through(channel)
    await world.tell(set={"hours_now": 40, "hours_agreed": 10})
    await browser.post(f"{PATH}/mail", data=form_in(await browser.get(PATH), f"{PATH}/mail"))
    mail = channel.delivered[0]
    below = "hours saved a week: from 40 to 10 h"
    assert f"\n- Reports are made in half the time.\n  {below}\n" in mail.text
    assert f"<li>Reports are made in half the time.<br>{below}</li>" in mail.html


async def test_only_who_gets_mail_is_written_to(world, browser):
    contacts = [{"name": "Sam Poe", "email": SAM, "personas": ["sponsor"], "mail": "none"}]
    contacts.append({"name": "Kim Lo", "email": KIM, "personas": ["coordinator"]})
    await world.tell(contacts=contacts)
    channel = RecordingChannel()
    world.journey_client.deliver_through(channel)
    await browser.post(f"{PATH}/mail", data=form_in(await browser.get(PATH), f"{PATH}/mail"))
    assert [each.to_address for each in channel.delivered] == [KIM]


async def test_a_click_that_is_undone_mails_nothing(world, browser):
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await browser.post(f"{PATH}/mail", data=form_in(await browser.get(PATH), f"{PATH}/mail"))
    page = await browser.get(PATH)
    assert "Undo" in page.text
    undone = await browser.post("/desk/undo", data=form_in(page, "/desk/undo"))
    assert undone.status_code == 303
    assert (await world.journey()).state.get("numbers", {}).get("agreement") is None
    page = await browser.get("/ops/customers/acme?tab=history")
    assert "what was agreed went" not in page.text


# Programs.

ADDRESS = "/api/v1/customers/acme/agreement"


async def test_a_program_reads_and_saves_it_once(world, visitor):
    path = f"{world.plan(SAM)}/agreement"
    await visitor.post(path, data=form_in(await visitor.get(path), "/agreement"))
    body = {
        "id": "kickoff",
        "by": ANA,
        "steps": {"set_up": {"due": "2026-03-13"}},
        "attributes": {"hours_agreed": 9},
        "note": "They merge.",
    }
    async with world.api() as api:
        for _ in range(2):
            answer = await api.post(ADDRESS, json=body)
            assert answer.status_code == 200, answer.text
        shown = (await api.get(ADDRESS)).json()
    assert shown == answer.json()
    set_up = next(each for each in shown["steps"] if each["step"] == "set_up")
    assert (set_up["due"], set_up["ours"], set_up["changed"], set_up["agreed"]) == ("2026-03-13", True, True, False)
    assert set_up["yes"] == {"by": SAM, "at": "2026-03-02T15:00:00Z"}
    assert shown["figures"][0]["target"] == 9
    assert shown["people"]["agreed"]
    assert shown["mailed"] == 0
    assert len([row for row in await world.facts() if row.id.startswith("agreement/kickoff/")]) == 3


async def test_a_program_gets_all_or_nothing(world):
    before = await world.everything()
    async with world.api() as api:
        answer = await api.post(ADDRESS, json={"note": "Kept?", "steps": {"nowhere": {"due": "2026-03-13"}}})
        assert answer.status_code == 422
        assert "nowhere" in answer.text
        assert (await api.get("/api/v1/customers/nobody/agreement")).status_code == 404
    assert await world.everything() == before
