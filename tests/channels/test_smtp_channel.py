from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from milepost.channels.links import LinkSigner
from milepost.channels.protocol import CalendarFile, OutgoingMessage, TemporaryDeliveryError, UndeliverableError
from milepost.channels.smtp import SmtpChannel, SmtpServer
from milepost.customer import Mail
from tests.channels.loopback_servers import Mailbox, client_tls, mail_server, password_is, server_tls, talking_server

pytestmark = pytest.mark.server

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MESSAGE = OutgoingMessage(
    journey="j1",
    message="connect_sso/1/opening/1",
    customer="acme",
    to_name="Sam Poe",
    to_address="sam@acme.example",
    subject="Connect single sign-on",
    text="Hi Sam,\n\nplease connect it.\n",
    html="<!DOCTYPE html><p>Hi Sam,</p><p>please connect it.</p>",
    from_name="Ana López",
    reply_to="ana@vendor.example",
    list_unsubscribe="https://plans.example.com/unsubscribe/x",
)


def channel(port: int, **server: object) -> SmtpChannel:
    options = {"security": "none", "timeout": 5.0, **server}
    return SmtpChannel(
        SmtpServer(host="localhost", port=port, **options),
        sender="Vendor <success@vendor.example>",
        clock=lambda: NOW,
    )


async def sent(message: OutgoingMessage) -> tuple[Mailbox, object]:
    mailbox = Mailbox()
    async with mail_server(mailbox) as port:
        await channel(port).deliver(message)
    return mailbox, mailbox.mails[0]


async def test_a_mail_has_text_and_html_and_comes_from_the_colleague_at_our_address():
    mailbox, mail = await sent(MESSAGE)

    assert mailbox.envelopes[0].mail_from == "success@vendor.example"
    assert mailbox.envelopes[0].rcpt_tos == ["sam@acme.example"]
    assert mail["From"].addresses[0].display_name == "Ana López"
    assert mail["From"].addresses[0].addr_spec == "success@vendor.example"
    assert mail["To"] == "Sam Poe <sam@acme.example>"
    assert mail["Reply-To"].addresses[0].addr_spec == "ana@vendor.example"
    assert mail["Subject"] == "Connect single sign-on"
    assert parsedate_to_datetime(mail["Date"]) == NOW
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<https://plans.example.com/unsubscribe/x>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content() == "Hi Sam,\n\nplease connect it.\n"
    assert "<p>please connect it.</p>" in html.get_content()


async def test_the_address_for_one_click_arrives_whole_on_one_line_however_long_it_is():
    signer = LinkSigner("s" * 32, "https://plans.example.com/a/long/way/to/go")
    url = signer.unsubscribe_url("a-customer-with-a-long-id-that-crm-made/12", "sam@acme.example", Mail.ESSENTIAL)
    mailbox, _ = await sent(replace(MESSAGE, list_unsubscribe=url))

    assert len(url) > 150
    lines = mailbox.envelopes[0].content.split(b"\r\n")
    assert f"List-Unsubscribe: <{url}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


async def test_without_https_there_is_a_link_and_no_one_click_and_on_essential_mail_neither():
    _, mail = await sent(replace(MESSAGE, list_unsubscribe="http://127.0.0.1:8080/unsubscribe/x"))
    assert mail["List-Unsubscribe"] == "<http://127.0.0.1:8080/unsubscribe/x>"
    assert mail["List-Unsubscribe-Post"] is None
    _, essential = await sent(replace(MESSAGE, list_unsubscribe=None))
    assert essential["List-Unsubscribe"] is None
    assert essential["List-Unsubscribe-Post"] is None


async def test_a_mail_without_html_is_plain_text():
    _, mail = await sent(replace(MESSAGE, html=None))

    assert mail.get_content_type() == "text/plain"


@pytest.mark.parametrize("html", [MESSAGE.html, None])
@pytest.mark.parametrize("calendar", [CalendarFile("REQUEST", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), None])
async def test_a_mail_says_in_which_language_it_is(html: str | None, calendar: CalendarFile | None):
    _, mail = await sent(replace(MESSAGE, html=html, calendar=calendar, language="de"))

    assert mail["Content-Language"] == "de"


async def test_the_sender_has_its_own_name_where_no_colleague_is_known():
    _, mail = await sent(replace(MESSAGE, from_name=None, reply_to=None))

    assert mail["From"] == "Vendor <success@vendor.example>"
    assert mail["Reply-To"] is None


async def test_text_of_the_world_arrives_as_it_was_written():
    text = "Grüße aus Zürich, 你好, مرحبا, 🎉\n"
    _, mail = await sent(replace(MESSAGE, subject="Grüße 你好 🎉 " + "ä" * 150, to_name="Zoë Ström", text=text))

    assert mail["Subject"] == "Grüße 你好 🎉 " + "ä" * 150
    assert mail["To"].addresses[0].display_name == "Zoë Ström"
    assert mail.get_body(("plain",)).get_content() == text


async def test_every_attempt_at_a_message_has_the_same_message_id_and_another_message_another():
    mailbox = Mailbox()
    async with mail_server(mailbox) as port:
        first = await channel(port).deliver(MESSAGE)
        again = await channel(port).deliver(MESSAGE)
        other = await channel(port).deliver(replace(MESSAGE, journey="j2"))

    assert first == again
    assert first.reference == f"<{MESSAGE.idempotency_key}@vendor.example>"
    assert other.reference != first.reference
    assert [mail["Message-ID"] for mail in mailbox.mails] == [first.reference, first.reference, other.reference]


@pytest.mark.parametrize("field", ["subject", "to_name", "from_name", "list_unsubscribe", "language"])
@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\x0b", "\u2028", "\x00"])
async def test_no_value_can_add_a_header(field: str, line_break: str):
    evil = f"x{line_break}Bcc: everybody@evil.example{line_break}{line_break}<b>new body</b>"
    mailbox, mail = await sent(replace(MESSAGE, **{field: evil}))

    assert mail["Bcc"] is None
    assert mailbox.envelopes[0].rcpt_tos == ["sam@acme.example"]
    assert mail.get_body(("plain",)).get_content() == MESSAGE.text


@pytest.mark.parametrize(
    "address",
    [
        "", "sam", "sam@", "@acme.example", "a@b.example, c@d.example", "sam@acme.example\r\nRCPT TO:<eve@evil>",
        "Sam <sam@acme.example>", "sam@acme.example> SIZE=1", "sam@-acme.example", "jörg@acme.example",
    ],
)  # fmt: skip
async def test_what_is_no_address_is_never_tried(address: str):
    with pytest.raises(UndeliverableError, match="isn't a mail address"):
        await channel(1).deliver(replace(MESSAGE, to_address=address))


async def test_a_domain_beyond_ascii_is_written_as_mail_servers_know_it():
    mailbox, _ = await sent(replace(MESSAGE, to_address="sam@bücher.example"))

    assert mailbox.envelopes[0].rcpt_tos == ["sam@xn--bcher-kva.example"]


@pytest.mark.parametrize("place", ["at_rcpt", "at_data"])
async def test_a_permanent_refusal_of_the_mail_is_final(place: str):
    async with mail_server(Mailbox(**{place: "550 5.1.1 no such person"})) as port:
        with pytest.raises(UndeliverableError, match=r"550.*no such person") as refused:
            await channel(port).deliver(MESSAGE)
    assert refused.value.address_refused is (place == "at_rcpt")


@pytest.mark.parametrize(
    ("answer", "is_about_the_address"),
    [
        ("550 no such user here", True),
        ("550 5.1.1 no such user here", True),
        ("550 5.1.10 null MX", True),
        ("551 5.1.6 moved", True),
        ("553 mailbox name not allowed", True),
        ("550 5.1.8 your domain doesn't exist", False),
        ("550 5.2.1 mailbox disabled", False),
        ("550 5.4.1 access denied", False),
        ("550 blocked, see the blocklist of zen.example", False),
        ("550 greylisted for 300 seconds", False),
        ("552 over quota", False),
        ("552 5.2.2 mailbox full", False),
        ("550 5.7.1 we don't like your address", False),
        ("554 rejected", False),
    ],
)
async def test_only_a_recipient_that_does_not_exist_counts_as_an_address_refused_for_good(
    answer: str, *, is_about_the_address: bool
):
    async with mail_server(Mailbox(at_rcpt=answer)) as port:
        with pytest.raises(UndeliverableError) as refused:
            await channel(port).deliver(MESSAGE)
    assert refused.value.address_refused is is_about_the_address


@pytest.mark.parametrize("place", ["at_mail", "at_rcpt", "at_data"])
async def test_a_passing_refusal_is_tried_again(place: str):
    async with mail_server(Mailbox(**{place: "451 4.7.1 greylisted"})) as port:
        with pytest.raises(TemporaryDeliveryError, match=r"451.*greylisted"):
            await channel(port).deliver(MESSAGE)


async def test_a_refused_sender_is_tried_again_for_it_is_ours_to_mend():
    async with mail_server(Mailbox(at_mail="550 not your domain")) as port:
        with pytest.raises(TemporaryDeliveryError, match="refused our sender"):
            await channel(port).deliver(MESSAGE)


async def test_a_server_that_is_not_there_is_tried_again():
    async with mail_server(Mailbox()) as port:
        pass

    with pytest.raises(TemporaryDeliveryError, match="couldn't be reached"):
        await channel(port).deliver(MESSAGE)


async def test_a_server_that_hangs_up_is_tried_again():
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")

    async with talking_server(hang_up) as port:
        with pytest.raises(TemporaryDeliveryError, match="broke off"):
            await channel(port).deliver(MESSAGE)


async def test_a_server_that_says_nothing_is_tried_again():
    async def say_nothing(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with talking_server(say_nothing) as port:
        with pytest.raises(TemporaryDeliveryError):
            await channel(port, timeout=0.1).deliver(MESSAGE)


async def test_a_server_that_turns_everybody_away_is_tried_again():
    async def turn_away(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 no service here\r\n")

    async with talking_server(turn_away) as port:
        with pytest.raises(TemporaryDeliveryError, match="refuses the connection: 554"):
            await channel(port).deliver(MESSAGE)


async def test_starttls_and_login_go_before_the_mail():
    mailbox = Mailbox()
    options = {"tls_context": server_tls(), "authenticator": password_is("right"), "auth_required": True}
    async with mail_server(mailbox, require_starttls=True, **options) as port:
        secure = channel(port, security="starttls", tls=client_tls(), user="us", password="right")
        await secure.deliver(MESSAGE)

    assert mailbox.encrypted == [True]


async def test_a_wrong_password_is_tried_again_and_says_so():
    options = {"tls_context": server_tls(), "authenticator": password_is("right"), "auth_required": True}
    async with mail_server(Mailbox(), **options) as port:
        secure = channel(port, security="starttls", tls=client_tls(), user="us", password="wrong")
        with pytest.raises(TemporaryDeliveryError, match="refused the login"):
            await secure.deliver(MESSAGE)


async def test_tls_from_the_first_byte():
    mailbox = Mailbox()
    async with mail_server(mailbox, implicit_tls=server_tls()) as port:
        await channel(port, security="tls", tls=client_tls()).deliver(MESSAGE)

    assert len(mailbox.mails) == 1


async def test_nothing_is_sent_in_the_clear_where_starttls_is_asked_for_and_not_offered():
    mailbox = Mailbox()
    async with mail_server(mailbox) as port:
        with pytest.raises(TemporaryDeliveryError):
            await channel(port, security="starttls", tls=client_tls()).deliver(MESSAGE)

    assert mailbox.envelopes == []


async def test_a_server_with_a_certificate_that_nobody_vouches_for_gets_nothing():
    mailbox = Mailbox()
    async with mail_server(mailbox, tls_context=server_tls()) as port:
        with pytest.raises(TemporaryDeliveryError):
            await channel(port, security="starttls").deliver(MESSAGE)

    assert mailbox.envelopes == []


@pytest.mark.parametrize("sender", ["", "Vendor", "Vendor <nobody>", "a@b.example\r\nBcc: c@d.example"])
def test_a_sender_that_is_no_address_is_refused_at_once(sender: str):
    with pytest.raises(ValueError, match="isn't a mail address"):
        SmtpChannel(SmtpServer(host="localhost", port=25), sender=sender)


@pytest.mark.parametrize(
    "name", ["Sam (Finance) Poe", "Poe, Sam", "Ström, Zoë (Finanzen)", 'Sam "Sammy" Poe', "Sam; Poe:"]
)
async def test_a_name_is_kept_as_it_is_written_whatever_mail_headers_make_of_its_signs(name: str):
    _, mail = await sent(replace(MESSAGE, to_name=name))

    assert mail["To"].addresses[0].display_name == name
    assert mail["To"].addresses[0].addr_spec == "sam@acme.example"


async def test_replies_go_to_the_colleague_and_to_the_address_that_reads_them() -> None:
    copy = "replies+abcdefghij234567abcd@in.vendor.example"
    _, mail = await sent(replace(MESSAGE, reply_copy=copy))
    assert [each.addr_spec for each in mail["Reply-To"].addresses] == ["ana@vendor.example", copy]
    _, mail = await sent(replace(MESSAGE, reply_to=None, reply_copy=copy))
    assert [each.addr_spec for each in mail["Reply-To"].addresses] == [copy]
