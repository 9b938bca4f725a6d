from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from milepost.channels.protocol import OutgoingMessage, TemporaryDeliveryError, UndeliverableError
from milepost.channels.webhook import WebhookChannel
from tests.channels.loopback_servers import Answer, Receiver

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
MESSAGE = OutgoingMessage(
    journey="j1",
    message="connect_sso/1/opening/1",
    customer="acme",
    to_name="Zoë Poe\r\nX: y",
    to_address="zoe@acme.example",
    subject="Grüße 🎉",
    text="Hi Zoë\n",
    html="<p>Hi Zoë</p>",
)


async def test_a_message_is_posted_as_json_with_a_signature_that_the_receiver_can_check(receiver: Receiver):
    receipt = await WebhookChannel(receiver.url, SECRET).deliver(MESSAGE)

    [request] = receiver.requests
    event = Webhook(SECRET).verify(request.body, request.headers)
    assert event["type"] == "message.send"
    assert event["data"]["subject"] == "Grüße 🎉"
    assert event["data"]["to_name"] == MESSAGE.to_name
    assert event["data"]["message"] == MESSAGE.message
    assert request.path == "/hooks"
    assert receipt.reference == MESSAGE.idempotency_key


async def test_a_changed_body_or_another_secret_fails_the_check(receiver: Receiver):
    await WebhookChannel(receiver.url, SECRET).deliver(MESSAGE)

    [request] = receiver.requests
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body.replace(b"acme", b"evil"), request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(base64.b64encode(b"another secret").decode()).verify(request.body, request.headers)


async def test_every_attempt_has_the_same_id_and_its_own_time(receiver: Receiver):
    receiver.answers.append(Answer(500))
    times = iter([datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)])
    channel = WebhookChannel(receiver.url, SECRET, clock=lambda: next(times))

    with pytest.raises(TemporaryDeliveryError):
        await channel.deliver(MESSAGE)
    await channel.deliver(MESSAGE)

    first, second = ({name.lower(): value for name, value in one.headers.items()} for one in receiver.requests)
    assert first["webhook-id"] == second["webhook-id"] == MESSAGE.idempotency_key
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 86_400
    assert first["webhook-signature"] != second["webhook-signature"]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_2xx_takes_the_message(receiver: Receiver, status: int):
    receiver.answers.append(Answer(status))

    assert (await WebhookChannel(receiver.url, SECRET).deliver(MESSAGE)).channel == "webhook"


@pytest.mark.parametrize("status", [400, 405, 410, 413, 422])
async def test_a_final_no_is_final_and_says_what_the_receiver_said(receiver: Receiver, status: int):
    receiver.answers.append(Answer(status, body=b"no such\r\ncontact"))

    with pytest.raises(UndeliverableError, match=rf"answered {status}: no such contact"):
        await WebhookChannel(receiver.url, SECRET).deliver(MESSAGE)


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_no_to_the_settings_is_tried_again_and_says_what_to_check(receiver: Receiver, status: int):
    receiver.answers.append(Answer(status, {"Retry-After": "60"}, body=b"who are you?"))

    with pytest.raises(TemporaryDeliveryError) as caught:
        await WebhookChannel(receiver.url, SECRET).deliver(MESSAGE)
    assert f"answered {status}: who are you?; check the webhook's address and secret" in caught.value.message
    assert caught.value.retry_after == 60


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_a_passing_no_is_tried_again(receiver: Receiver, status: int):
    receiver.answers.append(Answer(status))

    with pytest.raises(TemporaryDeliveryError) as caught:
        await WebhookChannel(receiver.url, SECRET).deliver(MESSAGE)
    assert caught.value.retry_after is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("0", 0), ("99999999", 86_400), ("soon", None), ("-5", None), ("Tue, 31 Feb 2026 99:00", None)],
)
async def test_the_receiver_says_how_long_to_wait(receiver: Receiver, header: str, seconds: float | None):
    receiver.answers.append(Answer(429, {"Retry-After": header}))

    with pytest.raises(TemporaryDeliveryError) as caught:
        await WebhookChannel(receiver.url, SECRET).deliver(MESSAGE)
    assert caught.value.retry_after == seconds


async def test_the_receiver_says_until_when_to_wait(receiver: Receiver):
    now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    channel = WebhookChannel(receiver.url, SECRET, clock=lambda: now)
    for wait in (timedelta(minutes=5), timedelta(minutes=-5)):
        receiver.answers.append(Answer(503, {"Retry-After": format_datetime(now + wait, usegmt=True)}))

    waits = []
    for _ in range(2):
        with pytest.raises(TemporaryDeliveryError) as caught:
            await channel.deliver(MESSAGE)
        waits.append(caught.value.retry_after)
    assert waits == [300, 0]


async def test_a_redirect_is_not_followed(receiver: Receiver):
    receiver.answers.append(Answer(302, {"Location": receiver.url + "/elsewhere"}))

    with pytest.raises(TemporaryDeliveryError, match="redirects are not followed"):
        await WebhookChannel(receiver.url, SECRET).deliver(MESSAGE)
    assert len(receiver.requests) == 1


async def test_a_receiver_that_takes_too_long_is_tried_again(receiver: Receiver):
    receiver.go_on.clear()

    with pytest.raises(TemporaryDeliveryError, match=r"didn't answer within 0\.2 seconds"):
        await WebhookChannel(receiver.url, SECRET, timeout=0.2).deliver(MESSAGE)


async def test_a_receiver_that_is_not_there_is_tried_again():
    with pytest.raises(TemporaryDeliveryError, match="couldn't be reached"):
        await WebhookChannel("http://127.0.0.1:9/hooks", SECRET).deliver(MESSAGE)


async def test_only_the_beginning_of_a_long_answer_is_read(receiver: Receiver):
    receiver.answers.append(Answer(400, body=b"x" * 5_000_000))

    with pytest.raises(UndeliverableError) as caught:
        await WebhookChannel(receiver.url, SECRET).deliver(MESSAGE)
    assert len(caught.value.message) < 400


@pytest.mark.parametrize("url", ["", "hooks", "ftp://example.com", "https://", "file:///etc/passwd", "http://[::1"])
def test_an_address_that_is_none_is_refused_at_once(url: str):
    with pytest.raises(ValueError, match="address"):
        WebhookChannel(url, SECRET)


@pytest.mark.parametrize("secret", ["", "whsec_", "not base64!!!x", "whsec_c2hvcnQ="])
def test_a_secret_that_is_none_is_refused_at_once(secret: str):
    with pytest.raises(ValueError, match="secret"):
        WebhookChannel("https://example.com", secret)


def test_the_body_holds_every_field_of_the_message():
    body, _ = WebhookChannel("https://example.com", SECRET)._request(replace(MESSAGE, html=None))

    assert json.loads(body)["data"]["html"] is None
