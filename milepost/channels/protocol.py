"""What every channel does, what it is given, and how it says that it could not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """One message to one person, ready to go out.

    `journey` and `message` together name it for ever: `journey` is the id of one run of a journey, `message` is the
    id `STEP/OCCURRENCE/REASON/N` within it. `html` is a whole document, or nothing. `from_name` and `reply_to` are
    the colleague who looks after the customer; `list_unsubscribe` is an address of a page.
    """

    journey: str
    message: str
    customer: str
    to_name: str
    to_address: str
    subject: str
    text: str
    html: str | None = None
    language: str = "en"
    from_name: str | None = None
    reply_to: str | None = None
    list_unsubscribe: str | None = None

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt at this message and for no other; says nothing of the customer."""
        named = f"{self.journey}\n{self.message}".encode()
        return f"msg_{hashlib.sha256(named).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A channel has taken a message; `reference` is what it calls it."""

    channel: str
    reference: str


class DeliveryError(Exception):
    """A channel did not take a message; `why` is for people."""

    def __init__(self, why: str) -> None:
        """Say why."""
        super().__init__(why)
        self.why = why


class UndeliverableError(DeliveryError):
    """The message will never be taken: trying again would change nothing."""


class TemporaryDeliveryError(DeliveryError):
    """The message may be taken later; `retry_after` are the seconds that the other side asked to wait, if it did."""

    def __init__(self, why: str, *, retry_after: float | None = None) -> None:
        """Say why, and how long to wait."""
        super().__init__(why)
        self.retry_after = retry_after


class Channel(Protocol):
    """A way to reach people. Delivers at least once: the idempotency key goes along, so that doubles can be dropped."""

    @property
    def name(self) -> str:
        """The word that settings and receipts have for this channel."""
        ...

    async def deliver(self, message: OutgoingMessage) -> Receipt:
        """Hand one message over.

        Raises:
            UndeliverableError: it will never be taken.
            TemporaryDeliveryError: it may be taken later.
        """
        ...
