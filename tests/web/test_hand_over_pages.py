"""Away and leaving, on pages: what would move, then all at once; who is away, and who stands in."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest
from sqlalchemy.orm import Session

from milepost.errors import MilepostError
from milepost.intake import hand_over_runs
from milepost.store import customers
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, BO, DAY, LEA, START, customer

GOOD = {"former": ANA, "to": BO}
DAYS = {**GOOD, "first_day": "2026-03-02", "last_day": "2026-03-04"}


async def look(browser: httpx.AsyncClient, **typed: str) -> httpx.Response:
    return await browser.get("/desk/hand-over", params=typed)


async def send(browser: httpx.AsyncClient, **typed: str) -> httpx.Response:
    return await browser.post("/desk/hand-over", data=form_in(await look(browser, **typed), "/desk/hand-over"))


async def test_first_it_shows_what_would_move_and_nothing_moves(world: World, browser: httpx.AsyncClient) -> None:
    before = await world.everything()
    page = text_of(await look(browser, **GOOD))
    for words in ("Ana Ruiz hands over to Bo Ek , for good", "1 customer", "1 open task, 1.5 hours", "Kickoff call"):
        assert words in page
    assert await world.everything() == before


async def test_then_all_at_once(world: World, browser: httpx.AsyncClient) -> None:
    response = await send(browser, **GOOD, introduce="yes")
    assert (response.status_code, response.headers["location"]) == (303, f"/desk/{BO}?told=handed_over")
    assert "Kickoff call" in text_of(await browser.get(response.headers["location"]))
    assert (await world.task("kickoff/1")).person == BO
    assert [row.kind for row in await world.timeline()].count("handed_over") == 1
    again = await browser.post("/desk/hand-over", data=form_in(await look(browser, **DAYS), "/desk/hand-over"))
    assert again.headers["location"] == "/desk/away?told=away"


async def test_sent_twice_it_moves_once_and_says_so(world: World, browser: httpx.AsyncClient) -> None:
    form, of_another_window = [form_in(await look(browser, **GOOD), "/desk/hand-over") for _ in range(2)]
    for sent, told in ((form, "?told=handed_over"), (form, "?told=handed_over"), (of_another_window, "?told=nothing")):
        response = await browser.post("/desk/hand-over", data=sent)
        assert told in response.headers["location"]
    assert [row.kind for row in await world.timeline()].count("handed_over") == 1


async def test_many_customers_go_over_behind_a_page_that_says_how_far_it_is(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        await world.add(customer(f"more-{number}"))
    monkeypatch.setattr(hand_over_runs, "BATCH", 1)
    path = (await send(browser, **GOOD)).headers["location"]
    assert path == "/desk/hand-over/1"
    page = await browser.get(path)
    assert "1 of 3 customers. This page shows by itself how far it is. You can close it" in text_of(page)
    assert 'data-live="2"' in page.text
    world.temporal_answers = False
    assert "The engine can\N{RIGHT SINGLE QUOTATION MARK}t be reached right now" in text_of(await browser.get(path))
    assert "Ana Ruiz to Bo Ek" in text_of(await browser.get("/desk/hand-over"))
    assert "goes on" in text_of(await browser.get("/desk/hand-over"))

    assert await hand_over_runs.go_on(world.intake.context, 1) == 2

    page = await browser.get(path)
    assert "3 customers went over" in text_of(page)
    assert "data-live" not in page.text
    assert "goes on" not in text_of(await browser.get("/desk/hand-over"))
    assert [row.kind for row in await world.timeline()].count("handed_over") == 1


async def test_who_stayed_is_named_with_the_reason_and_the_rest_can_be_sent_again(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.add(customer("other"))
    hand_over = customers.hand_over

    def fail_at_other(session: Session, name: str, *rest: object) -> bool:
        if name == "other":
            raise MilepostError("Somebody stands on the line.")
        return hand_over(session, name, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(customers, "hand_over", fail_at_other)
        path = (await send(browser, **GOOD)).headers["location"]
    page = await browser.get(path)
    assert "1 customer went over" in text_of(page)
    assert "1 stayed with Ana Ruiz." in text_of(page)
    assert "other : Somebody stands on the line." in text_of(page)
    again = re.search(r'href="(/desk/hand-over\?[^"]+)"', page.text)
    assert again is not None
    form = form_in(await browser.get(unescape(again[1])), "/desk/hand-over")
    response = await browser.post("/desk/hand-over", data=form)
    assert response.headers["location"].endswith("handed_over")


async def test_a_hand_over_that_there_is_not_is_said_to_be_none(world: World, browser: httpx.AsyncClient) -> None:
    response = await browser.get("/desk/hand-over/7")
    assert response.status_code == 404
    assert "There is no hand-over 7." in text_of(response)


async def test_an_absence_is_on_both_desks_and_in_the_list_until_it_is_over(
    world: World, browser: httpx.AsyncClient
) -> None:
    assert (await send(browser, **DAYS)).headers["location"] == "/desk/away?told=away"
    bos = text_of(await browser.get(f"/desk/{BO}"))
    assert "Kickoff call" in bos
    assert "For Ana Ruiz, away until Wed 4 Mar 2026" in bos
    anas = text_of(await browser.get(f"/desk/{ANA}"))
    assert "You are away until Wed 4 Mar 2026. Bo Ek stands in" in anas
    assert "With Bo Ek: Ana Ruiz is away until Wed 4 Mar 2026" in anas
    assert "Bo Ek stands in." in text_of(await browser.get("/desk/away"))

    await world.move_to(START + 3 * DAY)
    assert "Kickoff call" not in text_of(await browser.get(f"/desk/{BO}"))
    assert "Nobody is away." in text_of(await browser.get("/desk/away"))


async def test_back_early(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, **DAYS)
    listed = await browser.get("/desk/away")
    response = await browser.post("/desk/away/1/end", data=form_in(listed, "/desk/away/1/end"))
    assert response.headers["location"] == "/desk/away?told=back"
    assert "Kickoff call" not in text_of(await browser.get(f"/desk/{BO}"))


async def test_changed_and_what_is_wrong_stands_in_the_form(world: World, browser: httpx.AsyncClient) -> None:
    await send(browser, **DAYS)
    action = "/desk/away/1/change"
    form = form_in(await browser.get("/desk/away"), action)
    wrong = {"delegate": LEA, "first_day": "2026-03-08", "last_day": "2026-03-06"}
    response = await browser.post(action, data={**form, **wrong})
    assert response.status_code == 422
    assert "The last day, 2026-03-06, is before the first" in text_of(response)
    assert f'value="{LEA}"' in response.text
    right = {"delegate": LEA, "first_day": "2026-03-02", "last_day": "2026-03-06"}
    assert (await browser.post(action, data={**form, **right})).status_code == 303
    assert "Kickoff call" in text_of(await browser.get(f"/desk/{LEA}"))


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"to": "bo"}, "to", "Write a mail address."),
        ({"former": "anna@vendor.example"}, "former", "Did you mean"),
        ({"to": ANA}, "to", "can't hand over to themselves"),
        ({"customers": "nobody"}, "customers", "Unknown customer"),
        ({"first_day": "2026-03-02"}, "last_day", "Write the last day"),
        ({"first_day": "2026-03-04", "last_day": "2026-03-03"}, "last_day", "before the first"),
        ({"first_day": "2026-02-04", "last_day": "2026-02-05"}, "last_day", "is over"),
    ],
)
async def test_an_error_stands_in_its_field_with_what_was_typed(
    world: World, browser: httpx.AsyncClient, typed: dict[str, str], field: str, says: str
) -> None:
    response = await look(browser, **GOOD | typed)
    assert response.status_code == 422
    place = response.text.index(f'id="{field}-error"')
    assert says.replace("'", "&#39;") in response.text[place : place + 200]
    for value in typed.values():
        assert f'value="{value}"' in response.text
    assert "Show what would move" in response.text


async def test_whoever_has_not_signed_in_may_look_and_not_act(world: World, visitor: httpx.AsyncClient) -> None:
    assert "Say who you are" in text_of(await look(visitor, **GOOD))
    response = await visitor.post("/desk/hand-over", data={"form": "x", **GOOD})
    assert response.headers["location"].startswith("/sign-in")
    await sign_in(visitor, BO)
    assert (await visitor.post("/desk/hand-over", data={"form": "x", **GOOD})).status_code == 403
    assert (await world.task("kickoff/1")).person == ANA
