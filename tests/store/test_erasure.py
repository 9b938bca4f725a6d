from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from milepost.planner.enums import MailSwitch
from milepost.planner.facts import Answered, StepDone
from milepost.store import absences, aliases, inbox
from milepost.store.absence_tables import AbsenceCustomerRow, FormerColleagueRow
from milepost.store.agreement_tables import AgreementRow
from milepost.store.database import open_store
from milepost.store.desk_message_tables import DeskNewsRow, MorningLineRow
from milepost.store.earlier_end_table import EarlierEndRow
from milepost.store.erasure import forget
from milepost.store.errors import UnknownCustomerError
from milepost.store.file_tables import FileRow
from milepost.store.form_drafts import FormDraftRow
from milepost.store.hand_over_tables import HandOverCustomerRow
from milepost.store.link_tables import LinkRow
from milepost.store.mail_tables import CustomerMailSwitchRow, HeldMessageRow
from milepost.store.stand_ins import Absence
from milepost.store.tables import RolloutMoveRow
from milepost.store.undo_tables import UndoPointRow
from tests.inbox import put
from tests.store.book import DAY, HOUR, START, Walk, customer, everything, publish, stored_hand_over, stored_rollout


async def live(session, compiled_map, name):
    """A customer with a row in every table."""
    walk = await Walk.begin(session, compiled_map, customer(name))
    await walk.tell(START + HOUR, StepDone(id="f1", at=START + HOUR, step="kickoff", result="not_ready"))
    secret = f"said by {name} alone"
    answer = Answered(id="f2", at=START + DAY, outcome="saved", verdict="disputed", comment=secret)
    await walk.tell(START + DAY, answer)
    await put(session, name, {"kind": "step_done", "id": "f3", "step": "review", "note": secret}, START)
    await session.run_sync(inbox.count, name, "clicked", START)
    await session.run_sync(aliases.add, f"{name}-old", name, START, None)
    move = {"journey_id": f"{name}/1", "from_version": "1", "to_version": "2", "status": "parked", "why": secret}
    session.add(RolloutMoveRow(rollout=1, **move))
    session.add(AbsenceCustomerRow(absence=1, customer_id=name))
    session.add(HandOverCustomerRow(hand_over=1, customer_id=name, status="stayed", problem=secret))
    session.add(FormerColleagueRow(customer_id=name, role="csm", address=secret, handed_over_at=START))
    session.add(EarlierEndRow(customer_id=name, reason=secret, since=START))
    switch = {"mail": MailSwitch.FREE, "at": START, "by": None, "why": secret, "current": True}
    session.add(CustomerMailSwitchRow(customer_id=name, **switch))
    session.add(
        LinkRow(
            id=f"link-of-{name}",
            journey_id=f"{name}/1",
            contact=secret,
            purpose="plan",
            created_at=START,
            expires_at=START + DAY,
            voided_why=secret,
        )
    )
    session.add(UndoPointRow(journey_id=f"{name}/1", revision=1, state={"said": secret}, until=START))
    draft = {"journey_id": f"{name}/1", "step": "review", "address": secret, "occurrence": 1}
    place = {"journey_id": draft["journey_id"], "step": "connect", "field": "contract", "contact": secret}
    told = {"name": secret, "type": "pdf", "size": 1, "sha256": "0" * 64, "status": "ready"}
    session.add(FileRow(id=f"fileof{name}", at=START, received_at=START, **place, **told))
    session.add(FormDraftRow(**draft, typed={"wishes": [secret]}, saved_at=START))
    line = {"journey_id": f"{name}/1", "kind": "step", "step": "review", "fact": "f", "at": START}
    session.add(AgreementRow(**line, said_by=secret, said={"person": secret}, proposed={"note": secret}))
    about = {"journey_id": f"{name}/1", "address": secret, "task": "kickoff/1", "step": None}
    session.add(MorningLineRow(day="2027-01-04", position=0, part="late", **about))
    session.add(DeskNewsRow(kind="escalated", at=START, for_mail=True, for_chat=False, **about))
    held = {"step": "review", "template": "review.md", "reason": "opening", "why": "release", "since": START}
    session.add(HeldMessageRow(journey_id=f"{name}/1", message="x", customer_id=name, **held))


def whole_book(session):
    """A rollout of everybody, a hand-over, and an absence that is about some customers."""
    session.add(stored_rollout("ops@vendor.example", "All of them", START))
    session.add(stored_hand_over("cleo@vendor.example", START))
    day = date(2027, 1, 1)
    people = {"person": "cleo@vendor.example", "delegate": "dan@vendor.example", "told_by": None}
    days = {"first_day": day, "last_day": day, "timezone": "UTC", "starts_at": START, "ends_at": START + DAY}
    absences.insert(session, Absence(number=0, role=None, customers=None, told_at=START, **people, **days))


async def test_nothing_is_left_of_a_forgotten_customer_and_others_keep_everything(store):
    async with store.transaction() as session:
        compiled_map = await publish(session)
        await session.run_sync(whole_book)
        await live(session, compiled_map, "beta")
        before = await everything(session)
        await live(session, compiled_map, "acme")
    gone = await forget(store, "acme")
    assert all(count > 0 for count in gone.values()), gone
    async with store.reading() as session:
        after = await everything(session)
    assert after.pop("file_leftovers") == [{"id": "fileofacme"}]  # until its content is deleted
    assert after == {name: rows for name, rows in before.items() if name != "file_leftovers"}


async def test_on_sqlite_not_even_the_files_hold_what_was_forgotten(sqlite_url):
    store = open_store(sqlite_url)
    async with store.transaction() as session:
        compiled_map = await publish(session)
        await session.run_sync(whole_book)
        await live(session, compiled_map, "acme")
        await live(session, compiled_map, "beta")
    path = Path(sqlite_url.removeprefix("sqlite:///"))

    def on_disk(said):
        return any(said in file.read_bytes() for file in path.parent.glob("milepost.db*"))

    assert on_disk(b"said by acme alone")
    await forget(store, "acme")
    assert not on_disk(b"said by acme alone")
    assert on_disk(b"said by beta alone")
    await store.close()


async def test_an_unknown_customer_cannot_be_forgotten(store):
    with pytest.raises(UnknownCustomerError):
        await forget(store, "nobody")
