"""Publishing on pages: what is found, what changed and who is affected comes first, and that is what is published."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest
from sqlalchemy import update

from milepost.explain.sentences import short_hash
from milepost.intake.candidates import programs
from milepost.language.loader import content_hash
from milepost.store import audit, candidates, maps
from milepost.store.candidate_tables import CandidateRow
from milepost.store.rollouts import MovePolicy
from milepost.store.tables import RolloutRow
from tests.intake.test_map_folders import packed
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, FILES, MAP, customer

PUBLISH = "/ops/publish"
NEW = {**FILES, "map.yaml": MAP.replace("title: Kickoff call", "title: First call")}
NEXT = {**FILES, "map.yaml": MAP.replace("title: Kickoff call", "title: Second call")}
SCENARIO = """
scenario: The kickoff comes first
map: ..
start: 2026-03-02T10:00:00-05:00
until: 2026-03-04T10:00:00-05:00
customer: {id: acme, name: Acme, timezone: America/New_York, attributes: {tier: pilot}}
expect:
  - {kind: step_opened, step: KICKOFF}
"""


async def sent(client: httpx.AsyncClient, files: Mapping[str, str], world: World) -> str:
    """Uploads a folder and waits until it was looked at; returns its address."""
    hidden = form_in(await client.get(PUBLISH), PUBLISH)
    answer = await client.post(PUBLISH, data=hidden, files={"zip": ("pilot.zip", packed(files, "pilot/"))})
    assert answer.status_code == 303, text_of(answer)
    await world.app.state.services.candidates.wait()
    return str(answer.headers["location"])


async def post(client: httpx.AsyncClient, path: str, action: str, **values: str) -> httpx.Response:
    hidden = form_in(await client.get(path), action)
    return await client.post(f"{path}/{action}", data={**hidden, **values})


async def current(world: World) -> str:
    async with world.store.reading() as session:
        [row] = await maps.current(session)
    return row.hash


async def test_a_map_is_uploaded_looked_at_and_published(world: World, browser: httpx.AsyncClient) -> None:
    path = await sent(browser, NEW, world)
    page = text_of(await browser.get(path))
    assert "Pilot customers: a new version" in page
    assert "What the checker finds 0 errors, 6 warnings." in page
    assert "W202 pilot/map.yaml:58:12 Stage 'renewal' gives the customer nothing to do or confirm" in page
    assert f"pilot: 1 change since version 1 ({short_hash(content_hash(FILES))}):" in page
    assert "touchpoint kickoff in stage start: title Kickoff call → First call" in page
    assert "Publishing moves nobody: 1 open journey stays on another version." in page
    assert "1 journey on version 1" in page
    assert await current(world) == content_hash(FILES)

    answer = await post(browser, path, "publish", why="A friendlier name", policy="stay")

    assert answer.headers["location"] == f"{path}?told=published"
    assert await current(world) == content_hash(NEW)
    after = text_of(await browser.get(path))
    assert f"pilot: published as version 2 ({short_hash(content_hash(NEW))})." in after
    assert "Move 1 customer" in after
    async with world.store.reading() as session:
        rows = [row[0] for row in (await audit.listed(session, limit=1)).rows]
        [version, _] = await maps.versions(session, "pilot")
    assert [(row.kind, row.by, row.why) for row in rows] == [("map_published", ANA, "A friendlier name")]
    assert (version.published_by, version.why) == (ANA, "A friendlier name")


async def test_findings_stand_with_their_places_and_a_map_with_errors_is_not_published(
    world: World, browser: httpx.AsyncClient
) -> None:
    path = await sent(browser, {**FILES, "map.yaml": MAP.replace("target: 30 days", "targt: 30 days")}, world)
    page = await browser.get(path)
    assert "1 error, 6 warnings; a map with errors can't be published." in text_of(page)
    assert "M101 pilot/map.yaml:24:5 Unknown field 'targt' in stage 'start'; did you mean 'target'?" in text_of(page)
    assert f'action="{path}/publish"' not in page.text
    forced = await browser.post(f"{path}/publish", data={**form_in(page, "look"), "why": "x"})
    assert (forced.status_code, "A map with errors is never published." in text_of(forced)) == (409, True)
    assert await current(world) == content_hash(FILES)


async def test_what_was_published_meanwhile_is_said_and_nothing_typed_is_lost(
    world: World, browser: httpx.AsyncClient
) -> None:
    path = await sent(browser, NEW, world)
    hidden = form_in(await browser.get(path), "publish")
    await world.publish(NEXT)

    late = await browser.post(f"{path}/publish", data={**hidden, "why": "Mine", "policy": "now", "batch": "7"})

    assert late.status_code == 409
    assert f"Nothing was published. Meanwhile version 2 ({short_hash(content_hash(NEXT))})" in text_of(late)
    assert ">Mine</textarea>" in late.text
    assert 'name="batch" inputmode="numeric" maxlength="6" autocomplete="off" value="7"' in late.text
    assert await current(world) == content_hash(NEXT)
    again = await post(browser, path, "look")
    assert again.headers["location"] == path
    await world.app.state.services.candidates.wait()
    assert "Second call → First call" in text_of(await browser.get(path))
    await post(browser, path, "publish", why="Mine", policy="stay")
    assert await current(world) == content_hash(NEW)


async def test_what_is_sent_twice_is_one(world: World, browser: httpx.AsyncClient) -> None:
    hidden = form_in(await browser.get(PUBLISH), PUBLISH)
    files = {"zip": ("pilot.zip", packed(NEW, "pilot/"))}
    answers = [await browser.post(PUBLISH, data=hidden, files=files) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {f"{PUBLISH}/1"}
    await world.app.state.services.candidates.wait()
    form = form_in(await browser.get(f"{PUBLISH}/1"), "publish")
    twice = [await browser.post(f"{PUBLISH}/1/publish", data={**form, "why": "x", "policy": "stay"}) for _ in range(2)]
    assert [answer.headers["location"] for answer in twice] == [
        f"{PUBLISH}/1?told=published",
        f"{PUBLISH}/1?told=again",
    ]


async def test_publishing_may_begin_to_move_customers_in_batches(world: World, browser: httpx.AsyncClient) -> None:
    await world.add(customer("beta"))
    path = await sent(browser, NEW, world)
    answer = await post(browser, path, "publish", why="For all", policy="now", batch="1", rate="30")
    assert answer.headers["location"] == "/ops/rollouts/1"
    async with world.store.reading() as session:
        row = await session.get(RolloutRow, 1)
    assert row is not None
    assert (row.policy, row.batch, row.per_minute, row.started_by, row.why) == ("now", 1, 30, ANA, "For all")
    assert row.version == content_hash(NEW)

    other = await sent(browser, NEXT, world)
    refused = await post(browser, other, "publish", why="Also", policy="now")
    assert (refused.status_code, "Nothing was published. Rollout 1" in text_of(refused)) == (409, True)
    assert await current(world) == content_hash(NEW)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"why": ""}, "Write why: it stands beside the version, and in the audit."),
        ({"policy": "later"}, "Choose one."),
        ({"batch": "0"}, "Write a number from 1 to 1000."),
        ({"batch": "many"}, "Write a number from 1 to 1000."),
        ({"rate": "100001"}, "Write a number from 1 to 100000."),
    ],
)
async def test_what_is_typed_wrong_stands_in_its_field(
    world: World, browser: httpx.AsyncClient, typed: dict[str, str], words: str
) -> None:
    path = await sent(browser, NEW, world)
    answer = await post(browser, path, "publish", **{"why": "x", "policy": "now", **typed})
    assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert 'class="wrong"' in answer.text
    assert await current(world) == content_hash(FILES)


async def test_a_scenario_that_fails_says_why_and_needs_a_word_more(world: World, browser: httpx.AsyncClient) -> None:
    good = SCENARIO.replace("KICKOFF", "kickoff")
    bad = SCENARIO.replace("KICKOFF", "set_up").replace("expect:", "never:")
    path = await sent(browser, {**NEW, "scenarios/a.yaml": good, "scenarios/b.yaml": bad}, world)
    page = text_of(await browser.get(path))
    assert "1 of 2 fails pilot/scenarios/b.yaml: The kickoff comes first" in page
    assert "pilot/scenarios/b.yaml:8 must never come: step_opened set_up" in page

    refused = await post(browser, path, "publish", why="x", policy="stay")
    assert (refused.status_code, "Nothing was published. A scenario fails." in text_of(refused)) == (409, True)
    await post(browser, path, "publish", why="x", policy="stay", anyway="yes")
    assert await current(world) == content_hash(NEW)


async def test_scenarios_read_nothing_outside_of_the_folder(world: World, browser: httpx.AsyncClient) -> None:
    outside = SCENARIO.replace("map: ..", "map: /etc/passwd")
    path = await sent(browser, {**NEW, "scenarios/a.yaml": outside}, world)
    page = text_of(await browser.get(path))
    assert "M105 There is no map at '/etc/passwd', seen from the scenario's folder" in page
    assert "root:" not in page


async def test_a_map_that_takes_too_long_to_check_is_said_so(
    world: World, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(programs.check.__kwdefaults__, "seconds", 0.01)
    path = await sent(browser, NEW, world)
    page = await browser.get(path)
    assert "The map could not be looked at: that takes more than 0 seconds or 2 GB of memory, or failed." in text_of(
        page
    )
    monkeypatch.undo()
    await post(browser, path, "look")
    await world.app.state.services.candidates.wait()
    assert "0 errors, 6 warnings." in text_of(await browser.get(path))


async def test_a_look_whose_process_has_ended_is_noticed(world: World, browser: httpx.AsyncClient) -> None:
    path = await sent(browser, NEW, world)
    async with world.store.transaction() as session:
        await session.execute(update(CandidateRow).values(status="looking", beat_at=int(world.at)))
    looking = await browser.get(path)
    assert "It is being looked at" in text_of(looking)
    assert 'data-live="2"' in looking.text
    world.at += candidates.SILENT_SECONDS + 1
    lost = await browser.get(path)
    assert "Milepost was stopped or started again, and the look at it ended with that." in text_of(lost)
    await post(browser, path, "look")
    await world.app.state.services.candidates.wait()
    assert "0 errors, 6 warnings." in text_of(await browser.get(path))


async def test_a_folder_that_cannot_be_read_is_refused_on_the_form(world: World, browser: httpx.AsyncClient) -> None:
    hidden = form_in(await browser.get(PUBLISH), PUBLISH)
    for files, words in (
        ({"zip": ("x.zip", packed({"../map.yaml": "x"}, ""))}, "leads out of the folder"),
        ({"zip": ("x.zip", b"P" * 6 * 1024 * 1024)}, "The files have more than 5 MB together"),
        ({"zip": ("", b"")}, "Nothing was chosen."),
    ):
        answer = await browser.post(PUBLISH, data=hidden, files=files)
        assert (answer.status_code, words in text_of(answer)) == (422, True), text_of(answer)
    async with world.store.reading() as session:
        assert await candidates.latest(session, limit=9) == []


async def test_a_folder_may_come_file_by_file(world: World, browser: httpx.AsyncClient) -> None:
    hidden = form_in(await browser.get(PUBLISH), PUBLISH)
    files = [("folder", (f"pilot/{name}", text.encode())) for name, text in NEW.items()]
    answer = await browser.post(PUBLISH, data=hidden, files=files)
    await world.app.state.services.candidates.wait()
    assert "1 change since version 1" in text_of(await browser.get(answer.headers["location"]))


async def test_what_is_thrown_away_is_gone(world: World, browser: httpx.AsyncClient) -> None:
    path = await sent(browser, NEW, world)
    assert (await post(browser, path, "discard")).headers["location"] == f"{PUBLISH}?told=thrown_away"
    assert (await browser.get(path)).status_code == 404


async def test_customers_move_to_a_published_version_after_a_look_at_it(
    world: World, browser: httpx.AsyncClient
) -> None:
    await world.publish(NEW)
    versions = "/ops/maps/pilot/versions"
    hidden = form_in(await browser.get(versions), "/2/look")
    path = (await browser.post(f"{versions}/2/look", data=hidden)).headers["location"]
    await world.app.state.services.candidates.wait()
    page = text_of(await browser.get(path))
    assert f"this is version 2 ({short_hash(content_hash(NEW))}), which is current already." in page
    assert "Moving them to this one now would do this at once" in page
    assert "6 warnings" in text_of(await browser.get(versions))

    stays = await post(browser, path, "roll-out", why="x", policy="stay")
    assert (stays.status_code, "Choose when they move." in text_of(stays)) == (422, True)
    answer = await post(browser, path, "roll-out", why="All on one", policy="next_stage")
    assert answer.headers["location"] == "/ops/rollouts/1"
    async with world.store.reading() as session:
        row = await session.get(RolloutRow, 1)
    assert row is not None
    assert (row.policy, row.version) == (MovePolicy.NEXT_STAGE, content_hash(NEW))
    assert "A map has one at a time." in text_of(await browser.get(path))


async def test_who_has_moved_since_is_no_longer_on_another_version(world: World, browser: httpx.AsyncClient) -> None:
    path = await sent(browser, NEW, world)
    await post(browser, path, "publish", why="A friendlier name", policy="stay")
    before = text_of(await browser.get(path))
    await world.tell(map_changed=content_hash(NEW))
    after = text_of(await browser.get(path))

    assert "1 customer on another version" in before
    assert "0 customers on other versions" in after
    assert ("Move 1 customer" in before, "Move 1 customer" in after) == (True, False)


async def test_an_earlier_version_becomes_the_current_one_again(world: World, browser: httpx.AsyncClient) -> None:
    await world.publish(NEW)
    path = await sent(browser, FILES, world)
    assert "Make it the current one again" in text_of(await browser.get(path))
    await post(browser, path, "publish", why="It was better", policy="stay")
    assert await current(world) == content_hash(FILES)
    assert "the same content had been published before" in text_of(await browser.get(path))


async def test_a_first_version_has_nothing_to_be_compared_with(
    empty_world: World,
) -> None:
    async with empty_world.client() as client:
        await client.post("/sign-in", data={"address": ANA})
        path = await sent(client, FILES, empty_world)
        assert "pilot: this is its first version." in text_of(await client.get(path))
        answer = await post(client, path, "publish", why="To begin with")
        assert answer.headers["location"] == f"{path}?told=published"
    assert await current(empty_world) == content_hash(FILES)


async def test_uploads_are_removed_after_a_week(world: World, browser: httpx.AsyncClient) -> None:
    path = await sent(browser, NEW, world)
    await world.store.write(lambda session: candidates.remove_expired(session, world.at + candidates.KEPT_SECONDS))
    assert (await browser.get(path)).status_code == 200
    await world.store.write(lambda session: candidates.remove_expired(session, world.at + candidates.KEPT_SECONDS + 1))
    gone = await browser.get(path)
    assert (gone.status_code, "What was uploaded is kept for a week." in text_of(gone)) == (404, True)
