"""The protocol of channels: the message that they deliver, the receipt, and the errors."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from milepost.errors import MilepostError


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """An entry for the reader's calendar: an iCalendar object (RFC 5545), whose `method` is REQUEST or CANCEL."""

    method: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """One message to one person, ready to go out.

    `journey` and `message` together identify it for ever: `journey` is the id of one run of a journey, `message` is the
    id `STEP/OCCURRENCE/REASON/N` within it. `html` is a whole document, or nothing. `from_name` and `reply_to` are
    the colleague who looks after the customer. `preferences_url` is the page on which its reader chooses which mail to
    get; `list_unsubscribe` takes the one click of RFC 8058, and is there only on what one may unsubscribe from. An
    invitation has the `calendar` entry. Replies go to `reply_copy` as well: the address at which Milepost reads them.
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
    reply_copy: str | None = None
    list_unsubscribe: str | None = None
    preferences_url: str | None = None
    calendar: CalendarFile | None = None

    @property
    def idempotency_key(self) -> str:
        """A key that is the same for every attempt at this message and for no other, without personal data."""
        message_id = f"{self.journey}\n{self.message}".encode()
        return f"msg_{hashlib.sha256(message_id).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A channel has taken a message; `reference` is the channel's own name for it."""

    channel: str
    reference: str


class DeliveryError(MilepostError):
    """A channel didn't take a message."""

    code = "delivery_failed"


class UndeliverableError(DeliveryError):
    """The message will never be taken: trying again would change nothing.

    `address_refused` says that the recipient's address is why, so that no other message would arrive there either.
    """

    code = "undeliverable"

    def __init__(self, message: str, *, address_refused: bool = False) -> None:
        self.address_refused = address_refused
        super().__init__(message)


class TemporaryDeliveryError(DeliveryError):
    """The message may be taken later; `retry_after` is how many seconds the other side asked to wait, if it did."""

    code = "delivery_delayed"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class Channel(Protocol):
    """Delivers messages, each at least once; the idempotency key goes with it, so that repeats can be dropped."""

    @property
    def name(self) -> str:
        """The name of this channel in settings and receipts."""
        ...

    async def deliver(self, message: OutgoingMessage) -> Receipt:
        """Hands over one message.

        Raises:
            UndeliverableError: it will never be taken.
            TemporaryDeliveryError: it may be taken later.
        """
        ...
