"""Reads a mail that came in (RFC 5322): from whom, about which of ours, what kind it is, and what its sender wrote."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import getaddresses, parseaddr
from enum import StrEnum

from milepost.channels.bounces import ProviderEvent
from milepost.channels.inbound.delivery_report import events_of
from milepost.channels.inbound.reply_text import LONGEST, own_words, text_of_html
from milepost.errors import MilepostError
from milepost.text import storable

_TOKEN = re.compile(r"\+([a-z2-7]{20})@", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To")
_ROBOT_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response", "List-Id", "Feedback-ID")
_ROBOT_PRECEDENCE = frozenset({"bulk", "junk", "list", "auto_reply"})
_ROBOTS = ("mailer-daemon@", "postmaster@")
_MOST_REFERENCES = 20
_SUBJECT = 500
_NAMES = 20
"""Attachments that are named."""


class UnreadableMailError(MilepostError):
    """What came in is no mail."""

    code = "unreadable_mail"


class MailKind(StrEnum):
    """The kinds of mails that come in."""

    REPLY = "reply"
    AUTOMATIC = "automatic"  # an absence, a receipt, a list: nobody wrote it
    BOUNCE = "bounce"  # a mail server's report about a mail of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMail:
    """A mail that came in. `id` is made of its Message-ID, or of all of it, and is the same each time that it comes.

    `tokens` are what our addresses among its recipients have after the plus, `references` the ids of the mails that it
    answers, the latest first. `text` is the whole of it, `words` what the sender wrote; `attachments` are names.
    `events` are what a report of a mail server says.
    """

    id: str
    kind: MailKind
    sender: str
    sender_name: str
    subject: str
    text: str
    words: str
    tokens: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    events: tuple[ProviderEvent, ...] = field(default=())
    needs_answer: bool = True


def read_mail(raw: bytes, recipients: Iterable[str] = (), *, too_large: bool = False) -> InboundMail:
    """Reads a mail; `recipients` are those of its envelope, where whoever took it in names them.

    With `too_large` only its headers are there.

    Raises:
        UnreadableMailError: it is no mail.
    """
    try:
        mail = message_from_bytes(raw, policy=default)
        assert isinstance(mail, EmailMessage)
        return _read(mail, raw, list(recipients), too_large=too_large)
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, IndexError) as error:
        raise UnreadableMailError("This is no mail.", "Send the mail as it came, with its headers.") from error


def _read(mail: EmailMessage, raw: bytes, recipients: list[str], *, too_large: bool) -> InboundMail:
    name, sender = parseaddr(_header(mail, "From"))
    if "@" not in sender and not _is_report(mail):
        raise ValueError("it has no sender")
    text = storable(_text(mail))
    words = storable(own_words(text))
    kind = _kind(mail, sender)
    return InboundMail(
        id=_id(mail, raw),
        kind=kind,
        sender=storable(sender.strip())[:320],
        sender_name=storable(name.strip())[:200],
        subject=storable(" ".join(_header(mail, "Subject").split()))[:_SUBJECT],
        text=text,
        words=words,
        tokens=tuple(dict.fromkeys(_tokens(mail, recipients))),
        references=tuple(_references(mail)),
        attachments=tuple(_attachments(mail)),
        events=tuple(events_of(mail)) if kind is MailKind.BOUNCE else (),
        needs_answer=too_large or (bool(words) and not _is_calendar_answer(mail)),
    )


def _header(mail: EmailMessage, name: str) -> str:
    """Returns a header as text; one that can't be read counts as missing."""
    try:
        return str(mail.get(name) or "")
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, IndexError):
        return ""


def _id(mail: EmailMessage, raw: bytes) -> str:
    own = _MESSAGE_ID.search(_header(mail, "Message-ID"))
    return hashlib.sha256(own[0].encode() if own else raw).hexdigest()[:32]


def _kind(mail: EmailMessage, sender: str) -> MailKind:
    if _is_report(mail):
        return MailKind.BOUNCE
    auto = _header(mail, "Auto-Submitted").split(";")[0].strip().lower()
    precedence = _header(mail, "Precedence").strip().lower()
    is_robot = (
        auto not in ("", "no")
        or precedence in _ROBOT_PRECEDENCE
        or any(_header(mail, name) for name in _ROBOT_HEADERS)
        or mail.get_content_type() == "multipart/report"
        or _header(mail, "Return-Path").strip() == "<>"
        or sender.lower().startswith(_ROBOTS)
    )
    return MailKind.AUTOMATIC if is_robot else MailKind.REPLY


def _is_report(mail: EmailMessage) -> bool:
    is_report = mail.get_content_type() == "multipart/report"
    return is_report and any(part.get_content_type() == "message/delivery-status" for part in mail.walk())


def _tokens(mail: EmailMessage, recipients: list[str]) -> Iterator[str]:
    headers = [str(value) for name in _RECIPIENTS for value in mail.get_all(name, [])]
    for _, address in getaddresses([*headers, *recipients]):
        if found := _TOKEN.search(address):
            yield found[1].lower()


def _references(mail: EmailMessage) -> list[str]:
    answered = _MESSAGE_ID.findall(_header(mail, "In-Reply-To"))
    thread = _MESSAGE_ID.findall(_header(mail, "References"))
    return list(dict.fromkeys([*answered, *reversed(thread)]))[:_MOST_REFERENCES]


def _text(mail: EmailMessage) -> str:
    plain = mail.get_body(("plain",))
    if plain is not None and (text := _content(plain)).strip():
        return text[:LONGEST]
    html = mail.get_body(("html",))
    return text_of_html(_content(html)) if html is not None else ""


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError, KeyError):  # a charset that nobody knows
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _attachments(mail: EmailMessage) -> Iterator[str]:
    parts = (part for part in mail.walk() if part.get_filename())
    for number, part in enumerate(parts):
        if number == _NAMES:
            return
        yield storable(" ".join((part.get_filename() or "").split()))[:200]


def _is_calendar_answer(mail: EmailMessage) -> bool:
    """Returns whether a calendar program says yes or no to an invitation."""
    calendars = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    return any(str(part.get_param("method") or "").upper() == "REPLY" for part in calendars)
