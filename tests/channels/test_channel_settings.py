from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace

import pytest
from loopback_servers import Mailbox, mail_server
from pydantic import SecretStr

from milepost.channels.outbox import OutboxChannel
from milepost.channels.protocol import OutgoingMessage, TemporaryDeliveryError, UndeliverableError
from milepost.channels.recorder import RecordingChannel
from milepost.channels.registry import ChannelMisconfiguredError, channel_for
from milepost.settings import Settings as HouseSettings

MESSAGE = OutgoingMessage(
    journey="j1",
    message="a/1/opening/1",
    customer="acme",
    to_name="Sam",
    to_address="sam@acme.example",
    subject="Hi",
    text="Hi",
)


@dataclass(frozen=True)
class Settings:
    channel: str = "outbox"
    smtp_host: str | None = "localhost"
    smtp_port: int | None = None
    smtp_user: str | None = None
    smtp_password: SecretStr | str | None = None
    smtp_from: str | None = "Vendor <success@vendor.example>"
    smtp_security: str = "starttls"
    webhook_url: str | None = "https://hooks.example.com"
    webhook_secret: SecretStr | str | None = field(
        default_factory=lambda: SecretStr("whsec_YSBzZWNyZXQgb2YgdHdlbnR5LWZvdXIgYg==")
    )


async def test_the_outbox_takes_everything_and_sends_nothing():
    channel = channel_for(Settings())

    assert isinstance(channel, OutboxChannel)
    assert (await channel.deliver(MESSAGE)).reference == MESSAGE.idempotency_key


@pytest.mark.parametrize("name", ["outbox", "smtp", "webhook"])
def test_each_channel_is_made_by_its_name(name: str):
    assert channel_for(Settings(channel=name)).name == name


@pytest.mark.parametrize("name", ["outbox", "smtp", "webhook"])
def test_the_settings_of_the_house_have_all_that_channels_read(name: str):
    given = {**asdict(Settings()), "channel": name}

    assert channel_for(HouseSettings(**given)).name == name


@pytest.mark.server
async def test_mail_goes_to_the_server_of_the_settings():
    mailbox = Mailbox()
    async with mail_server(mailbox) as port:
        await channel_for(Settings(channel="smtp", smtp_port=port, smtp_security="none")).deliver(MESSAGE)

    assert mailbox.mails[0]["Subject"] == "Hi"


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"channel": "smtp", "smtp_host": None}, "smtp_host"),
        ({"channel": "smtp", "smtp_from": ""}, "smtp_from"),
        ({"channel": "smtp", "smtp_from": "nobody"}, "smtp_from"),
        ({"channel": "smtp", "smtp_security": "ssl3"}, "smtp_security"),
        ({"channel": "webhook", "webhook_url": None}, "webhook_url"),
        ({"channel": "webhook", "webhook_url": "hooks"}, "webhook_url"),
        ({"channel": "webhook", "webhook_secret": SecretStr("")}, "webhook_secret"),
        ({"channel": "webhook", "webhook_secret": "?"}, "webhook_secret"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(wrong: dict[str, str], setting: str):
    with pytest.raises(ChannelMisconfiguredError) as caught:
        channel_for(replace(Settings(), **wrong))
    assert caught.value.setting == setting


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
