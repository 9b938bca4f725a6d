"""Messages as signed HTTP requests, by the rules of standardwebhooks.com."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import ssl
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from standardwebhooks import Webhook

from milepost.channels.protocol import OutgoingMessage, Receipt, TemporaryDeliveryError, UndeliverableError
from milepost.channels.smtp import utc_now
from milepost.text import one_line

TIMEOUT_SECONDS = 20.0
LONGEST_WAIT_SECONDS = 86_400.0
_SHOWN = 300
_SECRET_BYTES = 24  # the least that the Standard Webhooks rules allow
_HOW_TO_MAKE_ONE = "make one with `openssl rand -base64 32`"
_NOT_YET = frozenset({408, 425, 429})
_OURS = frozenset({401, 403, 404})
"""Answers of a receiver whose secret, address or deployment is being corrected: they aren't about the message."""


class WebhookChannel:
    """Posts each message as JSON to one address; `webhook-id` is the idempotency key."""

    name = "webhook"

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        tls: ssl.SSLContext | bool = True,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`secret` is base64, with or without `whsec_` before it; `timeout` is in seconds, for all of it.

        Raises:
            ValueError: the address is not http(s), or the secret can't be read.
        """
        self._signer = Webhook(_decoded(secret))
        self._url, self._timeout, self._clock = _checked(url), timeout, clock
        self._tls = httpx.create_ssl_context() if tls is True else tls

    async def deliver(self, message: OutgoingMessage) -> Receipt:
        """Posts the message.

        Raises:
            UndeliverableError: the receiver answered with a 4xx about this message, or is gone for good (410).
            TemporaryDeliveryError: it couldn't be reached, was too slow, redirected, or asked to come back; or it
                answered 401, 403 or 404: the webhook's settings are wrong, or the receiver is being deployed.
        """
        body, headers = self._request(message)
        try:
            async with (
                asyncio.timeout(self._timeout),
                httpx.AsyncClient(timeout=self._timeout, verify=self._tls, follow_redirects=False) as client,
                client.stream("POST", self._url, content=body, headers=headers) as response,
            ):
                if not response.is_success:
                    self._refuse(response, await beginning(response))
        except (httpx.TimeoutException, TimeoutError) as error:
            raise TemporaryDeliveryError(f"{self._url.host} didn't answer within {self._timeout:g} seconds") from error
        except httpx.HTTPError as error:
            raise TemporaryDeliveryError(
                f"{self._url.host} couldn't be reached: {error or type(error).__name__}"
            ) from error
        return Receipt(self.name, message.idempotency_key)

    def _request(self, message: OutgoingMessage) -> tuple[str, dict[str, str]]:
        now = self._clock().astimezone(UTC)
        event = {"type": "message.send", "timestamp": now.isoformat(timespec="seconds"), "data": asdict(message)}
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        return body, {
            "accept-encoding": "identity",
            "content-type": "application/json",
            "user-agent": "milepost",
            "webhook-id": message.idempotency_key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(message.idempotency_key, now, body),
        }

    def _refuse(self, response: httpx.Response, detail: str) -> None:
        status = response.status_code
        answer = f"{self._url.host} answered {status}{f': {detail}' if detail else ''}"
        if 300 <= status < 400:  # noqa: PLR2004 - redirects
            raise TemporaryDeliveryError(f"{answer}; redirects are not followed, set the webhook's final address")
        wait = wait_of(response, self._clock())
        if status in _OURS:
            hint = "check the webhook's address and secret; the message is tried again"
            raise TemporaryDeliveryError(f"{answer}; {hint}", retry_after=wait)
        if 400 <= status < 500 and status not in _NOT_YET:  # noqa: PLR2004 - the receiver's final no
            raise UndeliverableError(answer)
        raise TemporaryDeliveryError(answer, retry_after=wait)


def _checked(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"The webhook's address {url!r} can't be read: {error}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"The webhook's address {url!r} doesn't begin with https:// and a host")
    return parsed


def _decoded(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError(f"The webhook's secret isn't base64 ({error}); {_HOW_TO_MAKE_ONE}") from error
    if len(key) < _SECRET_BYTES:
        raise ValueError(f"The webhook's secret has {len(key)} bytes; {_HOW_TO_MAKE_ONE}")
    return key


async def beginning(response: httpx.Response) -> str:
    """Returns the beginning of an answer; however long it is, no more is read."""
    content = b""
    async for part in response.aiter_raw(_SHOWN):
        content += part
        if len(content) >= _SHOWN:
            break
    return one_line(content[:_SHOWN].decode(errors="replace"))


def wait_of(response: httpx.Response, now: datetime | None = None) -> float | None:
    """Returns the seconds of an answer's Retry-After header, which holds a number or a date; at most a day."""
    retry_after = response.headers.get("retry-after")
    if not retry_after:
        return None
    try:
        if retry_after.isdigit():
            seconds = float(retry_after)
        else:
            then = parsedate_to_datetime(retry_after)
            seconds = (then.replace(tzinfo=then.tzinfo or UTC) - (now or utc_now())).total_seconds()
    except ValueError:
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)
