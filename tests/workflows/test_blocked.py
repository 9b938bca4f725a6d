"""A journey on a map that goes round in a circle stands still, and goes on when it is moved to one that does not."""

from __future__ import annotations

from milepost.planner.written_facts import WrittenFact
from milepost.store import journeys, maps
from tests.workflows.example import CIRCLE, START
from tests.workflows.rig import Rig, eventually


async def test_a_blocked_journey_goes_on_when_it_is_moved_to_a_mended_version(rig: Rig) -> None:
    await rig.enrol()
    async with rig.store.transaction() as session:
        circle = (await maps.publish(session, "pilot", "Pilot", {"map.yaml": CIRCLE}, START)).version.hash

    async def blocked() -> str | None:
        async with rig.store.reading() as session:
            return (await journeys.get(session, rig.journey)).blocked_why

    for fact in (WrittenFact(map_changed=circle), WrittenFact(set={"health": 20})):
        await rig.intake.record_fact("acme", fact)
        await rig.settled()
    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff"))
    assert "goes round in a circle" in await eventually(blocked)

    await rig.intake.record_fact("acme", WrittenFact(map_changed=rig.version))
    await rig.settled()
    assert await blocked() is None
    assert (await rig.state()).version == rig.version
    told = [(entry["kind"], entry.get("fact")) for entry in await rig.timeline()]
    assert ("fact_ignored", "step_done") in told  # the version that it is back on asks for a result
    await rig.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))
    await rig.settled()
    assert (await rig.state()).steps["kickoff"].status == "done"
