"""Reads the JSON of requests so that every text in it can be stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from milepost.text import storable

_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""How JSON writes a NUL character and the halves of characters; nothing else brings one into a text."""


class _StorableRequest(Request):
    async def json(self) -> Any:
        body = await super().json()
        return _storable(body) if _SUSPECT.search(await self.body()) else body


class StorableJsonRoute(APIRoute):
    """An address of the API; NUL characters are left out of what it gets, halves of characters are replaced."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_storable(request: Request) -> Response:
            return await handle(_StorableRequest(request.scope, request.receive))

        return handle_storable


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(name): _storable(each) for name, each in value.items()}
    return [_storable(each) for each in value] if isinstance(value, list) else value
