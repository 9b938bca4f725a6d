"""Milepost as the demo sees it: the public HTTP API, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import httpx
from pydantic import TypeAdapter

from milepost.demo.views import Journey, OpenStep, OpenTask
from milepost.errors import MilepostError

_TIMEOUT = 10.0  # seconds
_PER_PAGE = 500
_CONNECTIONS = 8
_JOURNEYS = TypeAdapter(list[Journey])
_TASKS = TypeAdapter(list[OpenTask])
_STEPS = TypeAdapter(list[OpenStep])


class ApiAwayError(MilepostError):
    """The API does not answer, or not as it should; it is asked again later."""

    code: ClassVar[str] = "api_away"


class RequestRefusedError(MilepostError):
    """The API does not take a fact, and never will."""

    code: ClassVar[str] = "request_refused"

    def __init__(self, fact: str, status: int, why: str) -> None:
        self.status = status
        super().__init__(f"{fact}: {status} {why}")


class Api:
    """A client of `/api/v1`; `async with` closes its connections.

    Every method raises `ApiAwayError` if the API does not answer.
    """

    def __init__(self, base_url: str, key: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{base_url}/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=_TIMEOUT,
            transport=transport,
            limits=httpx.Limits(max_connections=_CONNECTIONS),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._client.aclose()

    async def journeys(self) -> list[Journey]:
        """Returns every customer's latest journey."""
        rows = await self._all("/customers", "customers")
        return _JOURNEYS.validate_python(
            [{**row["journey"], "customer": row["customer"]} for row in rows if row["journey"]]
        )

    async def tasks(self) -> list[OpenTask]:
        """Returns every open task."""
        return _TASKS.validate_python(await self._all("/tasks", "tasks"))

    async def steps(self) -> list[OpenStep]:
        """Returns every step that waits for a customer: actions to do, outcomes to confirm."""
        return _STEPS.validate_python(await self._all("/steps", "steps"))

    async def has_answered(self, step: OpenStep) -> bool:
        """Tells whether this outcome has been answered, or met with silence, before."""
        outcomes = (await self._get(f"/customers/{step.customer}"))["outcomes"]
        place = (step.step, step.occurrence)
        return any((each["outcome"], each["occurrence"]) == place and each["verdict"] for each in outcomes)

    async def record_fact(self, customer: str, fact: Mapping[str, Any]) -> None:
        """Records a fact; recording it again changes nothing.

        Raises:
            RequestRefusedError: it does not take the fact.
        """
        response = await self._request("POST", "/facts", json={"customer": customer, **fact})
        if response.is_client_error:
            raise RequestRefusedError(str(fact["id"]), response.status_code, response.text)
        _check(response)

    async def send_file(self, customer: str, data: Mapping[str, str], name: str, content: bytes) -> str:
        """Sends a file for a form, `data` saying which; returns the answer that names it. Sent again, it is the same.

        Raises:
            RequestRefusedError: it does not take the file.
        """
        response = await self._request(
            "POST", f"/customers/{customer}/files", data=data, files={"file": (name, content)}
        )
        if response.is_client_error:
            raise RequestRefusedError(name, response.status_code, response.text)
        _check(response)
        return str(response.json()["answer"])

    async def _all(self, path: str, name: str) -> list[Any]:
        """Returns a whole list, page by page."""
        lines: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self._get(path, limit=_PER_PAGE, **cursor)
            lines += page[name]
            if page["next"] is None:
                return lines
            cursor = {"cursor": page["next"]}

    async def _get(self, path: str, **query: Any) -> Any:
        response = await self._request("GET", path, params=query)
        _check(response)
        return response.json()

    async def _request(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return await self._client.request(method, path, **more)
        except httpx.TransportError as error:
            raise ApiAwayError(f"{method} {path}: {error!r}") from error


def _check(response: httpx.Response) -> None:
    if not response.is_success:
        request = response.request
        raise ApiAwayError(f"{request.method} {request.url.path}: {response.status_code} {response.text}")
