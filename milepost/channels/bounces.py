"""Reads what mail providers tell after sending: an address that doesn't exist, a report of spam, an unsubscription.

Each provider has a shape of its own; whatever else they tell (deliveries, opens, full mailboxes) is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from milepost.channels.refusals import is_about_the_address
from milepost.errors import MilepostError

_OUR_ID = re.compile(r"msg_[0-9a-f]{32}(@[^\s<>@]+)?")
_LONGEST = 500
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


class UnreadableEventsError(MilepostError):
    """A provider's events can't be read."""

    code = "unreadable_events"


class EventKind(StrEnum):
    """What a provider tells of an address: it is `refused` for good, or its owner wants no mail."""

    REFUSED = "refused"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """An event about an address; `message` is the id that our message was sent with, where the provider names it."""

    kind: EventKind
    address: str
    why: str = ""
    message: str | None = None


def read_events(provider: str, data: Any) -> list[ProviderEvent]:
    """Returns the events of one request that matter.

    Raises:
        KeyError: there is no such provider.
        UnreadableEventsError: the data isn't what this provider sends.
    """
    read = PROVIDERS[provider]
    try:
        events = list(read(data))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableEventsError(
            f"This isn't what {provider} sends: {error!r}", "docs/preferences.md shows what each provider sends."
        ) from error
    return [event for event in events if _ADDRESS.fullmatch(event.address)]


def subscription_url(data: Any) -> str | None:
    """Returns the address by which a subscription of Amazon SNS is confirmed; None for any other request, or address.

    Only an address of Amazon itself is returned.
    """
    if not isinstance(data, Mapping) or data.get("Type") != "SubscriptionConfirmation":
        return None
    url = data.get("SubscribeURL")
    return url if isinstance(url, str) and _AMAZON.match(url) else None


_AMAZON = re.compile(r"https://sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/")


def _event(kind: EventKind, address: Any, why: Any = "", message: Any = None) -> ProviderEvent:
    ours = _OUR_ID.search(message) if isinstance(message, str) else None
    text = " ".join(str(why or "").split())[:_LONGEST]
    return ProviderEvent(kind, str(address or "").strip(), text, ours[0] if ours else None)


def _generic(data: Any) -> Iterator[ProviderEvent]:
    """`{"address": ..., "kind": "bounce", "permanent": true, "message": ..., "why": ...}`, one or a list of them."""
    events = data if isinstance(data, list) else data.get("events", [data])
    for each in events:
        about = (each["address"], each.get("why"), each.get("message"))
        match each["kind"]:
            case "bounce":
                permanent = each.get("permanent")
                if permanent or (permanent is None and is_about_the_address(None, str(each.get("why") or ""))):
                    yield _event(EventKind.REFUSED, *about)
            case "complaint":
                yield _event(EventKind.COMPLAINT, *about)
            case "unsubscribed":
                yield _event(EventKind.UNSUBSCRIBED, *about)
            case kind:
                raise ValueError(f"kind {kind!r} is none of bounce, complaint and unsubscribed")


def _ses(data: Any) -> Iterator[ProviderEvent]:
    """Amazon SES, through SNS with or without its envelope: notifications, or events of a configuration set."""
    if data.get("Type") in ("SubscriptionConfirmation", "UnsubscribeConfirmation"):
        return
    notice = json.loads(data["Message"]) if isinstance(data.get("Message"), str) else data
    kind = notice.get("notificationType") or notice["eventType"]
    headers = notice.get("mail", {}).get("commonHeaders") or {}
    message = headers.get("messageId")
    if kind == "Bounce":
        bounce = notice["bounce"]
        for each in bounce["bouncedRecipients"]:
            why = f"{each.get('status') or ''} {each.get('diagnosticCode') or bounce.get('bounceSubType') or ''}"
            if bounce["bounceType"] == "Permanent" and _is_ses_address(bounce.get("bounceSubType"), why):
                yield _event(EventKind.REFUSED, each["emailAddress"], why, message)
    elif kind == "Complaint" and notice["complaint"].get("complaintFeedbackType") != "not-spam":
        for each in notice["complaint"]["complainedRecipients"]:
            why = notice["complaint"].get("complaintFeedbackType") or ""
            yield _event(EventKind.COMPLAINT, each["emailAddress"], why, message)


def _is_ses_address(sub_type: str | None, why: str) -> bool:
    if sub_type in ("NoEmail", "Suppressed", "OnAccountSuppressionList"):
        return True
    has_code = re.search(r"\b5\d\d\b|\b5\.\d+\.\d+\b", why) is not None
    return is_about_the_address(None, why) if has_code else sub_type == "General"


def _postmark(data: Any) -> Iterator[ProviderEvent]:
    """Postmark: bounces, reports of spam, and changes of its own list of suppressed addresses."""
    match data["RecordType"]:
        case "Bounce" if data["Type"] in ("HardBounce", "BadEmailAddress"):
            yield _event(EventKind.REFUSED, data["Email"], data.get("Details") or data.get("Description"))
        case "Bounce" if data["Type"] == "SpamComplaint":
            yield _event(EventKind.COMPLAINT, data["Email"])
        case "Bounce" if data["Type"] == "Unsubscribe":
            yield _event(EventKind.UNSUBSCRIBED, data["Email"])
        case "SpamComplaint":
            yield _event(EventKind.COMPLAINT, data["Email"])
        case "SubscriptionChange" if data["SuppressSending"]:
            reason = data.get("SuppressionReason")
            kinds = {"HardBounce": EventKind.REFUSED, "SpamComplaint": EventKind.COMPLAINT}
            if reason in kinds or data.get("Origin") == "Recipient":
                yield _event(kinds.get(reason, EventKind.UNSUBSCRIBED), data["Recipient"], reason)


_SENDGRID_DROPS = {
    "bounced address": EventKind.REFUSED,
    "invalid": EventKind.REFUSED,
    "spam reporting address": EventKind.COMPLAINT,
    "unsubscribed address": EventKind.UNSUBSCRIBED,
}
"""What SendGrid says of mails that it doesn't try to deliver, because of an earlier event."""


def _sendgrid(data: Any) -> Iterator[ProviderEvent]:
    """SendGrid: a list of events, many at once."""
    for each in data:
        about = (each["email"], each.get("reason"), each.get("smtp-id"))
        match each["event"]:
            case "bounce" if each.get("type", "bounce") == "bounce" and _is_sendgrid_address(each):
                yield _event(EventKind.REFUSED, *about)
            case "dropped" if kind := _SENDGRID_DROPS.get(str(each.get("reason") or "").lower()):
                yield _event(kind, *about)
            case "spamreport":
                yield _event(EventKind.COMPLAINT, *about)
            case "unsubscribe" | "group_unsubscribe":
                yield _event(EventKind.UNSUBSCRIBED, *about)


def _is_sendgrid_address(event: Mapping[str, Any]) -> bool:
    if classified := event.get("bounce_classification"):
        return bool(classified == "Invalid Address")
    return is_about_the_address(None, f"{event.get('status') or ''} {event.get('reason') or ''}")


def _mailgun(data: Any) -> Iterator[ProviderEvent]:
    """Mailgun: one event; what it calls permanent is a mail that it gives up, for whatever reason."""
    event = data["event-data"]
    status = event.get("delivery-status") or {}
    why = status.get("message") or status.get("description") or event.get("reason")
    message = ((event.get("message") or {}).get("headers") or {}).get("message-id")
    match event["event"]:
        case "failed" if event.get("severity") == "permanent":
            reason, code = event.get("reason"), status.get("code")
            detailed = f"{status.get('enhanced-code') or ''} {why or ''}"
            number = code if isinstance(code, int) else None
            if reason == "suppress-bounce" or (reason == "bounce" and is_about_the_address(number, detailed)):
                yield _event(EventKind.REFUSED, event["recipient"], why, message)
            elif reason in ("suppress-complaint", "suppress-unsubscribe"):
                kind = EventKind.COMPLAINT if reason == "suppress-complaint" else EventKind.UNSUBSCRIBED
                yield _event(kind, event["recipient"], why, message)
        case "complained":
            yield _event(EventKind.COMPLAINT, event["recipient"], "", message)
        case "unsubscribed":
            yield _event(EventKind.UNSUBSCRIBED, event["recipient"], "", message)


PROVIDERS: Mapping[str, Callable[[Any], Iterator[ProviderEvent]]] = {
    "generic": _generic,
    "mailgun": _mailgun,
    "postmark": _postmark,
    "sendgrid": _sendgrid,
    "ses": _ses,
}
"""What reads the events of each provider; `generic` is a shape of ours, for all others."""
