"""Books that are kept in step, as the API and the health check show them."""

from __future__ import annotations

from pathlib import Path

import httpx

from milepost.intake.sync import books
from milepost.intake.sync.recipe import Recipe
from milepost.intake.sync.runner import SyncRunner
from tests.web.api_calls import V1
from tests.web.conftest import World, form_in, sign_in, text_of
from tests.web.example import ANA, customer

SYNCS = "/ops/syncs"


async def test_the_api_and_health_say_how_books_stand(world: World, api: httpx.AsyncClient, tmp_path: Path) -> None:
    assert (await api.get(f"{V1}/syncs")).json() == {"syncs": []}
    assert "books" not in (await api.get("/health")).json()
    file = tmp_path / "book.csv"
    file.write_text("id,name\na1,Acme\nb2,Bolt\nc3,Cog\n")
    await books.register(world.intake, "crm", Recipe(str(file)), "1h", {}, by=None)
    await books.run_now(world.intake, "crm", {})
    file.write_text("id,name\na1,Acme\nb2,Bolt\n")
    await books.run_now(world.intake, "crm", {})

    (shown,) = (await api.get(f"{V1}/syncs")).json()["syncs"]
    assert shown == (await api.get(f"{V1}/syncs/crm")).json()
    assert [each["status"] for each in shown["runs"]] == ["done", "done"]
    assert [(each["customer"], each["name"]) for each in shown["vanished"]] == [("c3", "Cog")]
    missing = await api.get(f"{V1}/syncs/crn")
    assert missing.status_code == 404
    assert "did you mean 'crm'?" in missing.json()["error"]["message"]

    (book,) = (await api.get("/health")).json()["books"]
    assert (book["name"], book["last_run"]["status"], book["needed"]) == ("crm", "done", None)
    file.unlink()
    for _ in range(3):
        await books.run_now(world.intake, "crm", {})
    answer = await api.get("/health")
    assert "wasn't taken in 3 times in a row: Can't read" in answer.json()["books"][0]["needed"]
    assert answer.status_code == 200  # a CRM that is away is no reason to restart the web application
    world.at += 2 * 3600
    file.write_text("id,name\na1,Acme\nb2,Bolt\n")
    await books.run_now(world.intake, "crm", {})
    world.at += 2 * 3600
    assert "see that a worker runs" in (await api.get("/health")).json()["books"][0]["needed"]


async def test_the_page_shows_runs_and_who_vanished_and_lets_a_worker_read_a_book(
    world: World, visitor: httpx.AsyncClient, tmp_path: Path
) -> None:
    assert "No book is kept in step." in text_of(await visitor.get(SYNCS))
    file = tmp_path / "book.csv"
    file.write_text("id,name\na1,Acme\nb2,Bolt\nc3,Cog & Söhne\n")
    await books.register(world.intake, "crm", Recipe(str(file)), None, {}, by=None)
    await books.run_now(world.intake, "crm", {})
    file.write_text("id,name\na1,Acme Inc\nb2,Bolt\nb2,Bolt again\n")
    await books.run_now(world.intake, "crm", {})
    seen = await visitor.get(SYNCS)
    shown = text_of(seen)
    for words in (
        "1 changed, 1 without a map that fits, 1 refused, 1 vanished",
        "3 new",
        "Cog & Söhne",
        "row 4, column id: refused",
        "Merge or rename",
    ):
        assert words in shown, shown
    assert "May be there already" not in shown
    assert "data-live" not in seen.text
    assert "Say who you are to have it read now" in shown

    await sign_in(visitor, ANA)
    hidden = form_in(await visitor.get(SYNCS), f"{SYNCS}/run")
    answer = await visitor.post(f"{SYNCS}/run", data=hidden)
    assert answer.status_code == 303
    assert "data-live" in (await visitor.get(SYNCS)).text  # it is wanted
    runner = SyncRunner(world.intake, world.settings)
    assert [await runner.run_due() for _ in range(2)] == [1, 0]  # once, as it has no schedule
    assert "nothing had changed" in text_of(await visitor.get(SYNCS))
    assert (await visitor.post(f"{SYNCS}/run", data={"form": "forged"})).status_code in (400, 403, 422)


async def test_a_new_customer_who_may_be_there_already_is_told_by_its_row(
    world: World, visitor: httpx.AsyncClient, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    file = tmp_path / "book.csv"
    file.write_text(f"id,name\na1,Other\nb2,{customer().name}\n")
    await books.register(world.intake, "crm", Recipe(str(file)), None, {}, by=None)
    await books.run_now(world.intake, "crm", {})

    shown = text_of(await visitor.get(SYNCS))
    assert "1 maybe there already under another id" in shown
    assert "May be there already These rows brought" in shown
    assert shown.endswith("book.csv, row 3")
    assert "Rows that were not taken in" not in shown
    [run] = (await api.get(f"{V1}/syncs/crm")).json()["runs"]
    assert run["problems"] == [{"file": "book.csv", "row": 3, "column": None, "kind": "alike"}]


async def test_a_book_that_fails_for_twice_its_interval_needs_somebody(
    world: World, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    file = tmp_path / "book.csv"
    file.write_text("id,name\na1,Acme\n")
    await books.register(world.intake, "crm", Recipe(str(file)), "1d", {}, by=None)
    await books.run_now(world.intake, "crm", {})
    file.unlink()
    for days, says in ((1, False), (1.5, True)):
        world.at += days * 86_400
        await books.run_now(world.intake, "crm", {})
        (book,) = (await api.get("/health")).json()["books"]
        assert ("wasn't taken in" in (book["needed"] or "")) is says


async def test_customers_who_are_missing_are_accepted_on_the_page_as_many_as_were_seen(
    world: World, visitor: httpx.AsyncClient, tmp_path: Path
) -> None:
    file, runner = tmp_path / "book.csv", SyncRunner(world.intake, world.settings)
    file.write_text("id,name\na1,Acme\nb2,Bolt\nc3,Cog\nd4,Dot\n")
    await books.register(world.intake, "crm", Recipe(str(file)), None, {}, by=None)
    await books.run_now(world.intake, "crm", {})
    file.write_text("id,name\na1,Acme\nb2,Bolt\n")
    await books.run_now(world.intake, "crm", {})
    assert "Take it in without them" not in text_of(await visitor.get(SYNCS))
    await sign_in(visitor, ANA)
    seen = await visitor.get(SYNCS)
    assert "2 customers are missing in the book. If they are gone indeed" in text_of(seen)
    accept = form_in(seen, f"{SYNCS}/accept")

    file.write_text("id,name\na1,Acme\n")  # one more, whom nobody accepted
    assert (await visitor.post(f"{SYNCS}/accept", data=accept)).status_code == 303
    assert "although up to 2 customers are missing" in text_of(await visitor.get(SYNCS))
    assert await runner.run_due() == 1
    assert "3 customers are missing in the book" in text_of(await visitor.get(SYNCS))

    accept = form_in(await visitor.get(SYNCS), f"{SYNCS}/accept")
    assert (await visitor.post(f"{SYNCS}/accept", data=accept)).status_code == 303
    file.unlink()
    assert await runner.run_due() == 1  # the source is away: what was accepted still counts
    file.write_text("id,name\na1,Acme\n")
    await visitor.post(f"{SYNCS}/run", data=form_in(await visitor.get(SYNCS), f"{SYNCS}/run"))
    assert await runner.run_due() == 1
    shown = text_of(await visitor.get(SYNCS))
    assert "No longer in the book: 3" in shown
    assert "missing in the book. If" not in shown
    file.write_text("id,name\ne5,Ems\n")
    assert (await books.run_now(world.intake, "crm", {})).status == "refused"  # it counted once
