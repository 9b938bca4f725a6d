# ruff: noqa: N802, ARG002 - aiosmtpd and http.server name their handlers, and say what they are called with
"""Real servers on loopback for the channels' tests: one for mail, one for HTTP."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

CERTIFICATES = Path(__file__).parent / "certificates"


def server_tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / "certificate.pem", CERTIFICATES / "key.pem")
    return context


def client_tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATES / "certificate.pem"))


@dataclass
class Mailbox:
    """Takes mails as aiosmtpd's handler; says `at_rcpt` or `at_data` instead of yes where they are set."""

    at_mail: str | None = None
    at_rcpt: str | None = None
    at_data: str | None = None
    envelopes: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        return [
            message_from_bytes(bytes(one.content).replace(b"\r\n", b"\n"), policy=default) for one in self.envelopes
        ]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str],
    ) -> str:  # fmt: skip
        if self.at_mail is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.at_mail or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str],
    ) -> str:  # fmt: skip
        if self.at_rcpt is None:
            envelope.rcpt_tos.append(address)
        return self.at_rcpt or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.at_data is None:
            self.envelopes.append(envelope)
            self.encrypted.append(session.ssl is not None)
        return self.at_data or "250 OK"


def password_is(wanted: str) -> Any:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == wanted.encode(), handled=False)

    return check


@asynccontextmanager
async def mail_server(
    mailbox: Mailbox, *, implicit_tls: ssl.SSLContext | None = None, **options: Any,
) -> AsyncIterator[int]:  # fmt: skip
    """A mail server on a port of its own."""

    servers: list[SMTP] = []

    def protocol() -> SMTP:
        servers.append(SMTP(mailbox, hostname="localhost", loop=asyncio.get_running_loop(), **options))
        return servers[-1]

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=implicit_tls)
    async with server:
        yield server.sockets[0].getsockname()[1]
        talks = [one._handler_coroutine for one in servers if one._handler_coroutine is not None]
        for one, talk in zip(servers, talks, strict=True):
            talk.cancel()  # after a handshake that failed, aiosmtpd would wait for ever
            if one.transport is not None:
                one.transport.abort()
        await asyncio.gather(*talks, return_exceptions=True)


@asynccontextmanager
async def talking_server(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A server that says what `talk` says, then hangs up; on a port of its own."""
    talks: set[asyncio.Task[None] | None] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())
        await talk(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*filter(None, talks))


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Receiver:
    """Keeps every request and gives the answers it was told, then 200; while `stalled` it gives none."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: deque[Answer] = deque()
        self.go_on = threading.Event()
        self.go_on.set()
        self.url = ""

    def take(self, request: Request) -> Answer:
        self.requests.append(request)
        self.go_on.wait()
        return self.answers.popleft() if self.answers else Answer()


@contextmanager
def http_receiver() -> Iterator[Receiver]:
    """An HTTP server on a port of its own."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = receiver.take(Request(self.path, dict(self.headers.items()), body))
            try:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)
            except OSError:
                pass  # the client has gone: that is what some tests are about

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hooks"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield receiver
        finally:
            receiver.go_on.set()
            server.shutdown()
            thread.join()
