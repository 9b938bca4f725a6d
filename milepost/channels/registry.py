"""Makes the channel that the settings name."""

from __future__ import annotations

from typing import Protocol, cast

from pydantic import SecretStr

from milepost.channels.outbox import OutboxChannel
from milepost.channels.protocol import Channel
from milepost.channels.smtp import Security, SmtpChannel, SmtpServer
from milepost.channels.webhook import WebhookChannel
from milepost.errors import MilepostError

CHANNELS = ("outbox", "smtp", "webhook")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class ChannelSettings(Protocol):
    """The settings that channels read; `milepost.settings` has these fields."""

    @property
    def channel(self) -> str: ...
    @property
    def smtp_host(self) -> str | None: ...
    @property
    def smtp_port(self) -> int | None: ...
    @property
    def smtp_user(self) -> str | None: ...
    @property
    def smtp_password(self) -> SecretStr | str | None: ...
    @property
    def smtp_from(self) -> str | None: ...
    @property
    def smtp_security(self) -> str: ...
    @property
    def webhook_url(self) -> str | None: ...
    @property
    def webhook_secret(self) -> SecretStr | str | None: ...


class ChannelMisconfiguredError(MilepostError, ValueError):
    """The settings name a channel that can't work; `setting` is the field to correct."""

    code = "channel_misconfigured"

    def __init__(self, setting: str, why: str) -> None:
        self.setting = setting
        super().__init__(f"{setting}: {why}")


def channel_for(settings: ChannelSettings) -> Channel:
    """The channel that all messages go through.

    Raises:
        ChannelMisconfiguredError: the channel is unknown, or a setting that it needs is missing or wrong.
    """
    match settings.channel:
        case "outbox":
            return OutboxChannel()
        case "smtp":
            return _smtp(settings)
        case "webhook":
            return _webhook(settings)
    raise ChannelMisconfiguredError("channel", f"unknown channel {settings.channel!r}; there are {', '.join(CHANNELS)}")


def _smtp(settings: ChannelSettings) -> SmtpChannel:
    security = settings.smtp_security
    if security not in _PORTS:
        raise ChannelMisconfiguredError("smtp_security", f"{security!r} is none of {', '.join(_PORTS)}")
    server = SmtpServer(
        host=_needed(settings.smtp_host, "smtp_host"),
        port=settings.smtp_port or _PORTS[security],
        user=settings.smtp_user or None,
        password=_plain(settings.smtp_password),
        security=cast("Security", security),
    )
    try:
        return SmtpChannel(server, sender=_needed(settings.smtp_from, "smtp_from"))
    except ChannelMisconfiguredError:
        raise
    except ValueError as error:
        raise ChannelMisconfiguredError("smtp_from", str(error)) from error


def _webhook(settings: ChannelSettings) -> WebhookChannel:
    url = _needed(settings.webhook_url, "webhook_url")
    secret = _needed(_plain(settings.webhook_secret), "webhook_secret")
    try:
        return WebhookChannel(url, secret)
    except ValueError as error:
        wrong = "webhook_secret" if "secret" in str(error) else "webhook_url"
        raise ChannelMisconfiguredError(wrong, str(error)) from error


def _needed(value: str | None, setting: str) -> str:
    if not value:
        raise ChannelMisconfiguredError(setting, f"is missing; set MILEPOST_{setting.upper()}, or another channel")
    return value


def _plain(secret: SecretStr | str | None) -> str | None:
    value = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    return value or None
