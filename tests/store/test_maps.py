from __future__ import annotations

import pytest

from milepost.planner.facts import Ended
from milepost.store import maps
from milepost.store.errors import UnknownVersionError
from tests.store.book import SMALL_MAP, START, Walk, publish

FILES = {"map.yaml": "map: a\n", "messages/hello.md": "Hällo\n"}


async def test_publishing_keeps_a_numbered_version_that_is_known_by_its_content(store):
    async with store.transaction() as session:
        made = await maps.publish(session, "a", "A", FILES, START, by="ops@vendor.example", why="first")
    async with store.reading() as session:
        row = await maps.get(session, made.version.hash)
        assert await maps.files(session, made.version.hash) == FILES
    assert made.new
    assert (row.map, row.number, row.title, row.published_by, row.why) == ("a", 1, "A", "ops@vendor.example", "first")
    assert row.current


async def test_the_same_content_is_the_same_version_whatever_the_order_and_the_line_ends(store):
    shuffled = {name: text.replace("\n", "\r\n") for name, text in reversed(FILES.items())}
    async with store.transaction() as session:
        first = await maps.publish(session, "a", "A", FILES, START)
        again = await maps.publish(session, "a", "A", shuffled, START + 9, why="again")
    assert not again.new
    assert again.version.hash == first.version.hash
    assert (again.version.number, again.version.published_at, again.version.why) == (1, START, None)


async def test_new_journeys_begin_on_what_was_published_last_even_if_it_is_an_old_version(store):
    async with store.transaction() as session:
        first = await maps.publish(session, "a", "A", FILES, START)
        second = await maps.publish(session, "a", "A", {**FILES, "map.yaml": "map: a # 2\n"}, START + 1)
        other = await maps.publish(session, "b", "B", {"map.yaml": "map: b\n"}, START + 2)
        assert [row.hash for row in await maps.current(session)] == [second.version.hash, other.version.hash]
        await maps.publish(session, "a", "A", FILES, START + 3)
    async with store.reading() as session:
        assert [row.hash for row in await maps.current(session)] == [first.version.hash, other.version.hash]
        assert [row.number for row in await maps.versions(session, "a")] == [2, 1]
        assert len(await maps.versions(session)) == 3


async def test_versions_in_use_are_those_that_run_and_those_that_may_begin(store):
    async with store.transaction() as session:
        old = await publish(session)
        walk = await Walk.begin(session, old)
        new = await publish(session, {**SMALL_MAP, "title": "Changed"})
        assert await maps.in_use(session) == sorted([old.version, new.version])
        await walk.tell(START + 1, Ended(id="f1", at=START + 1, reason="over"))
        assert await maps.in_use(session) == [new.version]


async def test_an_unknown_version_is_an_error(store):
    async with store.reading() as session:
        with pytest.raises(UnknownVersionError, match="'abc'"):
            await maps.files(session, "abc")
