"""The pages of versions and rollouts: who is on which, how far a rollout is, and the forms that steer it."""

from __future__ import annotations

import io
import zipfile

import httpx
import pytest

from milepost.intake import rollouts
from milepost.intake.rollouts import Pace, Reason
from milepost.language.loader import content_hash
from milepost.store import audit, maps
from milepost.store.rollouts import MovePolicy
from milepost.store.tables import MapVersionRow, RolloutRow
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, FILES, MAP, SAM, START, customer
from tests.web.test_portal import to_the_question
from tests.workflows import example as workflows

VERSIONS = "/ops/maps/pilot/versions"
RENEWED = {**FILES, "map.yaml": MAP.replace("due: 2 business days", "due: 1 week")}


async def current(world: World) -> MapVersionRow:
    async with world.store.reading() as session:
        [row] = await maps.current(session)
    return row


async def begun(world: World, batch: int = 1, policy: MovePolicy = MovePolicy.NOW) -> RolloutRow:
    """Three customers on version 1, and a rollout to version 2 that has told nobody yet."""
    for name in ("beta", "gamma"):
        await world.add(customer(name))
    await world.publish(RENEWED)
    reason = Reason(ANA, "A week is enough")
    return await rollouts.start(world.intake.context, await current(world), policy, Pace(batch, 60), reason)


async def take(world: World, row: RolloutRow) -> None:
    """What a worker does: the next batch is told, and moves."""
    await rollouts.take_batch(world.intake.context, row.number)
    await world.move_to(int(world.at) + 60)


async def post(client: httpx.AsyncClient, row: RolloutRow, action: str, **values: str) -> httpx.Response:
    page = f"/ops/rollouts/{row.number}" + ("/back" if action == "back" else "")
    hidden = form_in(await client.get(page), action)
    return await client.post(f"/ops/rollouts/{row.number}/{action}", data={**hidden, **values})


async def test_each_version_says_who_published_it_who_is_on_it_and_what_they_confirmed(
    world: World, browser: httpx.AsyncClient
) -> None:
    await to_the_question(world)
    await world.tell(answer="faster", verdict="verified", by=SAM, method="portal")
    await world.publish(RENEWED)

    page = await browser.get(VERSIONS)

    text = text_of(page)
    old, new = content_hash(FILES), content_hash(RENEWED)
    assert f"New customers begin on version 2 ({new[:12]}). 1 customer is on another version, and stays there" in text
    assert f"2 {new[:12]} current Ops, Mon 2 Mar 2026, 10:00 first 0 nothing yet" in text
    assert "100 % of 1 confirmed" in text[text.index(f"1 {old[:12]}") :]
    assert f'href="/ops/maps/pilot?version={old}"' in page.text
    assert "Nobody was moved from one version to another yet." in text


async def test_what_a_command_did_that_named_nobody_was_done_at_the_terminal(
    world: World, browser: httpx.AsyncClient
) -> None:
    async with world.store.transaction() as session:
        await maps.publish(session, "pilot", "Pilot customers", RENEWED, START)
    reason = Reason(None, "All on one")
    await rollouts.start(world.intake.context, await current(world), MovePolicy.NOW, Pace(1, 60), reason)
    versions, listed = [text_of(await browser.get(path)) for path in (VERSIONS, "/ops/maps")]

    assert "current at the terminal, Mon 2 Mar 2026, 10:00" in versions
    assert "at the terminal Mon 2 Mar 2026, 10:00 All on one" in versions
    assert "Mon 2 Mar 2026, 10:00 at the terminal" in listed
    assert "at the terminal, Mon 2 Mar 2026" in text_of(await browser.get("/ops/rollouts/1"))


async def test_the_files_of_a_version_come_as_a_folder(world: World, browser: httpx.AsyncClient) -> None:
    response = await browser.get(f"{VERSIONS}/1.zip")
    assert response.headers["content-disposition"] == 'attachment; filename="pilot-version-1.zip"'
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            f"pilot/{name}": text for name, text in FILES.items()
        }
    missing = await browser.get(f"{VERSIONS}/7.zip")
    assert (missing.status_code, "has no version 7" in text_of(missing)) == (404, True)


async def test_a_rollout_is_watched_paused_gone_on_with_and_taken_back(
    world: World, browser: httpx.AsyncClient
) -> None:
    row = await begun(world)
    first = await browser.get(f"/ops/rollouts/{row.number}")
    assert "The rollout goes on 0 % 0 of 3 customers moved." in text_of(first)
    assert "3 not told yet" in text_of(first)
    assert 'data-live="2"' in first.text
    await take(world, row)

    await post(browser, row, "pause")
    paused = await browser.get(f"/ops/rollouts/{row.number}")
    assert "It is paused 33 % 1 of 3 customers moved. Nobody else is told" in text_of(paused)
    assert "data-live" not in paused.text
    assert "is paused 33 % 1 of 3 customers moved to version 2" in text_of(await browser.get(VERSIONS))
    await take(world, row)
    assert "1 of 3 customers moved." in text_of(await browser.get(f"/ops/rollouts/{row.number}"))

    await post(browser, row, "resume")
    for _ in range(3):
        await take(world, row)
    done = await browser.get(f"/ops/rollouts/{row.number}")
    assert "Everybody was told 3 of 3 customers moved." in text_of(done)
    assert "Why: A week is enough" in text_of(done)

    without = await post(browser, row, "back")
    assert (without.status_code, "Write why: it stands in the audit" in text_of(without)) == (422, True)
    taken = await post(browser, row, "back", why="Two days it is")
    assert taken.headers["location"] == "/ops/rollouts/2"
    async with world.store.reading() as session:
        back = await session.get(RolloutRow, 2)
    assert back is not None
    for _ in range(4):
        await take(world, back)
    assert "3 of 3 customers moved." in text_of(await browser.get("/ops/rollouts/2"))
    assert (await world.journey()).version == content_hash(FILES)
    async with world.store.reading() as session:
        rows = [row[0] for row in (await audit.listed(session, limit=4)).rows]
    told = [(each.kind, each.by, each.why) for each in rows]
    assert told == [
        ("rollout_started", ANA, "Two days it is"),
        ("rollout_changed", ANA, None),
        ("rollout_changed", ANA, None),
        ("rollout_started", ANA, "A week is enough"),
    ]


async def test_cancelling_leaves_the_others_where_they_are(world: World, browser: httpx.AsyncClient) -> None:
    row = await begun(world)
    await take(world, row)
    await post(browser, row, "cancel")
    page = text_of(await browser.get(f"/ops/rollouts/{row.number}"))
    assert "It was cancelled 1 of 3 customers moved." in page
    assert "2 left where they are, as it was cancelled" in page


async def test_what_was_over_when_a_form_came_is_said_and_nothing_is_changed(
    world: World, browser: httpx.AsyncClient
) -> None:
    row = await begun(world)
    hidden = form_in(await browser.get(f"/ops/rollouts/{row.number}"), "pause")
    await rollouts.cancel(world.intake.context, row.number)
    late = await browser.post(f"/ops/rollouts/{row.number}/pause", data=hidden, follow_redirects=True)
    assert "It had moved on in the meantime, so nothing was changed." in text_of(late)


async def test_a_rollout_of_a_map_that_has_another_is_not_taken_back(world: World, browser: httpx.AsyncClient) -> None:
    row = await begun(world, batch=3)
    await take(world, row)
    await take(world, row)
    await world.publish(FILES)
    reason = Reason(ANA, "As it was")
    await rollouts.start(world.intake.context, await current(world), MovePolicy.NOW, Pace(1, 60), reason)
    refused = await post(browser, row, "back", why="It was wrong")
    assert refused.status_code == 409
    assert "Nothing was begun. Rollout 2 of the map 'pilot' isn't over" in text_of(refused)
    assert ">It was wrong</textarea>" in refused.text


async def test_who_could_not_be_moved_is_named_with_the_reason(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(set={"health": 30})
    await world.publish({**workflows.FILES, "map.yaml": workflows.CIRCLE.replace("kickoff", "first_call")})
    version = await current(world)
    row = await rollouts.start(world.intake.context, version, MovePolicy.NOW, Pace(5, 60), Reason(ANA, "x"))
    await rollouts.take_batch(world.intake.context, row.number)

    page = text_of(await browser.get(f"/ops/rollouts/{row.number}"))

    assert "1 parked: they can't move, and stay" in page
    assert "Who could not be moved" in page
    assert "acme parked" in page
    assert "at one instant" in page


async def test_an_unknown_rollout_is_not_found(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/ops/rollouts/9")).status_code == 404


@pytest.mark.parametrize("action", ["pause", "resume", "cancel", "back"])
async def test_a_form_of_another_rollout_is_refused(world: World, browser: httpx.AsyncClient, action: str) -> None:
    row = await begun(world)
    hidden = form_in(await browser.get(f"/ops/rollouts/{row.number}"), "pause")
    answer = await browser.post(f"/ops/rollouts/7/{action}", data={**hidden, "why": "x"})
    assert answer.status_code == 403
