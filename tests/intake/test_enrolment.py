from __future__ import annotations

from typing import NoReturn

import pytest

from milepost.customer import Contact
from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.intake.errors import EntryRefusedError, UnknownMapError
from milepost.intake.intake import Intake
from milepost.planner.entry_point import EntryPoint, JourneyStart
from milepost.planner.fact_errors import UnknownStageError
from milepost.planner.facts import AttributesSet, ContactsGiven, TeamGiven, from_json
from milepost.store import customers, facts, journeys
from milepost.store.errors import JourneyAlreadyOpenError
from milepost.store.tables import JourneyRow
from tests.intake.conftest import Hands
from tests.workflows.example import CUSTOMER, START

DAY = 86_400


async def end(intake: Intake, journey: str, at: int) -> None:
    """Write into the books that the journey is over."""
    async with intake.context.store.transaction() as session:
        row = await session.get_one(JourneyRow, journey)
        row.status, row.ended_at, row.reason = "ended", at, "completed"


async def test_a_new_customer_that_matches_begins_a_journey(intake: Intake) -> None:
    saved = await intake.upsert_customer(CUSTOMER.having(id="beta", name="Beta"))

    assert saved.new
    assert isinstance(saved.enrolment, Enrolment)
    assert saved.enrolment.journey == "beta/1"


async def test_a_customer_is_stored_with_its_journey_or_not_at_all(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> NoReturn:
        raise ConnectionError("the process was killed here")

    beta = CUSTOMER.having(id="beta", name="Beta")
    with monkeypatch.context() as patch:
        patch.setattr("milepost.store.journeys.insert", killed)
        with pytest.raises(ConnectionError):
            await intake.upsert_customer(beta)

    saved = await intake.upsert_customer(beta)

    assert saved.new
    assert isinstance(saved.enrolment, Enrolment)


async def test_a_customer_that_no_map_is_for_is_kept_with_the_reason(intake: Intake) -> None:
    saved = await intake.upsert_customer(CUSTOMER.having(id="beta", attributes={"tier": "other"}))

    assert isinstance(saved.enrolment, NoEnrolment)
    assert saved.enrolment.why == "pilot: customer.tier == \"pilot\" is not true (tier is 'other')"
    async with intake.context.store.reading() as session:
        assert (await customers.get_row(session, "beta")).unmatched_why == saved.enrolment.why


async def test_a_changed_record_is_told_to_the_journey_as_facts(intake: Intake) -> None:
    await intake.enrol("acme")
    other = Contact("Kim Doe", "kim@acme.example", ("sponsor",))

    saved = await intake.upsert_customer(
        CUSTOMER.having(
            timezone="Europe/Berlin",
            attributes={"health": 30, "tier": "pilot", "unknown_to_the_map": 1},
            contacts=(other,),
            team={"csm": "bo@vendor.example"},
        )
    )

    assert not saved.new
    assert saved.enrolment is None
    async with intake.context.store.reading() as session:
        told = [from_json(row.data) for row in await facts.of_customer(session, "acme")][::-1]
    [attributes, contacts, team] = told
    assert isinstance(attributes, AttributesSet)
    assert attributes.attributes == {"health": 30, "timezone": "Europe/Berlin"}
    assert isinstance(contacts, ContactsGiven)
    assert contacts.contacts == (other,)
    assert isinstance(team, TeamGiven)


async def test_a_record_that_did_not_change_tells_nothing(intake: Intake) -> None:
    await intake.enrol("acme")

    assert (await intake.upsert_customer(CUSTOMER)).receipts == ()


async def test_a_customer_has_at_most_one_open_journey(intake: Intake) -> None:
    await intake.enrol("acme")

    with pytest.raises(JourneyAlreadyOpenError):
        await intake.enrol("acme")


async def test_a_customer_may_not_come_back_before_the_map_allows_it(intake: Intake, wall: Hands) -> None:
    await intake.enrol("acme")
    await end(intake, "acme/1", START + DAY)
    wall.at += 5 * DAY

    with pytest.raises(EntryRefusedError, match="takes the customer again from 2026-03-13T13:00:00Z on") as refused:
        await intake.enrol("acme")
    assert "milepost enroll acme --again --reason" in refused.value.hint

    wall.at = START + 12 * DAY
    assert await intake.enrol("acme") == Enrolment("acme", "acme/2", "pilot", started=False)


async def test_a_record_that_still_matches_after_the_end_begins_nothing_by_itself(intake: Intake, wall: Hands) -> None:
    await intake.enrol("acme")
    await end(intake, "acme/1", START + DAY)
    wall.at += 60 * DAY

    assert (await intake.upsert_customer(CUSTOMER.having(name="Acme Inc."))).enrolment is None


async def test_a_record_that_turns_to_match_again_after_the_end_begins_a_journey(intake: Intake, wall: Hands) -> None:
    await intake.enrol("acme")
    await end(intake, "acme/1", START + DAY)
    wall.at += 60 * DAY
    await intake.upsert_customer(CUSTOMER.having(attributes={"tier": "other"}))

    entry = (await intake.upsert_customer(CUSTOMER)).enrolment

    assert isinstance(entry, Enrolment)
    assert entry.journey == "acme/2"


async def test_anybody_may_be_enrolled_by_hand_on_a_map_that_is_named(intake: Intake) -> None:
    await intake.upsert_customer(CUSTOMER.having(id="beta", attributes={"tier": "other"}))

    entered = await intake.enrol("beta", map_id="pilot")

    assert isinstance(entered, Enrolment)
    with pytest.raises(UnknownMapError, match="Did you mean 'pilot'"):
        await intake.enrol("acme", map_id="pilott")


async def test_an_ending_by_mistake_is_taken_back_with_a_reason(intake: Intake, wall: Hands) -> None:
    await intake.enrol("acme")
    await end(intake, "acme/1", START + DAY)
    wall.at += 5 * DAY

    entered = await intake.enrol("acme", start=JourneyStart(again="Ended by mistake", by="ana@vendor.example"))

    assert entered == Enrolment("acme", "acme/2", "pilot", started=False)
    async with intake.context.store.reading() as session:
        state = await journeys.state(session, "acme/2")
    assert state.start == JourneyStart(again="Ended by mistake", by="ana@vendor.example")


async def test_a_customer_enters_where_they_stand(intake: Intake) -> None:
    stage = (await intake.context.compiled_maps.current())[0].map.stages[-1].id
    start = JourneyStart(EntryPoint(stage, since="2026-03-01"))

    await intake.upsert_customer(CUSTOMER.having(id="beta"), start=start)
    await intake.enrol("acme", start=start)

    async with intake.context.store.reading() as session:
        assert (await journeys.state(session, "beta/1")).start == start
        assert (await journeys.state(session, "acme/1")).start == start


async def test_nothing_is_stored_of_a_customer_who_cannot_enter_there(intake: Intake) -> None:
    with pytest.raises(UnknownStageError):
        await intake.upsert_customer(CUSTOMER.having(id="beta"), start=JourneyStart(EntryPoint("nowhere")))

    async with intake.context.store.reading() as session:
        assert "beta" not in await customers.ids(session)
