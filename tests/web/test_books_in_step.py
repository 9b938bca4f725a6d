"""Books that are kept in step, as the API and the health check show them."""

from __future__ import annotations

from pathlib import Path

import httpx

from milepost.intake.sync import books
from milepost.intake.sync.recipe import Recipe
from tests.web.api_calls import V1
from tests.web.conftest import World


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
