"""Work for all cores."""

from __future__ import annotations

import os
from functools import partial
from itertools import count, islice

import pytest

from milepost.cli.support.process_pool import FEW, IN_HAND, cores, on_cores


def _times(factor: int, number: int) -> tuple[int, int]:
    return factor * number, os.getpid()


def _timer(factor: int) -> partial[tuple[int, int]]:
    return partial(_times, factor)


def _broken(number: int) -> int:
    if number == 7:
        raise ValueError("seven")
    return number


def _breaker() -> partial[int]:
    return partial(_broken)


def test_results_come_in_the_order_of_the_jobs_from_other_processes():
    got = list(on_cores(partial(_timer, 3), range(40), processes=2))
    assert [number for number, _ in got] == [3 * number for number in range(40)]
    assert os.getpid() not in {pid for _, pid in got}


def test_one_core_and_few_jobs_are_done_here():
    here = {os.getpid()}
    assert {pid for _, pid in on_cores(partial(_timer, 1), range(40), processes=1)} == here
    assert {pid for _, pid in on_cores(partial(_timer, 1), range(FEW), processes=2)} == here
    assert list(on_cores(partial(_timer, 1), [], processes=2)) == []


def test_jobs_are_taken_as_they_are_done_and_not_all_at_once():
    taken = count()
    jobs = (next(taken) for _ in range(1000))
    results = on_cores(partial(_timer, 1), jobs, processes=2)
    assert len(list(islice(results, 10))) == 10
    results.close()
    assert next(taken) <= 10 + 2 * IN_HAND + FEW + 1


def test_an_error_in_the_work_is_reported():
    with pytest.raises(ValueError, match="seven"):
        list(on_cores(_breaker, range(20), processes=2))


def test_there_is_a_core():
    assert cores() >= 1
