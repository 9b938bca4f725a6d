"""What the store refuses, each as a type that carries its data."""

from __future__ import annotations


class StoreError(Exception):
    """Something that the store refuses."""


class StoreUnreachableError(StoreError):
    """The database cannot be opened."""

    def __init__(self, where: str, why: str) -> None:
        self.where = where
        super().__init__(f"Cannot open the database {where}: {why}. Check MILEPOST_DATABASE_URL and that it runs.")


class StoreTooNewError(StoreError):
    """The database was migrated by a later Milepost."""

    def __init__(self, revision: str) -> None:
        self.revision = revision
        super().__init__(
            f"The database stands at migration {revision!r}, which this Milepost does not know: it was "
            "migrated by a later version. Update Milepost, or restore a backup from before.",
        )


class UnknownCustomerError(StoreError):
    """No such customer."""

    def __init__(self, customer: str) -> None:
        self.customer = customer
        super().__init__(f"Unknown customer {customer!r}. `milepost customers` lists all of them.")


class UnknownJourneyError(StoreError):
    """No such journey; its customer may have been forgotten."""

    def __init__(self, journey: str) -> None:
        self.journey = journey
        super().__init__(f"Unknown journey {journey!r}; its customer may have been forgotten.")


class UnknownVersionError(StoreError):
    """No version of a map with this hash."""

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(f"Unknown map version {version!r}. `milepost publish` stores versions.")


class UnknownMessageError(StoreError):
    """No such message in this journey."""

    def __init__(self, journey: str, message: str) -> None:
        self.journey = journey
        self.message = message
        super().__init__(f"Journey {journey!r} has no message {message!r}.")


class JourneyAlreadyOpenError(StoreError):
    """The customer has an open journey, and may have only one."""

    def __init__(self, customer: str, journey: str) -> None:
        self.customer = customer
        self.journey = journey
        super().__init__(f"Customer {customer!r} has the open journey {journey!r}; end it before beginning another.")


class StaleRevisionError(StoreError):
    """An older plan tried to overwrite what a newer one wrote; the newer one stands."""

    def __init__(self, journey: str, stored: tuple[int, int], given: tuple[int, int]) -> None:
        self.journey = journey
        self.stored = stored
        self.given = given
        super().__init__(
            f"Journey {journey!r} is at revision {stored[0]} (clock {stored[1]}); a plan of revision {given[0]} "
            f"(clock {given[1]}) came too late and was not written.",
        )


class InvalidFactError(StoreError):
    """A fact that the store cannot keep as it is."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"This fact cannot be recorded: {why}.")
