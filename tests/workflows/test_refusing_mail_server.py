"""A real mail server that refuses: for now, for good, or this mail alone; and what people do about it.

The journeys, the worker and the databases are real, too; only time is skipped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
import structlog
from sqlalchemy import select
from temporalio.testing import WorkflowEnvironment

from milepost.channels.smtp import SmtpChannel, SmtpServer
from milepost.customer import Contact
from milepost.planner.facts import EventHappened, StepDone
from milepost.settings import Settings
from milepost.store import clock, held_mail, mail_choices, messages, tasks
from milepost.store.database import Store, open_store
from milepost.store.held_mail import HeldFilter
from milepost.store.tables import MessageRow
from milepost.web.app import create_app
from tests.channels.loopback_servers import Mailbox, mail_server
from tests.web.conftest import sign_in, text_of
from tests.web.example import ANA
from tests.workflows.example import CUSTOMER
from tests.workflows.mail_orders import AtTheTerminal, MailOrders, OnThePage
from tests.workflows.rig import Rig, eventually, rig_on

CONNECT = "connect/1/opening/1"
NO_SUCH_USER = "550 5.1.1 No such user here"
NOT_THIS_MAIL = "550 5.7.1 Blocked by policy"
COME_BACK = "451 4.7.1 Greylisted, try later"
DAY = 86_400
OTHERS = ("beta", "gamma", "delta")


@dataclass
class Counting(Mailbox):
    """A mail server that counts to whom it was asked to deliver."""

    asked: list[str] = field(default_factory=list)

    async def handle_RCPT(self, *words: object) -> str:  # type: ignore[override]  # noqa: N802 - aiosmtpd's name
        self.asked.append(str(words[3]))
        return await super().handle_RCPT(*words)  # type: ignore[arg-type]

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"].addresses[0].addr_spec == address]


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store on each database."""
    async with open_store(database_url) as opened:
        yield opened


@pytest.fixture
def mailbox() -> Counting:
    return Counting()


@pytest.fixture
async def rig(server: WorkflowEnvironment, store: Store, mailbox: Counting) -> AsyncIterator[Rig]:
    async with mail_server(mailbox) as port:
        smtp = SmtpServer(host="localhost", port=port, security="none", timeout=5.0)
        channel = SmtpChannel(smtp, sender="Vendor <hello@vendor.example>")
        async with rig_on(server, store, channel=channel) as made:
            yield made


@pytest.fixture
async def browser(rig: Rig, database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of somebody of operations, on the pages of the same installation."""
    settings = Settings(data=tmp_path, database_url=database_url, secret_key="s" * 32)

    async def is_there() -> bool:
        return True

    app = create_app(settings, rig.store, rig.intake, temporal=is_there)
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        await sign_in(client, ANA)
        yield client


@pytest.fixture(params=["terminal", "page"])
async def orders(
    request: pytest.FixtureRequest,
    rig: Rig,
    browser: httpx.AsyncClient,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[MailOrders]:
    """The ways to give orders; commands find the same database, server and clock."""
    if request.param == "page":
        yield OnThePage(browser)
        return
    async with rig.store.transaction() as session:
        await clock.write(session, rig.clock)
    monkeypatch.setenv("MILEPOST_DATABASE_URL", database_url)
    monkeypatch.setenv("MILEPOST_TEMPORAL_ADDRESS", rig.server.client.service_client.config.target_host)
    yield AtTheTerminal()
    structlog.reset_defaults()


async def begin_others(rig: Rig) -> None:
    """More customers like the first, each with a contact of its own."""
    for name in OTHERS:
        contact = Contact(f"Sam of {name}", f"sam@{name}.example", CUSTOMER.contacts[0].personas)
        await rig.intake.upsert_customer(CUSTOMER.having(id=name, name=name.title(), contacts=(contact,)))


async def kick_off(rig: Rig, *names: str) -> None:
    for name in names or (CUSTOMER.id,):
        await rig.intake.record_fact(name, StepDone(id=f"k-{name}", at=0, step="kickoff", result="held"))
    await rig.settled()


async def message(rig: Rig, customer: str = CUSTOMER.id) -> MessageRow:
    async with rig.store.reading() as session:
        return await messages.get(session, f"{customer}/1", CONNECT)


async def becomes(rig: Rig, status: str, *names: str) -> None:
    """Wait until the mails of these customers have a status; who is due is found, as a worker finds them."""
    wanted = {f"{name}/1" for name in names or (CUSTOMER.id,)}

    async def is_so() -> bool:
        rig.wall += 2
        await rig.intake.sweeper.sweep()
        async with rig.store.reading() as session:
            query = select(MessageRow.journey_id).where(MessageRow.message == CONNECT, MessageRow.status == status)
            return wanted <= set(await session.scalars(query))

    await eventually(is_so)
    await rig.settled()


async def waiting(rig: Rig) -> list[str]:
    """The customers whose mail waits for a person."""
    async with rig.store.reading() as session:
        page = await held_mail.page(session, HeldFilter())
    return sorted(line.row.customer_id for line in page.lines if line.row.why == "release")


async def choices(rig: Rig) -> list[tuple[str, str]]:
    """How the contact came to get which mail."""
    async with rig.store.reading() as session:
        rows = await session.run_sync(mail_choices.history, CUSTOMER.contacts[0].email)
    return [(row.how, row.mail) for row in rows]


async def tasks_of(rig: Rig) -> list[tuple[str, str | None]]:
    """Who is to do something about a mail that failed."""
    async with rig.store.reading() as session:
        lines = await tasks.of_customer(session, CUSTOMER.id)
    return [(each.task.role, each.task.person) for each in lines if each.task.task.startswith("message_failed/")]


async def test_an_address_that_is_refused_for_good_gets_nothing_more_and_the_csm_is_told(
    rig: Rig, mailbox: Counting, browser: httpx.AsyncClient
) -> None:
    mailbox.at_rcpt = NO_SUCH_USER
    await rig.enrol()
    await kick_off(rig)
    await becomes(rig, "failed")

    failed = await message(rig)
    assert failed.cause == "address"
    assert NO_SUCH_USER in (failed.last_error or "")
    assert await choices(rig) == [("bounce", "none")]
    [contact] = (await rig.state()).customer.contacts
    assert (contact.email, contact.refused) == (CUSTOMER.contacts[0].email, True)
    assert await tasks_of(rig) == [("csm", CUSTOMER.team["csm"])]
    said = text_of(await browser.get(f"/ops/customers/{CUSTOMER.id}?tab=history"))
    assert "the address was refused for good" in said
    assert "No such user here" in said
    asked = mailbox.asked.copy()
    mailbox.at_rcpt = None
    await rig.pass_time(rig.intake.now() + 9 * DAY)  # the reminders would have been due
    assert (mailbox.asked, mailbox.mails) == (asked, [])
    assert len(asked) == 1


@pytest.mark.parametrize("reply", [COME_BACK, "452 4.2.2 Mailbox full", "421 4.3.2 Shutting down"])
async def test_a_server_that_asks_to_come_back_changes_nothing_and_gets_the_mail_later(
    rig: Rig, mailbox: Counting, reply: str
) -> None:
    mailbox.at_rcpt = reply
    await rig.enrol()
    await kick_off(rig)

    async def was_tried_twice() -> bool:
        await rig.server.sleep(20)
        return len(mailbox.asked) > 1

    await eventually(was_tried_twice)
    queued = await message(rig)
    assert (queued.status, queued.cause) == ("queued", None)
    assert await choices(rig) == []
    assert not any(contact.refused for contact in (await rig.state()).customer.contacts)
    assert await tasks_of(rig) == []

    mailbox.at_rcpt = None
    await rig.server.sleep(3700)
    await becomes(rig, "sent")
    assert len(mailbox.to(CUSTOMER.contacts[0].email)) == 1


@pytest.mark.parametrize("reply", [NOT_THIS_MAIL, "552 5.2.2 Mailbox full"])
async def test_a_mail_that_is_refused_for_another_reason_is_a_task_and_says_nothing_of_the_address(
    rig: Rig, mailbox: Counting, reply: str
) -> None:
    mailbox.at_rcpt = reply
    await rig.enrol()
    await kick_off(rig)
    await becomes(rig, "failed")

    assert (await message(rig)).cause == "refused"
    assert await choices(rig) == []
    assert await tasks_of(rig) == [("csm", CUSTOMER.team["csm"])]


async def test_a_failed_mail_is_tried_again_until_the_server_takes_it(
    rig: Rig, mailbox: Counting, orders: MailOrders
) -> None:
    mailbox.at_data = NOT_THIS_MAIL
    await rig.enrol()
    await kick_off(rig)
    await becomes(rig, "failed")

    await orders.retry(CUSTOMER.id, CONNECT)

    async def failed_again() -> bool:
        row = await message(rig)
        return (row.status, row.retries) == ("failed", 1)

    await eventually(failed_again)
    assert mailbox.mails == []
    mailbox.at_data = None
    assert await orders.retry(CUSTOMER.id, CONNECT) == ""
    await becomes(rig, "sent")
    [mail] = mailbox.to(CUSTOMER.contacts[0].email)
    assert mail["Subject"]
    assert [entry["kind"] for entry in await rig.timeline()].count("message_retried") == 2


async def test_all_that_failed_for_one_reason_is_tried_again_at_once(
    rig: Rig, mailbox: Counting, orders: MailOrders
) -> None:
    mailbox.at_rcpt = NO_SUCH_USER
    await rig.enrol()
    await begin_others(rig)
    await kick_off(rig)
    await becomes(rig, "failed")
    mailbox.at_rcpt, mailbox.at_data = None, NOT_THIS_MAIL
    await kick_off(rig, "beta", "gamma")
    await becomes(rig, "failed", "beta", "gamma")
    mailbox.at_data = None

    await orders.retry_all()

    await becomes(rig, "sent", "beta", "gamma")
    assert ((await message(rig)).status, (await message(rig)).retries) == ("failed", 0)  # for another reason
    assert [len(mailbox.to(f"sam@{name}.example")) for name in ("beta", "gamma")] == [1, 1]


async def test_after_the_first_ones_of_a_text_are_released_it_goes_by_itself_for_all_others(
    rig: Rig, mailbox: Counting, orders: MailOrders
) -> None:
    everybody = (CUSTOMER.id, *OTHERS)
    await orders.hold(first=2)
    await rig.enrol()
    await begin_others(rig)
    await kick_off(rig, *everybody)
    assert await waiting(rig) == sorted(everybody)

    await orders.release("beta", CONNECT)
    await becomes(rig, "sent", "beta")
    assert await waiting(rig) == sorted({*everybody} - {"beta"})
    assert len(mailbox.mails) == 1

    await orders.release("gamma", CONNECT)
    await becomes(rig, "sent", *everybody)
    assert await waiting(rig) == []
    assert len(mailbox.mails) == len(everybody)


async def test_another_text_still_waits_after_the_first_ones_and_goes_once_mail_is_free(
    rig: Rig, mailbox: Counting, orders: MailOrders
) -> None:
    await orders.hold(first=1)
    await rig.enrol()
    await begin_others(rig)
    await kick_off(rig, CUSTOMER.id, "beta")
    await orders.release("beta", CONNECT)
    await becomes(rig, "sent", CUSTOMER.id, "beta")
    for name in (CUSTOMER.id, "beta"):
        await rig.intake.record_fact(name, EventHappened(id=f"c-{name}", at=0, event="connected"))
    await rig.pass_time(rig.intake.now() + 8 * DAY)
    assert await waiting(rig) == sorted((CUSTOMER.id, "beta"))  # verify.md, of which none was released
    before = len(mailbox.mails)

    await orders.free()

    async def has_gone() -> bool:
        return len(mailbox.mails) == before + 2

    await eventually(has_gone)
    assert await waiting(rig) == []
