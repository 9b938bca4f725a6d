"""Links that get around: forwarded results, programs that check mail, and names that are more than names."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from html import unescape
from io import BytesIO

import httpx
from pypdf import PdfReader

from milepost.store import messages
from milepost.web.portal.throttle import GUESSES
from tests.web.conftest import World, form_in, text_of
from tests.web.example import KIM, SAM, customer
from tests.web.test_link_guesses import ELSEWHERE, everything
from tests.web.test_portal import to_the_question
from tests.web.test_proof import share

MARKUP = '<img src=x onerror="alert(1)"><b>Acme</b> & {{ 7 * 7 }}'


async def mails(world: World) -> list[str]:
    """The HTML of all mails, with the links that their readers can follow."""
    async with world.store.reading() as session:
        rows = [line.message for line in (await messages.outbox(session, customer="acme")).lines]
    found = []
    for row in rows:
        if row.html and row.link:
            preferences = world.links.preferences_token("acme/1", row.contact)
            html = row.html.replace(f"/plan/{row.link}", f"/plan/{world.links.token(row.link)}")
            found.append(html.replace(f"/preferences/{row.link}", f"/preferences/{preferences}"))
    assert found
    return found


async def test_two_hundred_guesses_at_results_bar_their_client_alone(world: World, visitor: httpx.AsyncClient) -> None:
    good = await share(world, visitor)
    async with world.client(from_=ELSEWHERE) as guesser:
        tries = [guesser.get(f"/proof/{number:014d}.{'A' * 43}") for number in range(200)]
        statuses = [response.status_code for response in await asyncio.gather(*tries)]
        barred = await guesser.get(good)

    assert (statuses.count(403), statuses.count(429)) == (GUESSES, 200 - GUESSES)
    assert barred.status_code == 429
    assert (await visitor.get(good)).status_code == 200


async def test_results_that_many_people_of_one_office_open_are_no_guesses(
    world: World, visitor: httpx.AsyncClient
) -> None:
    path = await share(world, visitor)

    assert {(await visitor.get(path)).status_code for _ in range(GUESSES + 5)} == {200}


async def test_a_program_that_opens_every_link_of_every_mail_changes_nothing(world: World) -> None:
    await to_the_question(world)
    links = {unescape(link) for html in await mails(world) for link in re.findall(r'href="(http[^"]+)"', html)}
    assert {link.split("/")[3] for link in links} == {"plan", "preferences"}
    assert any("/outcomes/" in link for link in links)
    before = await everything(world)
    async with world.client(from_=ELSEWHERE) as scanner:
        for link in sorted(links):
            statuses = [(await scanner.request(method, link)).status_code for method in ("HEAD", "GET", "GET")]
            assert statuses[1:] == [200, 200]
            assert statuses[0] in (200, 405)

    assert await everything(world) == before


async def test_a_name_with_markup_stays_a_name(world: World, visitor: httpx.AsyncClient) -> None:
    sam, kim = customer().contacts
    people = (replace(sam, name=MARKUP), replace(kim, name=MARKUP))
    await world.intake.upsert_customer(customer(name=MARKUP, contacts=people))
    await to_the_question(world)
    path = await share(world, visitor)
    own = [await visitor.get(each) for each in (world.plan(KIM), world.question(), f"{world.plan(SAM)}/proof", path)]

    for page in own:
        assert page.status_code == 200
        assert "Acme & {{ 7 * 7 }}" not in page.text
        assert "<img" not in page.text
        assert MARKUP in text_of_escaped(page)
    written = await mails(world)
    assert any("<title>" in html and "onerror=" in html for html in written)
    for html in written:
        assert "<img" not in html
        assert "49" not in html.partition("<title>")[2].partition("</title>")[0]
    document = await visitor.get(f"{path}/pdf")
    assert MARKUP in " ".join(PdfReader(BytesIO(document.content)).pages[0].extract_text().split())


def text_of_escaped(page: httpx.Response) -> str:
    return unescape(page.text)


async def test_an_answer_that_is_sent_twice_at_once_counts_once(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    form = {**form_in(await visitor.get(world.question()), "/answer"), "verdict": "verified"}
    both = await asyncio.gather(*(visitor.post(f"{world.plan(SAM)}/answer", data=form) for _ in range(2)))

    assert {response.status_code for response in both} == {303}
    assert len(await world.answers()) == 1


async def test_what_a_scanner_sees_of_a_shared_result_is_what_everybody_sees(
    world: World, visitor: httpx.AsyncClient
) -> None:
    path = await share(world, visitor)
    before = await everything(world)
    async with world.client(from_=ELSEWHERE) as scanner:
        for method in ("HEAD", "GET"):
            await scanner.request(method, path)
            await scanner.request(method, f"{path}/pdf")
        shown = text_of(await scanner.get(path))

    assert shown == text_of(await visitor.get(path))
    assert await everything(world) == before
