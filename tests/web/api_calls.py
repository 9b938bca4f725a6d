"""Asking the API, and looking at how it says no."""

from __future__ import annotations

from typing import Any

import httpx

V1 = "/api/v1"


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The error, in the one form that all have."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "hint"}
    assert body["error"]["code"]
    assert body["error"]["message"]
    error: dict[str, Any] = body["error"]
    return error


async def tell(api: httpx.AsyncClient, **fact: Any) -> httpx.Response:
    return await api.post(f"{V1}/facts", json={"customer": "acme", **fact})
