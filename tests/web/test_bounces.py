"""What mail providers tell after sending, each in its own shape, over the real address."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from milepost.channels.bounces import subscription_url
from milepost.planner.state import State
from milepost.settings import Settings
from milepost.store import mail_choices, messages
from milepost.store.database import open_store
from milepost.store.tables import MessageRow
from milepost.web.api.bounces import confirm_subscription
from milepost.web.problems import ProblemError
from tests.web.conftest import KEY, World
from tests.web.example import KIM, SAM

BOUNCE_KEY = "a-key-for-the-provider"
OURS = "msg_0123456789abcdef0123456789abcdef"
SES_MAIL = {"messageId": "0100-ses", "destination": [KIM], "commonHeaders": {"messageId": f"<{OURS}@vendor.example>"}}


def ses(**notice: Any) -> dict[str, Any]:
    """A notification of Amazon SES in the envelope of SNS."""
    return {"Type": "Notification", "MessageId": "1", "TopicArn": "arn", "Message": json.dumps(notice)}


def ses_bounce(
    kind: str = "Permanent", sub: str = "General", code: str = "5.1.1", text: str = "550 5.1.1 unknown"
) -> Any:
    people = [{"emailAddress": KIM, "status": code, "action": "failed", "diagnosticCode": f"smtp; {text}"}]
    bounce = {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": people}
    return ses(notificationType="Bounce", bounce=bounce, mail=SES_MAIL)


def sendgrid(event: str, **more: Any) -> list[dict[str, Any]]:
    return [
        {"email": "nobody@else.example", "event": "delivered", "sg_event_id": "1"},
        {"email": KIM, "event": event, "smtp-id": f"<{OURS}@vendor.example>", "sg_event_id": "2", **more},
    ]


def mailgun(event: str, **more: Any) -> dict[str, Any]:
    headers = {"message-id": f"{OURS}@vendor.example", "to": KIM}
    data = {"event": event, "recipient": KIM, "message": {"headers": headers}, **more}
    return {"signature": {"timestamp": "1", "token": "t", "signature": "s"}, "event-data": data}


def postmark(kind: str, **more: Any) -> dict[str, Any]:
    return {"RecordType": kind, "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "Email": KIM, **more}


REFUSED = [
    ("", {"address": KIM, "kind": "bounce", "permanent": True}),
    ("", [{"address": KIM, "kind": "bounce", "why": "550 5.1.1 no such user"}]),
    (
        "",
        {
            "events": [
                {"address": KIM.upper(), "kind": "bounce", "permanent": True, "message": f"<{OURS}@vendor.example>"}
            ]
        },
    ),
    ("/ses", ses_bounce()),
    ("/ses", ses_bounce(sub="NoEmail")),
    ("/ses", ses_bounce(sub="OnAccountSuppressionList", code="", text="")),
    ("/ses", json.loads(ses_bounce()["Message"]) | {"eventType": "Bounce"}),
    ("/postmark", postmark("Bounce", Type="HardBounce", TypeCode=1, Details="550 5.1.1", Inactive=True)),
    ("/postmark", postmark("SubscriptionChange", Recipient=KIM, SuppressSending=True, SuppressionReason="HardBounce")),
    ("/sendgrid", sendgrid("bounce", type="bounce", status="5.1.1", reason="550 5.1.1 no such user")),
    ("/sendgrid", sendgrid("bounce", type="bounce", bounce_classification="Invalid Address", reason="550 no")),
    ("/sendgrid", sendgrid("dropped", reason="Bounced Address")),
    (
        "/mailgun",
        mailgun(
            "failed",
            severity="permanent",
            reason="bounce",
            **{"delivery-status": {"code": 550, "message": "5.1.1 The email account does not exist"}},
        ),
    ),
    (
        "/mailgun",
        mailgun("failed", severity="permanent", reason="suppress-bounce", **{"delivery-status": {"code": 605}}),
    ),
]
COMPLAINTS = [
    ("", {"address": KIM, "kind": "complaint"}),
    (
        "/ses",
        ses(
            notificationType="Complaint",
            complaint={"complainedRecipients": [{"emailAddress": KIM}], "complaintFeedbackType": "abuse"},
            mail=SES_MAIL,
        ),
    ),
    ("/postmark", postmark("SpamComplaint", Type="SpamComplaint")),
    ("/sendgrid", sendgrid("spamreport")),
    ("/mailgun", mailgun("complained")),
]
UNSUBSCRIBED = [
    ("", {"address": KIM, "kind": "unsubscribed"}),
    (
        "/postmark",
        postmark(
            "SubscriptionChange",
            Recipient=KIM,
            SuppressSending=True,
            Origin="Recipient",
            SuppressionReason="ManualSuppression",
        ),
    ),
    ("/sendgrid", sendgrid("group_unsubscribe", asm_group_id=1)),
    ("/mailgun", mailgun("unsubscribed")),
]
NOTHING = [
    ("", {"address": KIM, "kind": "bounce", "why": "552 5.2.2 mailbox full"}),
    ("", {"address": KIM, "kind": "bounce", "permanent": False}),
    ("", []),
    ("/ses", ses_bounce("Transient", "MailboxFull", "5.2.2", "552 5.2.2 full")),
    ("/ses", ses_bounce("Permanent", "General", "5.7.1", "550 5.7.1 rejected by policy")),
    ("/ses", ses_bounce("Undetermined", "Undetermined")),
    (
        "/ses",
        ses(
            notificationType="Complaint",
            complaint={"complainedRecipients": [{"emailAddress": KIM}], "complaintFeedbackType": "not-spam"},
            mail=SES_MAIL,
        ),
    ),
    ("/ses", ses(eventType="Delivery", delivery={}, mail=SES_MAIL)),
    ("/ses", {"Type": "UnsubscribeConfirmation"}),
    ("/postmark", postmark("Bounce", Type="SoftBounce", TypeCode=4096)),
    ("/postmark", postmark("Bounce", Type="Transient", TypeCode=2)),
    ("/postmark", postmark("Delivery")),
    ("/postmark", postmark("SubscriptionChange", Recipient=KIM, SuppressSending=False)),
    ("/sendgrid", sendgrid("bounce", type="blocked", status="5.1.1", reason="550 5.1.1 blocked")),
    ("/sendgrid", sendgrid("bounce", type="bounce", bounce_classification="Content", reason="550 spam")),
    ("/sendgrid", sendgrid("deferred", response="451 try later")),
    ("/sendgrid", sendgrid("dropped", reason="Recipient List over Package Quota")),
    ("/mailgun", mailgun("failed", severity="temporary", reason="generic")),
    ("/mailgun", mailgun("failed", severity="permanent", reason="old", **{"delivery-status": {"code": 602}})),
    (
        "/mailgun",
        mailgun(
            "failed",
            severity="permanent",
            reason="bounce",
            **{"delivery-status": {"code": 550, "message": "5.7.1 blocked"}},
        ),
    ),
    ("/mailgun", mailgun("opened")),
]


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    return Settings(
        data=tmp_path, database_url=sqlite_url, secret_key="s" * 32, api_keys=(KEY,), bounce_key=SecretStr(BOUNCE_KEY)
    )


@pytest.fixture
async def provider(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A provider, after a mail has gone to Kim."""
    await world.tell(step_done="kickoff", result="held")
    async with world.store.transaction() as session:
        row = await session.get(MessageRow, ("acme/1", "connect/1/opening/1"))
        assert row is not None
        row.status, row.sent_at, row.channel_id = "sent", int(world.at), f"<{OURS}@vendor.example>"
    async with world.client(auth=("anybody", BOUNCE_KEY)) as client:
        yield client


async def told(world: World) -> list[tuple[str, str]]:
    async with world.store.reading() as session:
        rows = await session.run_sync(mail_choices.history, KIM)
        return [(row.how, row.mail) for row in rows]


async def post(provider: httpx.AsyncClient, place: str, body: Any) -> dict[str, int]:
    response = await provider.post(
        f"/api/v1/bounces{place}", content=json.dumps(body), headers={"content-type": "text/plain"}
    )
    assert response.status_code == 200, response.text
    counts: dict[str, int] = response.json()
    return counts


@pytest.mark.parametrize(("place", "body"), REFUSED)
async def test_a_refused_address_is_told_to_the_journey_and_the_csm(
    world: World, provider: httpx.AsyncClient, place: str, body: Any
) -> None:
    for _ in range(2):  # providers repeat themselves
        await post(provider, place, body)
    assert await told(world) == [("bounce", "none")]
    changed = [row.data for row in await world.timeline() if row.kind == "customer_changed" and "how" in row.data]
    assert [(each["names"], each["mail"], each["how"]) for each in changed] == [([KIM], "none", "bounce")]
    assert (await world.task("message_failed/connect/1/opening/1/1")).role == "csm"
    assert [
        each.refused for each in State.from_json((await world.journey()).state).customer.contacts if each.email == KIM
    ] == [True]


@pytest.mark.parametrize(("place", "body"), COMPLAINTS)
async def test_a_report_of_spam_counts_as_opting_out_of_everything(
    world: World, provider: httpx.AsyncClient, place: str, body: Any
) -> None:
    for _ in range(2):
        assert await post(provider, place, body) == {"taken": 1, "unknown": 0}
    assert await told(world) == [("complaint", "none")]


@pytest.mark.parametrize(("place", "body"), UNSUBSCRIBED)
async def test_who_unsubscribes_at_the_provider_gets_nothing_more(
    world: World, provider: httpx.AsyncClient, place: str, body: Any
) -> None:
    await post(provider, place, body)
    assert await told(world) == [("provider", "none")]


@pytest.mark.parametrize(("place", "body"), NOTHING)
async def test_what_passes_or_dislikes_the_mail_changes_nothing(
    world: World, provider: httpx.AsyncClient, place: str, body: Any
) -> None:
    before = await world.everything()
    assert await post(provider, place, body) == {"taken": 0, "unknown": 0}
    assert await told(world) == []
    assert await world.everything() == before


async def test_the_message_that_came_back_is_told_apart_by_its_id(world: World, provider: httpx.AsyncClient) -> None:
    await post(
        provider, "/sendgrid", sendgrid("bounce", type="bounce", status="5.1.1", reason="550 5.1.1 no such user")
    )
    async with world.store.reading() as session:
        row = await messages.get(session, "acme/1", "connect/1/opening/1")
    assert (row.status, row.cause) == ("failed", "address")
    assert row.last_error == "it came back: 550 5.1.1 no such user"


async def test_without_an_id_the_last_message_stays_sent_and_the_csm_is_told_all_the_same(
    world: World, provider: httpx.AsyncClient
) -> None:
    await post(provider, "/postmark", postmark("Bounce", Type="HardBounce"))
    async with world.store.reading() as session:
        assert (await messages.get(session, "acme/1", "connect/1/opening/1")).status == "sent"
    assert (await world.task("message_failed/connect/1/opening/1/1")).role == "csm"


async def test_a_batch_is_taken_whole_and_strangers_are_answered_calmly(
    world: World, provider: httpx.AsyncClient
) -> None:
    batch = [
        {"address": "stranger@else.example", "kind": "bounce", "permanent": True},
        {"address": "", "kind": "complaint"},
        {"address": SAM, "kind": "complaint"},
        {"address": "not an address", "kind": "bounce", "permanent": True},
        *({"address": f"s{n}@else.example", "kind": "complaint"} for n in range(50)),
    ]
    assert await post(provider, "", batch) == {"taken": 1, "unknown": 51}
    async with world.store.reading() as session:
        assert await session.run_sync(mail_choices.history, "stranger@else.example") == []


@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("", "{"),
        ("", "null"),
        ("", "7"),
        ("", '"x"'),
        ("", "[[]]"),
        ("", '{"address": 1}'),
        ("", '{"kind": "odd", "address": "a@b.example"}'),
        ("/ses", '{"Type": "Notification", "Message": "{"}'),
        ("/ses", "[]"),
        ("/ses", '{"notificationType": "Bounce"}'),
        ("/postmark", "{}"),
        ("/sendgrid", '{"a": 1}'),
        ("/sendgrid", '[{"event": "bounce"}]'),
        ("/mailgun", '{"event-data": null}'),
        ("/mailgun", '{"event-data": {"event": "failed", "severity": "permanent", "delivery-status": "x"}}'),
    ],
)
async def test_what_no_provider_sends_is_refused_with_what_is_wrong(
    provider: httpx.AsyncClient, place: str, body: str
) -> None:
    response = await provider.post(f"/api/v1/bounces{place}", content=body)
    assert response.status_code in (400, 422)
    assert response.json()["error"]["hint"]


async def test_a_provider_that_nobody_knows_is_not_found_with_the_nearest(provider: httpx.AsyncClient) -> None:
    response = await provider.post("/api/v1/bounces/sendgird", json={})
    assert (response.status_code, response.json()["error"]["hint"]) == (404, "Did you mean 'sendgrid'?")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": f"Bearer {BOUNCE_KEY}"}, 200),
        ({"authorization": f"Bearer {KEY}"}, 200),
        ({"authorization": "Basic " + base64.b64encode(f"x:{BOUNCE_KEY}".encode()).decode()}, 200),
        ({"authorization": "Basic " + base64.b64encode(f"x:{KEY}".encode()).decode()}, 401),
        ({"authorization": "Basic " + base64.b64encode(f"{BOUNCE_KEY}:".encode()).decode()}, 401),
        ({"authorization": "Basic !!"}, 401),
    ],
)
async def test_only_who_has_the_key_may_tell(world: World, headers: dict[str, str], status: int) -> None:
    async with world.client() as client:
        response = await client.post("/api/v1/bounces", json=[], headers=headers)
    assert response.status_code == status
    assert ("www-authenticate" in response.headers) is (status == 401)


async def test_the_key_opens_nothing_else(world: World) -> None:
    async with world.client(headers={"authorization": f"Bearer {BOUNCE_KEY}"}) as client:
        assert (await client.get("/api/v1/customers")).status_code == 401


async def test_without_a_key_of_its_own_an_empty_password_opens_nothing(tmp_path: Path, sqlite_url: str) -> None:
    settings = Settings(data=tmp_path, database_url=sqlite_url, secret_key="s" * 32, api_keys=(KEY,))
    store = open_store(settings.database)
    async with World(store, settings).client(auth=("x", "")) as client:
        assert (await client.post("/api/v1/bounces", json=[])).status_code == 401
    await store.close()


@pytest.mark.parametrize(
    ("url", "is_confirmed"),
    [
        ("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/?Action=ConfirmSubscription", True),
        ("http://sns.eu-west-1.amazonaws.com/", False),
        ("https://sns.eu-west-1.amazonaws.com.evil.example/", False),
        ("https://evil.example/https://sns.eu-west-1.amazonaws.com/", False),
        ("https://sns.eu-west-1.amazonaws.com@evil.example/", False),
        ("http://127.0.0.1:8080/", False),
        (None, False),
    ],
)
def test_only_amazon_itself_is_asked_to_confirm(url: str | None, *, is_confirmed: bool) -> None:
    data = {"Type": "SubscriptionConfirmation", "SubscribeURL": url}
    assert (subscription_url(data) is not None) is is_confirmed
    assert subscription_url({**data, "Type": "Notification"}) is None


async def test_a_confirmation_that_leads_elsewhere_is_answered_and_not_followed(provider: httpx.AsyncClient) -> None:
    confirmation = {"Type": "SubscriptionConfirmation", "SubscribeURL": "http://127.0.0.1:1/"}
    assert await post(provider, "/ses", confirmation) == {"taken": 0, "unknown": 0}


@pytest.mark.server
async def test_a_subscription_is_confirmed_by_opening_its_address_once() -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        status = b"200 OK" if b"good" in asked[-1] else b"302 Found\r\nLocation: http://127.0.0.1:1/"
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        await confirm_subscription(f"http://127.0.0.1:{port}/good")
        with pytest.raises(ProblemError, match="can't be confirmed"):
            await confirm_subscription(f"http://127.0.0.1:{port}/elsewhere")
    assert asked == [b"GET /good HTTP/1.1\r\n", b"GET /elsewhere HTTP/1.1\r\n"]
    with pytest.raises(ProblemError, match="can't be confirmed"):
        await confirm_subscription(f"http://127.0.0.1:{port}/good")


async def test_guessing_the_key_of_the_provider_is_slowed_down_and_the_right_one_is_not_shut_out(
    world: World, provider: httpx.AsyncClient
) -> None:
    async with world.client() as guesser:
        statuses = {(await guesser.post("/api/v1/bounces", auth=("x", f"{each}"))).status_code for each in range(20)}
        slowed = await guesser.post("/api/v1/bounces", auth=("x", "one more"))
    assert statuses == {401}
    assert slowed.status_code == 429
    assert await post(provider, "", {"address": KIM, "kind": "complaint"}) == {"taken": 1, "unknown": 0}
