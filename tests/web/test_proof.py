"""The proof: what was agreed and confirmed, shown by a link that somebody can end, naming who agreed to it."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import httpx
import pytest
from pypdf import PdfReader

from milepost.intake.renames import rename
from milepost.store import messages
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, DAY, FILES, KIM, SAM, customer
from tests.web.test_portal import to_the_question
from tests.web.test_questions import add, answer


async def share(world: World, visitor: httpx.AsyncClient, who: str = SAM) -> str:
    """Makes a link to forward, and returns its path."""
    path = f"{world.plan(who)}/proof"
    told = await visitor.post(f"{path}/share", data=form_in(await visitor.get(path), "/share"))
    match = re.search(r'value="https?://[^/]+(/proof/[^"]+)"', (await visitor.get(told.headers["location"])).text)
    assert match
    return match[1]


async def test_what_is_agreed_and_not_there_yet_is_said(world: World, visitor: httpx.AsyncClient) -> None:
    page = text_of(await visitor.get(f"{world.plan(SAM)}/proof"))

    assert "Nothing is confirmed yet." in page
    assert "Agreed, and still to come Reports are made in half the time. Hours saved a week: from 0 to 10 h" in page


async def test_a_confirmed_result_says_what_when_and_by_whom(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), value="8", comment="Since May", named="yes")
    page = text_of(await visitor.get(f"{world.plan(SAM)}/proof"))

    assert "✓ Confirmed: 8 h Sam Poe, Mon, Mar 2, 2026 Since May" in page
    assert "still to come" not in page


async def test_who_did_not_agree_is_neither_named_nor_quoted(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), value="8", comment="Since May")
    page = await visitor.get(await share(world, visitor))

    assert "✓ Confirmed: 8 h Said by the customer, Mon, Mar 2, 2026" in text_of(page)
    for secret in ("Sam", "Poe", "Kim", SAM, "Since May", "Ana"):
        assert secret not in page.text


async def test_a_forwarded_link_opens_the_results_and_nothing_else(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), value="8")
    path = await share(world, visitor)
    before = await world.everything()
    page = await visitor.get(path)

    assert page.status_code == 200
    assert "<form" not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]
    token = path.removeprefix("/proof/")
    assert (await visitor.get(f"/plan/{token}")).status_code == 410
    assert (await visitor.get(f"/plan/{token}/proof")).status_code == 410
    assert (await visitor.post(path, data={})).status_code == 405
    assert await world.everything() == before


async def test_a_link_ends_when_somebody_says_so(world: World, visitor: httpx.AsyncClient) -> None:
    path = await share(world, visitor)
    own = f"{world.plan(SAM)}/proof"
    ended = await visitor.post(f"{own}/end", data=form_in(await visitor.get(own), "/end"))

    assert "The link opens nothing any more." in text_of(await visitor.get(ended.headers["location"]))
    gone = await visitor.get(path)
    assert gone.status_code == 410
    assert "Whoever gave it to you has ended it." in text_of(gone)


async def test_only_ones_own_links_are_shown_and_ended(world: World, visitor: httpx.AsyncClient) -> None:
    path = await share(world, visitor)
    of_kim = await visitor.get(f"{world.plan(KIM)}/proof")
    assert "/proof/end" not in of_kim.text
    form = form_in(await visitor.get(f"{world.plan(SAM)}/proof"), "/end")
    assert (await visitor.post(f"{world.plan(KIM)}/proof/end", data=form)).status_code == 403
    assert (await visitor.get(path)).status_code == 200


async def test_a_colleague_sees_links_that_were_forwarded_and_can_end_them(
    world: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    path = await share(world, visitor)
    page = await browser.get("/ops/customers/acme?tab=people")
    assert "A link to the results was made that may be forwarded" in text_of(
        await browser.get("/ops/customers/acme?tab=history")
    )
    form = {**form_in(page, "/void-link"), "link": path.removeprefix("/proof/").partition(".")[0]}
    await browser.post("/ops/customers/acme/void-link", data={**form, "reason": "They asked for it"})

    assert (await visitor.get(path)).status_code == 410


async def test_over_the_years_the_results_of_every_journey_stand_there(
    world: World, visitor: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), value="8", named="yes")
    await world.tell(ended="completed")
    before = text_of(await visitor.get(f"{world.plan(SAM)}/proof"))
    assert "Confirmed: 8 h Sam Poe, Mon, Mar 2, 2026" in before

    world.at += 300 * DAY
    enters = {"stage": "start", "done": {"kickoff": {"result": "held"}}}
    again = {"again": "The second year", "by": ANA, "enters": enters}
    assert (await api.post("/api/v1/customers/acme/journeys", json=again)).status_code == 201
    await world.tell(event="connected")
    await world.tell(answer="faster", verdict="partial", by=SAM, value=9, method="portal")
    after = text_of(await visitor.get(f"{world.plan(SAM, 'acme/2')}/proof"))

    assert "Confirmed: 8 h Sam Poe, Mon, Mar 2, 2026" in after
    assert "Partly confirmed: 9 h" in after


@pytest.mark.parametrize("change", [lambda path: path[:-1], lambda path: path + "x", lambda _: "/proof/abc"])
async def test_a_forged_link_opens_nothing(world: World, visitor: httpx.AsyncClient, change) -> None:
    path = await share(world, visitor)

    assert (await visitor.get(change(path))).status_code == 403


async def test_after_the_end_a_link_opens_the_proof_for_a_year_and_then_says_kindly_that_it_is_gone(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), value="8", comment="Since May", named="yes")
    plan = world.plan(SAM)
    forwarded = await share(world, visitor)
    await world.tell(ended="completed")

    world.at += 364 * DAY
    own, document = await visitor.get(f"{plan}/proof"), await visitor.get(f"{plan}/proof/pdf")
    assert "✓ Confirmed: 8 h Sam Poe, Mon, Mar 2, 2026 Since May" in text_of(own)
    assert f'href="{plan}/proof"' in (await visitor.get(plan)).text
    assert "8 h" in PdfReader(BytesIO(document.content)).pages[0].extract_text()
    world.at += 2 * DAY
    for path in (plan, f"{plan}/proof", f"{plan}/proof/pdf"):
        gone = await visitor.get(path)
        assert gone.status_code == 410
        assert "This plan was finished more than a year ago" in text_of(gone)
        assert "reply to any of our messages, and we will send them to you." in text_of(gone)
        assert "Acme" not in gone.text
    assert "✓ Confirmed: 8 h" in text_of(await visitor.get(forwarded))  # it goes on until somebody ends it


async def test_the_document_says_the_same(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), value="8", comment="Läuft “rund” — seit Mai", named="yes")
    document = await visitor.get(f"{await share(world, visitor)}/pdf")

    assert document.headers["content-type"] == "application/pdf"
    assert document.headers["content-disposition"].startswith("attachment")
    reader = PdfReader(BytesIO(document.content))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for part in (
        "Acme Ltd",
        "Reports are made in half the time.",
        "Confirmed: 8 h",
        "Sam Poe",
        "Läuft “rund” — seit Mai",
    ):
        assert part in text
    assert len(reader.pages) == 1


async def test_letters_that_the_document_lacks_are_left_to_the_browser(
    world: World, visitor: httpx.AsyncClient
) -> None:
    sam, kim = customer().contacts
    await world.intake.upsert_customer(customer(name="株式会社アクメ", contacts=(replace(sam), kim)))
    path = f"{world.plan(SAM)}/proof"

    assert "Download as a PDF" not in text_of(await visitor.get(path))
    assert (await visitor.get(f"{path}/pdf")).status_code == 409


async def test_a_partial_result_is_shown_as_partial(world: World, visitor: httpx.AsyncClient) -> None:
    await to_the_question(world)
    await answer(visitor, world.question(), verdict="partial")

    assert "◐ Partly confirmed" in text_of(await visitor.get(f"{world.plan(SAM)}/proof"))


async def test_a_mail_may_lead_to_the_results(empty_world: World) -> None:
    text = FILES["messages/connect.md"].replace("plan_url", "proof_url")
    await empty_world.publish({**FILES, "messages/connect.md": text})
    await empty_world.add()
    await empty_world.tell(step_done="kickoff", result="held")
    async with empty_world.store.reading() as session:
        rows = [line.message for line in (await messages.outbox(session, customer="acme")).lines]
    [row] = [each for each in rows if each.html and each.link]
    assert f"/plan/{row.link}/proof" in str(row.html)  # stored without its signature, as every link is

    async with empty_world.client() as visitor:
        assert (await visitor.get(f"/plan/{row.link}/proof")).status_code == 403
        page = await visitor.get(f"/plan/{empty_world.links.token(str(row.link))}/proof")
    assert "Agreed, and still to come" in text_of(page)


async def test_colleagues_see_the_same_results_and_make_links_to_them(
    world: World, visitor: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await add(visitor, world.question(), value="8", comment="Since May", named="yes")
    path = "/ops/customers/acme/proof"
    page = await browser.get(path)
    assert "✓ Confirmed: 8 h Sam Poe, Mon, Mar 2, 2026 Since May" in text_of(page)
    assert (await browser.get(f"{path}/pdf")).content.startswith(b"%PDF")

    made = await browser.post("/ops/customers/acme/share-results", data=form_in(page, "/share-results"))
    after = await browser.get(made.headers["location"])
    match = re.search(r'value="https?://[^/]+(/proof/[^"]+)"', after.text)
    assert match
    assert "by Ana Ruiz" in text_of(after)
    assert "Confirmed: 8 h" in text_of(await visitor.get(match[1]))
    assert "results works made" in text_of(await browser.get("/ops/customers/acme?tab=people"))


async def test_an_earlier_id_leads_colleagues_to_the_results(world: World, browser: httpx.AsyncClient) -> None:
    path = "/ops/customers/acme/proof"
    form = form_in(await browser.get(path), "/share-results")
    await rename(world.intake.context, "acme", "acme-ltd", by=ANA)

    moved, pdf, shared = [
        await browser.get(path),
        await browser.get(f"{path}/pdf"),
        await browser.post("/ops/customers/acme/share-results", data=form),
    ]

    assert moved.headers["location"] == "/ops/customers/acme-ltd/proof"
    assert (pdf.status_code, shared.headers["location"]) == (200, "/ops/customers/acme-ltd/proof?told=shared")
    assert "Unknown customer 'nobody'" in text_of(await browser.get("/ops/customers/nobody/proof"))


async def test_a_playbook_leads_colleagues_to_the_results(world: World, browser: httpx.AsyncClient) -> None:
    playbook = FILES["playbooks/kickoff.md"] + "\n[The results]({{ proof_url }})\n"
    await world.publish({**FILES, "playbooks/kickoff.md": playbook})
    await world.add(customer(id="other", name="Other Ltd"))
    page = await browser.get("/desk/ana.ruiz%40vendor.example?journey=other/1&task=kickoff/1")

    assert "/ops/customers/other/proof" in page.text
