"""Nothing of a forgotten contact is left in any row or file, the journeys go on, and what counts stays."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import JSON, Text, make_url
from temporalio.exceptions import ApplicationError

from milepost.channels.protocol import OutgoingMessage, TemporaryDeliveryError, UndeliverableError
from milepost.customer import Contact, is_forgotten
from milepost.intake.contact_erasure import export_contact, forget_contact
from milepost.intake.errors import ColleagueError
from milepost.planner.enums import StepStatus
from milepost.planner.facts import AttributesSet
from milepost.planner.situation import Situation
from milepost.planner.state import State, StepState
from milepost.store import contact_erasure, customers, facts, messages
from milepost.store.database import Store
from milepost.store.erasure import forget
from milepost.store.personal_data import PLACES
from milepost.store.pseudonyms import NAME, WORD, Person, Pseudonymiser, names_beside, new_pseudonym
from milepost.store.sync_tables import SyncedCustomerRow, SyncRow, SyncRunRow
from milepost.store.tables import METADATA
from tests.privacy.crowd import ADDRESS, DAY, EVA, SAM, Crowd, plant, traces
from tests.store.book import everything
from tests.workflows.example import CHART, CUSTOMER, START

KEYS = {
    ("customers", "id"), ("journeys", "id"), ("answers", "answer"), ("messages", "message"), ("open_plays", "play"),
    ("open_stages", "stage"), ("outcomes", "outcome"), ("tasks", "task"), ("map_reviews", "id"),
    ("import_files", "kind"), ("held_messages", "message"),
    ("files", "id"), ("file_leftovers", "id"), ("links", "id"), ("form_drafts", "step"),
    ("agreements", "kind"), ("agreements", "step"), ("wall_links", "id"), ("wall_links", "map"),
    ("calendar_feeds", "id"),
}  # fmt: skip
"""Columns with ids of customers, of a map's things, and of forms."""
OPERATIONS = {("map_versions", "hash"), ("map_versions", "map"), ("map_versions", "title"), ("map_versions", "files")}
OPERATIONS |= {("map_candidates", name) for name in ("map", "title", "hash", "files", "status")}
"""Columns with the text of maps, which operations wrote."""

PROGRAMS = {("api_keys", "name"), ("api_key_uses", "name")}
"""Columns with the names of programs."""
BOOKS = {
    (table.name, column.name)
    for table in (SyncRow.__table__, SyncRunRow.__table__, SyncedCustomerRow.__table__)
    for column in table.columns
    if isinstance(column.type, Text | JSON) and not column.foreign_keys
}
"""Columns of books that are kept in step: what operations set, counts and headings, and salted digests."""


def columns() -> list[tuple[str, str]]:
    """Every column of every table that can hold a text."""
    return [
        (table.name, column.name)
        for table in METADATA.sorted_tables
        for column in table.c
        if isinstance(column.type, Text | JSON) and not column.foreign_keys
    ]


async def test_nothing_of_a_forgotten_contact_is_left(store: Store) -> None:
    crowd = await Crowd.fill(store)
    before = await traces(store)
    assert {table for table, _ in before} >= {
        "contacts", "journeys", "facts", "messages", "answers", "timeline", "customers", "event_counts",
        "map_versions", "map_reviews", "mail_switches", "customer_mail_switches",
    }  # fmt: skip
    [invited] = State.from_json((await crowd.row()).state).invitations.values()
    assert ADDRESS in invited.guests

    erasure = await forget_contact(crowd.intake.context, "SAM@acme.EXAMPLE ")

    assert await traces(store) == set()
    assert list(erasure.customers) == ["acme", "beta"]
    assert {table for rows in erasure.customers.values() for table in rows} | set(erasure.elsewhere) >= {
        table for table, _ in before
    }
    assert await crowd.contacts("gamma") == ["sam@gamma.example"]


WITHOUT_PEOPLE = {
    "api_key_uses", "calendar_data", "file_leftovers",
    "held_messages", "import_files", "open_plays", "open_stages", "outcomes", "released_texts",
    "sync_runs", "synced_customers", "syncs",
}  # fmt: skip


@pytest.mark.parametrize("place", sorted({table for table, _ in columns()} - WITHOUT_PEOPLE))
async def test_a_place_that_is_left_out_is_noticed(sqlite_store: Store, place: str, monkeypatch: Any) -> None:
    crowd = await Crowd.fill(sqlite_store)
    if place == "tasks":  # a contact's address comes there only in a task's reason
        await plant(sqlite_store, "tasks", "why", ADDRESS)
    if place == "team_members":  # and there only if a colleague is a contact too
        await plant(sqlite_store, "team_members", "address", ADDRESS)
    monkeypatch.setattr(contact_erasure, "PLACES", tuple(each for each in PLACES if each.table.name != place))
    await forget_contact(crowd.intake.context, ADDRESS)
    assert {table for table, _ in await traces(sqlite_store)} == {place}


@pytest.mark.parametrize("table", sorted({table for table, _ in columns()}))
async def test_a_person_is_found_in_every_column_that_is_no_key(sqlite_store: Store, table: str) -> None:
    crowd = await Crowd.fill(sqlite_store)
    planted = {each for each in columns() if each[0] == table} - KEYS - OPERATIONS - PROGRAMS - BOOKS
    for each in planted:
        await plant(sqlite_store, *each, "of sam@acme.example (Sam Poe)")
    assert planted <= await traces(sqlite_store)
    await forget_contact(crowd.intake.context, ADDRESS)
    assert await traces(sqlite_store) == set()


def test_what_the_inventory_leaves_out_is_named_here() -> None:
    inventory = {(place.table.name, name) for place in PLACES for name in place.columns}
    assert set(columns()) - inventory == KEYS | OPERATIONS | PROGRAMS | BOOKS


async def test_on_sqlite_not_even_the_files_hold_the_person(sqlite_store: Store, sqlite_url: str) -> None:
    crowd = await Crowd.fill(sqlite_store)
    path = Path(str(make_url(sqlite_url).database))

    def on_disk() -> set[bytes]:
        stored = b"".join(file.read_bytes() for file in path.parent.glob("milepost.db*"))
        return {part for part in (b"sam@acme.example", b"Sam Poe", b"SAM@A", b"POE said") if part in stored}

    assert len(on_disk()) == 4
    await forget_contact(crowd.intake.context, ADDRESS)
    assert on_disk() == {b"Sam Poe"}  # Gamma's own
    await forget(crowd.store, "gamma")
    assert on_disk() == set()


async def test_the_journey_goes_on_for_the_others(store: Store) -> None:
    crowd = await Crowd.fill(store)
    await crowd.advance(60)
    before = State.from_json((await crowd.row()).state)
    await forget_contact(crowd.intake.context, ADDRESS)

    async with store.reading() as session:
        *_, waiting = await facts.pending_of(session, ["acme"])
    assert [contact["email"] for contact in waiting.data["contacts"]] == ["eva@acme.example"]
    await crowd.advance(60)

    state = State.from_json((await crowd.row()).state)
    assert state.customer.contacts == (EVA,)
    assert await crowd.contacts() == ["eva@acme.example"]
    assert {step: record.status for step, record in state.steps.items()} == {
        step: record.status for step, record in before.steps.items()
    }
    assert [record.value for record in state.steps.values()] == [record.value for record in before.steps.values()]


async def test_it_takes_turns_with_advances_and_what_comes_in(store: Store) -> None:
    crowd = await Crowd.fill(store)
    await crowd.advance(60)
    told = [AttributesSet(id=f"told {number}", at=START, attributes={"health": number}) for number in range(30)]

    async def tell() -> None:
        for fact in told:
            await crowd.intake.record_fact("acme", fact)

    async def advance() -> None:
        for _ in range(20):
            await crowd.advance(1)

    await asyncio.gather(tell(), advance(), forget_contact(crowd.intake.context, ADDRESS))
    await crowd.advance(60)

    assert await traces(store) == set()
    async with store.reading() as session:
        assert await facts.pending_of(session, ["acme"]) == []
        record = await customers.get(session, "acme")
    state = State.from_json((await crowd.row()).state)
    assert state.customer == record
    assert (record.contacts, record.attributes["health"]) == ((EVA,), 29)


def test_steps_of_somebody_who_was_agreed_on_and_is_forgotten_go_to_the_persona() -> None:
    state = State.begin(CUSTOMER.having(contacts=(EVA,)), "pilot", CHART.version, START)
    state.steps["connect"] = StepState(status=StepStatus.OPEN, person="sam@acme.example")
    situation = Situation(CHART, state, START)
    assert situation.contact_of(CHART.steps["connect"]) == Contact(ADDRESS, ADDRESS)
    state.steps["connect"].person = new_pseudonym("1")
    assert situation.contact_of(CHART.steps["connect"]) == EVA


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("Sam Poe, sam@acme.example.", "Forgotten person, NOBODY."),
        ("SAM  POE called; poe's order", "Forgotten person called; [forgotten]'s order"),
        ("sam@acme.example.org and xsam@acme.example", "sam@acme.example.org and xsam@acme.example"),
        ("mailto:sam%40acme.example?", "mailto:NOBODY?"),
        ("samples of poetry, no_sam", "samples of poetry, no_[forgotten]"),
        ("ana.poe@vendor.example told Poe Ltd", "ana.poe@vendor.example told Poe Ltd"),
    ],
)
def test_a_text_loses_the_person_and_nobody_else(text: str, without: str) -> None:
    pseudonymiser = Pseudonymiser(Person(ADDRESS, frozenset({"Sam Poe"})), "NOBODY", others={"Poe Ltd"})
    assert pseudonymiser.text(text) == without


async def test_nobody_writes_to_a_forgotten_contact_not_even_what_was_ordered(store: Store) -> None:
    crowd = await Crowd.fill(store)
    async with store.transaction() as session:
        message = (await messages.outbox(session, customer="acme")).lines[0]
        row = await messages.get(session, "acme/1", message.message.message)
        row.status, row.text = messages.MessageStatus.QUEUED, None
    sent = len(crowd.channel.delivered)
    await forget_contact(crowd.intake.context, ADDRESS)

    assert not await crowd.deliver(message.message.message)
    assert len(crowd.channel.delivered) == sent
    async with store.reading() as session:
        row = await messages.get(session, "acme/1", message.message.message)
    assert (row.status, row.last_error) == (messages.MessageStatus.FAILED, "its contact was forgotten")
    assert is_forgotten(row.contact)


@pytest.mark.parametrize("error", [TemporaryDeliveryError, UndeliverableError])
async def test_a_delivery_that_is_under_way_brings_nothing_back(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    crowd = await Crowd.fill(store)
    async with store.transaction() as session:
        message = (await messages.outbox(session, customer="acme")).lines[0].message.message
        row = await messages.get(session, "acme/1", message)
        row.status, row.text, row.last_error = messages.MessageStatus.QUEUED, None, None

    async def deliver(_: OutgoingMessage) -> NoReturn:
        await forget_contact(crowd.intake.context, ADDRESS)
        raise error("SMTP said: sam@acme.example is unknown")

    monkeypatch.setattr(crowd.channel, "deliver", deliver)
    with contextlib.suppress(ApplicationError):
        await crowd.deliver(message)

    assert await traces(store) == set()
    async with store.reading() as session:
        assert (await messages.get(session, "acme/1", message)).last_error == "its contact was forgotten"


async def test_forgetting_twice_and_a_stranger_change_nothing(store: Store) -> None:
    crowd = await Crowd.fill(store)
    async with store.reading() as session:
        before = await everything(session)
    assert (await forget_contact(crowd.intake.context, "nobody@acme.example")).is_empty
    await forget_contact(crowd.intake.context, ADDRESS, dry_run=True)
    async with store.reading() as session:
        assert await everything(session) == before

    await forget_contact(crowd.intake.context, ADDRESS)
    async with store.reading() as session:
        after = await everything(session)
    assert (await forget_contact(crowd.intake.context, ADDRESS)).is_empty
    async with store.reading() as session:
        assert await everything(session) == after


async def test_what_counts_stays(store: Store) -> None:
    crowd = await Crowd.fill(store)
    async with store.reading() as session:
        before = await everything(session)
    await forget_contact(crowd.intake.context, ADDRESS)
    async with store.reading() as session:
        after = await everything(session)
    for table, rows in before.items():
        new = {"facts": 2, "audit": 1}.get(table, 0)  # the contacts without Sam, at both customers; that it was done
        gone = 1 if table in ("contacts", "import_files") else 0  # Beta has no journey; a file with Sam goes as a whole
        assert len(after[table]) == len(rows) + new - gone, table
    assert [row["value"] for row in after["answers"]] == [row["value"] for row in before["answers"]]
    assert [row["verdict"] for row in after["answers"]] == [row["verdict"] for row in before["answers"]]
    assert [row["sent_at"] for row in after["messages"]] == [row["sent_at"] for row in before["messages"]]


async def test_who_comes_back_is_a_new_contact(store: Store) -> None:
    crowd = await Crowd.fill(store)
    await forget_contact(crowd.intake.context, ADDRESS)
    await crowd.advance(60)
    async with store.reading() as session:
        record = await customers.get(session, "acme")
    await crowd.intake.upsert_customer(record.having(contacts=(SAM, EVA)))
    await crowd.advance(DAY)
    assert await crowd.contacts() == [ADDRESS, "eva@acme.example"]
    assert State.from_json((await crowd.row()).state).customer.contacts == (SAM, EVA)


async def test_a_colleague_is_not_forgotten_while_tasks_go_there(store: Store) -> None:
    crowd = await Crowd.fill(store)
    with pytest.raises(ColleagueError, match="on the team of acme, beta and gamma"):
        await forget_contact(crowd.intake.context, "Ana.Ruiz@vendor.example")


async def test_an_export_has_what_forgetting_would_replace_and_nobody_else(store: Store) -> None:
    crowd = await Crowd.fill(store)
    document = await export_contact(crowd.intake.context, "Sam@Acme.example")
    assert document["names"] == ["Sam Poe", "Samuel Poe"]
    assert document["customers"] == ["acme", "beta"]
    erasure = await forget_contact(crowd.intake.context, ADDRESS, dry_run=True)
    counted = {customer: dict(rows) for customer, rows in erasure.customers.items()} | {None: dict(erasure.elsewhere)}
    exported: dict[str | None, dict[str, int]] = {}
    for record in document["records"]:
        rows = exported.setdefault(record["customer"], {})
        rows[record["table"]] = rows.get(record["table"], 0) + 1
    assert exported == counted
    texts = repr(document)
    assert "POE said that Sam Poe leaves" in texts
    assert "please connect your first system" in texts
    assert "Eva Roe" not in texts
    assert "gamma" not in texts
    assert {record["found_by"] for record in document["records"]} == {"address or name", "part of a name"}


def test_every_name_of_a_contact_is_replaced_and_those_of_others_stay() -> None:
    sam = {
        "email": "Sam@acme.example", "name": "Sam Poe", "first_name": "Bobby", "last_name": "Tables",
        "salutation": "Dear Bobby", "mail": "none",
    }  # fmt: skip
    eva = {"email": "eva@acme.example", "name": "Eva Tables", "first_name": "Eva", "last_name": "Tables", "mail": "all"}
    person = Person("sam@acme.example", frozenset(filter(None, names_beside("sam@acme.example", [sam, eva]))))
    assert person.names == {"Sam Poe", "Bobby Tables"}
    pseudonymiser = Pseudonymiser(person, new_pseudonym("x"), others=["Eva Tables"])
    forgotten, other = pseudonymiser.rewritten([sam, eva])
    assert forgotten == {
        "email": new_pseudonym("x"), "name": NAME, "first_name": WORD, "last_name": WORD, "salutation": WORD,
        "mail": "none",
    }  # fmt: skip
    assert other == eva
    assert pseudonymiser.text("Bobby called") == f"{WORD} called"
