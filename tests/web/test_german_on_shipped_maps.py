"""Shipped maps that speak German, read by Germans from stage to stage: nothing of the map is left in English."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from milepost.customer import Contact
from milepost.language.loader import load
from milepost.language.map_texts import texts_of
from milepost.language.model import Map
from milepost.language.steps import Action, Outcome, Touchpoint
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.map_in_language import in_language
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenFact
from milepost.shipped import MAPS
from milepost.store import maps
from milepost.store.tables import MessageRow
from tests.web.conftest import World
from tests.web.example import ANA, DAY, START, customer

SEGMENTS: dict[str, dict[str, Any]] = {
    "enterprise-save-time": {"goal": "save_time", "tier": "enterprise"},
    "germany-increase-security": {"goal": "increase_security", "tier": "enterprise", "works_council": True},
    "midmarket-make-money": {"goal": "make_money", "tier": "mid_market"},
    "small-business-save-money": {"goal": "save_money", "tier": "small", "has_bookkeeper": True},
}
ROUNDS = 30
SHORT = 8
"""Texts of fewer letters, such as “Yes” and “Review”, may be part of a German one."""


def address(persona: str) -> str:
    return f"{persona.replace('_', '.')}@globex.example"


def english_of(map_: Map, german: CompiledMap) -> set[str]:
    """The texts that must not be seen: those of the map that read otherwise in German."""
    texts = [text for text, place in texts_of(map_) if not place.is_template]
    return {text for text in texts if len(text) > SHORT and german.translate(text) != text}


def visible(page: str) -> str:
    """A page without the answers of its choices as they are sent, which are in the words of the map."""
    return unescape(re.sub(r' value="[^"]*"', "", page))


async def enrolled(world: World, map_id: str) -> tuple[CompiledMap, list[str], set[str]]:
    """Brings a German customer in; returns the map in German, whose plans there are, and what must not be on them."""
    loaded = load(MAPS / map_id)
    assert loaded.map is not None
    assert loaded.files is not None
    async with world.store.transaction() as session:
        await maps.publish(session, map_id, loaded.map.title, loaded.files, START)
    people = tuple(Contact(f"Person {each}", address(each), (each,), language="de") for each in loaded.map.personas)
    team = dict.fromkeys(loaded.map.roles, ANA)
    attributes = {**SEGMENTS[map_id], "renews_on": "2026-12-01"}
    await world.add(
        customer("globex", "Globex", contacts=people, team=team, attributes=attributes, country="DE", language="de")
    )
    german = in_language(
        await world.app.state.services.compiled_maps.of((await world.journey("globex/1")).version), "de"
    )
    return german, [each.email for each in people], english_of(loaded.map, german)


async def everything_done(world: World) -> None:
    """Does whatever is open, with the first result that there is; what is asked is confirmed."""
    row = await world.journey("globex/1")
    compiled_map, state = await world.app.state.services.compiled_maps.of(row.version), State.from_json(row.state)
    for step in compiled_map.steps.values():
        if not state.step(step.id).is_open:
            continue
        fact: dict[str, Any] = {"step_done": step.id}
        if isinstance(step.step, Outcome):
            fact = {"answer": step.id, "verdict": "verified"}
        elif isinstance(step.step, Touchpoint) and step.step.results:
            fact["result"] = next(iter(step.step.results))
        await world.intake.record_fact("globex", WrittenFact(**fact), by=ANA)


@pytest.mark.parametrize("map_id", SEGMENTS)
async def test_no_plan_and_no_mail_has_a_text_of_the_map_in_english(empty_world: World, map_id: str) -> None:
    world = empty_world
    german, people, english = await enrolled(world, map_id)
    seen, found = set[str](), set[str]()
    async with world.client() as visitor:
        for _ in range(ROUNDS):
            for person in people:
                page = visible((await visitor.get(world.plan(person, "globex/1"))).text)
                seen.add(page)
                found |= {text for text in english if text in page}
            await everything_done(world)
            await world.move_to(int(world.at) + 10 * DAY)
    async with world.store.reading() as session:
        mails = [row.text or "" for row in await session.scalars(select(MessageRow))]

    titles = {each.step.title for each in german.steps.values() if isinstance(each.step, Action) and not each.in_play}
    assert {each for each in titles if not any(each in page for page in seen)} == set()  # each was there to be read
    assert found == set()
    assert {text for text in english for mail in mails if text in mail} == set()
    assert len(mails) > ROUNDS / 3
