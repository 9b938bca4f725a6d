"""An import on pages: its upload, its dry run and its rows, by whoever goes on with it, on both databases."""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from milepost.intake import import_runs, uploads
from milepost.intake.import_sources import ImportChoiceError, ImportOptions
from milepost.intake.intake import Intake
from milepost.intake.uploads import UploadedFile, UploadError
from milepost.store import customers, imports, journeys
from milepost.store.errors import ImportStatusError, UnknownImportError
from milepost.store.import_tables import ImportRow
from milepost.store.imports import FileKind, ImportStatus
from milepost.wire.book_import import ImportStep
from tests.intake.conftest import Hands

ANA = "ana@vendor.example"
HEADINGS = "id,name,timezone,tier,contacts,team"
REST = "America/New_York,pilot,Sam Poe <sam@acme.example> sponsor,csm=ana@vendor.example"
DAY = 86_400


def book(count: int, *more: str) -> UploadedFile:
    """A book of so many customers of the pilot's segment, and more rows."""
    rows = [f"c{number},Customer {number},{REST}" for number in range(count)]
    return UploadedFile("C:\\files\\book.csv", "\n".join([HEADINGS, *rows, *more]).encode())


class Desk:
    """Somebody at the pages, and a worker in this process."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.context = intake.context
        self.beats = 0

    def beat(self) -> None:
        self.beats += 1

    async def send(self, file: UploadedFile, contacts: UploadedFile | None = None, form: str = "1") -> int:
        return (await uploads.receive(self.context, form, file, contacts, by=ANA)).number

    async def row(self, number: int) -> ImportRow:
        async with self.context.store.reading() as session:
            return await imports.get(session, number)

    async def step(self, number: int) -> ImportStep:
        return await import_runs.go_on(self.intake, number, self.beat)

    async def work(self, number: int) -> ImportRow:
        """Lets a worker go on until there is nothing to do."""
        while (await self.step(number)).seconds is not None:
            pass
        return await self.row(number)

    async def look(self, number: int) -> ImportRow:
        await uploads.look(self.context, number)
        return await self.work(number)

    async def go(self, number: int) -> None:
        await uploads.go(self.context, number, self.context.now())

    async def run(self, file: UploadedFile, form: str = "1") -> ImportRow:
        """From the upload to the end."""
        number = await self.send(file, form=form)
        await self.look(number)
        await self.go(number)
        return await self.work(number)

    async def file(self, number: int, kind: FileKind) -> str | None:
        async with self.context.store.reading() as session:
            data = await imports.file(session, number, kind)
        return None if data is None else data.decode("utf-8-sig")

    async def stored(self) -> int:
        async with self.context.store.reading() as session:
            return len(await customers.ids(session)) - 1  # the one of the fixture

    async def open_journeys(self) -> int:
        async with self.context.store.reading() as session:
            return len(await journeys.running(session))


@pytest.fixture
def desk(intake: Intake) -> Desk:
    return Desk(intake)


async def test_a_book_is_looked_at_and_then_imported(desk: Desk) -> None:
    number = await desk.send(book(70, "c0,Twice," + REST, "bad,Bad,Nowhere/At_All,pilot,,"))
    before = await desk.row(number)
    assert (before.status, before.file, before.mapping, before.total) == (ImportStatus.DRAFT, "book.csv", None, 72)

    looked = await desk.look(number)

    assert looked.status == ImportStatus.LOOKED
    assert looked.preview is not None
    assert looked.preview["customers"] == {"new": 70, "journeys": 70}
    assert looked.preview["refused"] == 2
    assert looked.preview["people"] == [
        {
            "person": ANA,
            "role": "csm",
            "today": 70,
            "week": 70,
            "minutes": 70 * 30,
            "without_effort": 0,
            "hours": "35.0",
            "titles": [["Kickoff call", 70]],
            "more_titles": 0,
        },
    ]
    plan = await desk.file(number, FileKind.PLAN)
    assert plan is not None
    assert next(csv.DictReader(io.StringIO(plan)))["title"] == "Kickoff call"
    assert await desk.stored() == 0

    await desk.go(number)
    done = await desk.work(number)

    assert (done.status, done.done, done.position) == (ImportStatus.DONE, 72, 73)
    assert done.account is not None
    counts = {name: value for name, value in done.account["counts"].items() if value}
    assert counts == {"imported": 70, "enrolled": 70, "waiting": 70, "refused": 2}
    assert sorted(row[:2] for row in done.account["by_column"]) == [["id", 1], ["timezone", 1]]
    assert (await desk.stored(), await desk.open_journeys()) == (70, 70)
    refused = await desk.file(number, FileKind.REFUSED)
    assert refused is not None
    assert [row["id"] for row in csv.DictReader(io.StringIO(refused))] == ["c0", "bad"]
    assert await desk.file(number, FileKind.BOOK) is None
    assert desk.beats > 2


@pytest.mark.parametrize("crash", ["before the save", "in the middle", "after the save"])
async def test_an_import_whose_worker_is_killed_counts_and_saves_each_row_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, crash: str
) -> None:
    number = await desk.send(book(200))
    await desk.look(number)
    await desk.go(number)
    real_save, real_end, real_begin = import_runs.import_customers, imports.end_batch, imports.begin_batch
    batches = 0

    async def half(*args: Any, **more: Any) -> Any:
        count = 0
        async for imported in real_save(*args, **more):
            count += 1
            if batches == 2 and count == 40:
                raise ConnectionError("killed")
            yield imported

    def begin(*args: Any, **more: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches == 2 and crash == "before the save":
            real_begin(*args, **more)
            raise ConnectionError("killed")
        return real_begin(*args, **more)

    def end(*args: Any, **more: Any) -> Any:
        if batches == 2 and crash == "after the save":
            raise ConnectionError("killed")
        return real_end(*args, **more)

    monkeypatch.setattr(imports, "begin_batch", begin)
    monkeypatch.setattr(imports, "end_batch", end)
    if crash == "in the middle":
        monkeypatch.setattr(import_runs, "import_customers", half)
    with pytest.raises(ConnectionError):
        await desk.step(number)
    middle = await desk.row(number)
    assert (middle.status, middle.done) == (ImportStatus.RUNNING, import_runs.BATCH)

    done = await desk.work(number)

    assert done.account is not None
    assert (done.status, done.done) == (ImportStatus.DONE, 200)
    assert done.account["counts"]["imported"] == done.account["counts"]["enrolled"] == 200
    assert (await desk.stored(), await desk.open_journeys()) == (200, 200)


async def test_two_workers_with_one_import_save_and_count_each_row_once(desk: Desk) -> None:
    number = await desk.send(book(200))
    await desk.look(number)
    await desk.go(number)

    await asyncio.gather(*(desk.step(number) for _ in range(2)))

    done = await desk.work(number)
    assert done.account is not None
    assert (done.status, done.done, done.account["counts"]["imported"]) == (ImportStatus.DONE, 200, 200)
    assert (await desk.stored(), await desk.open_journeys()) == (200, 200)


async def test_a_form_that_is_sent_twice_is_one_upload(desk: Desk) -> None:
    numbers = await asyncio.gather(*(desk.send(book(1)) for _ in range(3)))
    other = await desk.send(book(1), form="2")

    assert len(set(numbers)) == 1
    assert other not in numbers


async def test_the_same_file_is_known_once_it_was_let_go(desk: Desk) -> None:
    done = await desk.run(book(1))
    again = await desk.send(book(1), form="2")
    async with desk.context.store.reading() as session:
        same = await imports.same_file(session, await imports.get(session, again))

    assert same is not None
    assert same.number == done.number
    second = await desk.look(again)
    assert second.preview is not None
    assert second.preview["customers"] == {"unchanged": 1}


async def test_one_import_waits_for_the_other(desk: Desk) -> None:
    first, second, third = [await desk.send(book(number), form=str(number)) for number in (1, 2, 3)]
    for number in (first, second, third):
        await desk.look(number)
    for number in (first, third, second):
        await desk.go(number)
        desk.intake.context.wall.at += 1  # type: ignore[attr-defined]

    assert (await desk.step(second)).seconds == (await desk.step(third)).seconds == 5.0
    assert (await desk.row(second)).status == ImportStatus.QUEUED
    async with desk.context.store.reading() as session:
        waits_for = await imports.before_it(session, await imports.get(session, second))
    assert waits_for is not None
    assert waits_for.number == first

    await desk.work(first)
    assert (await desk.step(second)).seconds == 5.0  # the third was let go before
    assert (await desk.work(third)).status == ImportStatus.DONE
    assert (await desk.work(second)).status == ImportStatus.DONE


async def test_a_word_to_go_that_is_said_twice_counts_once(desk: Desk) -> None:
    number = await desk.send(book(1))
    with pytest.raises(ImportStatusError, match="it is draft"):
        await desk.go(number)
    await desk.look(number)
    await desk.go(number)
    with pytest.raises(ImportStatusError):
        await desk.go(number)


async def test_a_cancelled_import_keeps_what_it_has_saved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    number = await desk.send(book(200, "bad,Bad,Nowhere/At_All,pilot,,"))
    await desk.look(number)
    await desk.go(number)
    real = import_runs.import_customers

    async def cancelled_meanwhile(*args: Any, **more: Any) -> Any:
        if (await desk.row(number)).status == ImportStatus.RUNNING:
            await uploads.cancel(desk.context, number)
        async for imported in real(*args, **more):
            yield imported

    monkeypatch.setattr(import_runs, "import_customers", cancelled_meanwhile)
    ended = await desk.work(number)

    assert (ended.status, ended.done) == (ImportStatus.CANCELLED, import_runs.BATCH)
    assert await desk.stored() == import_runs.BATCH
    with pytest.raises(ImportStatusError):
        await uploads.cancel(desk.context, number)


async def test_what_is_not_let_go_yet_can_be_thrown_away(desk: Desk) -> None:
    number = await desk.send(book(2))
    await uploads.look(desk.context, number)
    await uploads.cancel(desk.context, number)
    assert (await desk.work(number)).status == ImportStatus.DRAFT

    await uploads.cancel(desk.context, number)

    assert (await desk.row(number)).status == ImportStatus.CANCELLED
    assert await desk.file(number, FileKind.BOOK) is None


async def test_files_and_details_go_after_a_week_and_counts_stay(desk: Desk, wall: Hands) -> None:
    done = await desk.run(book(2, "bad,Bad,Nowhere/At_All,pilot,,"))
    draft = await desk.send(book(3), form="2")
    wall.at += 8 * DAY

    assert await desk.intake.sweeper.remove_uploads() == 2
    assert await desk.intake.sweeper.remove_uploads() == 0

    row = await desk.row(done.number)
    assert row.account is not None
    assert (row.account.keys(), row.account["counts"]["imported"], row.preview) == ({"counts"}, 2, None)
    assert (await desk.row(draft)).status == ImportStatus.CANCELLED
    assert await desk.file(done.number, FileKind.REFUSED) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n\r\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "neither a text"),
        (b"%PDF-1.7\n1 0 obj", "neither a text"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b"\xd0\xcf\x11\xe0 a workbook", "old workbook"),
        (b"PK\x03\x04 broken", "isn't a workbook"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_with_the_reason(desk: Desk, data: bytes, words: str) -> None:
    with pytest.raises(UploadError, match=words):
        await desk.send(UploadedFile("book.csv", data))
    with pytest.raises(UploadError, match=words) as refused:
        await desk.send(book(1), UploadedFile("contacts.csv", data))
    assert refused.value.field == "contacts"


COMPANIES = """Record ID,Company name,Country/Region,City,Company owner
1,Acme,United States,New York,ana@vendor.example
"""
CONTACTS = """Associated Company IDs (Primary),Email,First Name,Last Name
1,sam@acme.example,Sam,Poe
,nobody@x.example,No,Body
"""


async def test_an_export_and_its_contacts_get_one_proposal_and_are_read_by_it(desk: Desk) -> None:
    number = await desk.send(
        UploadedFile("companies.csv", COMPANIES.encode()), UploadedFile("contacts.csv", CONTACTS.encode())
    )
    assert (await desk.row(number)).options == {"choice": "proposed"}
    assert '"Associated Company IDs (Primary)": customer' in str((await desk.row(number)).mapping)
    await desk.look(number)
    await desk.go(number)
    await desk.work(number)

    async with desk.context.store.reading() as session:
        acme = await customers.get(session, "1")
    assert [(each.name, each.email) for each in acme.contacts] == [("Sam Poe", "sam@acme.example")]


async def test_other_headings_get_a_proposal_and_what_is_wrong_with_a_choice_changes_nothing(desk: Desk) -> None:
    file = UploadedFile("ours.csv", "Kundennummer;Name;Tier\n1;Müller;pilot\n".encode("cp1252"))
    number = await desk.send(file)
    row = await desk.row(number)
    assert row.options == {"choice": "proposed"}
    assert row.mapping is not None
    assert "encoding: cp1252" in row.mapping

    wrong = ImportOptions("edited", stage="strat", since="soon")
    with pytest.raises(ImportChoiceError) as refused:
        await uploads.choose(desk.context, number, wrong, "mapping: Ours\ncolumns: {Name: nam}\n")
    assert sorted(refused.value.problems) == ["mapping", "since", "stage"]
    assert (await desk.row(number)).options == {"choice": "proposed"}

    text = "mapping: Ours\ncolumns: {Kundennummer: id, Name: name, Tier: attributes.tier}\n"
    chosen = ImportOptions("edited", stage="start", encoding="latin-1")
    await uploads.choose(desk.context, number, chosen, text)
    looked = await desk.look(number)
    assert looked.preview is not None
    assert looked.preview["customers"] == {"new": 1, "journeys": 1}
    await uploads.choose(desk.context, number, replace(chosen, stage=""), text)
    assert (await desk.row(number)).status == ImportStatus.DRAFT


async def test_a_book_that_cannot_be_used_says_so_and_is_not_let_go(desk: Desk) -> None:
    number = await desk.send(UploadedFile("book.csv", b"id,name,tiir\nc1,One,pilot\n"))
    looked = await desk.look(number)
    assert looked.preview is not None
    assert looked.preview["unusable"]
    assert "did you mean 'tier'" in looked.preview["by_column"][0][2]
    with pytest.raises(ImportStatusError):
        await desk.go(number)


async def test_an_import_that_is_not_there_is_named(desk: Desk) -> None:
    with pytest.raises(UnknownImportError, match="no import 7"):
        await uploads.look(desk.context, 7)
