"""Replies in a mailbox of a real IMAP server: each is taken in once, and marked as read once it is stored."""

from __future__ import annotations

import imaplib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from milepost import limits
from milepost.channels.inbound.mailbox import ImapServer, MailboxUnreachableError, open_mailbox
from milepost.cli.checks.replies import check_replies
from milepost.intake.check import CheckStatus
from milepost.intake.mailbox_reader import MailboxReader
from milepost.settings import Settings
from milepost.store import answered_messages
from tests.ports import free_port
from tests.web.conftest import KEY, World
from tests.web.example import KIM
from tests.web.test_inbound import MESSAGE, lines, mail

DOVECOT = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
IS_NEEDED = "TEST_DOVECOT_NEEDED" in os.environ
pytestmark = pytest.mark.skipif(
    not IS_NEEDED and (DOVECOT is None or os.getuid() != 0), reason="needs dovecot, and root to run it"
)
CONFIG = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{base}/mail
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
first_valid_gid = 1
default_login_user = nobody
default_internal_user = nobody
default_internal_group = nogroup
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={base}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


@pytest.fixture(scope="module")
def imap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    """A server of its own on the loopback, with one mailbox."""
    assert DOVECOT, "install dovecot-imapd"
    base, port = tmp_path_factory.mktemp("dovecot"), free_port()
    for folder in (base, *base.parents):
        if folder.is_relative_to("/tmp"):
            folder.chmod(0o755)
    for name in ("run", "state", "mail"):
        (base / name).mkdir()
    shutil.chown(base / "mail", "nobody", "nogroup")
    config = base / "dovecot.conf"
    config.write_text(CONFIG.format(base=base, port=port))
    with subprocess.Popen([DOVECOT, "-F", "-c", str(config)], stderr=subprocess.PIPE) as process:
        try:
            wait_for(port, process, base)
            yield ImapServer(host="127.0.0.1", port=port, user="replies", password="secret", security="none")
        finally:
            process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes], base: Path) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            with closing(socket.create_connection(("127.0.0.1", port), 1)) as connection:
                assert connection.recv(100).startswith(b"* OK")
                return
        except OSError:
            log = base / "log"
            assert process.poll() is None, log.read_text() if log.exists() else ""
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    return Settings(data=tmp_path, database_url=sqlite_url, secret_key="s" * 32, api_keys=(KEY,))


@pytest.fixture
async def key(world: World, imap: ImapServer) -> str:
    """The key of the mail that asked Kim to connect the first system; the mailbox is empty."""
    with signed_in(imap) as client:
        _, [count] = client.select()
        if int(count or 0):
            client.store("1:*", "+FLAGS", r"\Deleted")
            client.expunge()
    await world.tell(step_done="kickoff", result="held")
    return await world.store.write(lambda session: answered_messages.reply_key(session, "acme/1", MESSAGE))


def signed_in(server: ImapServer) -> imaplib.IMAP4:
    client = imaplib.IMAP4(server.host, server.port)
    client.login(server.user, server.password)
    return client


def put(server: ImapServer, *mails: bytes) -> None:
    with signed_in(server) as client:
        for each in mails:
            client.append("INBOX", "", imaplib.Time2Internaldate(0.0), each)


async def test_each_unread_mail_is_taken_in_and_marked_as_read(world: World, imap: ImapServer, key: str) -> None:
    put(imap, mail(key), mail("a" * 20, number=2), b"\r\n")
    reader = MailboxReader(world.intake.context, imap)
    assert await reader.read() == {"replied": 1, "unknown": 1, "unreadable": 1}
    assert await reader.read() == {}
    [line] = await lines(world, "replied")
    assert line["by"] == KIM


async def test_a_mail_that_is_there_twice_or_was_posted_counts_once(world: World, imap: ImapServer, key: str) -> None:
    put(imap, mail(key), mail(key))
    assert await MailboxReader(world.intake.context, imap).read() == {"replied": 1, "known": 1}
    assert len(await lines(world, "replied")) == 1


async def test_what_could_not_be_stored_stays_unread(world: World, imap: ImapServer, key: str, monkeypatch) -> None:
    put(imap, mail(key))

    async def fail(*_: object, **__: object) -> None:
        raise OSError("away")

    with monkeypatch.context() as patch:
        patch.setattr("milepost.intake.mailbox_reader.take_mail", fail)
        with pytest.raises(OSError, match="away"):
            await MailboxReader(world.intake.context, imap).read()
    assert await MailboxReader(world.intake.context, imap).read() == {"replied": 1}


async def test_of_a_mail_that_is_too_large_the_headers_count(
    world: World, imap: ImapServer, key: str, monkeypatch
) -> None:
    put(imap, mail(key, "x" * 5000))
    monkeypatch.setattr(limits, "INBOUND", 2000)
    assert await MailboxReader(world.intake.context, imap).read() == {"replied": 1}
    [line] = await lines(world, "replied")
    assert line["note"] == "(too large to be read here)"


async def test_a_server_that_lets_nobody_in_is_told_without_a_name(world: World, imap: ImapServer) -> None:
    for wrong in ({"folder": "Nowhere"}, {"port": free_port()}):
        server = ImapServer(**{**{name: getattr(imap, name) for name in imap.__slots__}, **wrong})
        with pytest.raises(MailboxUnreachableError) as raised:
            open_mailbox(server)
        assert "replies" not in str(raised.value)


async def test_the_doctor_opens_the_mailbox_and_reads_nothing(
    world: World, imap: ImapServer, settings: Settings, key: str
) -> None:
    put(imap, mail(key))
    named = {"imap_host": imap.host, "imap_port": imap.port, "imap_user": "replies", "imap_security": "none"}
    configured = Settings(**{**settings.model_dump(), **named, "imap_password": "secret"})
    check = await check_replies(configured)
    assert (check.status, check.to_do) == (CheckStatus.WARNING, "Set MILEPOST_REPLY_ADDRESS.")
    whole = configured.model_copy(update={"reply_address": "replies@in.vendor.example"})
    check = await check_replies(whole)
    assert (check.status, check.text) == (CheckStatus.OK, "The mailbox can be read; it has 1 unread mail.")
    away = await check_replies(whole.model_copy(update={"imap_port": free_port()}))
    assert away.status is CheckStatus.FAILED
