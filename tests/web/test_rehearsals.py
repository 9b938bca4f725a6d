"""Rehearsals that are started on pages, each as a real program of its own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import httpx
import psutil
import pytest
from sqlalchemy.orm import Session

from milepost.store import imports, rehearsals
from milepost.store.rehearsal_tables import RehearsalRow
from milepost.store.rehearsals import RehearsalStatus
from milepost.web.rehearsal_runs import RehearsalRuns
from tests.store.book import stored_rehearsal
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, START
from tests.web.test_import_pages import BOOK, HEADINGS, post, uploaded

REHEARSALS = "/ops/rehearsals"
OF_A_CRM = BOOK.replace(HEADINGS, "Key,Company,Zone,Size,People,Owners")
MAPPING = """mapping: Ours
columns: {Key: id, Company: name, Zone: timezone, Size: attributes.tier, People: contacts, Owners: team}
"""


@pytest.fixture(autouse=True)
async def ended(empty_world: World) -> AsyncIterator[None]:
    yield
    await runs_of(empty_world).close()


def runs_of(world: World) -> RehearsalRuns:
    runs: RehearsalRuns = world.app.state.services.rehearsals
    return runs


async def begin(browser: httpx.AsyncClient, book: str, **values: str) -> httpx.Response:
    """Fills in the form that the page of an import leads to."""
    onward = f"{REHEARSALS}/new?book={book.rpartition('/')[2]}"
    assert f'href="{onward}"' in (await browser.get(book)).text
    hidden = form_in(await browser.get(onward), REHEARSALS)
    return await browser.post(REHEARSALS, data={**hidden, "days": "400", "people": "0", **values})


async def row_of(world: World, number: int = 1) -> RehearsalRow:
    async with world.store.reading() as session:
        return await rehearsals.get(session, number)


async def until(world: World, holds: Callable[[RehearsalRow], bool]) -> RehearsalRow:
    async with asyncio.timeout(150):
        while not holds(row := await row_of(world)):  # noqa: ASYNC110 - another process says so
            await asyncio.sleep(0.2)
    return row


def programs() -> list[psutil.Process]:
    """The programs that this one runs; what is left of ended ones doesn't count."""
    running = (each for each in psutil.Process().children(recursive=True) if each.is_running())
    return [each for each in running if each.status() != psutil.STATUS_ZOMBIE]


async def stored(world: World, **changes: object) -> None:
    async with world.store.transaction() as session:
        row = stored_rehearsal(ANA, START)
        for name, value in changes.items():
            setattr(row, name, value)
        session.add(row)


@pytest.mark.server
async def test_a_book_is_rehearsed_looked_at_and_cancelled_and_nothing_leaves(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = await uploaded(browser, OF_A_CRM)
    assert (await post(browser, book, "choose", choice="edited", mapping=MAPPING)).status_code == 303
    before = await world.everything()
    with socket.create_server(("127.0.0.1", 0)) as mail_server:
        mail_server.settimeout(0)
        for name, value in (("CHANNEL", "smtp"), ("SMTP_HOST", "127.0.0.1"), ("SMTP_FROM", "us@vendor.example"),
                            ("SMTP_PORT", str(mail_server.getsockname()[1])), ("SMTP_SECURITY", "none")):  # fmt: skip
            monkeypatch.setenv(f"MILEPOST_{name}", value)
        response = await begin(browser, book, people="1")
        assert response.headers["location"] == f"{REHEARSALS}/1"
        second = await begin(browser, await uploaded(browser, "id,name,timezone\nx,X,UTC\n"))
        assert second.status_code == 409
        assert "Rehearsal 1 still runs, and there is one at a time." in text_of(second)

        row = await until(world, lambda row: bool(row.account and row.account["mails"] and row.played > 2))
        page = await browser.get(f"{REHEARSALS}/1")
        assert 'data-live="2"' in page.text
        assert f'href="{row.address}"' in page.text
        async with httpx.AsyncClient(trust_env=False) as outside:
            assert (await outside.get(f"{row.address}/rehearsal")).status_code == 200
        await browser.post(f"{REHEARSALS}/1/cancel", data=form_in(page, f"{REHEARSALS}/1/cancel"))
        row = await until(world, lambda row: row.status not in rehearsals.AT_WORK)
        with pytest.raises(BlockingIOError):
            mail_server.accept()

    assert row.status == RehearsalStatus.STOPPED
    assert row.account["customers"] == 6
    assert not row.account["complete"]
    over = await browser.get(f"{REHEARSALS}/1")
    assert "data-live" not in over.text
    assert "cancelled" in text_of(over)
    assert "Go on with the import" in text_of(over)
    assert "book.csv Ana" in text_of(await browser.get(REHEARSALS))
    assert await world.everything() == before
    assert not (world.settings.data / "rehearsals" / "1").exists()
    assert not any("rehearse" in each.cmdline() for each in programs())


@pytest.mark.server
async def test_a_rehearsal_ends_with_the_process_that_runs_it_and_says_so(
    world: World, browser: httpx.AsyncClient
) -> None:
    await begin(browser, await uploaded(browser))
    await until(world, lambda row: row.beat_at > 0 and bool(programs()))

    await runs_of(world).close()

    assert (await row_of(world)).status == RehearsalStatus.LOST
    assert "Milepost was stopped or started again" in text_of(await browser.get(f"{REHEARSALS}/1"))
    assert not any("rehearse" in each.cmdline() for each in programs())


@pytest.mark.server
async def test_a_book_that_cannot_be_rehearsed_fails_with_the_reason(world: World, browser: httpx.AsyncClient) -> None:
    await begin(browser, await uploaded(browser, "id,name,timezone\nx,X,Nowhere/At_All\n"))

    row = await until(world, lambda row: row.status not in rehearsals.AT_WORK)

    assert row.status == RehearsalStatus.FAILED
    text = text_of(await browser.get(f"{REHEARSALS}/1"))
    assert "'book.csv' can't be rehearsed" in text
    assert "Unknown time zone 'Nowhere/At_All'" in text


async def test_what_is_typed_wrong_comes_back_beside_its_field(world: World, browser: httpx.AsyncClient) -> None:
    response = await begin(browser, await uploaded(browser), days="a week", people="10")

    assert response.status_code == 422
    assert 'value="a week"' in response.text
    assert 'id="days-wrong"' in response.text
    assert "Write a whole number from 0 to 9." in text_of(response)


async def test_without_a_map_there_is_nothing_to_rehearse(empty_world: World) -> None:
    async with empty_world.client() as client:
        await sign_in(client, ANA)
        response = await begin(client, await uploaded(client))

    assert response.status_code == 422
    assert "No map is published yet." in text_of(response)


async def test_only_who_may_import_starts_or_cancels_one(world: World) -> None:
    await stored_book(world)
    await stored(world, status=RehearsalStatus.RUNNING, slot=1, beat_at=int(world.at))
    async with world.client() as client:
        for path in (REHEARSALS, f"{REHEARSALS}/1/cancel"):
            response = await client.post(path, data={"form": "x", "days": "1", "people": "0"})
            assert response.headers["location"].startswith("/sign-in")
        assert "Say who you are" in text_of(await client.get(f"{REHEARSALS}/new?book=1"))
        assert "Cancel the rehearsal" not in text_of(await client.get(f"{REHEARSALS}/1"))
        await sign_in(client, ANA)
        assert (await client.post(REHEARSALS, data={"form": "x", "days": "1", "people": "0"})).status_code == 403
    assert (await row_of(world)).status == RehearsalStatus.RUNNING


async def stored_book(world: World) -> None:
    async with world.client() as client:
        await sign_in(client, ANA)
        await uploaded(client)


async def test_a_book_can_be_uploaded_where_rehearsals_are_listed(world: World, browser: httpx.AsyncClient) -> None:
    form = form_in(await browser.get("/ops/rehearsals"), "/ops/imports")
    sent = await browser.post("/ops/imports", data=form, files={"book": ("book.csv", b"id,name\nx,Ex\n")})
    assert sent.headers["location"].startswith("/ops/imports/"), sent.text
    assert "book.csv" in text_of(await browser.get("/ops/rehearsals"))


async def test_no_more_days_are_played_than_were_asked_for(world: World, browser: httpx.AsyncClient) -> None:
    await uploaded(browser)
    await stored(world, status="running", days=60, played=0)

    def beat(session: Session) -> None:
        rehearsals.beat(session, 1, world.at, {"address": None, "days": 72, "account": None})

    await world.store.write(beat)
    async with world.store.reading() as session:
        assert (await rehearsals.get(session, 1)).played == 60


async def test_one_whose_process_was_killed_is_said_to_be_lost_and_another_may_begin(world: World) -> None:
    await stored_book(world)
    await stored(world, status=RehearsalStatus.RUNNING, slot=1, beat_at=int(world.at) - 31, played=7)
    async with world.client() as client:
        text = text_of(await client.get(f"{REHEARSALS}/1"))
    assert "ended with Milepost" in text
    assert "The program that ran it has ended" in text

    def add_another(session: object) -> tuple[int, bool]:
        row = stored_rehearsal(ANA, START)
        row.form = "another"
        return rehearsals.add(session, row, world.at)  # type: ignore[arg-type]

    assert await world.store.write(add_another) == (2, True)
    assert (await row_of(world)).status == RehearsalStatus.LOST


async def test_after_a_restart_it_is_noted_at_once_and_its_files_are_removed(world: World) -> None:
    await stored_book(world)
    await stored(world, status=RehearsalStatus.RUNNING, slot=1, beat_at=int(world.at))
    left_behind = world.settings.data / "rehearsals" / "1"
    left_behind.mkdir(parents=True)
    (left_behind / "book.csv").write_text("id,name\n")

    await runs_of(world).note_lost()

    assert not left_behind.exists()
    assert (await row_of(world)).status == RehearsalStatus.LOST


async def test_one_that_another_machine_runs_is_left_alone(world: World) -> None:
    await stored_book(world)
    await stored(world, status=RehearsalStatus.RUNNING, slot=1, beat_at=int(world.at))

    await runs_of(world).note_lost()

    assert (await row_of(world)).status == RehearsalStatus.RUNNING


async def test_its_details_go_with_those_of_its_import_and_the_figures_stay(world: World) -> None:
    await stored_book(world)
    concern = {"what": "stuck", "customer_id": "c0", "customer": "Kunde 0", "why": "Value"}
    account = {"customers": 6, "journeys": {}, "mails": [], "tasks": [], "outcomes": [], "concerns": [concern]}
    await stored(world, account=account)

    def remove(session: object) -> None:
        imports.remove_details(session, imports.lock(session, 1))  # type: ignore[arg-type]

    await world.store.write(remove)

    row = await row_of(world)
    assert (row.account["customers"], row.account["concerns"]) == (6, [])
    async with world.client() as client:
        assert "What it said of single customers was removed" in text_of(await client.get(f"{REHEARSALS}/1"))


async def test_an_import_that_was_let_go_is_rehearsed_no_more(world: World, browser: httpx.AsyncClient) -> None:
    book = await uploaded(browser)
    hidden = form_in(await browser.get(f"{REHEARSALS}/new?book=1"), REHEARSALS)
    await post(browser, book, "cancel")

    response = await browser.post(REHEARSALS, data={**hidden, "days": "1", "people": "0"})

    assert response.status_code == 422
    assert "The file of this book was removed." in text_of(response)
    assert "Upload it again" in text_of(await browser.get(f"{REHEARSALS}/new?book=1"))
