"""Errors of the store, each with its data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from milepost.errors import MilepostError
from milepost.planner.fact_errors import RefusedError, UnknownNameError
from milepost.text import listing


class StoreError(MilepostError):
    """The database cannot be used, or does not hold what was asked for."""

    code = "store_error"


class InvalidCursorError(StoreError):
    """A cursor that no list has given, or another list."""

    code = "invalid_cursor"

    def __init__(self) -> None:
        super().__init__(
            "This cursor isn't one of this list.", "Hand back the `next` of the answer before, with the same filters."
        )


class StoreUnreachableError(StoreError):
    """The database cannot be used; `where` is its URL without the password, or its file."""

    code = "store_unreachable"
    verb = "open"

    def __init__(
        self, where: str, why: str, hint: str = "Check MILEPOST_DATABASE_URL and that the database runs."
    ) -> None:
        self.where = where
        super().__init__(f"Cannot {self.verb} the database {where}: {why}.", hint)


class StoreDamagedError(StoreUnreachableError):
    """The SQLite file is no database, or has been damaged."""

    code = "store_damaged"
    verb = "read"

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, why, "Put a backup in its place: `milepost restore FILE` keeps the damaged file.")


class StoreUnwritableError(StoreUnreachableError):
    """The disk is full, the file may not be written to, or the disk fails; nothing of the transaction is written."""

    code = "store_unwritable"
    verb = "write to"

    def __init__(self, where: str, why: str) -> None:
        super().__init__(where, why, "Free space on its disk, or see who may write there; all that is recorded stays.")


class StoreForeignError(StoreUnreachableError):
    """The database belongs to another program."""

    code = "store_foreign"
    verb = "use"

    def __init__(self, where: str, tables: Sequence[str]) -> None:
        self.tables = tuple(tables)
        super().__init__(
            where,
            f"it has tables that aren't Milepost's ({listing(self.tables, most=3)})",
            "They are as they were. Give Milepost a database of its own: MILEPOST_DATABASE_URL, or --data FOLDER.",
        )


class StoreEmptiedError(StoreUnreachableError):
    """The database is empty, and was not when it was last used."""

    code = "store_emptied"
    verb = "use"

    def __init__(self, where: str) -> None:
        super().__init__(
            where,
            "it is empty, though its data folder has been used before",
            "Put a backup in its place with `milepost restore FILE`, or delete the file to begin anew.",
        )


class StoreInUseError(StoreError):
    """Somebody has the SQLite file open."""

    code = "store_in_use"

    def __init__(self, file: Path) -> None:
        self.file = file
        super().__init__(
            f"The database {str(file)!r} is in use.",
            "Stop `milepost up`, the workers, the web applications and the commands that use it, then try again.",
        )


class BackupInvalidError(StoreError):
    """A file isn't a sound database of Milepost, so it can be neither backed up nor restored."""

    code = "backup_invalid"

    def __init__(self, file: Path, why: str) -> None:
        self.file = file
        super().__init__(f"{str(file)!r} isn't a sound Milepost database: {why}.", "Nothing was changed.")


class DriverMissingError(StoreUnreachableError):
    """The Python package that talks to this kind of database is not installed."""

    code = "driver_missing"

    def __init__(self, where: str) -> None:
        super().__init__(
            where,
            "PostgreSQL needs the package psycopg, which is not installed",
            "Install it with `pip install 'milepost[postgres]'`.",
        )


class StoreTooNewError(StoreError):
    """The database was migrated by a later Milepost."""

    code = "store_too_new"

    def __init__(self, revision: str) -> None:
        self.revision = revision
        super().__init__(
            f"The database is at migration {revision!r}, which this Milepost does not know: a later version wrote it.",
            "Update Milepost, or restore a backup from before.",
        )


class UnknownCustomerError(UnknownNameError):
    """No customer has this id."""

    code = "unknown_customer"

    def __init__(self, customer: str, ids: Iterable[str] = ()) -> None:
        """`ids` are those that exist, where the nearest of them should be suggested."""
        self.customer = customer
        super().__init__(customer, ids)


class UnknownJourneyError(StoreError):
    """No journey has this id; its customer may have been forgotten."""

    code = "unknown_journey"

    def __init__(self, journey: str) -> None:
        self.journey = journey
        super().__init__(f"Unknown journey {journey!r}; its customer may have been forgotten.")


class UnknownVersionError(StoreError):
    """No version of a map has this hash."""

    code = "unknown_version"

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(f"Unknown map version {version!r}.", "`milepost publish` stores versions.")


class UnreadableVersionError(StoreError):
    """This Milepost cannot read a published version: it is written in a later map language."""

    code = "unreadable_version"

    def __init__(self, version: str, why: str) -> None:
        self.version = version
        self.why = why
        super().__init__(
            f"Map version {version[:12]!r} can't be read by this Milepost: {why}",
            "A later one published it. Update Milepost; its customers wait, and the other maps go on.",
        )


class UnknownMessageError(StoreError):
    """The journey has no message of this id."""

    code = "unknown_message"

    def __init__(self, journey: str, message: str) -> None:
        self.journey = journey
        self.message_id = message
        super().__init__(f"Journey {journey!r} has no message {message!r}.")


class JourneyAlreadyOpenError(RefusedError):
    """The customer has an open journey, and may have only one."""

    code = "journey_already_open"

    def __init__(self, customer: str, journey: str) -> None:
        self.customer = customer
        self.journey = journey
        super().__init__(
            f"Customer {customer!r} has the open journey {journey!r}.",
            f"End it first: `milepost tell {customer} ended REASON`.",
        )


class StaleRevisionError(StoreError):
    """An older plan tried to overwrite what a newer one wrote; the newer one stands."""

    code = "stale_revision"

    def __init__(self, journey: str, stored: tuple[int, int], late: tuple[int, int]) -> None:
        """`stored` and `late` are each a revision and a clock."""
        self.journey = journey
        self.stored = stored
        self.late = late
        super().__init__(
            f"Journey {journey!r} is at revision {stored[0]} (clock {stored[1]}); a plan of revision {late[0]} "
            f"(clock {late[1]}) came too late and was not written.",
        )


class UnknownAbsenceError(StoreError):
    """There is no absence of this number."""

    code = "unknown_absence"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"There is no absence {number}.", "`milepost away --all` lists them.")


class UnknownRolloutError(StoreError):
    """There is no rollout of this number."""

    code = "unknown_rollout"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"There is no rollout {number}.", "`milepost rollout` lists them.")


class RolloutOpenError(StoreError):
    """A map has another rollout that isn't over; journeys are moved by one at a time."""

    code = "rollout_open"

    def __init__(self, map_id: str, number: int) -> None:
        self.map = map_id
        self.number = number
        super().__init__(
            f"Rollout {number} of the map {map_id!r} isn't over, and a map has one at a time.",
            f"See `milepost rollout {number}`; wait for it, or `milepost rollout cancel {number}`.",
        )


class UnknownImportError(StoreError):
    """There is no import of this number."""

    code = "unknown_import"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"There is no import {number}.", "The page of imports lists them.")


class UnknownHandOverError(StoreError):
    """There is no hand-over of this number."""

    code = "unknown_hand_over"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"There is no hand-over {number}.", "It may have been done for more than a week.")


class UnknownRehearsalError(StoreError):
    """There is no rehearsal of this number."""

    code = "unknown_rehearsal"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"There is no rehearsal {number}.", "The page of rehearsals lists them.")


class UnknownCandidateError(StoreError):
    """There is no candidate of this number; it may have been thrown away, or kept for long enough."""

    code = "unknown_candidate"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(
            f"There is nothing to publish of the number {number} any more.",
            "What was uploaded is kept for a week. Upload it again.",
        )


class RehearsalRunsError(StoreError):
    """Another rehearsal runs; there is one at a time."""

    code = "rehearsal_runs"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(
            f"Rehearsal {number} still runs, and there is one at a time.", "Wait until it is over, or cancel it."
        )


class ImportStatusError(StoreError):
    """Something can't be done with an import, as it is at another point by now."""

    code = "import_status"

    def __init__(self, number: int, status: str, wish: str) -> None:
        self.number = number
        self.status = status
        super().__init__(f"Import {number} can't be {wish}: it is {status}.", "Look at its page; it has moved on.")
