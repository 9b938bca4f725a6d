"""Why a book can't be kept in step: each error says what is the matter and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable

from milepost.errors import MilepostError
from milepost.planner.fact_errors import RefusedError
from milepost.text import did_you_mean, listing, nearest


class SourceAwayError(MilepostError):
    """What is read can't be reached; it is tried again by itself."""

    code = "source_away"


class BookRefusedError(MilepostError):
    """The file isn't believed: it is empty, cut off, unreadable, or lacks half of the customers. Nothing is taken."""

    code = "book_refused"


class MissingCustomersError(BookRefusedError):
    """The file lacks so many of the customers whom it had, `count`, that it isn't believed before somebody says so."""

    def __init__(self, count: int, known: int, most_vanished: int) -> None:
        self.count = count
        super().__init__(
            f"{count} of {known} customers are missing in the book, {most_vanished} % or more.",
            "Nothing was taken in. If they are gone indeed, say so on the page Books in step, or run it once with "
            "--accept-vanished.",
        )


class InvalidSyncError(MilepostError):
    """A book can't be kept in step in this way; nothing is stored."""

    code = "invalid_sync"


class UnknownSyncError(RefusedError):
    """No book of this name is kept in step."""

    code = "unknown_sync"

    def __init__(self, name: str, names: Iterable[str]) -> None:
        self.name = name
        known = sorted(names)
        near = did_you_mean(nearest(name, known)) or "."
        hint = f"There is {listing(known)}." if known else "`milepost sync SOURCE --mapping FILE` begins with one."
        super().__init__(f"No book {name!r} is kept in step{near}", hint)


class SyncBusyError(MilepostError):
    """Somebody else brings this book in step at this moment."""

    code = "sync_busy"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"The book {name!r} is being read at this moment, by a worker or another command.",
            "Wait for it: `milepost sync status` says when it is done. One that was killed is free after two minutes.",
        )
