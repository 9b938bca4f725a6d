"""The programs that `milepost up` runs, and the check that each is ready."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import httpx
from pydantic import SecretStr
from temporalio.service import RPCError

from milepost.devserver.children import Program
from milepost.settings import PREFIX, Settings
from milepost.temporal.connection import TemporalAddress, TemporalUnreachableError
from worker import is_at_work

_ASK_EVERY = 0.1  # seconds
_STARTS_WITHIN = 60.0  # seconds: a small machine reads much Python at once

Environment = Mapping[str, str | None]


def worker_program(settings: Settings, place: TemporalAddress, environment: Environment) -> Program:
    """The worker; ready when Temporal has been asked for work."""
    return _program("worker", environment, partial(_until, partial(is_at_work, settings, place)))


def web_program(settings: Settings, environment: Environment) -> Program:
    """The web application; ready when it answers."""
    url = f"http://{settings.host}:{settings.port}/health/live"

    async def ready() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            await _until(partial(_answers, client, url))

    return _program("web", environment, ready)


def environment_of(settings: Settings) -> dict[str, str | None]:
    """The environment that gives another program the same settings."""
    values = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {PREFIX + name.upper(): _text_of(value) for name, value in values.items() if value is not None}


def _program(name: str, environment: Environment, ready: Callable[[], Coroutine[Any, Any, None]]) -> Program:
    argv = [sys.executable, "-P", "-m", "milepost", name]
    return Program(name=name, argv=argv, env=environment, ready=ready, start_within=_STARTS_WITHIN)


async def _until(is_ready: Callable[[], Awaitable[bool]]) -> None:
    while True:
        with suppress(TemporalUnreachableError, RPCError, httpx.TransportError):
            if await is_ready():
                return
        await asyncio.sleep(_ASK_EVERY)


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    return (await client.get(url)).is_success


def _text_of(value: object) -> str:
    match value:
        case tuple():
            return ",".join(_text_of(each) for each in value)
        case dict():
            return ",".join(f"{name}={_text_of(each)}" for name, each in value.items())
        case SecretStr():
            return value.get_secret_value()
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
