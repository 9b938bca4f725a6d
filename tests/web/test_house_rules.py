"""Rules for every page: nothing of a visitor's runs, nothing of ours leaks, everybody can read it."""

from __future__ import annotations

import re

import httpx
import pytest
from markupsafe import escape
from sqlalchemy.exc import OperationalError

from milepost.calendar_data import calendar_data
from milepost.store import journeys, retention
from milepost.store.single_rows import CalendarDataRow
from milepost.store.upsert import upsert
from tests.web.conftest import World, sign_in, text_of
from tests.web.example import ANA, START, customer

EVIL = '<script>alert("x")</script>'
ATTRIBUTE = '" onmouseover="alert(1)'


async def every_page(world: World) -> list[httpx.Response]:
    async with world.client() as client:
        await sign_in(client, ANA)
        ours = (
            "/",
            f"/desk/{ANA}",
            "/desk/queues",
            "/ops/customers",
            *("/ops/customers/acme", "/ops/customers/acme?tab=results", "/ops/customers/acme?tab=people"),
            *("/ops/customers/acme?tab=history", "/ops/customers/acme?act=contacts"),
            "/ops/mail",
            "/ops/imports",
            "/ops/maps",
        )
        theirs = ("/sign-in", "/api/docs", "/nothing", world.plan(), world.question(), "/plan/abc")
        pages = [await client.get(path) for path in ours + theirs]
    for page in pages:
        assert page.headers["content-type"].startswith("text/html"), page.url
        assert re.search(r"<h1[^>]*>\s*\S.*</html>", page.text, re.DOTALL), page.url
    return pages


async def test_what_people_are_called_is_never_taken_for_markup(world: World) -> None:
    record = customer()
    contacts = tuple(type(contact)(EVIL + ATTRIBUTE, contact.email, contact.personas) for contact in record.contacts)
    await world.intake.upsert_customer(record.having(name=EVIL + ATTRIBUTE, contacts=contacts))
    await world.tell(step_done="kickoff", result="held", note=EVIL)
    await world.tell(answer="faster", verdict="partial", comment=EVIL, evidence=ATTRIBUTE)
    await world.tell(paused=True, reason=EVIL)
    pages = await every_page(world)
    for response in pages:
        assert "<script>alert" not in response.text
        assert 'onmouseover="alert' not in response.text
    assert len([response for response in pages if "&lt;script&gt;alert" in response.text]) >= 5, "nothing was shown"


async def test_what_is_asked_for_is_never_taken_for_markup(world: World) -> None:
    async with world.client() as client:
        for path in (
            "/ops/customers",
            f"/desk/{EVIL}",
            "/ops/customers/" + EVIL,
            "/ops/mail",
            "/sign-in",
            "/plan/" + EVIL,
        ):
            response = await client.get(
                path, params={"search": EVIL, "told": EVIL, "next": EVIL, "status": "", "page": 1}
            )
            assert "</html>" in response.text
            assert "<script>alert" not in response.text
        search = await client.get("/ops/customers", params={"search": EVIL})
        assert escape(EVIL) in search.text


OUR_SCRIPT = r'<script(?! src="/static/[a-z]+\.js\?v=[0-9a-f]+" defer></script>)'
SCRIPTS = re.compile(OUR_SCRIPT + r"|\son\w+=|\sstyle=|<style|javascript:")
FROM_ELSEWHERE = re.compile(r'(?:src|<link[^>]+href)="(?:https?:)?//')


@pytest.mark.parametrize("bad", [EVIL, '<p onclick="x">', '<a href="javascript:x">', '<p style="x">', "<style>x"])
def test_a_page_with_a_script_or_a_style_would_be_noticed(bad: str) -> None:
    assert SCRIPTS.search(bad)


@pytest.mark.parametrize("bad", ['<img src="https://x.example">', '<link rel="icon" href="//x.example/icon">'])
def test_a_page_that_loads_something_from_elsewhere_would_be_noticed(bad: str) -> None:
    assert FROM_ELSEWHERE.search(bad)


async def test_no_page_runs_scripts_or_loads_anything_from_elsewhere(world: World) -> None:
    for response in await every_page(world):
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert not SCRIPTS.search(response.text)
        assert not FROM_ELSEWHERE.search(response.text)


async def test_every_page_has_the_headers_that_keep_it_private(world: World) -> None:
    for response in await every_page(world):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["referrer-policy"] in ("same-origin", "no-referrer")


async def test_every_page_has_a_language_a_title_one_heading_and_names_for_its_fields(world: World) -> None:
    for response in await every_page(world):
        page = response.text
        assert '<html lang="en">' in page
        assert re.search(r"<title>[^<]+</title>", page)
        assert len(re.findall(r"<h1[ >]", page)) == 1
        assert 'name="viewport"' in page
        for field in re.findall(r"<(?:input|select|textarea)[^>]*>", page):
            if 'type="hidden"' not in field:
                before, own_id = page[: page.index(field)], re.search(r' id="([^"]+)"', field)
                has_label = own_id is not None and f'<label for="{own_id[1]}"' in page
                assert has_label or before.rfind("<label") > before.rfind("</label>"), field
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))


async def test_static_files_are_kept_for_a_year_under_a_name_of_their_content(world: World) -> None:
    async with world.client() as client:
        page = (await client.get("/")).text
        stylesheet = re.search(r'href="(/static/milepost\.css\?v=\w+)"', page)
        assert stylesheet
        kept = await client.get(stylesheet[1])
        loose = await client.get("/static/milepost.css")
        missing = await client.get("/static/../app.py")

    assert "immutable" in kept.headers["cache-control"]
    assert "immutable" not in loose.headers["cache-control"]
    assert missing.status_code == 404


async def test_a_page_that_there_is_not_says_so_kindly(world: World) -> None:
    async with world.client() as client:
        response = await client.get("/nothing")

    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "There is nothing at this address." in text_of(response)


async def test_a_form_that_is_too_large_is_refused(world: World, browser: httpx.AsyncClient) -> None:
    response = await browser.post("/desk/tasks/done", data={"form": "x", "note": "y" * 70_000})

    assert response.status_code == 413
    assert await world.facts() == []


async def test_a_failing_page_tells_nothing_of_its_inside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> int:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(type(world.intake), "now", broken)
    async with world.client() as client:
        response = await client.get("/")

    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.headers["content-security-policy"]


# Health.


async def test_health_is_ready_while_everything_answers(world: World) -> None:
    async with world.client() as client:
        response = await client.get("/health")

    assert (response.status_code, response.json()) == (
        200,
        {
            "status": "ready",
            "database": "ok",
            "temporal": "ok",
            "journeys": {"open": 1, "late": 0, "blocked": 0, "waiting_facts": 0},
            "needed": [],
            "calendar_data": calendar_data(),
            "last_planned_with": None,
        },
    )


async def test_health_tells_of_other_zones_and_holidays_than_those_that_planned_last(world: World) -> None:
    older = {"id": 1, "data": "holidays 0.1, tzdata 2020.1 (2020a)", "previous": None, "since": START}
    async with world.store.transaction() as session:
        await session.run_sync(upsert, CalendarDataRow, [older])
    async with world.client() as client:
        response = await client.get("/health")

    assert (response.status_code, response.json()["status"]) == (200, "ready")
    assert response.json()["last_planned_with"] == older["data"]


async def test_health_asks_for_a_person_when_facts_wait_too_long_or_a_journey_is_blocked(world: World) -> None:
    world.journey_client.is_away = True
    await world.tell(set={"health": 40})
    async with world.client() as client:
        at_once = await client.get("/health")
        world.at += 150
        later = await client.get("/health")
        await world.journey_client.come_back(int(world.at))
        back = await client.get("/health")
        async with world.store.transaction() as session:
            await session.run_sync(journeys.mark_blocked, "acme/1", START, "EndlessMapError: round and round")
        blocked = await client.get("/health")

    assert [each.status_code for each in (at_once, later, back, blocked)] == [200, 503, 200, 503]
    assert later.json()["journeys"]["waiting_facts"] == 1
    assert later.json()["needed"] == [
        "1 journey late, 1 fact waiting: see that a worker runs and that Temporal answers."
    ]
    assert blocked.json()["needed"] == ["1 journey can't be planned: the customers' page lists them, with the reason."]


async def test_without_temporal_health_is_degraded_and_still_takes_requests(world: World) -> None:
    world.temporal_answers = False
    async with world.client() as client:
        response = await client.get("/health")

    assert (response.status_code, response.json()["temporal"]) == (200, "away")


async def test_without_the_database_health_says_no_and_the_process_lives(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr("milepost.web.health.check", away)
    async with world.client() as client:
        response = await client.get("/health")
        live = await client.get("/health/live")

    assert (response.status_code, response.json()["database"]) == (503, "away")
    assert live.status_code == 200


async def test_without_a_token_there_are_no_metrics(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/metrics")).status_code == 404


async def test_health_says_when_old_data_was_last_removed_if_a_setting_asks_for_that(world: World) -> None:
    assert "retention_ran_at" not in await health_of(world)
    asked = World(world.store, world.settings.model_copy(update={"retain_facts_days": 365}))
    assert (await health_of(asked))["retention_ran_at"] is None
    await retention.claim(world.store, START)
    assert (await health_of(asked))["retention_ran_at"] == "2026-03-02T15:00:00Z"


async def health_of(world: World) -> dict[str, object]:
    async with world.client() as client:
        body: dict[str, object] = (await client.get("/health")).json()
    return body
