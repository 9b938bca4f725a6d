from __future__ import annotations

from dataclasses import replace

import pytest

from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.intake.errors import NoOpenJourneyError
from milepost.intake.fact_admission import IncomingFact
from milepost.intake.facts import FactReceipt, FactStatus, record_facts
from milepost.intake.intake import Intake
from milepost.intake.journey_client import JourneyClient
from milepost.planner.clock import REAL_TIME
from milepost.planner.fact_errors import (
    InvalidFactError,
    RefusedError,
    UnknownAttributeError,
    UnknownOutcomeError,
    UnknownPlayError,
    UnknownResultError,
    UnknownStepError,
)
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, facts
from milepost.store.errors import UnknownCustomerError
from milepost.store.tables import FactRow
from tests.workflows.example import CUSTOMER


async def rows(intake: Intake) -> list[FactRow]:
    async with intake.context.store.reading() as session:
        return await facts.of_customer(session, "acme")


async def test_with_temporal_away_a_fact_is_kept_and_the_teller_is_told(intake: Intake) -> None:
    await intake.enrol("acme")

    told = await intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"), by="ana@vendor.example")

    assert (told.new, told.status) == (True, FactStatus.PENDING)
    assert "as soon as it can be" in told.message
    [row] = await rows(intake)
    assert (row.status, row.kind, row.told_by) == ("pending", "step_done", "ana@vendor.example")


async def test_a_repeated_id_changes_nothing_and_says_so(intake: Intake) -> None:
    await intake.enrol("acme")
    await intake.record_fact("acme", WrittenFact(id="1", set={"health": 30}))

    again = await intake.record_fact("acme", WrittenFact(id="1", set={"health": 90}))

    assert (again.new, again.status) == (False, FactStatus.KNOWN)
    assert "known already" in again.message
    assert len(await rows(intake)) == 1


async def test_an_event_that_no_map_asks_for_is_counted_and_not_kept(intake: Intake) -> None:
    await intake.enrol("acme")

    told = await intake.record_fact("acme", WrittenFact(event="button_clicked"))

    assert told.status is FactStatus.COUNTED
    assert await rows(intake) == []
    async with intake.context.store.reading() as session:
        [counted] = await facts.event_counts(session, "acme")
    assert (counted.event, counted.count) == ("button_clicked", 1)


async def test_an_event_that_the_map_asks_for_is_kept(intake: Intake) -> None:
    await intake.enrol("acme")

    assert not (await intake.record_fact("acme", WrittenFact(event="connected"))).counted
    assert len(await rows(intake)) == 1


@pytest.mark.parametrize(
    ("fact", "error", "hint"),
    [
        (WrittenFact(step_done="kickof", result="held"), UnknownStepError, "Did you mean 'kickoff'?"),
        (WrittenFact(step_skipped="conect"), UnknownStepError, "Did you mean 'connect'?"),
        (WrittenFact(step_done="kickoff", result="hold"), UnknownResultError, "Did you mean 'held'?"),
        (WrittenFact(step_done="kickoff"), InvalidFactError, "Say which: held, refused."),
        (WrittenFact(step_done="faster"), InvalidFactError, "Tell an answer instead."),
        (WrittenFact(answer="fastr", verdict="verified"), UnknownOutcomeError, "Did you mean 'faster'?"),
        (WrittenFact(answer="kickoff", verdict="verified"), UnknownOutcomeError, "It is one of: faster."),
        (WrittenFact(play_started="rescu"), UnknownPlayError, "Did you mean 'rescue'?"),
        (WrittenFact(set={"helth": 3}), UnknownAttributeError, "Did you mean 'health'?"),
        (WrittenFact(set={"health": "good"}), InvalidFactError, "Write it without a unit."),
        (WrittenFact(set={"tier": "gold"}), InvalidFactError, "It is one of: pilot, other."),
        (WrittenFact(set={"renews_on": "soon"}), InvalidFactError, "Write it as 2026-03-02"),
        (WrittenFact(set={"timezone": "Mars/Base"}), InvalidFactError, "Write an IANA name, such as Europe/Berlin."),
        (WrittenFact(snoozed="kickoff", until="tomorrow"), InvalidFactError, "Write a date"),
        (WrittenFact(agreed={"kickof": {"due": "2026-03-20"}}), UnknownStepError, "Did you mean 'kickoff'?"),
        (WrittenFact(agreed={"kickoff": {"due": "2020-03-20"}}), InvalidFactError, "Write today or a later day."),
        (WrittenFact(map_changed="0123"), InvalidFactError, "There are 1 ("),
        (WrittenFact(map_changed="pilot@2"), InvalidFactError, "name one by its number"),
    ],
    ids=lambda value: value.kind if isinstance(value, WrittenFact) else None,
)
async def test_what_the_map_does_not_know_is_refused_with_a_hint(
    intake: Intake, fact: WrittenFact, error: type[RefusedError], hint: str | None
) -> None:
    await intake.enrol("acme")

    with pytest.raises(error) as refused:
        await intake.record_fact("acme", fact)

    assert hint is None or hint in str(refused.value)
    assert await rows(intake) == []


async def test_a_fact_for_an_unknown_customer_is_refused_with_the_nearest_name(intake: Intake) -> None:
    with pytest.raises(UnknownCustomerError, match=r"Unknown customer 'acm'\. Did you mean 'acme'\?"):
        await intake.record_fact("acm", WrittenFact(set={"health": 3}))


async def test_what_is_for_a_journey_is_refused_without_one(intake: Intake) -> None:
    with pytest.raises(NoOpenJourneyError, match="`milepost enroll acme` begins one"):
        await intake.record_fact("acme", WrittenFact(step_done="kickoff", result="held"))


async def test_who_cannot_begin_a_journey_is_not_told_to_begin_one(intake: Intake) -> None:
    await intake.record_fact("acme", WrittenFact(set={"tier": "other"}))
    with pytest.raises(NoOpenJourneyError, match="None can begin: no map is for the customer"):
        await intake.record_fact("acme", WrittenFact(paused=True))


@pytest.mark.parametrize(("value", "hint"), [("5,5", "Write 5.5, without quotes."), ("drei", "such as 5.5")])
async def test_what_is_measured_is_a_number(intake: Intake, value: str, hint: str) -> None:
    await intake.enrol("acme")
    with pytest.raises(InvalidFactError, match="isn't a number; it measures 'hours saved'") as refused:
        await intake.record_fact("acme", WrittenFact(answer="faster", verdict="verified", value=value))
    assert hint in str(refused.value.hint)
    assert (await intake.record_fact("acme", WrittenFact(answer="faster", verdict="verified", value=5.5))).new


async def test_what_is_said_of_a_customer_without_a_journey_goes_into_the_record(intake: Intake) -> None:
    told = await intake.record_fact("acme", WrittenFact(set={"health": 12, "tier": "other"}))

    assert told.new
    async with intake.context.store.reading() as session:
        assert (await customers.get(session, "acme")).attributes == {"health": 12, "tier": "other"}


async def test_a_record_that_first_matches_by_a_fact_begins_a_journey(intake: Intake) -> None:
    await intake.record_fact("acme", WrittenFact(set={"tier": "other"}))
    assert isinstance(await intake.enrol("acme"), NoEnrolment)

    await intake.record_fact("acme", WrittenFact(set={"tier": "pilot"}))

    with pytest.raises(RefusedError, match="has the open journey 'acme/1'"):
        await intake.enrol("acme")


async def test_enrolment_needs_no_temporal(intake: Intake) -> None:
    entered = await intake.enrol("acme")

    assert entered == Enrolment("acme", "acme/1", "pilot", started=False)


class HangingClient(JourneyClient):
    """A Temporal that takes its time to say that it is away."""

    def __init__(self) -> None:
        super().__init__(None, REAL_TIME)
        self.tried: list[str] = []

    async def nudge(self, journey: str) -> bool:
        self.tried.append(journey)
        return False


async def test_many_facts_find_out_once_that_temporal_is_away(intake: Intake) -> None:
    ids = [f"c{number}" for number in range(5)]
    for each in ids:
        await intake.upsert_customer(replace(CUSTOMER, id=each))
    client = HangingClient()
    context = replace(intake.context, journey_client=client)

    receipts = await record_facts(context, [IncomingFact(each, WrittenFact(set={"health": 30})) for each in ids])

    assert [each.status for each in receipts if isinstance(each, FactReceipt)] == [FactStatus.PENDING] * 5
    assert len(client.tried) == 1
