"""Makes the channel that the settings name."""

from __future__ import annotations

from milepost.channels.outbox import OutboxChannel
from milepost.channels.protocol import Channel
from milepost.channels.smtp import SmtpChannel, SmtpServer
from milepost.channels.webhook import WebhookChannel
from milepost.errors import MilepostError
from milepost.settings import Settings

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class ChannelMisconfiguredError(MilepostError, ValueError):
    """The settings name a channel that can't work; `setting` is the field to correct."""

    code = "channel_misconfigured"

    def __init__(self, setting: str, why: str) -> None:
        self.setting = setting
        super().__init__(f"{setting}: {why}")


def channel_for(settings: Settings) -> Channel:
    """Returns the channel that all messages go through.

    Raises:
        ChannelMisconfiguredError: a setting that the channel needs is wrong.
    """
    match settings.channel:
        case "outbox":
            return OutboxChannel()
        case "smtp":
            return _smtp(settings)
        case "webhook":
            return _webhook(settings)


def _smtp(settings: Settings) -> SmtpChannel:
    assert settings.smtp_host and settings.smtp_from  # noqa: PT018 - the settings insist on both
    server = SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port or _PORTS[settings.smtp_security],
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        security=settings.smtp_security,
    )
    try:
        return SmtpChannel(server, sender=settings.smtp_from)
    except ValueError as error:
        raise ChannelMisconfiguredError("smtp_from", str(error)) from error


def _webhook(settings: Settings) -> WebhookChannel:
    assert settings.webhook_url and settings.webhook_secret  # noqa: PT018 - the settings insist on both
    try:
        return WebhookChannel(settings.webhook_url, settings.webhook_secret.get_secret_value())
    except ValueError as error:
        setting = "webhook_secret" if "secret" in str(error) else "webhook_url"
        raise ChannelMisconfiguredError(setting, str(error)) from error
