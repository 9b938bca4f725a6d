"""What customers read is in their language: pages, forms, errors, dates and numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from milepost.customer import Contact
from milepost.store.tables import MessageRow
from tests.web.conftest import World, form_in, text_of
from tests.web.example import FILES, KIM, SAM, customer
from tests.web.test_portal import to_the_question
from tests.web.test_questions import complete

FINNISH = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Your next step"\nmsgstr "Seuraava askel"\n'
)


async def read_in(
    world: World,
    language: str | None,
    country: str | None = "DE",
    *,
    of_customer: str | None = None,
    name: str = "Kim Lo",
) -> None:
    """Kim reads a language."""
    sam = Contact("Sam Poe", SAM, ("sponsor",))
    kim = Contact(name, KIM, ("coordinator",), timezone="Europe/Berlin", language=language)
    await world.intake.upsert_customer(
        customer(contacts=(sam, kim), country=country, language=of_customer, attributes={"tier": "pilot"})
    )


async def test_a_german_reader_is_told_everything_in_german(world: World, visitor: httpx.AsyncClient) -> None:
    world.journey_client.let_people_undo(timedelta(minutes=5))
    await read_in(world, "de")
    await world.tell(step_done="kickoff", result="held")
    path = world.plan()
    page = await visitor.get(path)
    text = text_of(page)

    assert '<html lang="de">' in page.text
    assert "Worum es geht Reports are made in half the time. Ziel: 10 h, hours saved a week" in text
    assert "Getting started 2. März bis etwa" in text
    assert "Ihr nächster Schritt Connect the first system fällig am Mo., 9. März 2026" in text
    assert "Was wir tun Set up the workspace Solutions engineer · bis Do., 5. März 2026" in text
    assert "Bisher erledigt 1 Kickoff call" in text
    assert "Zeitzone der Termine: Mitteleuropäische Normalzeit." in text

    done = await visitor.post(f"{path}/done", data=form_in(page, "/done"))
    after = text_of(await visitor.get(done.headers["location"]))

    assert "Vielen Dank, wir haben das notiert." in after
    assert "Gerade eben Ein Schritt ist erledigt: „Connect the first system“ Bis 16:05 Uhr können Sie" in after
    assert "Zurücknehmen" in after


async def test_a_question_and_its_errors_are_in_the_language_of_who_is_asked(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    sam = Contact("Sam Poe", SAM, ("sponsor",), language="de-AT")
    await world.intake.upsert_customer(replace(customer(), contacts=(sam, Contact("Kim Lo", KIM, ("coordinator",)))))
    page = await visitor.get(world.question())
    hidden = form_in(page, "/answer")
    path = world.question().split("/outcomes/", maxsplit=1)[0]
    no_verdict = await visitor.post(f"{path}/answer", data=hidden)
    old_form = await visitor.post(f"{path}/answer", data={"form": "made-up", "verdict": "verified"})
    no_question = await visitor.get(f"{path}/outcomes/nothing")
    answered = await visitor.post(f"{path}/answer", data={**hidden, "verdict": "verified"})
    page_after = await visitor.get(answered.headers["location"])
    no_number = await complete(visitor, page_after, path, value="<b>viel</b>")

    assert "Trifft das zu?" in text_of(page)
    assert "Hours saved a week: von 0 auf 10 h, wie vereinbart" in text_of(page)
    assert "✓ Ja ◐ Teilweise ✗ Noch nicht" in text_of(page)
    assert "„&lt;b&gt;viel&lt;/b&gt;“ ist keine Zahl." in no_number.text
    assert "zum Beispiel 1.234,5." in text_of(no_number).replace("\u00a0", ".")
    assert "Die Antwort fehlt." in text_of(no_verdict)
    assert "Dieses Formular ist zu alt" in text_of(old_form)
    assert "Diese Frage gehört nicht zu Ihrem Plan." in text_of(no_question)
    assert "Sie haben am Mo., 2. März 2026 mit „Ja“ geantwortet." in text_of(page_after)


@pytest.mark.parametrize(
    ("contact", "of_customer", "accepts", "tag"),
    [
        ("de", "fr", "es", "de"),
        (None, "fr", "es", "fr"),
        (None, None, "es-MX,es;q=0.9", "es"),
        (None, None, "sv", "en"),
        (None, None, "", "en"),
        ("sv", "de", "es", "en"),
        ("pt-BR", None, "", "pt"),
        ("ja", None, "", "ja"),
    ],
)
async def test_the_contact_goes_before_the_customer_and_both_before_the_browser(
    world: World, visitor: httpx.AsyncClient, *, contact: str | None, of_customer: str | None, accepts: str, tag: str
) -> None:
    await read_in(world, contact, of_customer=of_customer)
    plan = await visitor.get(world.plan(), headers={"accept-language": accepts})
    preferences = await visitor.get(preferences_of(world), headers={"accept-language": accepts})

    assert [f'<html lang="{tag}"' in page.text for page in (plan, preferences)] == [True, True]


def preferences_of(world: World) -> str:
    return f"/preferences/{world.links.preferences_token('acme/1', KIM)}"


async def test_a_link_that_opens_nothing_is_explained_as_the_browser_asks(
    world: World, visitor: httpx.AsyncClient
) -> None:
    german = {"accept-language": "de-CH,de;q=0.9"}
    forged = await visitor.get("/plan/made-up", headers=german)
    nowhere = await visitor.get("/plan/made-up/and/more", headers=german)
    colleagues = await visitor.get("/nowhere", headers=german)

    assert "Dieser Link funktioniert nicht" in text_of(forged)
    assert '<html lang="de">' in forged.text
    assert "Unter dieser Adresse ist nichts zu finden. Bitte öffnen Sie den Link" in text_of(nowhere)
    assert "There is nothing at this address." in text_of(colleagues)
    assert '<html lang="en">' in colleagues.text


async def test_what_customers_are_told_of_errors_names_no_field_and_no_program(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await read_in(world, "de")
    response = await visitor.post(f"{world.plan()}/done", data={})

    assert response.status_code == 422
    assert "api" not in response.text.lower()
    assert "That didn't work; nothing was changed." in text_of(response)


async def test_the_preferences_are_chosen_in_german(world: World, visitor: httpx.AsyncClient) -> None:
    await read_in(world, "de")
    path = preferences_of(world)
    page = await visitor.get(path)
    hidden = form_in(page, path)
    nothing = await visitor.post(path, data=hidden)
    chosen = await visitor.post(path, data={**hidden, "mail": "essential"})

    assert "Welche E\u2011Mails möchten Sie von uns erhalten?" in text_of(page)
    assert "Alle E\u2011Mails bisherige Auswahl Ihre nächsten Schritte" in text_of(page)
    assert "Bitte treffen Sie eine Auswahl." in text_of(nothing)
    assert "Gespeichert. Ihre Auswahl gilt ab sofort." in text_of(await visitor.get(chosen.headers["location"]))


async def test_markup_in_a_name_stays_text_within_a_translated_sentence(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await read_in(world, "de", name="<script>alert(1)</script> %(who)s")
    page = await visitor.get(world.plan())

    assert "Im Moment ist nichts zu tun, &lt;script&gt;alert(1)&lt;/script&gt; %(who)s." in page.text
    assert "<script>" not in page.text


async def test_an_operators_folder_brings_a_language_in(
    world: World, visitor: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "fi.po").write_text(FINNISH)
    world.intake.context = replace(world.intake.context, languages_folder=tmp_path)
    await read_in(world, "fi", "FI")
    page = await visitor.get(world.plan())

    assert '<html lang="fi">' in page.text
    assert "Seuraava askel" in text_of(page)
    assert "What we do" in text_of(page)  # what it lacks is English


async def test_a_mail_is_framed_in_german_and_says_yes_in_german(empty_world: World) -> None:
    text = "---\nsubject: Bitte verbinden\n---\nBis {{ step.due | date }}; Test: {{ customer.trial }}\n"
    await empty_world.publish({**FILES, "messages/connect.de.md": text})
    sam, kim = customer().contacts
    await empty_world.add(
        replace(customer(contacts=(sam, replace(kim, language="de"))), attributes={"tier": "pilot", "trial": True})
    )
    await empty_world.tell(step_done="kickoff", result="held")
    async with empty_world.store.reading() as session:
        [message] = await session.scalars(select(MessageRow))

    text = "Bis 9. März 2026; Test: ja\n\n-- \nAntworten Sie einfach auf diese E\u2011Mail, um Ana Ruiz zu erreichen.\n"
    assert (message.text or "").startswith(f"{text}Ihr gemeinsamer Plan: http")
    assert "\nWeniger oder keine E\u2011Mails: http" in (message.text or "")
    assert '<html lang="de-US" dir="ltr">' in (message.html or "")
