"""Operations who give orders about mail, at the terminal or on its page: both do the same."""

from __future__ import annotations

import asyncio
from typing import Protocol

import httpx
from typer.testing import CliRunner

from milepost.cli.main import app
from tests.web.conftest import form_in, sign_in, text_of
from tests.web.example import ANA

MAIL = "/ops/mail"


class MailOrders(Protocol):
    """What can be ordered; `first`: so many mails of each text."""

    async def hold(self, first: int) -> None: ...
    async def free(self) -> None: ...
    async def release(self, customer: str, message: str) -> None: ...
    async def retry(self, customer: str, message: str) -> str:
        """Returns what it says when it is refused; nothing if it was done."""
        ...

    async def retry_all(self) -> None:
        """Try all again that a channel refused."""
        ...


class AtTheTerminal:
    """Gives `milepost mail ...`, with the settings of the environment."""

    async def hold(self, first: int) -> None:
        await self._give("hold", "--first", str(first))

    async def free(self) -> None:
        await self._give("free")

    async def release(self, customer: str, message: str) -> None:
        await self._give("release", customer, message)

    async def retry(self, customer: str, message: str) -> str:
        return await self._give("retry", customer, message)

    async def retry_all(self) -> None:
        assert "2 messages sent again" in await self._give("retry", "--all", "--why", "refused")

    async def _give(self, *words: str) -> str:
        done = await asyncio.to_thread(CliRunner().invoke, app, ["mail", *words])
        assert done.exit_code in (0, 1), done.output
        return done.stdout if done.exit_code == 0 and "--all" in words else done.stderr


class OnThePage:
    """Presses the buttons of the page *Mail*, in the browser of somebody who signs in, as days pass in between."""

    def __init__(self, browser: httpx.AsyncClient) -> None:
        self._browser = browser

    async def hold(self, first: int) -> None:
        await self._switch(mail="held", first=str(first))

    async def free(self) -> None:
        await self._switch(mail="free")

    async def release(self, customer: str, message: str) -> None:
        assert await self._press("release", MAIL, pick=f"{customer} {message}") == ""

    async def retry(self, customer: str, message: str) -> str:
        return await self._press("retry", f"{MAIL}/{customer}/1/{message}")

    async def retry_all(self) -> None:
        assert await self._press("retry", f"{MAIL}?status=failed&why=refused", all="yes") == ""

    async def _switch(self, **fields: str) -> None:
        hidden = form_in(await self._get(MAIL), f"{MAIL}/switch")
        answer = await self._browser.post(f"{MAIL}/switch", data=hidden | fields)
        assert answer.status_code == 303, text_of(answer)

    async def _press(self, action: str, page: str, **fields: str) -> str:
        shown = await self._get(page)
        assert f'name="action" value="{action}"' in shown.text
        data = {**form_in(shown, f"{MAIL}/order"), **fields, "action": action}
        answer = await self._browser.post(f"{MAIL}/order", data=data)
        return "" if answer.status_code == 303 else text_of(answer)

    async def _get(self, page: str) -> httpx.Response:
        await sign_in(self._browser, ANA)
        return await self._browser.get(page)
