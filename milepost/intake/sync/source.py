"""Brings the files of a source into a folder of ours: from a folder, as a file, or from an http(s) address.

A file is copied before it is read, and not believed if it changes meanwhile. What didn't change at an address isn't
sent again.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import httpx

from milepost import limits
from milepost.intake.sync.errors import BookRefusedError, SourceAwayError
from milepost.text import count_of

WITHIN = 600.0
"""Seconds in which a file has to arrive."""
_PATIENCE = httpx.Timeout(20.0)
_SETTLED = 2.0  # seconds without a change after which a file counts as written
_BLOCK = 1 << 20
_KINDS = (".csv", ".xlsx", ".txt", ".tsv")
_OURS = ".refused.csv"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was found; `path` is our copy, None if the address says that it is as it was.

    `ends_in_newline` is None for a workbook, whose end says nothing.
    """

    name: str
    path: Path | None
    digest: str
    size: int
    ends_in_newline: bool | None
    etag: str | None = None
    modified: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "digest": self.digest,
            "size": self.size,
            "ends_in_newline": self.ends_in_newline,
            "etag": self.etag,
            "modified": self.modified,
        }


def is_address(source: str) -> bool:
    """Returns whether a source is an http(s) address rather than a path."""
    return source.startswith(("https://", "http://"))


async def bring(
    source: str, folder: Path, known: Mapping[str, Any], authorization: Mapping[str, str], *, newest: bool
) -> list[SourceFile]:
    """Copies the files of a source to a folder, in the order of their names.

    `known` are those of the last run; `authorization` has the header that each host is sent.

    Raises:
        SourceAwayError: it can't be reached, or has no file.
        BookRefusedError: a file is too large, or being written.
    """
    if is_address(source):
        return [await _fetched(source, folder / "0", known, authorization)]
    files = await asyncio.to_thread(_files, Path(source), newest=newest)
    return [await _copied(file, folder / str(number)) for number, file in enumerate(files)]


def _files(path: Path, *, newest: bool) -> list[Path]:
    try:
        if path.is_file():
            return [path]
        files = sorted(
            each
            for each in path.iterdir()
            if each.suffix.casefold() in _KINDS
            and each.is_file()
            and not each.name.startswith((".", "~"))
            and not each.name.endswith(_OURS)
        )
        latest = sorted(files, key=lambda each: each.stat().st_mtime)[-1:]
    except OSError as error:
        raise SourceAwayError(
            f"Can't read {str(path)!r}: {error.strerror or error}.", "See that it is there."
        ) from error
    if not files:
        raise SourceAwayError(f"There is no CSV or XLSX file in {str(path)!r}.", "It is looked at again by itself.")
    return latest if newest else files


async def _copied(file: Path, target: Path) -> SourceFile:
    for _ in range(3):
        try:
            if (wait := await asyncio.to_thread(_until_settled, file)) > 0:
                await asyncio.sleep(wait)
            copy = await asyncio.to_thread(_copy, file, target)
        except OSError as error:
            why = f"Can't read {str(file)!r}: {error.strerror or error}."
            raise SourceAwayError(why, "See that it is there, and that the worker may read it.") from error
        if copy is not None:
            return copy
    raise BookRefusedError(f"{file.name!r} is being written.", "It is read when it is whole.")


def _until_settled(file: Path) -> float:
    return min(file.stat().st_mtime + _SETTLED - time.time(), _SETTLED)


def _copy(file: Path, target: Path) -> SourceFile | None:
    """Copies a file; None if it changed meanwhile."""
    before = file.stat()
    _check_size(file.name, before.st_size)
    shutil.copyfile(file, target)
    after = file.stat()
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        return None
    return _as_found(file.name, target)


def _as_found(name: str, path: Path) -> SourceFile:
    """Describes our copy of a file."""
    hashed, first, last = hashlib.sha256(), b"", b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            hashed.update(block)
            first, last = first or block, block
    ends_in_newline = last.rstrip(b"\0").endswith(b"\n")  # UTF-16 has a zero behind it
    return SourceFile(
        name, path, hashed.hexdigest(), path.stat().st_size, None if first.startswith(b"PK") else ends_in_newline
    )


def _check_size(name: str, size: int) -> None:
    if size > limits.SYNC_FILE:
        most = limits.SYNC_FILE // 2**20
        raise BookRefusedError(f"{name!r} has more than {most} MB.", "Split it: all files of a folder are one book.")


async def _fetched(
    address: str, target: Path, known: Mapping[str, Any], authorization: Mapping[str, str]
) -> SourceFile:
    url = httpx.URL(address)
    name = PurePosixPath(url.path).name or url.host
    before = known.get(name) or {}
    headers = {"user-agent": "milepost"}
    if secret := authorization.get(url.host):
        headers["authorization"] = secret
    conditions = {"if-none-match": before.get("etag"), "if-modified-since": before.get("modified")}
    headers |= {header: value for header, value in conditions.items() if value}
    try:
        async with (
            asyncio.timeout(WITHIN),
            httpx.AsyncClient(timeout=_PATIENCE, follow_redirects=True, max_redirects=5) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if response.status_code == httpx.codes.NOT_MODIFIED and before:
                return SourceFile(name, None, **before)
            _check_answer(response)
            await _write(name, target, response)
            found = await asyncio.to_thread(_as_found, name, target)
            return replace(found, etag=response.headers.get("etag"), modified=response.headers.get("last-modified"))
    except (httpx.TimeoutException, TimeoutError) as error:
        raise SourceAwayError(f"{url.host} took too long to answer.", "It is asked again by itself.") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        why = f"{url.host} can't be read: {error or type(error).__name__}."
        raise SourceAwayError(why, "It is asked again by itself.") from error


async def _write(name: str, target: Path, response: httpx.Response) -> None:
    size = 0
    with target.open("wb") as file:
        async for block in response.aiter_bytes(_BLOCK):
            size += len(block)
            _check_size(name, size)
            file.write(block)


def _check_answer(response: httpx.Response) -> None:
    status = response.status_code
    if response.is_success and "text/html" not in response.headers.get("content-type", ""):
        return
    host = response.url.host
    if response.is_success:
        hint = "It may ask for a sign-in: MILEPOST_SYNC_AUTHORIZATION has what each host is sent."
        raise BookRefusedError(f"{host} answered with a web page, not with a file.", hint)
    hint = "It is asked again by itself."
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        hint = "MILEPOST_SYNC_AUTHORIZATION has what each host is sent; the worker needs it too."
    raise SourceAwayError(f"{host} answered {status} {response.reason_phrase}".rstrip() + ".", hint)


def check_believable(files: Sequence[SourceFile], known: Mapping[str, Any]) -> None:
    """Refuses files that are empty, or end without the newline that they had the last time: they are cut off.

    Raises:
        BookRefusedError: one of them is.
    """
    for file in files:
        if not file.size:
            raise BookRefusedError(f"{file.name!r} is empty.", "The book stays as it is until the file is whole.")
        before = known.get(file.name)
        if before and before.get("ends_in_newline") and file.ends_in_newline is False:
            why = f"{file.name!r} ends in the middle of a line, after {count_of(file.size, 'byte')}."
            raise BookRefusedError(why, "The book stays as it is until the file is whole.")
