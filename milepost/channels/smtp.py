"""Sends mails over SMTP."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import parseaddr
from typing import Any, Literal, NoReturn

import aiosmtplib
from email_validator import EmailNotValidError, validate_email

from milepost.channels.protocol import (
    CalendarFile,
    OutgoingMessage,
    Receipt,
    TemporaryDeliveryError,
    UndeliverableError,
)
from milepost.channels.refusals import is_about_the_address
from milepost.text import one_line

Security = Literal["starttls", "tls", "none"]
TIMEOUT_SECONDS = 60.0


ONE_CLICK = "List-Unsubscribe=One-Click"
"""What a mail program posts to the address in List-Unsubscribe, by RFC 8058."""


class _WholeHeader(UnstructuredHeader, BaseHeader):
    """A header that stays on one line: the standard library would encode a long address, and no program reads that."""

    def fold(self, *, policy: Policy[Any]) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _WholeHeader)
_POLICY = SMTP.clone(header_factory=_HEADERS)


def utc_now() -> datetime:
    """Returns the time of this machine, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """A mail server: `security` is `starttls` (it must offer it), `tls` from the first byte, or `none`."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    security: Security = "starttls"
    tls: ssl.SSLContext | None = None
    timeout: float = TIMEOUT_SECONDS


class SmtpChannel:
    """Sends each message as a mail with text and HTML; its Message-ID contains the idempotency key."""

    name = "smtp"

    def __init__(self, server: SmtpServer, *, sender: str, clock: Callable[[], datetime] = utc_now) -> None:
        """`sender` is `Name <address>` or an address alone.

        Raises:
            ValueError: the sender isn't an address.
        """
        name, address = parseaddr(sender)
        if one_line(sender) != sender:
            raise ValueError(f"The sender {sender!r} isn't a mail address: it has more than one line")
        try:
            self._sender_address = _mailbox(address)
        except EmailNotValidError as error:
            raise ValueError(f"The sender {sender!r} isn't a mail address: {error}") from error
        self._sender_name, self._server, self._clock = one_line(name), server, clock

    async def deliver(self, message: OutgoingMessage) -> Receipt:
        """Hands the mail to the server.

        Raises:
            UndeliverableError: the address is invalid, or the server refused this mail for good.
            TemporaryDeliveryError: the server could not be reached, did not let us in, or asked to come back.
        """
        mail = self._mail(message)
        server = self._server
        try:
            await aiosmtplib.send(
                mail,
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                tls_context=server.tls,
                timeout=server.timeout,
            )
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            _refuse(error, server)
        return Receipt(self.name, str(mail["Message-ID"]))

    def _mail(self, message: OutgoingMessage) -> EmailMessage:
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = Address(one_line(message.from_name or "") or self._sender_name, addr_spec=self._sender_address)
        mail["To"] = Address(one_line(message.to_name), addr_spec=_address_of(message.to_address, "contact"))
        name = one_line(message.from_name or "")
        replies = [_address_of(each, "colleague") for each in (message.reply_to, message.reply_copy) if each]
        if replies:
            mail["Reply-To"] = [Address(name, addr_spec=each) for each in replies]
        mail["Subject"] = one_line(message.subject)
        mail["Date"] = self._clock()
        mail["Message-ID"] = f"<{message.idempotency_key}@{self._sender_address.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # so that autoresponders stay silent
        if message.list_unsubscribe and message.list_unsubscribe.isascii():
            mail["List-Unsubscribe"] = f"<{one_line(message.list_unsubscribe)}>"
            if message.list_unsubscribe.startswith("https://"):  # RFC 8058 asks for it
                mail["List-Unsubscribe-Post"] = ONE_CLICK
        mail.set_content(message.text, cte="quoted-printable")
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        if message.calendar is not None:
            _invite(mail, message.calendar)
        mail["Content-Language"] = one_line(message.language)  # whatever adds content takes such headers off
        return mail


def _invite(mail: EmailMessage, calendar: CalendarFile) -> None:
    """Adds the entry twice: as an alternative, which Outlook and Gmail make buttons of, and as a file for the rest."""
    method = {"method": calendar.method}
    mail.add_alternative(calendar.content, subtype="calendar", params=method, cte="base64")
    content = calendar.content.encode()
    mail.add_attachment(content, maintype="application", subtype="ics", filename="invite.ics", params=method)


def _mailbox(address: str) -> str:
    """Returns the address in the form that every mail server takes.

    Raises:
        EmailNotValidError: it isn't an address.
    """
    mailbox = validate_email(address, check_deliverability=False, globally_deliverable=False, allow_smtputf8=False)
    assert mailbox.ascii_email is not None  # what could not be written in ASCII was refused
    return mailbox.ascii_email


def _address_of(address: str, role: str) -> str:
    try:
        return _mailbox(address)
    except EmailNotValidError as error:
        raise UndeliverableError(
            f"{address!r} isn't a mail address: {error} Correct the address of the {role}",
            address_refused=role == "contact",
        ) from error


def _refuse(error: Exception, server: SmtpServer) -> NoReturn:
    """Raises an error that says whether this mail is refused, or only this attempt.

    Errors before the server knows the recipient (greeting, encryption, login, sender) are about our settings, which can
    be corrected, so they are never final.
    """
    where = f"{server.host}:{server.port}"
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[refused, *_]):
            _refuse(refused, server)
        case aiosmtplib.SMTPAuthenticationError():
            why = f"refused the login ({error.message}); check the user and password"
        case aiosmtplib.SMTPHeloError() | aiosmtplib.SMTPConnectResponseError():
            why = f"refuses the connection: {error.code} {error.message}"
        case aiosmtplib.SMTPSenderRefused():
            why = f"refused our sender address: {error.code} {error.message}"
        case aiosmtplib.SMTPResponseException() if error.code >= 500:  # noqa: PLR2004 - RFC 5321: permanent
            reason = f"{where} refused the mail: {error.code} {error.message}"
            no_such_address = isinstance(error, aiosmtplib.SMTPRecipientRefused) and is_about_the_address(
                error.code, error.message
            )
            raise UndeliverableError(reason, address_refused=no_such_address) from error
        case aiosmtplib.SMTPResponseException():
            why = f"asked to try later: {error.code} {error.message}"
        case _:
            why = f"couldn't be reached, or broke off: {error or type(error).__name__}"
    raise TemporaryDeliveryError(f"{where} {why}") from error
