"""The sheets of a workbook on the page of an import, each with a mapping that is proposed for it."""

from __future__ import annotations

import re
from html import unescape

import httpx

from tests.web.conftest import World, text_of
from tests.web.example import ANA
from tests.web.test_import_pages import post, row_of, send, work, workbook

COVER = [["Customers of Vendor", ""], ["Prepared by", "Ana Ruiz"]]
ON_SHEET = [["Customer number", "Name", "Company owner"], ["1", "Müller", "Ana Ruiz"], ["2", "Meier", "Ana Ruiz"]]


def text_in(page: httpx.Response) -> str:
    """Returns the mapping that stands in the field of a page."""
    return unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)[1])  # type: ignore[index]


async def chosen(client: httpx.AsyncClient, path: str, **values: str | list[str]) -> httpx.Response:
    """Sends the form with which the page asks how the file is read, changed by the values."""
    page = await client.get(path)
    shown = {"shown_choice": re.search(r'name="shown_choice" value="([^"]*)"', page.text)[1]}  # type: ignore[index]
    return await post(client, path, "choose", **{**shown, "mapping": text_in(page), **values})  # type: ignore[arg-type]


async def test_a_workbook_opens_with_the_sheet_that_has_a_table(world: World, browser: httpx.AsyncClient) -> None:
    path = str((await send(browser, workbook(Cover=COVER, Book=ON_SHEET), "b.xlsx")).headers["location"])
    assert (await row_of(world, path)).options["sheet"] == "Book"


async def test_a_proposal_with_gaps_is_kept_for_the_sheet_that_was_chosen(
    world: World, browser: httpx.AsyncClient
) -> None:
    cover = [["Customers of Vendor", "Status"], ["Prepared by", "Ana Ruiz"]]
    data = workbook(Cover=cover, Empty=[], Book=ON_SHEET)
    path = str((await send(browser, data, "b.xlsx")).headers["location"])
    page = await browser.get(path)
    assert "see there: no column looks like an id, which a mapping needs; add one" in text_of(page)
    assert 'id="mapping-wrong"' not in page.text  # nobody has typed anything yet
    assert "If the customers are on another sheet, choose it above." in text_of(page)
    assert "Dry run: see" not in text_of(page)

    typed = text_in(page) + "# mine\n"
    edited = await chosen(browser, path, choice="proposed", sheet="Book", mapping=typed)
    assert edited.status_code == 422
    assert "# mine" in text_in(edited)
    assert 'name="shown_choice" value="edited"' in edited.text
    again = {"choice": "proposed", "shown_choice": "edited", "sheet": "Book", "mapping": typed}
    assert (await chosen(browser, path, **again)).status_code == 303

    page = await browser.get(path)
    assert '"Customer number": id' in text_in(page)
    assert 'id="mapping-wrong"' not in page.text
    assert "once the colleagues above have their addresses" in text_of(page)
    filled = await chosen(browser, path, choice="proposed", sheet="Book", colleague=["Ana Ruiz"], address=[ANA])
    assert filled.status_code == 303, text_of(filled)
    await post(browser, path, "look")
    await work(world, path)
    assert "2 new customers" in text_of(await browser.get(path))


async def test_another_sheet_gets_a_proposal_of_its_own(world: World, browser: httpx.AsyncClient) -> None:
    other = [["Kundennummer", "Firma"], ["7", "Bolt"]]
    path = str((await send(browser, workbook(Book=ON_SHEET, Other=other), "b.xlsx")).headers["location"])
    sent = await chosen(browser, path, choice="proposed", sheet="Other", colleague=["Ana Ruiz"], address=[ANA])
    assert sent.status_code == 303, text_of(sent)
    assert (await row_of(world, path)).options == {"choice": "proposed", "sheet": "Other"}
    assert "Bolt row 2" in text_of(await browser.get(path))
