"""Reads a mail server's report about mails that didn't arrive (RFC 3464): which address, for good or not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage, Message

from milepost.channels.bounces import EventKind, ProviderEvent
from milepost.channels.refusals import is_about_the_address

_LONGEST = 500


def events_of(report: EmailMessage) -> Iterator[ProviderEvent]:
    """Yields the addresses that were refused for good; what is only late, or disliked, is left out."""
    returned = _returned_id(report)
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in _messages(blocks):
            address = _recipient(block)
            why = " ".join(f"{block.get('Status') or ''} {_after_type(block.get('Diagnostic-Code'))}".split())
            is_final = str(block.get("Action") or "").strip().lower() == "failed"
            if address and is_final and is_about_the_address(None, why):
                yield ProviderEvent(EventKind.REFUSED, address, why[:_LONGEST], returned)


def _messages(payload: object) -> list[Message]:
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _recipient(block: Message) -> str:
    """Returns the address as we wrote it; servers that forward name the final one, too."""
    address = _after_type(block.get("Original-Recipient")) or _after_type(block.get("Final-Recipient"))
    return address.strip("<>") if "@" in address else ""


def _after_type(value: object) -> str:
    return str(value or "").partition(";")[2].strip()


def _returned_id(report: EmailMessage) -> str | None:
    """Returns the Message-ID of our mail, which comes back whole or as its headers alone."""
    for part in report.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            for each in _messages(inner):
                if each.get("Message-ID"):
                    return str(each["Message-ID"]).strip()
        elif part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            headers = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
            for line in headers.splitlines():
                if line.lower().startswith("message-id:"):
                    return line.partition(":")[2].strip()
    return None
