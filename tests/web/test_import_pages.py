"""The pages of an import, from the upload to the account; a worker in this process goes on with it."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import httpx
import pytest
from openpyxl import Workbook

from milepost import limits
from milepost.intake import import_runs
from milepost.intake.contact_erasure import forget_contact
from milepost.intake.import_erasure import REMOVED
from milepost.store import customers, imports
from milepost.store.import_tables import ImportRow
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, BO, SAM, customer

IMPORTS = "/ops/imports"
HEADINGS = "id,name,timezone,tier,contacts,team"
ROW = "c{0},Kunde {0} & Söhne,Europe/Berlin,pilot,Sam Poe <sam{0}@c.example> sponsor+coordinator,csm=" + ANA
BOOK = "\n".join([HEADINGS, *map(ROW.format, range(6)), "bad,Bad,Nowhere/At_All,pilot,,"])
SINCE = ("enters.since", *("2025-12-01",) * 7)
OURS = "Customer number;Name;Tier;Company owner\n1;Müller;pilot;Ana Ruiz\n2;Meier;pilot;Bo Ek\n"


async def send(
    client: httpx.AsyncClient, book: bytes | str = BOOK, name: str = "book.csv", contacts: bytes | None = None
) -> httpx.Response:
    """Sends a file, as the form of the page does."""
    hidden = form_in(await client.get(IMPORTS), IMPORTS)
    files = {"book": (name, book if isinstance(book, bytes) else book.encode())}
    if contacts is not None:
        files["contacts"] = ("contacts.csv", contacts)
    return await client.post(IMPORTS, data=hidden, files=files)


async def post(client: httpx.AsyncClient, path: str, action: str, **values: str) -> httpx.Response:
    hidden = form_in(await client.get(path), action)
    return await client.post(f"{path}/{action}", data={**hidden, **values})


async def work(world: World, path: str) -> None:
    """Lets a worker go on until there is nothing to do."""
    number = int(path.rpartition("/")[2])
    while (await import_runs.go_on(world.intake, number, lambda: None)).seconds is not None:
        pass


async def row_of(world: World, path: str) -> ImportRow:
    async with world.store.reading() as session:
        return await imports.get(session, int(path.rpartition("/")[2]))


async def uploaded(client: httpx.AsyncClient, book: bytes | str = BOOK) -> str:
    response = await send(client, book)
    assert response.status_code == 303
    return str(response.headers["location"])


async def test_a_file_is_sent_looked_at_imported_and_accounted_for(world: World, browser: httpx.AsyncClient) -> None:
    path = await uploaded(browser)
    draft = await browser.get(path)
    assert "Kunde 0 & Söhne row 2" in text_of(draft)
    assert "File How it is read Dry run Import" in text_of(draft)  # numbered as a list is
    assert "data-live" not in draft.text

    await post(browser, path, "look")
    looking = await browser.get(path)
    assert "0 of about 7 rows" in text_of(looking)
    assert 'data-live="2"' in looking.text
    before = await world.everything()
    await work(world, path)
    assert await world.everything() == before

    looked = text_of(await browser.get(path))
    assert "6 new customers" in looked
    assert "1 row refused" in looked
    assert "timezone 1 " in looked
    assert "Ana Ruiz Customer success manager Kickoff call (6) 6 6 9.0" in looked
    assert "Nobody is Solutions engineer at 6 customers (Pilot customers): 1 task of theirs goes to every" in looked
    assert "Go: import 6 rows" in looked
    plan = (await browser.get(f"{path}/plan.csv")).text
    assert {row["what"] for row in csv.DictReader(io.StringIO(plan.removeprefix("\ufeff")))} == {"task"}

    await post(browser, path, "go")
    assert "It waits for its turn" in text_of(await browser.get(path))
    await work(world, path)

    done = await browser.get(path)
    assert "6 new 0 changed 0 as they were 6 journeys began" in text_of(done)
    assert "data-live" not in done.text
    refused = await browser.get(f"{path}/refused.csv")
    assert refused.headers["content-disposition"] == 'attachment; filename="book.refused.csv"'
    assert [row["id"] for row in csv.DictReader(io.StringIO(refused.text.removeprefix("\ufeff")))] == ["bad"]
    listed = text_of(await browser.get(IMPORTS))
    assert "book.csv Ana Ruiz" in listed
    assert "6 new, 6 journeys began, 1 refused" in listed


async def test_a_customer_who_may_be_there_already_is_said_before_and_after(
    world: World, browser: httpx.AsyncClient
) -> None:
    await world.add()
    path = await uploaded(browser, f"{HEADINGS}\ncrm-1,ACME,Europe/Berlin,pilot,,\n".replace("ACME", customer().name))
    await post(browser, path, "look")
    await work(world, path)
    assert f"'crm-1' ({customer().name}) may be the same as '{customer().id}'" in text_of(await browser.get(path))
    await post(browser, path, "go")
    await work(world, path)
    assert "milepost merge ID STORED_ID --dry-run" in text_of(await browser.get(path))


async def test_a_form_that_is_sent_twice_is_one_import(world: World, browser: httpx.AsyncClient) -> None:
    hidden = form_in(await browser.get(IMPORTS), IMPORTS)
    sent = [await browser.post(IMPORTS, data=hidden, files={"book": ("book.csv", BOOK.encode())}) for _ in range(2)]
    assert {each.headers["location"] for each in sent} == {f"{IMPORTS}/1"}

    path = f"{IMPORTS}/1"
    await post(browser, path, "look")
    await work(world, path)
    go = form_in(await browser.get(path), "go")
    first, second = [await browser.post(f"{path}/go", data=go) for _ in range(2)]
    assert (first.status_code, second.status_code) == (303, 409)
    await work(world, path)
    async with world.store.reading() as session:
        assert len(await customers.ids(session)) == 7


async def test_a_proposal_asks_for_addresses_and_is_read_with_them(world: World, browser: httpx.AsyncClient) -> None:
    path = await uploaded(browser, OURS.encode("cp1252"))
    page = await browser.get(path)
    assert "Addresses of colleagues whom the file only names" in text_of(page)
    assert "once the colleagues above have their addresses" in text_of(page)
    assert "Dry run: see" not in text_of(page)
    mapping = unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)[1])  # type: ignore[index]

    values = {"choice": "proposed", "mapping": mapping, "colleague": ["Ana Ruiz", "Bo Ek"], "address": [ANA, BO]}
    chosen = await post(browser, path, "choose", **values)  # type: ignore[arg-type]
    assert chosen.status_code == 303, text_of(chosen)

    shown = await browser.get(path)
    assert "Müller row 2" in text_of(shown)
    assert f"Customer success manager Bo Ek <{BO}>" in text_of(shown)
    assert "As it is written below" in shown.text
    await post(browser, path, "look")
    await work(world, path)
    assert "2 new customers" in text_of(await browser.get(path))


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    world: World, browser: httpx.AsyncClient
) -> None:
    path = await uploaded(browser)
    text = "mapping: Ours\ncolumns: {id: id, name: nam}\n# <mine>"
    values = {"choice": "edited", "mapping": text, "since": "soon", "stage": "start", "encoding": "cp1252"}
    wrong = await post(browser, path, "choose", **values)

    assert wrong.status_code == 422
    assert "Line 2: 'nam' is no field of a customer; did you mean 'name'?" in text_of(wrong)
    assert "The first rows, as they would be read" not in text_of(wrong)  # they'd be those of what was kept before
    told = 'aria-invalid="true" aria-describedby="since-wrong"'
    for part in ("# &lt;mine&gt;", 'value="soon"', '<option value="cp1252" selected>', 'id="since-wrong"', told):
        assert part in wrong.text
    assert (await row_of(world, path)).options == {"choice": "own"}
    for choice in ("nonsense", "hubspot"):
        answer = await post(browser, path, "choose", choice=choice)
        assert answer.status_code == (422 if choice == "nonsense" else 303)
    assert "The file has no column 'Record ID', which the mapping needs" in text_of(await browser.get(path))


async def test_an_encoding_is_chosen_by_hand(world: World, browser: httpx.AsyncClient) -> None:
    path = await uploaded(browser, "id,name\nc1,Ødegård\n".encode("latin-1") + b"c2,\x80\n")
    await post(browser, path, "choose", choice="own", encoding="latin-1")
    assert "Ødegård" in text_of(await browser.get(path))
    await post(browser, path, "choose", choice="own", encoding="utf-16")
    assert "The file isn't written in UTF-16." in text_of(await browser.get(path))


@pytest.mark.parametrize(
    ("book", "name", "words"),
    [
        (b"", "empty.csv", "The file 'empty.csv' is empty."),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "a.png", "neither a text (CSV) nor a workbook (XLSX)"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "b.xlsx", "protected by a password"),
        (b"id\n" + b"x\n" * (limits.UPLOAD // 2 + limits.FORM), "c.csv", "The files have more than 20 MB together."),
    ],
)
async def test_a_file_that_cannot_be_taken_says_why_beside_its_field(
    world: World, browser: httpx.AsyncClient, book: bytes, name: str, words: str
) -> None:
    response = await send(browser, book, name)

    assert response.status_code == (413 if len(book) > limits.UPLOAD else 422)
    assert words in text_of(response)
    assert 'aria-describedby="book-hint book-wrong"' in response.text
    async with world.store.reading() as session:
        assert await imports.latest(session, limit=1) == []


async def test_a_file_without_its_length_is_limited_too(browser: httpx.AsyncClient) -> None:
    hidden = form_in(await browser.get(IMPORTS), IMPORTS)["form"]
    head = f'--b\r\nContent-Disposition: form-data; name="form"\r\n\r\n{hidden}\r\n--b\r\n'
    head += 'Content-Disposition: form-data; name="book"; filename="book.csv"\r\n\r\nid\n'

    async def body() -> object:
        yield head.encode()
        for _ in range(22):
            yield b"x\n" * (1 << 19)
        yield b"\r\n--b--\r\n"

    headers = {"content-type": "multipart/form-data; boundary=b"}
    response = await browser.post(IMPORTS, content=body(), headers=headers)  # type: ignore[arg-type]

    assert response.status_code == 413
    assert "more than 20 MB" in text_of(response)


async def test_no_file_a_third_file_and_a_broken_body_are_refused(browser: httpx.AsyncClient) -> None:
    hidden = form_in(await browser.get(IMPORTS), IMPORTS)
    none = await browser.post(IMPORTS, data=hidden, files={"contacts": ("c.csv", b"x")})
    assert (none.status_code, "No file was chosen" in text_of(none)) == (422, True)
    three = [("book", ("b.csv", b"id\n1")) for _ in range(3)]
    assert (await browser.post(IMPORTS, data=hidden, files=three)).status_code == 400
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert (await browser.post(IMPORTS, content=b"--c nonsense", headers=headers)).status_code in (400, 403)


async def test_forms_of_somebody_else_do_nothing(world: World, browser: httpx.AsyncClient) -> None:
    path = await uploaded(browser)
    token = form_in(await browser.get(path), "look")
    async with world.client() as other:
        assert (await other.post(f"{path}/look", data=token)).headers["location"].startswith("/sign-in")
        assert (
            (await other.post(IMPORTS, files={"book": ("b.csv", b"id\n1")})).headers["location"].startswith("/sign-in")
        )
        assert "Say who you are" in text_of(await other.get(IMPORTS))
        await sign_in(other, BO)
        assert (await other.post(f"{path}/look", data=token)).status_code == 403
    foreign = {"sec-fetch-site": "cross-site"}
    assert (await browser.post(f"{path}/look", data=token, headers=foreign)).status_code == 403
    assert (await row_of(world, path)).status == "draft"


async def test_a_running_import_is_cancelled_and_a_draft_thrown_away(world: World, browser: httpx.AsyncClient) -> None:
    path = await uploaded(browser)
    await post(browser, path, "look")
    await post(browser, path, "cancel")
    assert "being prepared" in text_of(await browser.get(path))
    await post(browser, path, "look")
    await work(world, path)
    await post(browser, path, "go")
    await post(browser, path, "cancel")
    gone = text_of(await browser.get(path))
    assert "cancelled" in gone
    assert "Nothing was imported." in gone
    other = await uploaded(browser)
    await post(browser, other, "cancel")
    assert "cancelled" in text_of(await browser.get(other))


async def test_what_holds_an_import_up_is_said(world: World, browser: httpx.AsyncClient) -> None:
    first, second = await uploaded(browser), await uploaded(browser)
    for path in (first, second):
        await post(browser, path, "look")
        await work(world, path)
        await post(browser, path, "go")
        world.at += 1
    assert "This one begins when book.csv of Ana Ruiz is over" in text_of(await browser.get(second))
    world.temporal_answers = False
    assert "be reached right now. The work goes on as soon" in text_of(await browser.get(first))


async def test_an_import_that_is_not_there_is_said_so(browser: httpx.AsyncClient) -> None:
    for path in ("7", "7/plan.csv", "x", "0", f"{10**30}"):
        assert (await browser.get(f"{IMPORTS}/{path}")).status_code == 404
    assert (await browser.get(f"{IMPORTS}?before=-1")).status_code == 422


async def test_programs_read_how_imports_stand(
    world: World, browser: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    first, second = await uploaded(browser), await uploaded(browser)
    await post(browser, first, "look")
    await work(world, first)
    await post(browser, first, "go")
    await work(world, first)

    page = (await api.get("/api/v1/imports", params={"limit": 1})).json()
    assert ([each["number"] for each in page["imports"]], page["next"]) == ([2], 2)
    shown = (await api.get("/api/v1/imports/1")).json()
    assert (shown["status"], shown["done"], shown["customers"]["imported"]) == ("done", 7, 6)
    assert shown["preview"]["customers"] == {"new": 6, "journeys": 6}
    assert shown["account"]["by_column"][0][:2] == ["timezone", 1]
    assert (await api.get("/api/v1/imports/9")).status_code == 404
    assert (await browser.get("/api/v1/imports")).status_code == 401
    assert second.endswith("/2")


def workbook(**sheets: list[list[str]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


async def test_the_sheet_of_a_workbook_is_chosen_and_an_empty_one_is_passed_over(
    world: World, browser: httpx.AsyncClient
) -> None:
    row = ["c1", "Client", "Europe/Berlin"]
    data = workbook(Notes=[], Old=[["id", "name", "timezone"], row], New=[["id", "name", "timezone"], row, row])
    response = await send(browser, data, "book.xlsx")
    path = str(response.headers["location"])

    assert (await row_of(world, path)).options["sheet"] == "Old"
    assert '<option value="New">' in (await browser.get(path)).text
    assert (await post(browser, path, "choose", choice="own", sheet="New")).status_code == 303
    assert ((await row_of(world, path)).options["sheet"], (await row_of(world, path)).total) == ("New", 2)
    wrong = await post(browser, path, "choose", choice="own", sheet="Newer")
    assert wrong.status_code == 422
    assert "The workbook has no sheet 'Newer'" in text_of(wrong)
    assert (await row_of(world, path)).options["sheet"] == "New"


async def test_a_text_has_no_sheet_to_choose(browser: httpx.AsyncClient) -> None:
    assert 'name="sheet"' not in (await browser.get(await uploaded(browser))).text


async def test_whoever_is_forgotten_is_looked_for_on_every_sheet_of_a_workbook(
    world: World, browser: httpx.AsyncClient
) -> None:
    book = [["id", "name", "timezone"], ["c1", "Client", "Europe/Berlin"]]
    other = await uploaded(browser, workbook(Book=book, Old=[["mail"], ["kim@elsewhere.example"]]))
    path = await uploaded(browser, workbook(Book=book, Old=[["mail"], [SAM]]))

    await forget_contact(world.intake.context, SAM)

    row = await row_of(world, path)
    assert (row.status, row.problem) == ("cancelled", REMOVED)
    assert (await row_of(world, other)).status == "draft"


async def test_a_title_above_the_headings_is_passed_over_and_what_is_to_decide_is_said(
    world: World, browser: httpx.AsyncClient
) -> None:
    path = await uploaded(browser, f"Customers of ours\n\n{OURS}")
    row = await row_of(world, path)
    assert (row.options["choice"], "header_row: 3  # " in (row.mapping or "")) == ("proposed", True)
    page = text_of(await browser.get(path))
    assert "To decide in its text" in page
    assert ", people: write the address of each, as the file has none" in page
    assert "Customer number: such as" not in page


async def test_journeys_that_began_in_the_wrong_place_begin_again_if_that_is_chosen(
    world: World, browser: httpx.AsyncClient
) -> None:
    """In the second file the customers are said to have been there for a month."""
    first = await uploaded(browser)
    await post(browser, first, "look")
    await work(world, first)
    await post(browser, first, "go")
    await work(world, first)

    dated = "\n".join(f"{line},{since}" for line, since in zip(BOOK.splitlines(), SINCE, strict=True))
    path = await uploaded(browser, dated)
    await post(browser, path, "choose", choice="own", again="yes")
    assert (await row_of(world, path)).options == {"choice": "own", "again": True}
    assert 'name="again" value="yes" checked' in (await browser.get(path)).text
    await post(browser, path, "look")
    await work(world, path)
    looked = text_of(await browser.get(path))
    assert "Journeys that would begin again: 6" in looked
    assert re.search("c0 ?: the beginning -> .*since 2025-12-01", looked), looked[-1500:]
    await post(browser, path, "go")
    await work(world, path)
    done = text_of(await browser.get(path))
    assert "Journeys that began again: 6" in done
    assert "6 as they were 0 journeys began" in done
