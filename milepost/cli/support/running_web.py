"""Asks the web application of a running `milepost up`, which has loaded what a command would load for seconds.

The standard library's client does: httpx alone takes 0.2 seconds to load.
"""

from __future__ import annotations

import json
import os
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import typer

from milepost.cli.support.errors import CommandError
from milepost.devserver.locks import LocksUnsupportedError, holder_of

_DATA = "MILEPOST_DATA"
_PATIENCE = 15.0  # seconds; a journey has three to answer, Temporal five


def ask_running_web(context: typer.Context, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """Sends a command's request to the web application on the command's data folder, and returns its answer.

    None if there is none that can answer: the command then does the work itself. It does so too where any setting
    beside the data folder is given, since only the settings themselves know what that means.

    Raises:
        CommandError: the request was refused.
    """
    folder = _only_folder(context.obj or {})
    if folder is None:
        return None
    try:
        holder = holder_of(folder.expanduser().resolve() / "milepost.lock")
        if holder is None or "commands" not in holder.listens:
            return None
        answer = _post(holder.listens["commands"] + path, (folder / "api_key").read_text().strip(), body)
    except (OSError, ValueError, HTTPException, LocksUnsupportedError):
        return None
    if answer is not None and "refused" in answer:
        raise CommandError(**answer["refused"])
    return answer and answer["told"]


def _only_folder(options: dict[str, Any]) -> Path | None:
    """Returns the data folder if nothing else is set, neither as an option nor as a variable."""
    given = {name for name, value in os.environ.items() if name.upper().startswith("MILEPOST_") and value}
    if given - {_DATA} or set(options) - {"data"}:
        return None
    return Path(options.get("data") or os.environ.get(_DATA) or ".milepost")


def _post(url: str, key: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """Returns the JSON of an answer; None if it is anything but 200."""
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=_PATIENCE)
    try:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        connection.request("POST", where.path, json.dumps(body), headers)
        response = connection.getresponse()
        answer: dict[str, Any] | None = json.loads(response.read()) if response.status == HTTPStatus.OK else None
    finally:
        connection.close()
    return answer
