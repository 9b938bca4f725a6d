"""What a map says is in the customer's language: plan, forms, results and mails. Colleagues read the map itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import httpx
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from milepost.channels.recorder import RecordingChannel
from milepost.customer import Contact
from milepost.explain.overview import OutcomeRecord
from milepost.intake import agreement
from milepost.planner.enums import IgnoreReason
from milepost.planner.fact_errors import IgnoredError
from milepost.store import outcomes
from milepost.store.tables import MessageRow
from tests.web.conftest import World, form_in, text_of
from tests.web.example import KIM, SAM, customer
from tests.web.test_agreed_times import KICKOFF_AT
from tests.web.test_agreement import FIGURES, PATH
from tests.web.test_agreement_answers import other
from tests.web.test_portal import to_the_question
from tests.web.test_proof import share
from tests.web.test_questions import add

TEXTS = {
    "Customer success manager": "Kundenbetreuung",
    "Solutions engineer": "Technik",
    "Executive sponsor": "Geschäftsführung",
    "Coordinator": "Koordination",
    "Getting started": "Der Anfang",
    "Kickoff call": "Auftaktgespräch",
    "Set up the workspace": "Arbeitsbereich einrichten",
    "Connect the first system": "Das erste System anbinden",
    "Ask **your provider** for a key.": "Fragen Sie **Ihren Anbieter**, {{ contact.name }}.",
    "Connect it here": "Hier anbinden",
    "https://app.example/en": "https://app.example/de",
    "Which size?": "Welche Größe?",
    "small": "klein",
    "As it is today.": "So wie heute.",
    "Reports are made in half the time.": "Berichte entstehen in der halben Zeit.",
    "hours saved a week": "gesparte Stunden pro Woche",
    "h": "Std.",
}
GERMAN = "".join(f'msgid "{text}"\nmsgstr "{translation}"\n\n' for text, translation in TEXTS.items())
FORM = """        done_when: {event: connected}
        how: Ask **your provider** for a key.
        link: {url: "https://app.example/en", title: Connect it here}
        asks:
          - {field: size, title: Which size?, type: choice, one_of: [small, large], help: As it is today.}
"""
VERIFY = "---\nsubject: Ist es schneller?\n---\n{{ step.statement }} {{ metric.name }} {{ verify_url }}\n"
FILES = {
    **FIGURES,
    "map.yaml": FIGURES["map.yaml"].replace("        done_when: {event: connected}\n", FORM),
    "messages/verify.de.md": VERIFY,
    "languages/de.po": GERMAN,
}


@pytest.fixture
async def world(empty_world: World) -> World:
    await empty_world.publish(FILES)
    sam = Contact("Sam Poe", SAM, ("sponsor",), language="de-AT")
    kim = Contact("Kim Lo", KIM, ("coordinator",), timezone="Europe/Berlin", language="de")
    attributes = {"tier": "pilot", "hours_now": 0, "hours_agreed": 10}
    await empty_world.add(replace(customer(contacts=(sam, kim), country="DE"), attributes=attributes))
    return empty_world


async def kept(world: World) -> list[OutcomeRecord]:
    async with world.store.reading() as session:
        return await outcomes.of_journey(session, "acme/1")


async def test_the_plan_has_no_english_left(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    page = await visitor.get(world.plan())
    text = text_of(page)

    assert "Worum es geht Berichte entstehen in der halben Zeit. Ziel: 10 Std., gesparte Stunden pro Woche" in text
    assert "Der Anfang 2. März" in text
    assert "Ihr nächster Schritt Das erste System anbinden" in text
    assert "Fragen Sie <strong>Ihren Anbieter</strong>, Kim Lo." in page.text
    assert '<a class="button' in page.text
    assert 'href="https://app.example/de"' in page.text
    assert "Welche Größe?" in text
    assert "So wie heute." in text
    assert "Was wir tun Arbeitsbereich einrichten Technik" in text
    assert "Bisher erledigt 1 Auftaktgespräch" in text
    for english in set(TEXTS) - {"h", "small"}:
        assert english not in page.text
    assert " small " not in text


async def test_an_answer_is_kept_in_the_words_of_the_map(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(step_done="kickoff", result="held")
    page = await visitor.get(world.plan())
    form = form_in(page, "/done")
    sent = await visitor.post(f"{world.plan()}/done", data={**form, "answers.size": "small"})

    assert "klein</label>" in page.text
    assert "told=" in sent.headers["location"]
    assert (await world.journey()).state["answers"]["connect"] == {"size": "small"}


async def test_what_can_be_taken_back_is_named_in_german_here_and_as_the_map_has_it_for_colleagues(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await world.tell(step_done="kickoff", result="held")
    form = form_in(await visitor.get(world.plan()), "/done")
    await visitor.post(f"{world.plan()}/done", data={**form, "answers.size": "small"})
    page = text_of(await visitor.get(world.plan()))

    assert "Ein Schritt ist erledigt: „Das erste System anbinden“" in page
    assert "Connect the first system" not in page
    assert "A step is done: “Connect the first system”" in text_of(await browser.get("/ops/customers/acme"))


async def test_a_colleague_reads_what_a_german_customer_proposed_in_the_words_of_the_map(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    path = f"{world.plan(SAM)}/agreement"
    page = text_of(await visitor.get(path))
    await other(visitor, path, 'id="step-set_up"', due="2026-03-30")

    assert "Arbeitsbereich einrichten" in page
    assert "Set up the workspace" not in page
    [title] = [each["title"] for each in (await world.journey()).state["added"].values()]
    assert title.startswith("Sam Poe proposes by Mon, Mar 30, 2026 instead of Set up the workspace: Solutions engineer")
    assert "Set up the workspace" in text_of(await browser.get(PATH))


async def test_a_proposal_that_is_refused_comes_back_with_a_german_sentence(
    world: World, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise IgnoredError(IgnoreReason.LIMIT)

    monkeypatch.setattr(agreement, "answer", refuse)
    page = await other(visitor, f"{world.plan(SAM)}/agreement", 'id="step-set_up"', note="Lieber später")

    assert page.status_code == 422
    assert "Diese Angabe können wir nicht verwenden." in text_of(page)
    assert "Lieber später" in page.text
    assert IgnoreReason.LIMIT not in text_of(page).split()


async def test_what_was_confirmed_is_shown_and_proved_in_german_and_kept_as_it_was_asked(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    question = text_of(await visitor.get(world.question()))
    await add(visitor, world.question(), value="8")
    plan, proof = text_of(await visitor.get(world.plan(SAM))), text_of(await visitor.get(f"{world.plan(SAM)}/proof"))

    assert "Berichte entstehen in der halben Zeit. Gesparte Stunden pro Woche: von 0 auf 10 Std." in question
    assert "Berichte entstehen in der halben Zeit." in plan
    assert (
        "Berichte entstehen in der halben Zeit. Gesparte Stunden pro Woche: von 0 auf 10 Std., wie vereinbart" in proof
    )
    assert "Reports are made" not in plan + proof
    assert [each.statement for each in await kept(world)] == ["Reports are made in half the time."]


async def test_a_forwarded_proof_and_its_document_are_in_the_words_of_whoever_opens_them(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), value="8")
    path = await share(world, visitor)
    for language, statement in (("de", "Berichte entstehen in der halben Zeit."), ("fr", "Reports are made in half")):
        accepts = {"accept-language": language}
        document = await visitor.get(f"{path}/pdf", headers=accepts)
        written = " ".join(PdfReader(BytesIO(document.content)).pages[0].extract_text().split())
        assert statement in text_of(await visitor.get(path, headers=accepts))
        assert statement in written
        assert ("8 Std." in written) is (language == "de")


async def test_the_mail_with_what_was_agreed_names_steps_figures_and_parts_in_german(
    world: World, browser: httpx.AsyncClient
) -> None:
    channel = RecordingChannel()
    world.journey_client.deliver_through(channel)
    await browser.post(f"{PATH}/mail", data=form_in(await browser.get(PATH), f"{PATH}/mail"))
    [text] = [each.text for each in channel.delivered if each.to_address == SAM]

    assert "Arbeitsbereich einrichten: Technik, bis Do., 5. März 2026" in text
    assert "- Berichte entstehen in der halben Zeit.\n  gesparte Stunden pro Woche: von 0 auf 10 Std.\n" in text
    assert "Kim Lo (Koordination)" in text
    assert [english for english in set(TEXTS) - {"h", "small"} if english in text] == []


async def test_a_mail_says_what_the_map_says_in_its_own_language(world: World) -> None:
    await to_the_question(world)
    async with world.store.reading() as session:
        texts = {row.subject: row.text for row in await session.scalars(select(MessageRow))}

    assert "Berichte entstehen in der halben Zeit. gesparte Stunden pro Woche http" in (
        texts["Ist es schneller?"] or ""
    )


async def test_an_invitation_names_the_meeting_in_german(world: World) -> None:
    channel = RecordingChannel()
    world.journey_client.deliver_through(channel)
    await world.tell(agreed={"kickoff": KICKOFF_AT})
    async with world.store.reading() as session:
        subjects = [row.subject for row in await session.scalars(select(MessageRow))]

    assert subjects
    assert all("Auftaktgespräch" in (subject or "") for subject in subjects)
    [file] = [each.calendar for each in channel.delivered if each.to_address == KIM]
    assert file is not None
    assert "SUMMARY:Auftaktgespräch" in file.content
    assert "Kickoff call" not in file.content
