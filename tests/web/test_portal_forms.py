"""Forms on the customer's plan: every kind of question, mistakes beside their fields, and answers that change."""

from __future__ import annotations

import os
import re
from pathlib import Path

import httpx
import pytest

from milepost.customer import Contact
from milepost.intake.contact_erasure import export_contact, forget_contact
from milepost.intake.errors import NotTheirStepError
from milepost.planner.written_facts import WrittenFact
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, FILES, KIM, SAM, customer

FORM = """        done_when: {event: connected}
        how: |
          Ask **your provider**, {{ contact.first_name }}, for a key of {{ customer.name }}.

          <script>alert(1)</script>
        link: {url: "https://app.example/{{ customer.id }}", title: Connect it here}
        asks:
          - {field: day, title: When do we begin?, type: date, set: renews_on}
          - {field: seats, title: How many take part?, type: number, help: A guess is enough., set: health}
          - {field: teams, title: Which teams?, type: choice, one_of: [Sales, "Service, Zürich", Finance], many: true}
          - {field: size, title: Which size?, type: choice, one_of: [small, large]}
          - {field: office, title: Which office?, type: choice, one_of: [a, b, c, d, e, f, g], optional: true}
          - {field: trial, title: Have you tried it before?, type: flag, set: trial}
          - {field: lead, title: Who leads it?, type: person, persona: sponsor, optional: true}
          - {field: contract, title: The signed contract, type: file, optional: true}
          - {field: site, title: Your site, type: url, optional: true}
          - {field: room, title: Which room?, optional: true}
          - {field: wishes, title: Anything else?, type: long_text, optional: true}
"""
SECRET = """      - {touchpoint: prepare, title: A secret check, role: csm, internal: true, due: 1 business day}
    actions:
"""
MAP = (
    FILES["map.yaml"]
    .replace("        done_when: {event: connected}\n", FORM)
    .replace("    actions:\n", SECRET, 1)
    .replace("    title: Getting started\n", "    title: Getting started\n    shown_as: Your first weeks\n")
    .replace("baseline: 0, target: 10", "baseline: 0, target: customer.health")
)
GOOD = {
    "answers.day": "2026-05-04",
    "answers.seats": "1.234,5",
    "answers.teams": ["Sales", "Service, Zürich"],
    "answers.size": "small",
    "answers.trial": "no",
    "answers.lead.name": "Bea Roth",
    "answers.lead.email": "bea@acme.example",
    "answers.contract": "files.acme.example/contract.pdf",
    "answers.room": "12",
    "answers.wishes": "Two\r\nlines",
}
KEPT = {
    "day": "2026-05-04",
    "seats": 1234.5,
    "teams": ["Sales", "Service, Zürich"],
    "size": "small",
    "trial": False,
    "lead": {"name": "Bea Roth", "email": "bea@acme.example"},
    "contract": "https://files.acme.example/contract.pdf",
    "room": "12",
    "wishes": "Two\nlines",
}
SCREENSHOTS = os.environ.get("MILEPOST_SAVE_PAGES")
"""A folder for the pages of these tests, to be looked at."""


@pytest.fixture
async def world(empty_world: World) -> World:
    await empty_world.publish({**FILES, "map.yaml": MAP})
    german = Contact("Kim Lo", KIM, ("coordinator",), timezone="Europe/Berlin", country="DE", language="en")
    await empty_world.add(customer(contacts=(customer().contacts[0], german)))
    await empty_world.tell(step_done="kickoff", result="held")
    return empty_world


def saved(response: httpx.Response, name: str) -> None:
    if SCREENSHOTS:
        Path(SCREENSHOTS, f"{name}.html").write_text(response.text, encoding="utf-8")


async def send(world: World, visitor: httpx.AsyncClient, **changes: object) -> httpx.Response:
    hidden = form_in(await visitor.get(world.plan()), "/upload")
    data = {**hidden, **GOOD, **{f"answers.{name}": value for name, value in changes.items()}}
    filled = {key: value for key, value in data.items() if value}
    return await visitor.post(f"{world.plan()}/upload", data=filled, files={"answers.contract.file": ("", b"")})


async def answers(world: World) -> object:
    return (await world.journey()).state.get("answers", {}).get("connect")


async def test_the_plan_shows_how_a_step_is_done_and_asks_for_everything(
    world: World, visitor: httpx.AsyncClient
) -> None:
    page = await visitor.get(world.plan())
    saved(page, "plan")
    text = text_of(page)

    assert "Ask your provider , Kim, for a key of Acme Ltd." in text
    assert "<strong>your provider</strong>" in page.text
    assert "<script>" not in page.text
    assert '<a class="button" href="https://app.example/acme" rel="noreferrer" target="_blank">Connect it here</a>' in (
        page.text
    )
    assert "How many take part? A guess is enough." in text
    assert "At most 20 MB; we take pdf, docx" in text
    assert "Who leads it? optional" in text


async def test_the_plan_keeps_what_is_internal_and_calls_a_stage_by_its_name_for_customers(
    world: World, visitor: httpx.AsyncClient
) -> None:
    text = text_of(await visitor.get(world.plan()))

    assert "Your first weeks" in text
    assert "Getting started" not in text
    assert "secret" not in text
    assert "Set up the workspace" in text


async def test_a_form_that_is_filled_in_does_the_step_and_is_kept(world: World, visitor: httpx.AsyncClient) -> None:
    response = await send(world, visitor)

    assert (response.status_code, response.headers["location"]) == (303, f"{world.plan()}?told=noted")
    assert await answers(world) == KEPT
    done = [entry for entry in await world.timeline() if entry.kind == "step_done"]
    assert [entry.data["by"] for entry in done] == [ANA, KIM]
    state = (await world.journey()).state
    assert (state["customer"]["attributes"]["health"], state["customer"]["attributes"]["renews_on"]) == (
        1234.5,
        "2026-05-04",
    )
    assert [contact["email"] for contact in state["customer"]["contacts"]] == ["bea@acme.example", SAM, KIM]


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("day", "", "Please answer this."),
        ("day", "30.02.2026", "isn't a date"),
        ("seats", "many", "isn't a number"),
        ("teams", "", "Please answer this."),
        ("teams", ["Sales", "IT"], "Please choose one of the answers."),
        ("size", "huge", "Please choose one of the answers."),
        ("trial", "", "Please answer this."),
        ("lead.email", "bea", "Please write a mail address"),
        ("lead.name", "", "Please write a name and a mail address."),
        ("contract", "in the mail", "Please paste an address"),
        ("room", "x" * 300, "longer than 200"),
    ],
)
async def test_a_mistake_is_shown_beside_its_field_and_everything_typed_stays(
    world: World, visitor: httpx.AsyncClient, field: str, typed: object, says: str
) -> None:
    response = await send(world, visitor, **{field: typed})
    saved(response, f"wrong-{field}")

    assert response.status_code == 422
    [wrong] = re.findall(r'<p class="wrong" id="f-connect-(\w+)-wrong">([^<]*)</p>', response.text)
    assert wrong[0] == field.partition(".")[0]
    assert says in wrong[1].replace("&#39;", "'")
    assert f'aria-describedby="f-connect-{wrong[0]}-wrong"' in response.text
    for kept in ("Two\nlines", 'value="Sales" checked', 'value="12"' if field != "room" else "xxx"):
        assert kept in response.text or field == "teams"
    assert await answers(world) is None
    again = {**form_in(response, "/upload"), **GOOD}
    assert (await visitor.post(f"{world.plan()}/done", data=again)).status_code == 303
    assert await answers(world) == KEPT


async def test_a_german_date_with_points_is_read(world: World, visitor: httpx.AsyncClient) -> None:
    await send(world, visitor, day="4.5.2026")
    kept = await answers(world)
    assert isinstance(kept, dict)
    assert kept["day"] == "2026-05-04"


async def test_answers_may_be_changed_while_the_stage_is_open(world: World, visitor: httpx.AsyncClient) -> None:
    await send(world, visitor)
    plan = await visitor.get(world.plan())
    assert f'href="{world.plan()}/steps/connect"' in plan.text
    page = await visitor.get(f"{world.plan()}/steps/connect")
    saved(page, "change")
    assert 'value="1234,5"' in page.text
    assert 'value="Service, Zürich" checked' in page.text
    data = {**form_in(page, "/upload"), **GOOD, "answers.size": "large", "answers.wishes": ""}
    assert (await visitor.post(f"{world.plan()}/done", data=data)).status_code == 303

    changed = [entry for entry in await world.timeline() if entry.kind == "answers_changed"]
    assert [entry.data["names"] for entry in changed] == [["size", "wishes"]]
    assert [entry.data["by"] for entry in changed] == [KIM]


async def test_a_form_of_a_step_that_is_over_changes_nothing(world: World, visitor: httpx.AsyncClient) -> None:
    hidden = form_in(await visitor.get(world.plan()), "/upload")
    await world.tell(step_skipped="connect")
    before = await world.everything()
    response = await visitor.post(f"{world.plan()}/done", data={**hidden, **GOOD})

    assert response.headers["location"].endswith("told=closed")
    assert await world.everything() == before
    assert (await visitor.get(f"{world.plan()}/steps/connect")).status_code == 404


async def test_a_contact_without_the_persona_may_look_and_not_act(world: World, visitor: httpx.AsyncClient) -> None:
    page = await visitor.get(world.plan(SAM))
    assert "This is for Kim Lo (Coordinator). You can follow it here." in text_of(page)
    assert "/upload" not in page.text
    hidden = form_in(await visitor.get(world.plan()), "/upload")
    forged = await visitor.post(f"{world.plan(SAM)}/done", data={**hidden, **GOOD})
    assert forged.status_code in (403, 422)
    assert await answers(world) is None


async def test_an_outcome_is_answered_by_its_persona_alone(world: World, visitor: httpx.AsyncClient) -> None:
    await send(world, visitor, **{"lead.name": "", "lead.email": ""})
    for_kim = await visitor.get(f"{world.plan()}/outcomes/faster")
    for_sam = await visitor.get(f"{world.plan(SAM)}/outcomes/faster")

    assert "This is for Sam Poe (Executive sponsor) to answer." in text_of(for_kim)
    assert "Why do you answer for them?" in text_of(for_kim)  # and not without saying so
    assert "Why do you answer for them?" not in text_of(for_sam)
    assert "Hours saved a week: from 0 to 1,234.5 h, as agreed" in text_of(for_sam)
    assert "/answer" in for_sam.text


async def test_the_intake_takes_nothing_from_the_plan_that_isnt_the_contacts(world: World) -> None:
    fact = WrittenFact.model_validate({"answer": "faster", "verdict": "verified", "method": "portal"})
    with pytest.raises(NotTheirStepError, match="it is for the Executive sponsor"):
        await world.intake.record_fact("acme", fact, by=KIM, source="portal")
    assert (await world.intake.record_fact("acme", fact, by=SAM, source="portal")).new


async def test_a_person_who_was_named_in_a_form_can_be_forgotten(world: World, visitor: httpx.AsyncClient) -> None:
    await send(world, visitor, wishes="Please ask Bea Roth, or write to BEA@acme.example.")
    exported = await export_contact(world.intake.context, "bea@acme.example")
    assert {record["table"] for record in exported["records"]} >= {"contacts", "facts", "journeys"}
    await forget_contact(world.intake.context, "bea@acme.example")

    kept = await answers(world)
    assert isinstance(kept, dict)
    assert kept["lead"]["name"] == "Forgotten person"
    assert kept["lead"]["email"].endswith("@forgotten.invalid")
    assert kept["seats"] == 1234.5
    state, told = (await world.journey()).state, [fact.data for fact in await world.facts()]
    assert not re.search(r"bea\b|roth", f"{state} {told}", re.IGNORECASE)


async def test_a_program_is_told_what_is_wrong_with_a_form(world: World) -> None:
    async with world.api() as api:
        [step] = (await api.get("/api/v1/customers/acme")).json()["steps"]
        fact = {"customer": "acme", "step_done": "connect", "by": KIM, "answers": {"day": "soon", "seats": 5, "x": 1}}
        response = await api.post("/api/v1/facts", json=fact)
        without = await api.post("/api/v1/facts", json={"customer": "acme", "step_done": "set_up", "answers": {"a": 1}})
    assert step["asks"][0] == {"field": "day", "title": "When do we begin?", "type": "date", "set": "renews_on"}
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "wrong_answers")
    assert error["message"] == (
        "The answers to 'connect' are wrong: 'x' isn't asked for; 'day' isn't a date; write it as 2026-03-02; "
        "'teams' is missing; 'size' is missing; 'trial' is missing."
    )
    assert "isn't asked for" in without.json()["error"]["message"]
    assert await answers(world) is None


async def test_colleagues_see_what_was_filled_in(world: World, visitor: httpx.AsyncClient) -> None:
    await send(world, visitor)
    async with world.client() as client:
        await sign_in(client, ANA)
        text = text_of(await client.get("/ops/customers/acme?tab=results"))

    assert "What the customer filled in Connect the first system When do we begin? 2026-05-04" in text
    assert "Which teams? Sales and Service, Zürich" in text
    assert "Who leads it? Bea Roth <bea@acme.example>" in text
    assert "Have you tried it before? no" in text
