"""Who stands in: what a list of tasks asks the database is what one task by itself says, whatever the absences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from milepost.store.stand_ins import Absence, Grant, StandIns

PEOPLE, ROLES, CUSTOMERS = ("ana", "bo", "cleo", "dan"), ("csm", "ae"), ("acme", "globex")
DAY = date(2026, 3, 2)
BASE = Absence(
    number=1, person="ana", delegate="bo", role=None, customers=None, first_day=DAY, last_day=DAY, timezone="UTC",
    starts_at=0, ends_at=10, told_at=0,
)  # fmt: skip


@st.composite
def absences(draw: st.DrawFn, *, circles: bool = False) -> StandIns:
    """Absences as they can be recorded: none of one person twice about the same, and without circles.

    With `circles` there may be some: ending one absence can bring another one forth that closes a circle.
    """
    taken: list[Absence] = []
    for number in range(draw(st.integers(0, 6))):
        person, delegate = draw(st.permutations(PEOPLE))[:2]
        role = draw(st.sampled_from([None, *ROLES]))
        customers = draw(st.sampled_from([None, frozenset({"acme"}), frozenset(CUSTOMERS)]))
        new = replace(BASE, number=number, person=person, delegate=delegate, role=role, customers=customers)
        meets = (each.person == person and each.weight == new.weight and each.may_meet(new) for each in taken)
        if not any(meets) and (circles or not StandIns((*taken, new)).runs_in_a_circle(new)):
            taken.append(new)
    return StandIns(tuple(taken))


def has(grant: Grant, person: str, role: str, customer: str) -> bool:
    is_taken = all(each.is_about(role, customer) for each in grant.takes)
    return grant.person == person and is_taken and not any(each.is_about(role, customer) for each in grant.leaves)


@given(absences(circles=True))
def test_each_task_is_granted_to_who_stands_in_and_to_nobody_else(stand_ins: StandIns) -> None:
    for person in PEOPLE:
        for role in (*ROLES, ""):
            for customer in CUSTOMERS:
                stand_in = stand_ins.for_task(person, role, customer)
                granted = [
                    delegate
                    for delegate in PEOPLE
                    for grant in stand_ins.granted_to(delegate)
                    if has(grant, person, role, customer)
                ]
                assert granted == ([] if stand_in is None else [stand_in.delegate])


@given(absences())
def test_who_stands_in_is_there(stand_ins: StandIns) -> None:
    for person in PEOPLE:
        stand_in = stand_ins.for_task(person, "csm", "acme")
        if stand_in is not None:
            assert stand_in.delegate != person
            assert stand_ins.for_task(stand_in.delegate, "csm", "acme") is None


def test_what_says_more_goes_first() -> None:
    some = replace(BASE, number=2, delegate="cleo", customers=frozenset({"acme"}))
    role = replace(BASE, number=3, delegate="dan", role="csm")
    stand_ins = StandIns((BASE, some, role))
    found = [stand_ins.for_task("ana", *task) for task in (("csm", "acme"), ("csm", "globex"), ("ae", "globex"))]
    assert [each and each.delegate for each in found] == ["cleo", "dan", "bo"]
