"""What chats are posted, what their answers mean, and where nothing is posted."""

from __future__ import annotations

import json
from collections.abc import Sequence

import httpx
import pytest

from milepost.channels.chat import LINES, Chat, ChatLine, ChatMessage, ChatSender, body_of
from milepost.channels.chat_address import Allowed, ChatAddressError, checked, read_address, shown
from milepost.channels.protocol import TemporaryDeliveryError, UndeliverableError
from milepost.channels.sealed_text import Sealer, UnreadableSecretError
from tests.channels.loopback_servers import Answer, Receiver

DESK = "https://milepost.vendor.example/desk"
TASK = f"{DESK}/ana?journey=acme/1&task=kickoff/1"
ONE = ChatMessage("1 new task", [ChatLine("New task", "Kickoff call", "Acme Ltd", TASK)], 0, DESK)
HOSTILE = ChatMessage(
    "1 new task", [ChatLine("New task", "<!channel> & *all* [x](http://evil)", "<http://evil|Acme>", TASK)], 0, DESK
)


def sender(**more: object) -> ChatSender:
    return ChatSender(Allowed(loopback=True), timeout=5, **more)


async def test_slack_gets_a_text_and_blocks(receiver: Receiver) -> None:
    await sender().send(Chat.SLACK, receiver.url, ONE)

    [request] = receiver.requests
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {
        "text": "New task: Kickoff call (Acme Ltd)",
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": "*1 new task*"}},
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": f"New task: <{TASK.replace('&', '&amp;')}|Kickoff call>, Acme Ltd",
                },
            },
        ],
    }


async def test_teams_gets_a_message_with_a_card(receiver: Receiver) -> None:
    await sender().send(Chat.TEAMS, receiver.url, ONE)

    message = json.loads(receiver.requests[0].body)
    assert message["type"] == "message"
    [attachment] = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert [block["text"] for block in card["body"]] == ["1 new task", f"New task: [Kickoff call]({TASK}), Acme Ltd"]
    assert all(block["type"] == "TextBlock" and block["wrap"] for block in card["body"])
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open Milepost", "url": DESK}]


def test_names_of_customers_neither_link_nor_mention_nor_format() -> None:
    slack = body_of(Chat.SLACK, HOSTILE)
    line = slack["blocks"][1]["text"]["text"]
    assert "&lt;!channel&gt; &amp; \u2060*\u2060all\u2060*\u2060" in line
    assert "&lt;http://evil¦Acme&gt;" in line or "&lt;http://evil|Acme&gt;" in line
    assert line.count("<") == 1
    assert "<!channel>" not in slack["text"]

    card = body_of(Chat.TEAMS, HOSTILE)["attachments"][0]["content"]
    assert r"\<\!channel\> & \*all\* \[x\]\(http://evil\)" in card["body"][1]["text"]


def test_what_is_beyond_the_lines_is_counted() -> None:
    many = ChatMessage("40 new tasks", list(ONE.lines) * LINES, 30, DESK)
    assert body_of(Chat.SLACK, many)["blocks"][-1]["text"]["text"] == f"<{DESK}|And 30 more>"
    assert body_of(Chat.SLACK, many)["text"] == "40 new tasks"
    assert body_of(Chat.TEAMS, many)["attachments"][0]["content"]["body"][-1]["text"] == "And 30 more"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, b"no_service", "Slack answered 404 (no_service): the webhook is gone"),
        (410, b"channel_is_archived", "Slack answered 410 (channel_is_archived): the webhook is gone"),
        (403, b"<html>no</html>", "Slack answered 403: the webhook is gone"),
        (400, b"invalid_payload", "Slack answered 400 (invalid_payload): it doesn't take such messages"),
        (302, b"", "Slack answered 302: the address leads elsewhere"),
    ],
)
async def test_a_final_no_is_told_in_words(receiver: Receiver, status: int, body: bytes, said: str) -> None:
    receiver.answers.append(Answer(status, {"location": "http://127.0.0.1:1/"}, body))

    with pytest.raises(UndeliverableError) as refused:
        await sender().send(Chat.SLACK, receiver.url, ONE)

    assert refused.value.message.startswith(said)
    assert len(receiver.requests) == 1


async def test_a_chat_that_is_busy_says_when_to_come_back(receiver: Receiver) -> None:
    receiver.answers.append(Answer(429, {"retry-after": "30"}, b"rate_limited"))

    with pytest.raises(TemporaryDeliveryError) as later:
        await sender().send(Chat.SLACK, receiver.url, ONE)

    assert later.value.retry_after == 30
    assert later.value.message == "Slack answered 429 (rate_limited): it takes nothing at present."


async def test_a_chat_that_hangs_or_is_away_is_tried_later(receiver: Receiver) -> None:
    receiver.go_on.clear()
    with pytest.raises(TemporaryDeliveryError, match=r"Teams didn't answer within 0\.2 seconds"):
        await ChatSender(Allowed(loopback=True), timeout=0.2).send(Chat.TEAMS, receiver.url, ONE)
    receiver.go_on.set()
    with pytest.raises(TemporaryDeliveryError, match=r"127\.0\.0\.1 couldn't be reached") as away:
        await sender().send(Chat.SLACK, "http://127.0.0.1:1/secret-part", ONE)
    assert "secret-part" not in str(away.value)


def leads_to(*numbers: str) -> object:
    async def lookup(host: str, port: int) -> Sequence[str]:
        return numbers

    return lookup


INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "2002:0a00:0001::1", "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254", "64:ff9b:1::10.0.0.1", "::10.0.0.1", "fec0::1",
]  # fmt: skip


@pytest.mark.parametrize("number", INSIDE)
async def test_nothing_is_posted_inside(number: str) -> None:
    url = httpx.URL("https://hooks.slack.com/services/T/B/x")
    with pytest.raises(ChatAddressError, match="inside a network"):
        await checked(url, Allowed(), leads_to("34.1.2.3", number))
    with pytest.raises(UndeliverableError, match="inside a network"):
        await ChatSender(Allowed(), lookup=leads_to(number)).send(Chat.SLACK, str(url), ONE)


@pytest.mark.parametrize("number", ["10.1.2.3", "192.168.1.1", "fc00::1"])
async def test_neighbours_are_reached_where_operations_allow_it(number: str) -> None:
    url = httpx.URL("https://chat.inside.example/hook")
    target = await checked(url, Allowed(private=True), leads_to(number))
    assert (target.url.host, target.host, target.header) == (number, "chat.inside.example", "chat.inside.example")


async def test_the_address_that_was_looked_at_is_the_one_that_is_posted_to() -> None:
    target = await checked(httpx.URL("https://hooks.slack.com:8443/a"), Allowed(), leads_to("34.1.2.3"))
    assert str(target.url) == "https://34.1.2.3:8443/a"
    assert (target.host, target.header) == ("hooks.slack.com", "hooks.slack.com:8443")


async def test_a_name_that_leads_nowhere_is_told() -> None:
    with pytest.raises(ChatAddressError, match=r"There is no hooks\.slack\.com"):
        await checked(httpx.URL("https://hooks.slack.com/x"), Allowed(), leads_to())


@pytest.mark.parametrize(
    "text",
    ["", "hello", "ftp://x.example/", "http://hooks.slack.com/services/x", "https://", "https://ana:pw@x.example/",
     "http://127.0.0.1:9/x", "https://hööks.example/", "https://x.example/" + "a" * 2000, "https://[::1"],
)  # fmt: skip
def test_what_is_no_address_of_a_chat_is_refused(text: str) -> None:
    with pytest.raises(ChatAddressError):
        read_address(text, Allowed())


def test_http_is_for_this_machine_in_a_demo_and_for_neighbours_where_they_are_allowed() -> None:
    assert read_address("http://localhost:9/x", Allowed(loopback=True)).port == 9
    assert read_address("http://chat.inside/x", Allowed(private=True)).host == "chat.inside"
    with pytest.raises(ChatAddressError, match="others could read along"):
        read_address("http://chat.inside/x", Allowed(loopback=True))


def test_of_an_address_only_the_host_and_the_last_letters_are_shown() -> None:
    url = httpx.URL("https://hooks.slack.com/services/T000/B000/abcdefghWXYZ")
    assert shown(url) == "hooks.slack.com/…WXYZ"
    assert shown(httpx.URL("https://x.example/abc")) == "x.example/…"


def test_a_sealed_text_is_read_with_its_own_key_alone() -> None:
    sealer = Sealer("0123456789abcdef")
    sealed = sealer.seal("https://hooks.slack.com/services/T/B/x")
    assert "slack" not in sealed
    assert sealer.read(sealed) == "https://hooks.slack.com/services/T/B/x"
    assert sealed != sealer.seal("https://hooks.slack.com/services/T/B/x")
    for other, text in ((Sealer("fedcba9876543210"), sealed), (sealer, sealed[:-4] + "AAAA"), (sealer, "")):
        with pytest.raises(UnreadableSecretError):
            other.read(text)
