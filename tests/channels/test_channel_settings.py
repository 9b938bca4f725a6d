from __future__ import annotations

from typing import Any

import pytest

from milepost.channels.outbox import OutboxChannel
from milepost.channels.protocol import OutgoingMessage, TemporaryDeliveryError, UndeliverableError
from milepost.channels.recorder import RecordingChannel
from milepost.channels.registry import ChannelMisconfiguredError, channel_for
from milepost.settings import Settings, SettingsError, load
from tests.channels.loopback_servers import Mailbox, mail_server

MESSAGE = OutgoingMessage(
    journey="j1",
    message="a/1/opening/1",
    customer="acme",
    to_name="Sam",
    to_address="sam@acme.example",
    subject="Hi",
    text="Hi",
)


VALUES = {
    "smtp_host": "localhost",
    "smtp_from": "Vendor <success@vendor.example>",
    "webhook_url": "https://hooks.example.com",
    "webhook_secret": "whsec_YSBzZWNyZXQgb2YgdHdlbnR5LWZvdXIgYg==",
}


def settings_with(**others: Any) -> Settings:
    return load(**{**VALUES, **others})


async def test_the_outbox_takes_everything_and_sends_nothing():
    channel = channel_for(settings_with())

    assert isinstance(channel, OutboxChannel)
    assert (await channel.deliver(MESSAGE)).reference == MESSAGE.idempotency_key


@pytest.mark.parametrize("name", ["outbox", "smtp", "webhook"])
def test_each_channel_is_made_by_its_name(name: str):
    assert channel_for(settings_with(channel=name)).name == name


@pytest.mark.server
async def test_mail_goes_to_the_server_of_the_settings():
    mailbox = Mailbox()
    async with mail_server(mailbox) as port:
        await channel_for(settings_with(channel="smtp", smtp_port=port, smtp_security="none")).deliver(MESSAGE)

    assert mailbox.mails[0]["Subject"] == "Hi"


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"channel": "smtp", "smtp_from": "nobody"}, "smtp_from"),
        ({"channel": "webhook", "webhook_url": "https:///hooks"}, "webhook_url"),
        ({"channel": "webhook", "webhook_secret": "?"}, "webhook_secret"),
        ({"channel": "webhook", "webhook_secret": "c2hvcnQ="}, "webhook_secret"),
    ],
)
def test_a_setting_that_the_channel_cannot_work_with_is_named(wrong: dict[str, str], setting: str):
    with pytest.raises(ChannelMisconfiguredError) as caught:
        channel_for(settings_with(**wrong))
    assert caught.value.setting == setting


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"channel": "pigeon"}, "CHANNEL"),
        ({"channel": "smtp", "smtp_host": ""}, "SMTP_HOST"),
        ({"channel": "smtp", "smtp_from": ""}, "SMTP_FROM"),
        ({"channel": "smtp", "smtp_security": "ssl3"}, "SMTP_SECURITY"),
        ({"channel": "webhook", "webhook_url": "hooks"}, "WEBHOOK_URL"),
        ({"channel": "webhook", "webhook_secret": ""}, "WEBHOOK_SECRET"),
    ],
)
def test_a_setting_that_is_missing_or_unknown_is_named_by_the_settings(wrong: dict[str, str], setting: str):
    with pytest.raises(SettingsError, match=f"MILEPOST_{setting}"):
        settings_with(**wrong)


async def test_the_recording_channel_fails_as_often_as_it_is_told():
    channel = RecordingChannel()
    channel.fail_next(TemporaryDeliveryError("busy", retry_after=1), UndeliverableError("gone"))

    with pytest.raises(TemporaryDeliveryError):
        await channel.deliver(MESSAGE)
    with pytest.raises(UndeliverableError):
        await channel.deliver(MESSAGE)
    await channel.deliver(MESSAGE)
    assert (len(channel.attempts), channel.delivered) == (3, [MESSAGE])

    channel.fail_always(TemporaryDeliveryError("down"))
    for _ in range(2):
        with pytest.raises(TemporaryDeliveryError):
            await channel.deliver(MESSAGE)
    channel.fail_always(None)
    assert (await channel.deliver(MESSAGE)).channel == "recording"
