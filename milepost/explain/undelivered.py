"""Messages that were due out and that no channel has taken: what the timeline says of them."""

from __future__ import annotations

from dataclasses import dataclass

SENT = "sent"


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that was due out and isn't sent: `status` as the outbox has it, `why` the words of a failure."""

    status: str
    why: str | None = None


def went(what: str, to: str, undelivered: Undelivered | None) -> str:
    """Says what became of a message that was due out, such as `mail`, `to` somebody about something."""
    match undelivered:
        case None:
            return f"A {what} went to {to}."
        case Undelivered("queued", None):
            return f"A {what} is on its way to {to}; it isn't sent yet."
        case Undelivered("queued", why):
            return f"A {what} is on its way to {to}; the last attempt failed: {why}."
        case Undelivered("failed", why):
            return f"A {what} to {to} failed{f': {why}' if why else ''}."
        case _:
            return f"A {what} to {to} was held back before it left."
