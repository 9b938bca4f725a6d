"""What customers said to the lines of an agreement, as it is kept."""

from __future__ import annotations

from milepost.planner.facts import Noted, to_json
from milepost.store import agreements, inbox
from milepost.store.advance import rename_step
from milepost.store.inbox import InboxStatus, NewFact
from milepost.store.tables import FactRow
from tests.store.book import HOUR, START, Walk, publish

SAM = "sam@acme.example"


def row(fact: str, at: int, step: str = "review", note: str | None = None) -> dict:
    said = {"person": SAM, "due": "2026-03-10"}
    return {
        "journey_id": "acme/1", "kind": "step", "step": step, "fact": fact, "at": at, "said_by": SAM, "said": said,
        "proposed": {"note": note} if note else None,
    }  # fmt: skip


async def begin(store) -> None:
    async with store.transaction() as session:
        await Walk.begin(session, await publish(session))


async def said(store) -> list[tuple[str, str, dict | None]]:
    async with store.reading() as session:
        return [(each.fact, each.step, each.proposed) for each in await agreements.of_journey(session, "acme/1")]


async def test_what_was_said_is_kept_once_the_latest_last(store):
    await begin(store)
    for rows in ([row("b", START + HOUR, note="no")], [row("a", START)], [row("b", START + HOUR, note="other")], []):
        await store.write(lambda session, rows=rows: agreements.keep(session, rows))
    assert await said(store) == [("a", "review", None), ("b", "review", {"note": "no"})]


async def test_what_an_undone_fact_told_does_not_count(store):
    await begin(store)

    def tell(session) -> None:
        recipient = inbox.recipients(session, ["acme"])["acme"]
        note = Noted(id="a", at=START, by=SAM, text="Said yes")
        inbox.record(session, [NewFact(recipient, to_json(note), "portal")], START)
        agreements.keep(session, [row("a", START)])

    await store.write(tell)
    assert await said(store) == [("a", "review", None)]

    def undo(session) -> None:
        session.query(FactRow).filter(FactRow.id == "a").update({"status": InboxStatus.UNDONE})

    await store.write(undo)
    assert await said(store) == []


async def test_a_step_that_is_called_otherwise_keeps_what_was_said(store):
    await begin(store)
    await store.write(lambda session: agreements.keep(session, [row("a", START), row("b", START, step="other")]))
    await store.write(lambda session: rename_step(session, "acme/1", "review", "second_review"))
    assert sorted(await said(store)) == [("a", "second_review", None), ("b", "other", None)]
