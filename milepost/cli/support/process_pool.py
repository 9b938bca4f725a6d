"""Spreads jobs over all cores; results come back in the order of the jobs.

Few jobs are in hand at once, so that neither jobs nor results pile up, however many there are.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from typing import Any, TypeVar

J = TypeVar("J")
R = TypeVar("R")

IN_HAND = 3  # jobs per process: one to do, the others so that it never waits
FEW = 4  # jobs that are done here before processes would be ready
_work: Callable[[Any], Any] | None = None


def cores() -> int:
    """The number of cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def on_cores(make: Callable[[], Callable[[J], R]], jobs: Iterable[J], *, processes: int) -> Iterator[R]:
    """Do every job; `make` returns the function that does one, and is called once in each process.

    `make`, jobs and results are pickled. With one process, or only a few jobs, they are done here.
    """
    ahead = iter(jobs)
    first = list(islice(ahead, FEW + 1))
    if processes == 1 or len(first) <= FEW:
        work = make()
        yield from map(work, chain(first, ahead))
        return
    spawn = multiprocessing.get_context("spawn")  # forking a process that has threads can leave the child stuck
    with ProcessPoolExecutor(processes, spawn, _prepare, (make,)) as pool:
        waiting: deque[Future[R]] = deque()
        try:
            for job in chain(first, ahead):
                waiting.append(pool.submit(_do, job))
                if len(waiting) >= processes * IN_HAND:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _prepare(make: Callable[[], Callable[[Any], Any]]) -> None:
    global _work  # noqa: PLW0603 - a process does one kind of work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the command, which ends its processes
    _work = make()


def _do(job: Any) -> Any:
    assert _work is not None
    return _work(job)
