"""Milepost as the demo sees it: the public HTTP API, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar

import httpx

from milepost.demo.views import Journey, OpenStep, OpenTask
from milepost.errors import MilepostError
from milepost.planner.instants import parse

_TIMEOUT = 10.0  # seconds
_CONNECTIONS = 8
_View = TypeVar("_View", Journey, OpenTask, OpenStep)


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
    """A client of `/api/v1`; `async with` closes its connections."""

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

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def journeys(self) -> list[Journey]:
        """Every customer's latest journey.

        Raises:
            ApiAwayError: the API does not answer.
        """
        rows = (await self._get("/customers", limit=500))["customers"]
        return [_view(Journey, {**row["journey"], "customer": row["customer"]}) for row in rows if row["journey"]]

    async def tasks(self) -> list[OpenTask]:
        """Every open task.

        Raises:
            ApiAwayError: the API does not answer.
        """
        return [_view(OpenTask, row) for row in (await self._get("/tasks"))["tasks"]]

    async def steps(self) -> list[OpenStep]:
        """Every step that waits for a customer: actions to do, outcomes to confirm.

        Raises:
            ApiAwayError: the API does not answer.
        """
        return [_view(OpenStep, row) for row in (await self._get("/steps"))["steps"]]

    async def has_answered(self, step: OpenStep) -> bool:
        """Returns whether this outcome has been answered, or met with silence, before.

        Raises:
            ApiAwayError: the API does not answer.
        """
        outcomes = (await self._get(f"/customers/{step.customer}"))["outcomes"]
        place = (step.step, step.occurrence)
        return any((each["outcome"], each["occurrence"]) == place and each["verdict"] for each in outcomes)

    async def record_fact(self, customer: str, fact: Mapping[str, Any]) -> None:
        """Record a fact; recording it again changes nothing.

        Raises:
            ApiAwayError: the API does not answer.
            RequestRefusedError: it does not take the fact.
        """
        response = await self._request("POST", "/facts", json={"customer": customer, **fact})
        if response.is_client_error:
            raise RequestRefusedError(str(fact["id"]), response.status_code, response.text)
        _check(response)

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


def _view(kind: type[_View], row: Mapping[str, Any]) -> _View:
    """A view of a row of the API: the fields that it has, with instants for texts and tuples for lists."""
    return kind(**{field.name: _value(field.name, row[field.name]) for field in fields(kind)})


def _value(name: str, value: Any) -> Any:
    if name.endswith("_at") and value is not None:
        return parse(value)
    return tuple(value) if isinstance(value, list) else value
