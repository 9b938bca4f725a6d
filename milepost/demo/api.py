"""Milepost as the cast sees it: the public HTTP API, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from milepost.demo.actions import Journey, OpenStep, OpenTask
from milepost.planner.instants import Instant, parse

_PATIENCE = 10.0  # seconds
_CONNECTIONS = 8


class ApiAwayError(Exception):
    """The API does not answer, or not as it should; it is asked again later."""


class RequestRefusedError(Exception):
    """The API does not take a fact, and never will."""

    def __init__(self, fact: str, status: int, why: str) -> None:
        self.status = status
        super().__init__(f"{fact}: {status} {why}")


class Api:
    """A client of `/api/v1`; `async with` closes its connections."""

    def __init__(self, base_url: str, key: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{base_url}/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=_PATIENCE,
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
        listed = (await self._get("/customers", limit=500))["customers"]
        return [
            Journey(
                customer=each["customer"],
                journey=each["journey"]["journey"],
                map=each["journey"]["map"],
                status=each["journey"]["status"],
                started_at=parse(each["journey"]["started_at"]),
            )
            for each in listed
            if each["journey"] is not None
        ]

    async def tasks(self) -> list[OpenTask]:
        """Every open task.

        Raises:
            ApiAwayError: the API does not answer.
        """
        named = ("customer", "journey", "task", "step", "role", "person")
        return [
            OpenTask(
                **{name: each[name] for name in named},
                results=tuple(each["results"]),
                opened_at=parse(each["opened_at"]),
                due_at=_instant(each["due_at"]),
            )
            for each in (await self._get("/tasks"))["tasks"]
        ]

    async def steps(self) -> list[OpenStep]:
        """All that customers are to do or to confirm.

        Raises:
            ApiAwayError: the API does not answer.
        """
        named = ("customer", "journey", "step", "occurrence", "kind", "contact")
        return [
            OpenStep(
                **{name: each[name] for name in named},
                opened_at=parse(each["opened_at"]),
                asked_at=_instant(each["asked_at"]),
                due_at=_instant(each["due_at"]),
            )
            for each in (await self._get("/steps"))["steps"]
        ]

    async def has_answered(self, step: OpenStep) -> bool:
        """Whether an asking of this outcome has met with an answer, or silence, before.

        Raises:
            ApiAwayError: the API does not answer.
        """
        outcomes = (await self._get(f"/customers/{step.customer}"))["outcomes"]
        place = (step.step, step.occurrence)
        return any((each["outcome"], each["occurrence"]) == place and each["verdict"] for each in outcomes)

    async def tell(self, customer: str, fact: Mapping[str, Any]) -> None:
        """Tell a fact; telling it again changes nothing.

        Raises:
            ApiAwayError: the API does not answer.
            RequestRefusedError: it does not take the fact.
        """
        answer = await self._ask("POST", "/facts", json={"customer": customer, **fact})
        if answer.is_client_error:
            raise RequestRefusedError(str(fact["id"]), answer.status_code, answer.text)
        _check(answer)

    async def _get(self, path: str, **query: Any) -> Any:
        answer = await self._ask("GET", path, params=query)
        _check(answer)
        return answer.json()

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return await self._client.request(method, path, **more)
        except httpx.TransportError as error:
            raise ApiAwayError(f"{method} {path}: {error!r}") from error


def _check(answer: httpx.Response) -> None:
    if not answer.is_success:
        raise ApiAwayError(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")


def _instant(written: str | None) -> Instant | None:
    return None if written is None else parse(written)
