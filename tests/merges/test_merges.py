"""Merging two records of one customer: what goes on, what is kept beside it, and what nobody gets twice."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from sqlalchemy import update

from milepost.customer import Mail
from milepost.intake.errors import MergeRefusedError
from milepost.intake.undo_errors import JourneyMergedError
from milepost.planner.entry_point import JourneyStart
from milepost.planner.enums import MailSwitch
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenFact
from milepost.store import facts, mail_switches
from milepost.store.errors import UnknownCustomerError
from milepost.store.mail_switches import Scope, Switch, Turn
from milepost.store.tables import JourneyRow
from tests.merges.conftest import ANA, SAM, START, Book, customer, duplicate

DAY = 86_400


async def test_one_journey_goes_on_and_the_others_history_is_kept_beside_it(book: Book) -> None:
    await book.tell("acme-old", step_done="kickoff", result="held")

    done = await book.merge()

    assert done.goes_on is not None
    assert done.ends is not None
    assert (done.goes_on.journey, done.ends.journey) == ("acme/1", "acme-old/1")
    assert await book.journeys() == [("acme/1", 2, "open"), ("acme-old/1", 1, "ended")]
    ended = await book.journey("acme-old/1")
    assert (ended.customer_id, ended.reason) == ("acme", "merged")
    assert "step_done" in await book.kinds("acme-old/1")
    assert (await book.kinds("acme-old/1"))[-2:] == ["journey_ended", "note"]
    assert "note" in await book.kinds("acme/1")
    assert await book.rows_of("acme-old") == {}


async def test_what_was_told_to_the_journey_that_ended_is_not_undone_and_the_answer_says_why(book: Book) -> None:
    await book.intake.record_fact(
        "acme-old", WrittenFact(step_done="kickoff", result="held", id="slip"), by=ANA, source="desk"
    )
    await book.merge()

    with pytest.raises(JourneyMergedError, match="acme-old/1 ended when the record was merged") as refused:
        await book.intake.undo_fact("acme", "slip", by=ANA)

    assert refused.value.code == "journey_merged"
    assert "the journey that goes on" in refused.value.instead


@pytest.mark.parametrize("later", ["acme", "acme-old"])
async def test_of_the_last_touches_of_both_the_later_one_counts(book: Book, later: str) -> None:
    earlier = "acme" if later == "acme-old" else "acme-old"
    for customer_id, seconds in ((earlier, 60), (later, 120)):
        book.at = START + seconds
        await book.tell(customer_id, note="Call: all well")
    await book.merge()

    touched = await book.journey("acme/1")
    assert (touched.touched_at, touched.touched_in) == (START + 120, f"{later}/1")


async def test_the_record_keeps_what_it_had_and_gets_what_it_lacked(book: Book) -> None:
    await book.merge()

    record = await book.record()
    assert (record.name, record.timezone, record.language) == ("Acme Ltd", "America/New_York", "en")
    assert record.attributes == {"tier": "pilot", "health": 75, "renews_on": "2027-03-01"}
    assert record.team == {"csm": ANA, "lead": "lea.wu@vendor.example", "solutions": "su@vendor.example"}
    state = State.from_json((await book.journey("acme/1")).state)
    assert state.customer == record


async def test_people_of_both_are_one_contact_with_the_stricter_wish_about_mail(book: Book) -> None:
    await book.merge()

    people = {each.email: each for each in (await book.record()).contacts}
    assert list(people) == [SAM, "kim@acme.example", "tal@acme.example"]
    kim = people["kim@acme.example"]
    assert (kim.name, kim.personas, kim.mail) == ("Kim Lo", ("coordinator", "admin"), Mail.NONE)
    assert (kim.timezone, kim.first_name) == ("Europe/Berlin", "Kim")


async def test_the_journey_of_the_other_goes_on_if_told_so(book: Book) -> None:
    await book.merge(keep_journey_of="acme-old")

    assert await book.journeys() == [("acme-old/1", 2, "open"), ("acme/1", 1, "ended")]
    state = State.from_json((await book.journey("acme-old/1")).state)
    assert state.customer == await book.record()
    await book.tell("acme", step_done="kickoff", result="held")
    assert "step_done" in await book.kinds("acme-old/1")


async def test_what_is_told_under_the_old_id_reaches_the_customer(book: Book) -> None:
    await book.merge()

    await book.tell("acme-old", step_done="kickoff", result="held")
    await book.add(duplicate(attributes={"tier": "pilot", "health": 20}))

    assert "step_done" in await book.kinds("acme/1")
    assert (await book.record("acme-old")).id == "acme"
    assert (await book.record()).attributes["health"] == 20
    assert "play_started" in await book.kinds("acme/1")
    assert await book.rows_of("acme-old") == {}


async def test_the_next_journey_begins_after_all_that_were_before(book: Book) -> None:
    await book.merge(keep_journey_of="acme-old")
    await book.tell("acme", ended="left")

    await book.intake.enrol("acme-old", start=JourneyStart(again="They are back", by=ANA))

    assert (await book.journeys())[0] == ("acme/3", 3, "open")


async def test_a_fact_that_waits_is_taken_in_before(book: Book) -> None:
    book.journey_client.is_away = True
    await book.tell("acme-old", set={"renews_on": "2026-12-24"})
    await book.tell("acme", set={"health": 50})
    book.journey_client.is_away = False

    await book.merge()

    assert (await book.record()).attributes == {"tier": "pilot", "health": 50, "renews_on": "2026-12-24"}
    assert {row.status for row in await book.facts()} == {"delivered"}


async def test_facts_of_both_with_one_id_are_told_apart(book: Book) -> None:
    await book.tell("acme", id="crm-1", note="Of the one")
    await book.tell("acme-old", id="crm-1", note="Of the other")

    await book.merge()

    texts = {row.id: row.data["text"] for row in await book.facts() if row.id.startswith("crm")}
    assert texts == {"crm-1": "Of the one", "crm-1 (acme-old)": "Of the other"}


async def test_events_that_no_map_asks_for_are_added_up(book: Book) -> None:
    for name in ("acme", "acme", "acme-old"):
        await book.tell(name, event="clicked")

    await book.merge()

    async with book.store.reading() as session:
        assert [row.count for row in await facts.event_counts(session, "acme")] == [3]


async def test_a_record_without_a_journey_adds_itself_to_one_that_has_one(empty_book: Book) -> None:
    await empty_book.add(customer(attributes={"tier": "other"}), duplicate())

    done = await empty_book.merge()

    assert done.goes_on is not None
    assert (done.goes_on.journey, done.ends) == ("acme-old/1", None)
    assert await empty_book.journeys() == [("acme-old/1", 1, "open")]
    assert (await empty_book.record()).attributes["tier"] == "other"


async def test_two_records_without_journeys_are_merged_too(empty_book: Book) -> None:
    await empty_book.add(customer(attributes={"tier": "other"}), duplicate(attributes={}))

    done = await empty_book.merge()

    assert (done.goes_on, done.ends) == (None, None)
    assert await empty_book.journeys() == []


async def test_three_records_are_merged_one_after_the_other_and_all_ids_lead_to_the_last(book: Book) -> None:
    await book.add(customer("third", "Third"))
    await book.merge("acme-old", "acme")
    await book.merge("acme", "third")

    for earlier in ("acme-old", "acme", "third"):
        assert (await book.record(earlier)).id == "third"
    assert [journey for journey, _, _ in await book.journeys("third")] == ["third/1", "acme/1", "acme-old/1"]


async def test_what_is_one_customer_already_is_not_merged_again(book: Book) -> None:
    await book.merge()

    for pair in (("acme", "acme"), ("acme-old", "acme"), ("acme", "acme-old")):
        with pytest.raises(MergeRefusedError, match="one customer already"):
            await book.merge(*pair)


async def test_unknown_customers_and_journeys_are_refused_with_a_hint(book: Book) -> None:
    with pytest.raises(UnknownCustomerError, match="Did you mean 'acme-old'"):
        await book.merge("acme-odl")
    with pytest.raises(MergeRefusedError, match="neither of the two"):
        await book.merge(keep_journey_of="beta")
    await book.tell("acme-old", ended="left")
    with pytest.raises(MergeRefusedError, match="no open journey"):
        await book.merge(keep_journey_of="acme-old")
    assert (await book.record("acme-old")).id == "acme-old"


async def test_of_two_merges_at_once_one_wins_and_nothing_is_lost(book: Book) -> None:
    results = await asyncio.gather(
        book.merge("acme-old", "acme"), book.merge("acme", "acme-old"), return_exceptions=True
    )

    [refused] = [each for each in results if isinstance(each, BaseException)]
    assert isinstance(refused, (MergeRefusedError, UnknownCustomerError)), refused
    one, other = await book.record("acme"), await book.record("acme-old")
    assert one == other
    assert len(await book.journeys(one.id)) == 2


async def test_facts_that_come_in_during_a_merge_are_not_lost(book: Book) -> None:
    told = [book.tell("acme-old", id=f"crm-{number}", note=f"Note {number}") for number in range(20)]
    saves = [book.add(duplicate(attributes={"tier": "pilot", "health": 60 + number})) for number in range(5)]
    await asyncio.gather(*told[:10], *saves[:2], book.merge(), *told[10:], *saves[2:])

    assert len([row for row in await book.facts() if row.kind == "note" and row.id.startswith("crm-")]) == 20
    assert await book.rows_of("acme-old") == {}
    assert (await book.record("acme-old")).id == "acme"


async def test_a_merge_that_is_killed_in_between_changes_nothing(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: await book.rows_of(name) for name in ("acme", "acme-old")}

    def cut_off(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("milepost.store.aliases.add", cut_off)
        with pytest.raises(RuntimeError):
            await book.merge()

    assert {name: await book.rows_of(name) for name in ("acme", "acme-old")} == before
    assert (await book.journey("acme-old/1")).status == "open"
    await book.merge()
    assert (await book.record("acme-old")).id == "acme"


@pytest.mark.parametrize("held", ["acme", "acme-old"])
async def test_mail_that_is_held_for_one_record_is_held_for_the_customer(book: Book, held: str) -> None:
    for name in ("acme", "acme-old"):
        switch = Switch(MailSwitch.HELD if name == held else MailSwitch.FREE)
        await book.store.write(partial(mail_switches.turn, new=Turn(Scope(customer=name), switch, START)))

    await book.merge()

    counts = await book.store.write(lambda session: mail_switches.in_force(session, "acme", "pilot"))
    assert counts.switch.is_held


async def test_a_dry_run_says_the_same_and_changes_nothing(book: Book) -> None:
    planned = await book.merge(dry_run=True)

    assert [(each.part, each.other, each.into, each.kept) for each in planned.differences] == [
        ("name", "ACME", "Acme Ltd", "Acme Ltd"),
        ("timezone", "America/Chicago", "America/New_York", "America/New_York"),
        ("language", "en", None, "en"),
        ("attributes.health", 60, 75, 75),
        ("attributes.renews_on", "2027-03-01", None, "2027-03-01"),
        ("team.csm", "bo.ek@vendor.example", ANA, ANA),
        ("team.lead", None, "lea.wu@vendor.example", "lea.wu@vendor.example"),
        ("team.solutions", "su@vendor.example", None, "su@vendor.example"),
    ]
    assert [(contact.email, whose) for contact, whose in planned.contacts] == [
        (SAM, "acme"), ("kim@acme.example", "both"), ("tal@acme.example", "acme-old"),
    ]  # fmt: skip
    assert planned.moved["journeys"] == 1
    assert await book.journeys() == [("acme/1", 1, "open")]
    done = await book.merge()
    assert (done.record, done.goes_on, done.ends) == (planned.record, planned.goes_on, planned.ends)


async def test_both_on_one_map_in_different_stages(book: Book) -> None:
    book.at = START + 300 * DAY
    await book.tell("acme-old", set={"renews_on": "2027-01-20"})
    await book.journey_client.advance("acme-old/1", int(book.at))
    planned = await book.merge(dry_run=True, keep_journey_of="acme-old")

    assert planned.goes_on is not None
    assert planned.ends is not None
    assert "renewal" in planned.goes_on.stages
    assert planned.ends.stages == ("start",)
    await book.merge(keep_journey_of="acme-old")
    await book.tell("acme", step_done="renewal_talk")
    assert (await book.kinds("acme-old/1"))[-1] != "fact_ignored"


async def test_a_journey_that_cannot_be_planned_ends_all_the_same(book: Book) -> None:
    book.journey_client.is_away = True
    await book.tell("acme-old", set={"health": 10})
    async with book.store.transaction() as session:
        await session.execute(
            update(JourneyRow).where(JourneyRow.id == "acme-old/1").values(blocked_since=START, blocked_why="a bug")
        )
    book.journey_client.is_away = False

    await book.merge()

    assert (await book.journey("acme-old/1")).reason == "merged"
