"""Reads a map's folder as people send it, packed in a .zip or file by file: bounded, and never out of itself."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from milepost import limits
from milepost.errors import MilepostError
from milepost.intake.uploads import UploadedFile
from milepost.language.loader import MAP_FILE, text_of
from milepost.language.problems import Problem
from milepost.language.yaml_text import MAX_BYTES
from milepost.text import listing, shortened, storable

MEGABYTE = 1024 * 1024
_ENDINGS = frozenset({".yaml", ".md", ".po"})
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others can make gigabytes of a few bytes at once, so that no limit holds."""
_NAMED = 3
_ENCRYPTED = 0x1
_LONGEST_NAME, _LONGEST_PATH = 200, 1000
"""Bytes of a file's or folder's own name, and of all names on the way to it together."""


class MapUploadError(MilepostError):
    """What was sent is no folder of a map that can be taken; nothing was stored."""

    code = "map_upload_refused"


@dataclass(frozen=True, slots=True)
class MapFolder:
    """The texts of a map's folder by their names in it, its own name, and the files that don't belong to a map."""

    name: str
    files: dict[str, str]
    left_out: tuple[str, ...]


def read_folder(sent: Sequence[UploadedFile]) -> MapFolder:
    """Reads the folder that somebody sent.

    Raises:
        MapUploadError: it is too large, can't be read, leads out of itself, or has no map or several.
    """
    if not sent:
        raise MapUploadError("Nothing was chosen.", "Choose a .zip of the map's folder, or the folder itself.")
    is_packed = len(sent) == 1 and sent[0].data.startswith(b"PK")
    files = dict(_unpacked(sent[0].data) if is_packed else _as_sent(sent))
    root = _root_of(list(files))
    inside = {path.relative_to(root): data for path, data in files.items() if path.is_relative_to(root)}
    kept = {str(path): data for path, data in inside.items() if path.suffix in _ENDINGS}
    if sum(map(len, kept.values())) > limits.MAP_TEXTS:
        raise _too_large(limits.MAP_TEXTS, "unpacked")
    name = root.name or (_stem_of(sent[0].short_name) if is_packed else "map")
    left_out = tuple(str(path) for path in files if not path.is_relative_to(root) or path.suffix not in _ENDINGS)
    return MapFolder(storable(name), _texts(kept), tuple(map(storable, sorted(left_out))))


def _stem_of(archive: str) -> str:
    """Returns what the folder is called that was packed without its own name: as the archive, where a folder can be."""
    stem = PurePosixPath(storable(archive)).stem.strip(". ")
    return stem.encode()[:_LONGEST_NAME].decode(errors="ignore") or "map"


def too_large() -> MapUploadError:
    """Returns the error for a folder that is too large as it comes."""
    return _too_large(limits.MAP, "together")


def _too_large(most: int, how: str) -> MapUploadError:
    message = f"The files have more than {most // MEGABYTE} MB {how}; a map is a few pages."
    return MapUploadError(message, "Send the map's own folder, without pictures and other files.")


def _texts(files: dict[str, bytes]) -> dict[str, str]:
    texts = {name: _text(name, data) for name, data in sorted(files.items())}
    problems = [str(each) for each in texts.values() if isinstance(each, Problem)]
    if problems:
        raise MapUploadError("; ".join(problems) + ".", "Save it so, and send it once more.")
    return {name: storable(text) for name, text in texts.items() if isinstance(text, str)}


def _text(name: str, data: bytes) -> str | Problem:
    if len(data) > MAX_BYTES:
        return Problem(name, 1, 1, "M103", "The file is larger than 1 MB; a map is a few pages")
    return text_of(data, name)


def _as_sent(sent: Sequence[UploadedFile]) -> Iterator[tuple[PurePosixPath, bytes]]:
    for each in sent:
        path = _inside(each.name)
        if not _is_hidden(path):
            yield path, each.data


def _unpacked(data: bytes) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yields the files of an archive, each read no further than a text of a map may go."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
            if len(entries) > limits.MAP_FILES:
                message = f"The .zip has {len(entries)} files; a map's folder may have {limits.MAP_FILES}."
                raise MapUploadError(message, "Pack only the map's own folder.")
            yield from _entries(archive, entries)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise MapUploadError(f"The .zip can't be read: {error}.", "Pack it again, and send it once more.") from error


def _entries(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> Iterator[tuple[PurePosixPath, bytes]]:
    read, known = 0, set()
    for each in entries:
        path = _inside(each.filename)
        if _is_hidden(path):
            continue
        if path in known:
            raise MapUploadError(f"The .zip has the file {str(path)!r} twice.", "Pack the folder again.")
        if each.flag_bits & _ENCRYPTED or each.compress_type not in _PACKED:
            message = f"The .zip has {str(path)!r} with a password, or packed in a way that isn't read here."
            raise MapUploadError(message, "Pack it as an ordinary .zip, without a password.")
        known.add(path)
        if path.suffix not in _ENDINGS:
            yield path, b""  # it is only named
            continue
        with archive.open(each) as file:
            data = file.read(MAX_BYTES + 1)
        read += len(data)
        if read > limits.MAP_TEXTS:
            raise _too_large(limits.MAP_TEXTS, "unpacked")
        yield path, data


def _inside(name: str) -> PurePosixPath:
    """Returns the path that a file's name is, if it stays inside of the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    sizes = [len(part.encode(errors="replace")) for part in path.parts]
    is_long = max(sizes, default=0) > _LONGEST_NAME or sum(sizes) > _LONGEST_PATH
    if is_long or path.is_absolute() or ".." in path.parts or ":" in name or not path.parts:
        message = f"The file {shortened(name, _LONGEST_NAME)!r} leads out of the folder, or its name is too long."
        raise MapUploadError(message, "Pack the map's folder itself.")
    return path


def _is_hidden(path: PurePosixPath) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _root_of(paths: Sequence[PurePosixPath]) -> PurePosixPath:
    """Returns the folder of the map: the one map.yaml that lies above all others."""
    found = sorted((path.parent for path in paths if path.name == MAP_FILE), key=lambda path: (len(path.parts), path))
    if not found:
        raise MapUploadError(f"There is no {MAP_FILE} in it.", "Send the whole folder of the map.")
    highest = [path for path in found if len(path.parts) == len(found[0].parts)]
    if len(highest) > 1:
        names = listing([path.name for path in highest], most=_NAMED)
        raise MapUploadError(f"It has {len(highest)} maps: {names}.", "Send one map at a time.")
    return found[0]
