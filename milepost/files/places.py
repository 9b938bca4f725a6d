"""Where the content of uploaded files is kept: a folder, or a store that speaks S3. The rows are in the database."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import urlsplit

from milepost.errors import MilepostError
from milepost.settings import Settings

if TYPE_CHECKING:
    from obstore.store import S3Store

_OWNER_ONLY = 0o600
_T = TypeVar("_T")
S3 = "s3://"


class FilesUnreachableError(MilepostError):
    """The place where files are kept can't be used."""

    code = "files_unreachable"

    def __init__(self, what: str, why: str, hint: str = "Look at MILEPOST_FILES, and try again.") -> None:
        super().__init__(f"{what} can't be used: {why}.", hint)


class FilePlace(Protocol):
    """Keeps the content of files by their ids. Each method may be repeated, and raises FilesUnreachableError."""

    async def put(self, file: str, data: bytes) -> None:
        """Keeps a content, whole or not at all."""

    async def get(self, file: str) -> bytes | None:
        """Returns a content; None where there is none."""

    async def delete(self, file: str) -> None:
        """Deletes a content, if it is there."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine; each file in it can be read by its owner alone."""

    path: Path

    async def put(self, file: str, data: bytes) -> None:
        await self._do(lambda: _write(self.path, file, data))

    async def get(self, file: str) -> bytes | None:
        return await self._do(lambda: _read(self.path / file))

    async def delete(self, file: str) -> None:
        await self._do(lambda: (self.path / file).unlink(missing_ok=True))

    async def _do(self, work: Callable[[], _T]) -> _T:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise FilesUnreachableError(f"The folder {str(self.path)!r}", error.strerror or str(error)) from error


def _write(folder: Path, file: str, data: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = folder / f".{file}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(folder / file)
    finally:
        new.unlink(missing_ok=True)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of a store that speaks S3, opened when it is first needed."""

    url: str
    options: dict[str, Any]
    _opened: list[S3Store] = field(default_factory=list)

    async def put(self, file: str, data: bytes) -> None:
        with self._told():
            await self._store().put_async(file, data)

    async def get(self, file: str) -> bytes | None:
        with self._told():
            try:
                result = await self._store().get_async(file)
                return bytes(await result.bytes_async())
            except FileNotFoundError:
                return None

    async def delete(self, file: str) -> None:
        with self._told(), suppress(FileNotFoundError):
            await self._store().delete_async(file)

    def _store(self) -> S3Store:
        if not self._opened:
            from obstore.store import S3Store  # noqa: PLC0415 - of an extra

            self._opened.append(S3Store.from_url(self.url, **self.options))
        return self._opened[0]

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tells in our own words why the store can't be used; its words may quote keys."""
        what = f"The bucket {self.url!r}"
        try:
            from obstore.exceptions import BaseError  # noqa: PLC0415 - of an extra
        except ModuleNotFoundError:
            hint = "Install Milepost with the extra: pip install 'milepost[s3]'."
            raise FilesUnreachableError(what, "the package obstore isn't installed", hint) from None
        try:
            yield
        except (BaseError, FileNotFoundError) as error:
            raise FilesUnreachableError(what, type(error).__name__) from None


class Nowhere:
    """Where nothing was set: no file can be kept."""

    async def put(self, file: str, data: bytes) -> None:
        del file, data
        raise FilesUnreachableError("The place for files", "none was set")

    async def get(self, file: str) -> bytes | None:
        del file
        return None

    async def delete(self, file: str) -> None:
        del file


def place_for(settings: Settings) -> FilePlace:
    """Returns where the settings keep files. Nothing is opened or made before a file comes."""
    place = settings.files
    if place is None or not place.startswith(S3):
        return Folder(Path(place) if place else settings.data / "files")
    secret = settings.files_s3_secret_key
    given = {
        "endpoint": settings.files_s3_endpoint,
        "region": settings.files_s3_region,
        "access_key_id": settings.files_s3_key_id,
        "secret_access_key": secret.get_secret_value() if secret else None,
    }
    options: dict[str, Any] = {name: value for name, value in given.items() if value}
    if urlsplit(settings.files_s3_endpoint or "").scheme == "http":
        options["client_options"] = {"allow_http": True}
    return Bucket(place, options)
