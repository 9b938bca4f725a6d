"""Mails that come in: what kind they are, about which of ours, and what their sender wrote."""

from __future__ import annotations

import base64
import json
import time
from email.message import EmailMessage
from typing import Any

import pytest

from milepost.channels.bounces import EventKind
from milepost.channels.inbound.mail import InboundMail, MailKind, UnreadableMailError, read_mail
from milepost.channels.inbound.providers import read_posted
from milepost.channels.inbound.reply_text import own_words, text_of_html

KEY = "abcdefghij234567abcd"
OURS = "<msg_0123456789abcdef0123456789abcdef@vendor.example>"
SAM = "Sam Poe <sam@acme.example>"


def reply(text: str | None = "Yes.\n", html: str | None = None, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = headers.pop("From", SAM), f"Ana <ana@vendor.example>, replies+{KEY}@in.vendor.example"
    mail["Subject"], mail["Message-ID"] = "Re: Connect", headers.pop("Message_ID", "<1@acme.example>")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    if text is not None:
        mail.set_content(text)
    if html is not None:
        (mail.add_alternative if text is not None else mail.set_content)(html, subtype="html")
    return mail


def read(mail: EmailMessage) -> InboundMail:
    return read_mail(bytes(mail))


def test_a_reply_names_its_sender_the_mail_that_it_answers_and_its_words() -> None:
    mail = read(reply(In_Reply_To=OURS, References=f"<0@x.example> {OURS}"))
    assert (mail.kind, mail.sender, mail.sender_name, mail.words) == (
        MailKind.REPLY,
        "sam@acme.example",
        "Sam Poe",
        "Yes.",
    )
    assert (mail.tokens, mail.references) == ((KEY,), (OURS, "<0@x.example>"))
    assert mail.needs_answer


def test_a_key_is_found_in_capitals_and_in_the_envelope() -> None:
    mail = reply()
    mail.replace_header("To", "ana@vendor.example")
    assert read(mail).tokens == ()
    assert read_mail(bytes(mail), [f"Replies+{KEY.upper()}@in.vendor.example"]).tokens == (KEY,)


def test_the_same_mail_has_the_same_id_by_whatever_way() -> None:
    first, again = reply(), reply(Received="from another server")
    assert read(first).id == read(again).id
    assert read(first).id != read(reply(Message_ID="<2@acme.example>")).id


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto_Submitted", "auto-replied (vacation)"),
        ("X_Autoreply", "yes"),
        ("Precedence", "bulk"),
        ("Precedence", "auto_reply"),
        ("List_Id", "<news.acme.example>"),
        ("Return_Path", "<>"),
    ],
)
def test_what_nobody_wrote_is_automatic(name: str, value: str) -> None:
    assert read(reply(**{name: value})).kind is MailKind.AUTOMATIC


@pytest.mark.parametrize(("name", "value"), [("Auto_Submitted", "no"), ("Precedence", "first-class")])
def test_what_somebody_wrote_is_a_reply(name: str, value: str) -> None:
    assert read(reply(**{name: value})).kind is MailKind.REPLY


def report(action: str = "failed", code: str = "smtp; 550 5.1.1 no such user", *, whole: bool = True) -> bytes:
    returned = "message/rfc822" if whole else "text/rfc822-headers"
    return f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: replies@in.vendor.example
Message-ID: <b@mx.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B
Content-Type: text/plain

It didn't arrive.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; sam@acme.example
Action: {action}
Status: {"5.1.1" if "5.1.1" in code else "4.2.2"}
Diagnostic-Code: {code}
--B
Content-Type: {returned}

Message-ID: {OURS}
Subject: Connect

--B--
""".encode()


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_of_an_address_that_isnt_there_is_a_bounce_of_our_mail(*, whole: bool) -> None:
    mail = read_mail(report(whole=whole))
    [event] = mail.events
    assert (mail.kind, event.kind, event.address) == (MailKind.BOUNCE, EventKind.REFUSED, "sam@acme.example")
    assert event.message == OURS


@pytest.mark.parametrize(("action", "code"), [("delayed", "smtp; 450 4.2.2 full"), ("failed", "smtp; 552 4.2.2 full")])
def test_a_report_of_what_is_late_or_full_refuses_nobody(action: str, code: str) -> None:
    mail = read_mail(report(action, code))
    assert (mail.kind, mail.events) == (MailKind.BOUNCE, ())


def test_a_receipt_that_it_was_read_is_automatic() -> None:
    raw = report().replace(b"delivery-status", b"disposition-notification")
    assert read_mail(raw.replace(b"MAILER-DAEMON@mx", b"sam@acme")).kind is MailKind.AUTOMATIC


QUOTED = [
    "Yes.\n\nOn Mon, Mar 2, 2026 at 10:00 AM Ana <ana@vendor.example> wrote:\n> Please connect\n",
    "Yes.\n\nAm Mo., 2. März 2026 um 10:00 Uhr schrieb Ana <ana@vendor.example>:\n> Bitte\n",
    "Yes.\n\nLe lun. 2 mars 2026 à 10:00, Ana <ana@vendor.example> a écrit :\n> x\n",
    "Yes.\n\n2026年3月2日(月) 10:00 Ana <ana@vendor.example>:\n> x\n",
    "Yes.\n\n________________________________\nFrom: Ana <a@v.example>\nSent: Monday\nTo: Sam\nSubject: Hi\n\nText\n",
    "Yes.\n\nVon: Ana <a@v.example>\nGesendet: Montag, 2. März 2026 10:00\nAn: Sam\nBetreff: Hallo\n\nText\n",
    "Yes.\n-- \nSam Poe\nHead of IT\n",
    "Yes.\r\n\r\n\r\n\r\n> x\r\n> y\r\n",
]


@pytest.mark.parametrize("text", QUOTED)
def test_the_mail_below_and_the_signature_are_cut(text: str) -> None:
    assert own_words(text) == "Yes."


@pytest.mark.parametrize("text", ["- one\n- two", "On Monday I wrote:\n- one\nOn Tuesday: two", "a\n> b\nc", "x:\n\ny"])
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert own_words(text) == text


def test_html_alone_becomes_text_without_what_it_quotes() -> None:
    html = (
        "<html><head><title>no</title><style>p{}</style></head><body><p>Yes &amp; no</p><div>Call <b>me</b></div>"
        "<script>no()</script><div>On Mon, Mar 2, 2026 at 10:00 AM Ana &lt;a@v.example&gt; wrote:<br></div>"
        "<blockquote>Please<br>connect</blockquote></body></html>"
    )
    assert read(reply(None, html)).words == "Yes & no\n\nCall me"
    assert read(reply("plain\n", html)).words == "plain"


def test_attachments_are_named_and_an_answer_of_a_calendar_needs_none() -> None:
    mail = reply()
    mail.add_attachment(b"x" * 1000, maintype="application", subtype="pdf", filename="plan.pdf")
    assert read(mail).attachments == ("plan.pdf",)
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", params={"method": "REPLY"})
    assert not read(mail).needs_answer


def test_what_is_no_mail_is_refused() -> None:
    for raw in (b"", b"hello", b"\xff\xfe\x00", b"{}", b"Subject: x\n\nno sender"):
        with pytest.raises(UnreadableMailError):
            read_mail(raw)


def test_odd_mails_are_read_without_harm() -> None:
    raw = bytes(reply()).replace(b'charset="utf-8"', b'charset="no-such"').replace(b"Yes.", b"Y\xff\x00s")
    assert read_mail(raw).words.startswith("Y")
    assert read_mail(bytes(reply()).replace(b"Re: Connect", b"=?utf-8?q?=00=ff?=")).words == "Yes."


EVIL = [
    "On " * 6000,
    "From: a\n" * 2500,
    "\n" * 20_000,
    "Am 1. schrieb " * 1500,
    "-- \n" * 5000,
    ">" * 20_000,
    "> \n" * 6000,
]
EVIL_HTML = ["<div>" * 50_000, "<blockquote>x" * 20_000, "<!--" * 50_000, "<a b=" * 50_000, "</" * 90_000]


@pytest.mark.parametrize("text", [*EVIL, *EVIL_HTML], ids=lambda text: text[:8])
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    own_words(text_of_html(text) if text in EVIL_HTML else text)
    assert time.process_time() - began < 3


POSTMARK: dict[str, Any] = {
    "From": "sam@acme.example", "FromName": "Sam Poe", "To": "ana@vendor.example", "Cc": "", "Subject": "Re: Connect",
    "OriginalRecipient": f"replies+{KEY}@in.vendor.example", "MailboxHash": KEY, "MessageID": "73e6d360",
    "Date": "Mon, 2 Mar 2026 10:00:00 +0000", "TextBody": "Yes.\n\n> x\n", "HtmlBody": "<p>Yes.</p>",
    "Headers": [
        {"Name": "Message-ID", "Value": "<1@acme.example>"}, {"Name": "In-Reply-To", "Value": OURS},
        {"Name": "Content-Type", "Value": "multipart/mixed"},
    ],
    "Attachments": [{"Name": "plan.pdf", "Content": "", "ContentType": "application/pdf", "ContentLength": 9}],
}  # fmt: skip


def ses(content: str, encoding: str | None) -> dict[str, Any]:
    action = {"type": "SNS", "topicArn": "arn"} | ({"encoding": encoding} if encoding else {})
    receipt = {"recipients": [f"replies+{KEY}@in.vendor.example"], "action": action}
    notice = {"notificationType": "Received", "receipt": receipt, "mail": {"messageId": "x"}, "content": content}
    return {"Type": "Notification", "Message": json.dumps(notice)}


def posted() -> list[tuple[str, Any]]:
    raw = bytes(reply("Yes.\n\n> x\n", In_Reply_To=OURS))
    return [
        ("postmark", POSTMARK),
        ("postmark", POSTMARK | {"RawEmail": raw.decode()}),
        ("ses", ses(raw.decode(), None)),
        ("ses", ses(base64.b64encode(raw).decode(), "BASE64")),
        ("ses", json.loads(ses(raw.decode(), "UTF-8")["Message"])),
    ]


@pytest.mark.parametrize(("provider", "data"), posted())
def test_each_provider_brings_the_same_mail(provider: str, data: Any) -> None:
    mail = read_posted(provider, data)
    assert mail is not None
    assert (mail.id, mail.sender, mail.words) == (read(reply()).id, "sam@acme.example", "Yes.")
    assert (mail.tokens, mail.references[0]) == ((KEY,), OURS)


@pytest.mark.parametrize(
    ("provider", "data"), [("postmark", {}), ("postmark", []), ("ses", {"Message": "{}"}), ("ses", 1)]
)
def test_what_a_provider_never_posts_is_refused(provider: str, data: Any) -> None:
    with pytest.raises(UnreadableMailError):
        read_posted(provider, data)


def test_a_subscription_brings_no_mail() -> None:
    assert read_posted("ses", {"Type": "SubscriptionConfirmation"}) is None
