"""Giving a customer another id: everything goes with it, and the old id leads to it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from milepost.intake.errors import IdTakenError, InvalidCustomerError
from milepost.intake.renames import rename
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenFact
from milepost.store.errors import UnknownCustomerError
from tests.merges.conftest import ANA, Book, duplicate


async def test_everything_goes_with_the_customer(book: Book) -> None:
    await book.tell("acme", step_done="kickoff", result="held")
    rows, record = await book.rows_of("acme"), await book.record()

    await rename(book.intake.context, "acme", "crm-7", by=ANA)

    assert await book.rows_of("acme") == {}
    moved = await book.rows_of("crm-7")
    assert {**moved, "facts": rows["facts"]} == {**rows, "customer_aliases": 1}
    assert await book.record("crm-7") == record.having(id="crm-7")
    journey = await book.journey("acme/1")
    assert (journey.customer_id, State.from_json(journey.state).customer.id) == ("crm-7", "crm-7")
    assert "The customer's id was acme." in [row.data.get("text") for row in await book.facts("crm-7")]


async def test_the_old_id_leads_to_the_customer_and_the_journey_goes_on(book: Book) -> None:
    await rename(book.intake.context, "acme", "crm-7")

    await book.tell("acme", step_done="kickoff", result="held")
    await book.add(duplicate("acme", name="Acme Inc."))

    assert (await book.record("crm-7")).name == "Acme Inc."
    assert "step_done" in await book.kinds("acme/1")
    assert await book.rows_of("acme") == {}


async def test_ids_may_go_round_in_a_circle(book: Book) -> None:
    for earlier, later in (("acme", "b"), ("b", "c"), ("c", "acme"), ("acme", "b")):
        await rename(book.intake.context, earlier, later)

    for each in ("acme", "b", "c"):
        assert (await book.record(each)).id == "b"
    assert (await book.rows_of("b"))["customer_aliases"] == 2


async def test_a_renamed_record_is_merged_and_a_merged_one_renamed(book: Book) -> None:
    await rename(book.intake.context, "acme-old", "older")
    await book.merge("acme-old", "acme")
    await rename(book.intake.context, "acme", "acme-old")

    for each in ("acme", "acme-old", "older"):
        assert (await book.record(each)).id == "acme-old"
    assert await book.journeys("acme-old") == [("acme/1", 2, "open"), ("acme-old/1", 1, "ended")]


async def test_an_id_that_another_customer_has_or_had_is_refused(book: Book) -> None:
    with pytest.raises(IdTakenError, match="another customer") as refused:
        await rename(book.intake.context, "acme", "acme-old")
    assert "milepost merge acme acme-old --dry-run" in (refused.value.hint or "")
    await rename(book.intake.context, "acme-old", "older")
    with pytest.raises(IdTakenError, match="earlier id of customer 'older'"):
        await rename(book.intake.context, "acme", "acme-old")
    with pytest.raises(IdTakenError, match="already"):
        await rename(book.intake.context, "acme", "acme")


async def test_what_cannot_be_an_id_is_refused(book: Book) -> None:
    with pytest.raises(InvalidCustomerError, match="cannot be an id"):
        await rename(book.intake.context, "acme", "a b")
    with pytest.raises(UnknownCustomerError, match="Did you mean 'acme'"):
        await rename(book.intake.context, "acne", "b")


async def test_a_dry_run_says_what_would_move_and_changes_nothing(book: Book) -> None:
    before = await book.rows_of("acme")

    planned = await rename(book.intake.context, "acme", "crm-7", dry_run=True)

    assert planned.journey == "acme/1"
    assert planned.moved["tasks"] == before["tasks"]
    assert await book.rows_of("acme") == before


async def test_of_two_renamings_at_once_both_ids_lead_to_the_customer(book: Book) -> None:
    results = await asyncio.gather(
        rename(book.intake.context, "acme", "b"), rename(book.intake.context, "acme", "c"), return_exceptions=True
    )

    assert not any(isinstance(each, BaseException) for each in results), results
    record = await book.record("acme")
    assert record.id in ("b", "c")
    assert await book.record("b") == await book.record("c") == record


async def test_two_customers_who_get_one_id_at_once_stay_two(book: Book) -> None:
    results = await asyncio.gather(
        rename(book.intake.context, "acme", "b"), rename(book.intake.context, "acme-old", "b"), return_exceptions=True
    )

    [refused] = [each for each in results if isinstance(each, BaseException)]
    assert isinstance(refused, IdTakenError)
    assert (await book.record("acme")).id != (await book.record("acme-old")).id


@pytest.mark.parametrize("name", ["acme", "crm-7"])
async def test_what_was_told_before_is_undone_by_either_id(book: Book, name: str) -> None:
    book.journey_client.let_people_undo(timedelta(minutes=5))
    await book.intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"), by=ANA, source="desk")
    await rename(book.intake.context, "acme", "crm-7", by=ANA)
    [told] = await book.intake.undoable(name)

    done = await book.intake.undo_fact(name, told.fact.id, by=ANA)

    assert (done.customer, done.step) == ("crm-7", "kickoff")
    assert "step_done" not in await book.kinds("acme/1")
    state = State.from_json((await book.journey("acme/1")).state)
    assert state.customer == await book.record("crm-7")
