"""An absence brings open and new tasks to the delegate, and takes them back by itself, to the day."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from milepost.intake import absences
from milepost.intake.absences import AbsenceChange, NewAbsence
from milepost.intake.contact_erasure import forget_contact
from milepost.intake.errors import (
    AbsenceRefusedError,
    AbsentColleagueError,
    ColleagueError,
    NotTheirCustomersError,
    UnknownColleagueError,
)
from milepost.intake.intake import Intake
from milepost.planner.fact_errors import InvalidFactError, UnknownRoleError
from milepost.planner.instants import parse
from milepost.planner.zones import beginning_of, end_of
from milepost.store import absences as stored
from milepost.store.errors import UnknownAbsenceError, UnknownCustomerError
from tests.intake.book_of_ana import ANA, BO, CLEO, LEA, BookOfAna
from tests.intake.conftest import Hands

MONDAY, SUNDAY = date(2026, 3, 9), date(2026, 3, 15)
IN_IT = parse("2026-03-11T12:00:00Z")


@pytest.fixture
async def book(intake: Intake, wall: Hands) -> BookOfAna:
    return await BookOfAna.of(intake, wall)


def away(
    person: str = ANA, delegate: str = BO, first: date = MONDAY, last: date = SUNDAY, **more: object
) -> NewAbsence:
    return NewAbsence(person, delegate, last, first, **more)  # type: ignore[arg-type]


async def test_open_and_new_tasks_go_to_the_delegate_and_come_back_by_themselves(book: BookOfAna) -> None:
    await absences.record(book.context, away(), by=LEA)
    await book.add("later")
    everybody = ["c0", "c1", "c2", "later"]
    begins, ends = parse("2026-03-09T04:00:00Z"), parse("2026-03-16T04:00:00Z")  # midnights in New York's summer time
    assert await book.tasks(BO, begins - 1) == []
    assert await book.tasks(BO, begins) == everybody
    assert await book.tasks(BO, ends - 1) == everybody
    assert await book.tasks(BO, ends) == []
    assert await book.tasks(ANA, begins) == everybody  # shown there as handed over


async def test_each_customers_timeline_has_one_line(book: BookOfAna) -> None:
    await book.add("other", {"csm": CLEO})
    result = await absences.record(book.context, away(), by=LEA)
    await book.advance()
    assert result.customers == ("c0", "c1", "c2")
    for customer in result.customers:
        [line] = await book.lines(customer, "away", "back")
        assert {name: line[name] for name in ("person", "delegate", "first_day", "last_day", "by")} == {
            "person": ANA, "delegate": BO, "first_day": "2026-03-09", "last_day": "2026-03-15", "by": LEA,
        }  # fmt: skip
    assert await book.lines("other", "away") == []


async def test_it_ends_early(book: BookOfAna) -> None:
    number = (await absences.record(book.context, away())).absence.number
    await absences.end(book.context, number, by=ANA)
    await book.advance()
    assert await book.tasks(BO, IN_IT) == []
    [line] = await book.lines("c0", "back")
    assert (line["person"], line["by"]) == (ANA, ANA)
    with pytest.raises(AbsenceRefusedError, match="is over"):
        await absences.end(book.context, number)
    with pytest.raises(AbsenceRefusedError, match="is over"):
        await absences.change(book.context, number, AbsenceChange(last_day=SUNDAY))
    with pytest.raises(UnknownAbsenceError):
        await absences.end(book.context, 99)


async def test_it_is_changed(book: BookOfAna) -> None:
    number = (await absences.record(book.context, away())).absence.number
    changed = AbsenceChange(CLEO, last_day=date(2026, 3, 10))
    await absences.change(book.context, number, changed, by=LEA)
    await book.advance()
    assert await book.tasks(BO, parse("2026-03-10T12:00:00Z")) == []
    assert await book.tasks(CLEO, parse("2026-03-10T12:00:00Z")) == ["c0", "c1", "c2"]
    assert await book.tasks(CLEO, IN_IT) == []
    assert [line["delegate"] for line in await book.lines("c0", "away")] == [BO, CLEO]
    with pytest.raises(InvalidFactError, match="before the first"):
        await absences.change(book.context, number, AbsenceChange(last_day=date(2026, 3, 8)))
    with pytest.raises(InvalidFactError, match="themselves"):
        await absences.change(book.context, number, AbsenceChange(ANA))


async def test_a_change_of_nothing_says_nothing(book: BookOfAna) -> None:
    number = (await absences.record(book.context, away())).absence.number
    await absences.change(book.context, number, AbsenceChange(BO, MONDAY, SUNDAY))
    await book.advance()
    assert len(await book.lines("c0", "away")) == 1


async def test_a_delegate_who_is_away_too_leaves_it_to_the_next(book: BookOfAna) -> None:
    await absences.record(book.context, away())
    await absences.record(book.context, away(BO, CLEO, date(2026, 3, 11), date(2026, 3, 11)))
    assert await book.tasks(BO, parse("2026-03-10T12:00:00Z")) == ["c0", "c1", "c2"]
    assert await book.tasks(CLEO, IN_IT) == ["c0", "c1", "c2"]
    assert await book.tasks(BO, IN_IT) == []
    assert await book.tasks(BO, parse("2026-03-12T12:00:00Z")) == ["c0", "c1", "c2"]


async def test_circles_are_refused_even_if_they_close_for_a_day(book: BookOfAna) -> None:
    await absences.record(book.context, away())
    await absences.record(book.context, away(BO, CLEO, date(2026, 3, 12), date(2026, 3, 20)))
    with pytest.raises(AbsenceRefusedError, match=f"lead back to {CLEO}"):
        await absences.record(book.context, away(CLEO, ANA, SUNDAY, date(2026, 3, 22)))
    await absences.record(book.context, away(CLEO, ANA, date(2026, 3, 16), date(2026, 3, 22)))


async def test_two_that_would_close_a_circle_at_once_take_turns(book: BookOfAna) -> None:
    both = (away(), away(BO, ANA))
    await book.add("of-bo", {"csm": BO})
    results = await asyncio.gather(*(absences.record(book.context, each) for each in both), return_exceptions=True)
    assert sum(isinstance(each, AbsenceRefusedError) for each in results) == 1


async def test_two_absences_of_one_person_do_not_overlap(book: BookOfAna) -> None:
    number = (await absences.record(book.context, away())).absence.number
    with pytest.raises(AbsenceRefusedError, match="away from 2026-03-09 to 2026-03-15 already") as refused:
        await absences.record(book.context, away(delegate=CLEO, first=SUNDAY, last=date(2026, 3, 30)))
    assert f"away change {number}" in str(refused.value.hint)
    await absences.record(book.context, away(delegate=CLEO, first=date(2026, 3, 16), last=date(2026, 3, 30)))
    await absences.end(book.context, number)
    await absences.record(book.context, away(delegate=CLEO))


async def test_a_role_and_some_customers_go_before_the_rest(book: BookOfAna) -> None:
    await absences.record(book.context, away())
    await absences.record(book.context, away(delegate=CLEO, customers=("c1",)))
    assert await book.tasks(BO, IN_IT) == ["c0", "c2"]
    assert await book.tasks(CLEO, IN_IT) == ["c1"]
    await absences.record(book.context, away(delegate=LEA, role="lead"))
    assert await book.tasks(LEA, IN_IT) == []
    await absences.record(book.context, away(delegate=LEA, role="csm"))
    assert await book.tasks(LEA, IN_IT) == ["c0", "c2"]
    assert await book.tasks(BO, IN_IT) == []


async def test_late_tasks_that_came_to_somebody_who_is_away_go_on_too(book: BookOfAna) -> None:
    await absences.record(book.context, away(LEA, CLEO, date(2026, 3, 2), SUNDAY))
    await book.advance(7 * 86_400)
    assert await book.tasks(LEA) == ["c0", "c1", "c2"]
    assert await book.tasks(CLEO) == ["c0", "c1", "c2"]


async def test_an_absence_of_one_day_from_today(book: BookOfAna) -> None:
    await absences.record(book.context, NewAbsence(ANA, BO, date(2026, 3, 2)))
    assert await book.tasks(BO) == ["c0", "c1", "c2"]
    assert await book.tasks(BO, parse("2026-03-03T05:00:00Z")) == []


@pytest.mark.parametrize(
    ("wish", "error", "says"),
    [
        (away(ANA, "Ana@Vendor.example"), InvalidFactError, "themselves"),
        (away(ANA, "bo"), InvalidFactError, "isn't a mail address"),
        (away("anna@vendor.example"), UnknownColleagueError, "Unknown colleague"),
        (away(last=date(2026, 3, 8)), InvalidFactError, "before the first"),
        (away(first=date(2026, 2, 1), last=date(2026, 3, 1)), AbsenceRefusedError, "is over"),
        (away(role="cms"), UnknownRoleError, "cms"),
        (away(customers=("c9",)), UnknownCustomerError, "c9"),
        (away(LEA, BO, customers=("other",)), NotTheirCustomersError, "has nothing of other"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_stored(
    book: BookOfAna, wish: NewAbsence, error: type[Exception], says: str
) -> None:
    await book.add("other", {"csm": CLEO})
    with pytest.raises(error, match=says):
        await absences.record(book.context, wish)
    async with book.context.store.reading() as session:
        assert await stored.listed(session, 0, over=True) == []


@pytest.mark.parametrize(
    ("day", "zone", "begins", "ends"),
    [
        (date(2026, 3, 29), "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        (date(2026, 10, 25), "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        (date(2026, 4, 24), "Africa/Cairo", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"),  # no midnight that day
    ],
)
def test_days_are_local_days_when_the_clocks_change(day: date, zone: str, begins: str, ends: str) -> None:
    assert (beginning_of(day, zone), end_of(day, zone)) == (parse(begins), parse(ends))


@pytest.mark.parametrize("address", [ANA, CLEO])
async def test_who_is_part_of_an_absence_is_forgotten_only_when_it_is_over(book: BookOfAna, address: str) -> None:
    number = (await absences.record(book.context, away(delegate=CLEO))).absence.number
    if address == CLEO:
        with pytest.raises(AbsentColleagueError, match="stands in"):
            await forget_contact(book.context, address)
        await absences.end(book.context, number)
        erasure = await forget_contact(book.context, address)
        assert erasure.elsewhere == {"absences": 1}
    else:
        with pytest.raises(ColleagueError):
            await forget_contact(book.context, address)
