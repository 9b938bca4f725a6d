"""Messages to a colleague's chat, by the incoming webhooks of Slack and of Teams (those of Workflows).

Slack takes a text for notifications and blocks; Teams takes a message with an Adaptive Card, whose texts are Markdown.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from milepost.channels.chat_address import Allowed, ChatAddressError, Resolve, checked, read_address, resolve
from milepost.channels.protocol import TemporaryDeliveryError, UndeliverableError
from milepost.channels.webhook import beginning, wait_of
from milepost.text import shortened

TIMEOUT_SECONDS = 10.0
LINES = 10
"""Lines of one message; it counts what is beyond."""
_LINE = 300
_CODE = re.compile(r"[a-z][a-z_]{2,60}")
_GONE = frozenset({403, 404, 410})
_NOT_YET = frozenset({408, 425, 429})
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~])")


class Chat(StrEnum):
    """The chats that messages can go to, by what they are called in forms."""

    SLACK = "slack"
    TEAMS = "teams"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One line: what happened (`New task`), to what, about whom, and the page where it is."""

    what: str
    title: str
    about: str
    url: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """What somebody is told: a heading, lines, how many lines were left out, and the page that has them all."""

    heading: str
    lines: Sequence[ChatLine]
    more: int
    url: str

    @property
    def plain(self) -> str:
        """The message as it stands in a notification."""
        if len(self.lines) == 1 and not self.more:
            [line] = self.lines
            return f"{line.what}: {line.title} ({line.about})" if line.about else f"{line.what}: {line.title}"
        return self.heading


def body_of(chat: Chat, message: ChatMessage) -> dict[str, Any]:
    """Returns what a chat is posted."""
    return _slack(message) if chat is Chat.SLACK else _teams(message)


def _slack(message: ChatMessage) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [_section(f"*{_for_slack(message.heading)}*")]
    blocks += [_section(_slack_line(line)) for line in message.lines]
    if message.more:
        blocks.append(_section(f"<{_link(message.url)}|And {message.more} more>"))
    return {"text": _for_slack(message.plain), "blocks": blocks}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _slack_line(line: ChatLine) -> str:
    about = f", {_for_slack(line.about)}" if line.about else ""
    return f"{_for_slack(line.what)}: <{_link(line.url)}|{_for_slack(line.title).replace('|', '¦')}>{about}"


def _link(url: str) -> str:
    return url.replace("&", "&amp;")


def _for_slack(text: str) -> str:
    """Returns a text that Slack shows as it is: nothing of it is a link, a mention or bold."""
    clean = shortened(" ".join(text.split()), _LINE)
    for sign, instead in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        clean = clean.replace(sign, instead)
    return re.sub(r"([*_~`])", "\u2060\\1\u2060", clean)  # between word joiners they format nothing


def _teams(message: ChatMessage) -> dict[str, Any]:
    body = [_block(_for_teams(message.heading), weight="Bolder")]
    body += [_block(_teams_line(line)) for line in message.lines]
    if message.more:
        body.append(_block(f"And {message.more} more"))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": "Open Milepost", "url": message.url}],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _block(text: str, **more: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **more}


def _teams_line(line: ChatLine) -> str:
    about = f", {_for_teams(line.about)}" if line.about else ""
    return f"{_for_teams(line.what)}: [{_for_teams(line.title)}]({line.url}){about}"


def _for_teams(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", shortened(" ".join(text.split()), _LINE))


class ChatSender:
    """Posts messages to chats; whatever a chat answers is told in words, without its address."""

    def __init__(
        self, allowed: Allowed, *, lookup: Resolve = resolve, timeout: float = TIMEOUT_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self._allowed, self._lookup, self._timeout = allowed, lookup, timeout
        self._tls = tls or httpx.create_ssl_context()

    async def send(self, chat: Chat, address: str, message: ChatMessage) -> None:
        """Posts one message.

        Raises:
            UndeliverableError: it will never be taken: the webhook is gone, or its address isn't one to post to.
            TemporaryDeliveryError: it may be taken later.
        """
        try:
            target = await checked(read_address(address, self._allowed), self._allowed, self._lookup)
        except ChatAddressError as error:
            raise UndeliverableError(str(error)) from error
        headers = {"content-type": "application/json", "accept-encoding": "identity", "user-agent": "milepost"}
        try:
            async with (
                asyncio.timeout(self._timeout),
                httpx.AsyncClient(timeout=self._timeout, verify=self._tls, trust_env=False) as client,
                client.stream(
                    "POST",
                    target.url,
                    content=json.dumps(body_of(chat, message), ensure_ascii=False),
                    headers={**headers, "host": target.header},
                    extensions={"sni_hostname": target.host},
                ) as response,
            ):
                if not response.is_success:
                    _refuse(chat, response, await beginning(response))
        except (httpx.TimeoutException, TimeoutError) as error:
            raise TemporaryDeliveryError(f"{chat.label} didn't answer within {self._timeout:g} seconds.") from error
        except httpx.HTTPError as error:
            why = type(error).__name__  # its words may have the address
            raise TemporaryDeliveryError(f"{target.host} couldn't be reached ({why}).") from error


def _refuse(chat: Chat, response: httpx.Response, detail: str) -> None:
    """Raises what an answer means; of its words only a code such as `no_service` is repeated."""
    status = response.status_code
    code = f" ({detail.strip()})" if _CODE.fullmatch(detail.strip()) else ""
    answer = f"{chat.label} answered {status}{code}"
    if 300 <= status < 400:  # noqa: PLR2004 - redirects
        raise UndeliverableError(f"{answer}: the address leads elsewhere. Put in the final one.")
    if status in _GONE:
        raise UndeliverableError(f"{answer}: the webhook is gone. Make a new one, and put its address in here.")
    if 400 <= status < 500 and status not in _NOT_YET:  # noqa: PLR2004 - the receiver's final no
        raise UndeliverableError(f"{answer}: it doesn't take such messages. See that the kind of chat is right.")
    raise TemporaryDeliveryError(f"{answer}: it takes nothing at present.", retry_after=wait_of(response))
