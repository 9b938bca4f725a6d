"""A customer on a map that Milepost ships, with somebody for each part, in an installation of the browser's tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from milepost.customer import Contact
from milepost.language.loader import load
from milepost.planner.written_facts import WrittenFact
from milepost.store import maps
from tests.web.conftest import World
from tests.web.example import ANA, START, customer

MAPS = Path(__file__).parents[2] / "maps"
CUSTOMER, JOURNEY = "globex", "globex/1"
PEOPLE = {
    "sponsor": "Sam Poe",
    "coordinator": "Kim Lo",
    "it_admin": "Ida Roth",
    "report_owner": "Rui Sá",
    "owner": "Oz Ek",
}


async def enrolled(world: World, map_id: str, **attributes: Any) -> None:
    """Publishes a shipped map and brings a customer of its segment in."""
    loaded = load(MAPS / map_id)
    assert loaded.map is not None
    assert loaded.files is not None
    async with world.store.transaction() as session:
        await maps.publish(session, map_id, loaded.map.title, loaded.files, START)
    contacts = [Contact(PEOPLE[each], address(each), (each,)) for each in loaded.map.personas if each in PEOPLE]
    team = dict.fromkeys(loaded.map.roles, ANA)
    await world.add(customer(CUSTOMER, "Globex", contacts=tuple(contacts), team=team, attributes=attributes))


def address(persona: str) -> str:
    """The mail address of whoever has this part at the customer."""
    return f"{persona.replace('_', '.')}@globex.example"


async def tell(world: World, **fact: Any) -> None:
    """Records a fact about the customer, as their colleague does."""
    await world.intake.record_fact(CUSTOMER, WrittenFact(**fact), by=ANA)
