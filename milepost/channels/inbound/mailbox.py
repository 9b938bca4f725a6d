"""A mailbox that replies arrive in, read by IMAP. Its calls block: run them in a thread, one after the other."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from imaplib import IMAP4
from typing import Literal

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from milepost.errors import MilepostError

TIMEOUT = 60.0  # seconds
PORTS = {"tls": 993, "starttls": 143, "none": 143}
_AT_ONCE = 50


class MailboxUnreachableError(MilepostError):
    """The mailbox can't be read: its server is away, or lets nobody in."""

    code = "mailbox_unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapServer:
    """Where a mailbox is: `security` is `tls` from the first byte, `starttls`, or `none`."""

    host: str
    port: int
    user: str
    password: str
    folder: str = "INBOX"
    security: Literal["tls", "starttls", "none"] = "tls"
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class UnreadMail:
    """A mail that nobody has read: its number in the folder, and its size in bytes."""

    uid: str
    size: int


class Mailbox:
    """An open folder."""

    def __init__(self, box: BaseMailBox) -> None:
        self._box = box

    def unread(self) -> list[UnreadMail]:
        """Returns the oldest mails that aren't marked as read."""
        with _explained():
            found = self._box.fetch(AND(seen=False), headers_only=True, mark_seen=False, limit=_AT_ONCE, bulk=True)
            return [UnreadMail(each.uid, each.size_rfc822) for each in found if each.uid]

    def raw(self, uid: str, *, headers_only: bool = False) -> bytes:
        """Returns a mail as it came, and leaves it unread; empty where it is gone."""
        with _explained():
            part = "(BODY.PEEK[HEADER])" if headers_only else "(BODY.PEEK[])"
            _, data = self._box.client.uid("fetch", uid, part)
            return next((each[1] for each in data if isinstance(each, tuple)), b"")

    def mark_read(self, uid: str) -> None:
        """Marks a mail as read, so that it isn't taken in again."""
        with _explained():
            self._box.flag([uid], MailMessageFlags.SEEN, value=True)

    def close(self) -> None:
        """Says goodbye; a server that is gone by then is no matter."""
        try:
            self._box.logout()
        except (ImapToolsError, IMAP4.error, OSError):
            return


def open_mailbox(server: ImapServer) -> Mailbox:
    """Signs in and opens the folder.

    Raises:
        MailboxUnreachableError: the server is away, refuses the login, or has no such folder.
    """
    with _explained(f"{server.host}:{server.port}"):
        box = _connect(server)
        try:
            return Mailbox(box.login(server.user, server.password, initial_folder=server.folder))
        except BaseException:
            box.client.shutdown()
            raise


def _connect(server: ImapServer) -> BaseMailBox:
    tls = server.tls or ssl.create_default_context()
    match server.security:
        case "tls":
            return MailBox(server.host, server.port, timeout=TIMEOUT, ssl_context=tls)
        case "starttls":
            return MailBoxStartTls(server.host, server.port, timeout=TIMEOUT, ssl_context=tls)
        case "none":
            return MailBoxUnencrypted(server.host, server.port, timeout=TIMEOUT)


@contextmanager
def _explained(where: str = "the mailbox") -> Iterator[None]:
    """Turns the errors of the library into one that names no person; servers quote names in theirs."""
    try:
        yield
    except (ImapToolsError, IMAP4.error, OSError) as error:
        hint = "Check MILEPOST_IMAP_HOST, _USER, _PASSWORD, _SECURITY and _FOLDER."
        raise MailboxUnreachableError(f"{where} can't be read ({type(error).__name__}).", hint) from error
