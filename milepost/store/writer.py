"""Writers: they run work in transactions on threads of their own, and give its result once it is on disk.

SQLite takes one writer at a time, and flushing a commit costs more than what is in it. So one thread writes for the
whole process, and work that waits together shares a commit. PostgreSQL takes many writers, each with its own commit.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from milepost import metrics

T = TypeVar("T")

SHARING = 100
"""The most pieces of work that share a commit, so that none waits long for the others."""

_DEADLOCK = "40P01"  # PostgreSQL's code: it has undone one of two transactions that waited for each other
_DEADLOCKS = 3  # after which work is given up
_CONNECTIONS = 8  # that write at once to PostgreSQL, in one process


class Turn:
    """The time in which a `QueueingWriter` leaves the database to somebody else: from `granted` to `end`."""

    def __init__(self) -> None:
        self.granted: Future[None] = Future()
        self._over = threading.Event()

    def end(self) -> None:
        self._over.set()

    def grant(self) -> None:
        """Waits until the turn has ended, if it is still wanted."""
        if self.granted.set_running_or_notify_cancel():
            self.granted.set_result(None)
            self._over.wait()


class Writer(Protocol):
    """Runs work in transactions."""

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        """Queues work; the future has its result when it is committed, or its exception when it is undone."""
        ...

    def close(self) -> None:
        """Finishes the work that waits, and closes the connections."""
        ...


class QueueingWriter(Writer):
    """Writes in one thread, in the order in which the work came."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        self._queue: SimpleQueue[_Job | Turn | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        job = _Job(work)
        self._put(job)
        return job.future

    def turn(self) -> Turn:
        """Queues for a turn with the database. It must be ended, whether or not it was granted."""
        turn = Turn()
        self._put(turn)
        return turn

    def close(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None
        self._engine.dispose()

    def _put(self, item: _Job | Turn) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
                self._thread.start()
        self._queue.put(item)

    def _run(self) -> None:
        waiting: deque[_Job | Turn | None] = deque()
        while True:
            while not waiting or (len(waiting) < SHARING and not self._queue.empty()):
                waiting.append(self._queue.get())
            first = waiting.popleft()
            if first is None:
                return
            if isinstance(first, Turn):
                first.grant()
                continue
            jobs = [first]
            while waiting and isinstance(waiting[0], _Job):
                jobs.append(waiting.popleft())  # type: ignore[arg-type]
            self._commit(jobs)

    def _commit(self, jobs: list[_Job]) -> None:
        jobs = [job for job in jobs if job.future.set_running_or_notify_cancel()]
        for job in jobs:
            metrics.STORE_WAIT.record(time.perf_counter() - job.submitted)
        try:
            with metrics.timed(metrics.STORE_WRITE), self._engine.begin() as connection:
                for job in jobs:
                    job.run(connection, shares=len(jobs) > 1)
        except Exception as error:  # noqa: BLE001 - nothing was committed, and everybody who waits must learn it
            for job in jobs:
                job.future.set_exception(error)
        else:
            for job in jobs:
                job.settle()


class PooledWriter(Writer):
    """Writes in several threads at once, each piece of work in a transaction of its own.

    Work that PostgreSQL undoes because of a deadlock, as with two batches of the same facts in another order, is run
    again.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="store-writer")

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        return self._threads.submit(self._write, work, time.perf_counter())

    def close(self) -> None:
        self._threads.shutdown()
        self._engine.dispose()

    def _write(self, work: Callable[[Session], T], submitted: float) -> T:
        metrics.STORE_WAIT.record(time.perf_counter() - submitted)
        with metrics.timed(metrics.STORE_WRITE):
            for _ in range(_DEADLOCKS):
                try:
                    return self._transaction(work)
                except OperationalError as error:
                    if getattr(error.orig, "sqlstate", None) != _DEADLOCK:
                        raise
            return self._transaction(work)

    def _transaction(self, work: Callable[[Session], T]) -> T:
        with self._engine.begin() as connection:
            return _run(work, connection)


class _Job:
    """Work, and the future of its result."""

    def __init__(self, work: Callable[[Session], Any]) -> None:
        self.future: Future[Any] = Future()
        self.submitted = time.perf_counter()
        self._work = work
        self._result: Any = None
        self._error: Exception | None = None

    def run(self, connection: Connection, *, shares: bool) -> None:
        """Runs the work. Where it shares its transaction, its own writes alone are undone when it fails.

        Raises:
            Exception: it failed, and nothing else of the transaction stands either.
        """
        if not shares:
            self._result = _run(self._work, connection)
            return
        savepoint = connection.begin_nested()
        try:
            self._result = _run(self._work, connection)
        except Exception as error:
            if not _is_in_transaction(connection):
                raise
            savepoint.close()
            self._error = error
        else:
            savepoint.commit()

    def settle(self) -> None:
        if self._error is None:
            self.future.set_result(self._result)
        else:
            self.future.set_exception(self._error)


def _is_in_transaction(connection: Connection) -> bool:
    """Tells whether the transaction still stands; SQLite ends it by itself when, for instance, the disk is full."""
    driver = connection.connection.driver_connection
    return connection.in_transaction() and bool(getattr(driver, "in_transaction", False))


def _run(work: Callable[[Session], T], connection: Connection) -> T:
    with Session(connection, autoflush=False, join_transaction_mode="rollback_only", expire_on_commit=False) as session:
        result = work(session)
        session.flush()
        return result
