from __future__ import annotations

import pytest

from milepost.intake.errors import NoOpenJourney, UnknownCustomer
from milepost.intake.intake import Became, Door, Enrolled, NotEnrolled
from milepost.planner.fact_errors import (
    InvalidFact,
    Refused,
    UnknownAttribute,
    UnknownOutcome,
    UnknownPlay,
    UnknownResult,
    UnknownStep,
)
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, facts
from milepost.store.tables import FactRow


async def rows(door: Door) -> list[FactRow]:
    async with door.house.store.reading() as session:
        return await facts.of_customer(session, "acme")


async def test_with_temporal_away_a_fact_is_kept_and_the_teller_is_told(door: Door) -> None:
    await door.enrol("acme")

    told = await door.tell("acme", WrittenFact(step_done="kickoff", result="held"), by="ana@vendor.example")

    assert (told.new, told.became) == (True, Became.PENDING)
    assert "as soon as it can be" in told.message
    [row] = await rows(door)
    assert (row.status, row.kind, row.told_by) == ("pending", "step_done", "ana@vendor.example")


async def test_a_repeated_id_changes_nothing_and_says_so(door: Door) -> None:
    await door.enrol("acme")
    await door.tell("acme", WrittenFact(id="1", set={"health": 30}))

    again = await door.tell("acme", WrittenFact(id="1", set={"health": 90}))

    assert (again.new, again.became) == (False, Became.KNOWN)
    assert "known already" in again.message
    assert len(await rows(door)) == 1


async def test_an_event_that_no_map_asks_for_is_counted_and_not_kept(door: Door) -> None:
    await door.enrol("acme")

    told = await door.tell("acme", WrittenFact(event="button_clicked"))

    assert told.became is Became.COUNTED
    assert await rows(door) == []
    async with door.house.store.reading() as session:
        [counted] = await facts.event_counts(session, "acme")
    assert (counted.event, counted.count) == ("button_clicked", 1)


async def test_an_event_that_the_map_asks_for_is_kept(door: Door) -> None:
    await door.enrol("acme")

    assert not (await door.tell("acme", WrittenFact(event="connected"))).counted
    assert len(await rows(door)) == 1


@pytest.mark.parametrize(
    ("fact", "error", "hint"),
    [
        (WrittenFact(step_done="kickof", result="held"), UnknownStep, "Did you mean 'kickoff'?"),
        (WrittenFact(step_skipped="conect"), UnknownStep, "Did you mean 'connect'?"),
        (WrittenFact(step_done="kickoff", result="hold"), UnknownResult, "Did you mean 'held'?"),
        (WrittenFact(step_done="kickoff"), InvalidFact, "Say which: held, refused."),
        (WrittenFact(step_done="faster"), InvalidFact, "Tell an answer instead."),
        (WrittenFact(answer="fastr", verdict="verified"), UnknownOutcome, "Did you mean 'faster'?"),
        (WrittenFact(answer="kickoff", verdict="verified"), UnknownOutcome, "It is one of: faster."),
        (WrittenFact(play_started="rescu"), UnknownPlay, "Did you mean 'rescue'?"),
        (WrittenFact(set={"helth": 3}), UnknownAttribute, "Did you mean 'health'?"),
        (WrittenFact(set={"health": "good"}), InvalidFact, "Write it without a unit."),
        (WrittenFact(set={"tier": "gold"}), InvalidFact, "It is one of: pilot, other."),
        (WrittenFact(set={"renews_on": "soon"}), InvalidFact, "Write it as 2026-03-02."),
        (WrittenFact(set={"timezone": "Mars/Base"}), InvalidFact, "Write an IANA name, such as Europe/Berlin."),
        (WrittenFact(snoozed="kickoff", until="tomorrow"), InvalidFact, "Write a date"),
        (WrittenFact(agreed={"kickof": {"due": "2026-03-20"}}), UnknownStep, "Did you mean 'kickoff'?"),
        (WrittenFact(map_changed="0123"), InvalidFact, "There are 1 ("),
        (WrittenFact(map_changed="pilot@2"), InvalidFact, "name one by its number"),
    ],
    ids=lambda value: value.kind if isinstance(value, WrittenFact) else None,
)
async def test_what_the_map_does_not_know_is_refused_with_a_hint(
    door: Door, fact: WrittenFact, error: type[Refused], hint: str | None
) -> None:
    await door.enrol("acme")

    with pytest.raises(error) as refused:
        await door.tell("acme", fact)

    assert hint is None or hint in str(refused.value)
    assert await rows(door) == []


async def test_a_fact_for_an_unknown_customer_is_refused_with_the_nearest_name(door: Door) -> None:
    with pytest.raises(UnknownCustomer, match=r"Unknown customer 'acm'\. Did you mean 'acme'\?"):
        await door.tell("acm", WrittenFact(set={"health": 3}))


async def test_what_is_for_a_journey_is_refused_without_one(door: Door) -> None:
    with pytest.raises(NoOpenJourney, match="`milepost enroll acme` begins one"):
        await door.tell("acme", WrittenFact(step_done="kickoff", result="held"))


async def test_who_cannot_begin_a_journey_is_not_told_to_begin_one(door: Door) -> None:
    await door.tell("acme", WrittenFact(set={"tier": "other"}))
    with pytest.raises(NoOpenJourney, match="None can begin: no map is for the customer"):
        await door.tell("acme", WrittenFact(paused=True))


@pytest.mark.parametrize(("value", "hint"), [("5,5", "Write 5.5."), ("drei", "such as 5.5"), (float("inf"), "5.5")])
async def test_what_is_measured_is_a_number(door: Door, value: float | str, hint: str) -> None:
    await door.enrol("acme")
    with pytest.raises(InvalidFact, match="is no number; it measures 'hours saved'") as refused:
        await door.tell("acme", WrittenFact(answer="faster", verdict="verified", value=value))
    assert hint in str(refused.value.hint)
    assert (await door.tell("acme", WrittenFact(answer="faster", verdict="verified", value=5.5))).new


async def test_what_is_said_of_a_customer_without_a_journey_goes_into_the_record(door: Door) -> None:
    told = await door.tell("acme", WrittenFact(set={"health": 12, "tier": "other"}))

    assert told.new
    async with door.house.store.reading() as session:
        assert (await customers.get(session, "acme")).attributes == {"health": 12, "tier": "other"}


async def test_a_record_that_first_matches_by_a_fact_begins_a_journey(door: Door) -> None:
    await door.tell("acme", WrittenFact(set={"tier": "other"}))
    assert isinstance(await door.enrol("acme"), NotEnrolled)

    await door.tell("acme", WrittenFact(set={"tier": "pilot"}))

    with pytest.raises(Refused, match="has the open journey 'acme/1'"):
        await door.enrol("acme")


async def test_enrolment_needs_no_temporal(door: Door) -> None:
    entered = await door.enrol("acme")

    assert entered == Enrolled("acme", "acme/1", "pilot", started=False)
