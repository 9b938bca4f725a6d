"""Who of a team gets which task of a queue."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.explain.assignments import NO_ESTIMATE, QueuedTask, assign

ANA, BO, LEA = "ana@vendor.example", "bo@vendor.example", "lea@vendor.example"
WORK = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.none() | st.integers(1, 300)), max_size=30)
HOURS = st.dictionaries(st.sampled_from([ANA, BO, LEA]), st.none() | st.integers(-600, 2400), max_size=3)


def queue(*minutes: int | None, customers: str = "abcdefgh") -> list[QueuedTask]:
    return [
        QueuedTask((f"{customer}/1", str(at)), customer, each)
        for at, (each, customer) in enumerate(zip(minutes, customers, strict=False))
    ]


def test_each_task_goes_to_whoever_has_most_left() -> None:
    given_to = assign(queue(60, 60, 60), {ANA: 150, BO: 100})
    assert list(given_to.values()) == [ANA, BO, ANA]


def test_a_customers_tasks_go_to_one_colleague() -> None:
    given_to = assign(queue(60, 60, 60, customers="aba"), {ANA: 130, BO: 100})
    assert {key[0]: address for key, address in given_to.items()} == {"a/1": ANA, "b/1": BO}


def test_what_nobody_has_the_time_for_stays_unless_all_is_to_go() -> None:
    work, left = queue(60, 90, 30), {ANA: 100}
    assert [key[1] for key in assign(work, left)] == ["0", "2"]
    assert [key[1] for key in assign(work, left, beyond=True)] == ["0", "1", "2"]


def test_whoever_has_told_no_hours_counts_like_the_others_on_average() -> None:
    given_to = assign(queue(60, 60, 60), {ANA: 200, BO: 0, LEA: None})
    assert Counter(given_to.values()) == {ANA: 2, LEA: 1}


def test_a_task_without_an_estimate_counts_for_half_an_hour() -> None:
    assert len(assign(queue(None, None), {ANA: 2 * NO_ESTIMATE - 1})) == 1


def test_nobody_gets_nothing() -> None:
    assert assign(queue(60), {}, beyond=True) == {}


@pytest.mark.parametrize("beyond", [False, True])
@given(work=WORK, left=HOURS)
def test_nobody_gets_more_than_there_is_and_all_goes_when_it_is_to(
    work: list[tuple[str, int | None]], left: dict[str, int | None], *, beyond: bool
) -> None:
    tasks = [QueuedTask((f"{customer}/1", str(at)), customer, minutes) for at, (customer, minutes) in enumerate(work)]
    given_to = assign(tasks, left, beyond=beyond)

    got = Counter[str]()
    for each in tasks:
        if each.key in given_to:
            got[given_to[each.key]] += NO_ESTIMATE if each.minutes is None else each.minutes
    assert set(got) <= set(left)
    if beyond and left:
        assert len(given_to) == len(tasks)
    if not beyond:
        assert all(got[address] <= minutes for address, minutes in left.items() if minutes is not None and got[address])
    owners = {(key[0], address) for key, address in given_to.items()}
    assert len(owners) == len({customer for customer, _ in owners})
