"""Pages that are seldom seen: links that open nothing, plans that are paused or over, and what operations look up."""

from __future__ import annotations

from typing import Any

from milepost.customer import Mail
from milepost.planner.written_facts import WrittenFact
from milepost.store import links
from tests.web.conftest import World, form_in
from tests.web.example import ANA, DAY, FILES, KIM, SAM, customer
from tests.web.file_forms import MAP

ASKED, PAUSED, OVER = "beta", "gamma", "delta"
"""Customers: one whose form was sent, one whose plan is paused, one whose journey has ended."""


async def fill(world: World) -> dict[str, tuple[str, str]]:
    """Fills an installation; returns the addresses of its pages by what they show, each with words that stand there."""
    expired = _link_of_old(world)
    await _customers(world)
    await _answers(world)
    lost, link = world.plan(KIM), world.link(KIM)
    await world.store.write(lambda session: links.void(session, [link], world.at, by=ANA, why="lost"))
    over = world.plan(KIM, f"{OVER}/1")
    return {
        "a forged link": (f"{lost[:-2]}xx", "This link doesn't work"),
        "a void link": (lost, "This link is no longer in use"),
        "an expired link": (expired, "This link has expired"),
        "a form of a finished plan": (f"{over}/steps/connect", "This plan is finished"),
        "a finished plan": (over, "Delta"),
        "a paused plan": (world.plan(KIM, f"{PAUSED}/1"), "The plan is paused."),
        "your answers": (f"{world.plan(KIM, f'{ASKED}/1')}/steps/connect", "Send your changes"),
        "a preview": ("/ops/customers/acme/plan", "Nothing can be done here in their name."),
        "a preview of a question": (f"{_preview(world)}/outcomes/faster", "Nothing can be done here in their name."),
        "the proof as colleagues see it": ("/ops/customers/acme/proof", "What was agreed, and what of it is there"),
        "results": ("/ops/results", "not who was asked"),
        "results of a kind that there is not": ("/ops/results?verdict=partial", "No answers of that kind yet."),
        "keys": ("/ops/keys", "Keys"),
        "changes": ("/ops/audit", "published"),
        "a map on the wall": ("/ops/maps/pilot", "customers on the way"),
        "a week": (f"/desk/{ANA}/week", "This week"),
        "a book": (f"/desk/{ANA}/book?left=yes", "Your book"),
        "what one waits for": (f"/desk/{ANA}/waiting", "What you wait for"),
        "the team": ("/desk/team", "The team"),
        "who is in a step": ("/ops/maps/pilot/here/step/kickoff", "Kickoff"),
        "who left at a step": ("/ops/maps/pilot/left/step/set_up", "1 customer left with this step open"),
        "the funnel of a map": ("/ops/maps/pilot/funnel", "Stuck and silent"),
    }


def before_unsubscribing(world: World) -> str:
    """The address that a mail program calls when its reader unsubscribes."""
    return f"/unsubscribe/{world.links.preferences_token('acme/1', SAM, Mail.ESSENTIAL)}"


def _link_of_old(world: World) -> str:
    world.at -= 200 * DAY
    path = world.plan(SAM)
    world.at += 200 * DAY
    return path


def _preview(world: World) -> str:
    return f"/ops/customers/acme/plan/{world.links.mark('acme/1', SAM)}"


async def _customers(world: World) -> None:
    await world.publish({**FILES, "map.yaml": MAP})
    for each in (ASKED, PAUSED, OVER):
        await world.add(customer(each, each.title()))
    await _tell(world, ASKED, step_done="kickoff", result="held")
    await _tell(world, PAUSED, paused=True, reason="They merge")
    await _tell(world, OVER, step_done="kickoff", result="refused")


async def _answers(world: World) -> None:
    path = world.plan(KIM, f"{ASKED}/1")
    typed = {"answers.contract": "https://files.acme.example/contract.pdf", "answers.room": "12"}
    async with world.client() as visitor:
        hidden = form_in(await visitor.get(path), "/upload")
        sent = await visitor.post(f"{path}/upload", data=hidden | typed, files={"answers.contract.file": ("", b"")})
    assert sent.status_code == 303
    await _tell(world, "acme", step_done="kickoff", result="held")
    await _tell(world, "acme", event="connected")
    said = {"answer": "faster", "verdict": "verified", "by": KIM, "on_behalf_of": SAM, "reason": "Sam is ill"}
    await _tell(world, "acme", value=8.5, comment="Since May", method="portal", **said)


async def _tell(world: World, customer_id: str, **fact: Any) -> None:
    await world.intake.record_fact(customer_id, WrittenFact(**fact), by=fact.get("by", ANA))
