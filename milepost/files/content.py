"""Decides by its bytes what a file is, and makes a name that can do no harm."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Collection
from enum import StrEnum
from pathlib import PurePosixPath, PureWindowsPath

import filetype  # type: ignore[import-untyped]  # it comes without types

NAME_LENGTH = 120
_UNNAMED = "file"
_FORBIDDEN = re.compile(r'[<>:"|?*%&\x00-\x1f\x7f]')
_MARKUP = re.compile(
    rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|img|object|embed|\?xml|\?php|%)", re.IGNORECASE
)
_LOOKED_AT = 4096
"""Bytes at the start of a text in which markup makes it a page; browsers look at fewer."""
_CONTROL = frozenset(range(32)) - {9, 10, 12, 13}
_OFFICE_PARTS = frozenset({"mimetype", "[Content_Types].xml"})
_MACROS = re.compile(r"(.*/)?vbaproject\.bin|basic/.*|scripts/.*|xl/macrosheets/.*", re.IGNORECASE)
"""What a program is called within an office file."""


class FileType(StrEnum):
    """A kind of file that may be allowed; its value is the ending of its name."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODT = "odt"
    ODS = "ods"
    ODP = "odp"
    CSV = "csv"
    TXT = "txt"
    PNG = "png"
    JPG = "jpg"
    ZIP = "zip"

    @property
    def mime(self) -> str:
        """The type that a browser is told; none of them is a page."""
        return _MIME[self]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
_MIME = {
    FileType.PDF: "application/pdf",
    FileType.DOCX: f"{_OFFICE}.wordprocessingml.document",
    FileType.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    FileType.PPTX: f"{_OFFICE}.presentationml.presentation",
    FileType.ODT: f"{_OPEN_DOCUMENT}.text",
    FileType.ODS: f"{_OPEN_DOCUMENT}.spreadsheet",
    FileType.ODP: f"{_OPEN_DOCUMENT}.presentation",
    FileType.CSV: "text/csv",
    FileType.TXT: "text/plain",
    FileType.PNG: "image/png",
    FileType.JPG: "image/jpeg",
    FileType.ZIP: "application/zip",
}
_BY_MIME = {mime: kind for kind, mime in _MIME.items()}
_BY_FOLDER = {"word/": FileType.DOCX, "xl/": FileType.XLSX, "ppt/": FileType.PPTX}
_ENDINGS = {FileType.JPG: (".jpg", ".jpeg"), FileType.TXT: (".txt", ".md", ".log")}
USUAL_TYPES = tuple(kind for kind in FileType if kind is not FileType.ZIP)
"""What is allowed unless a setting says otherwise: no archives, in which anything may be."""


def type_of(data: bytes, name: str) -> FileType | None:
    """Returns what a file is by its content; None for all that is never allowed: pages, programs, macros.

    The name only tells a table from other texts.
    """
    if data.startswith(b"PK"):
        return _archive(data)
    found = filetype.guess(data)
    if found is not None:
        kind = _BY_MIME.get(found.mime)
        return kind if kind in (FileType.PDF, FileType.PNG, FileType.JPG) else None
    if not _is_text(data):
        return None
    return FileType.CSV if name.lower().endswith(".csv") else FileType.TXT


def _archive(data: bytes) -> FileType | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if not _OFFICE_PARTS.isdisjoint(names) and any(_MACROS.fullmatch(each) for each in names):
                return None
            if "mimetype" in names and archive.getinfo("mimetype").file_size < len(data):
                return _BY_MIME.get(archive.read("mimetype").decode("ascii", "replace").strip())
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        return None
    if "[Content_Types].xml" not in names:
        return FileType.ZIP
    return next((kind for folder, kind in _BY_FOLDER.items() if any(each.startswith(folder) for each in names)), None)


def _is_text(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeDecodeError:
            return False
    return not (_CONTROL & set(data) or _MARKUP.search(data[:_LOOKED_AT]))


def safe_name(name: str, kind: FileType | None = None) -> str:
    """Returns a file's name without folders, markup and signs that can't be seen; its ending is that of its kind."""
    text = PureWindowsPath(unicodedata.normalize("NFC", name)).name
    text = "".join(each for each in text if unicodedata.category(each)[0] != "C" and each not in "\u2028\u2029")
    text = " ".join(_FORBIDDEN.sub("_", text).split()).strip(". ")
    path = PurePosixPath(text or _UNNAMED)
    endings = _ENDINGS.get(kind, (f".{kind}",)) if kind else (path.suffix.lower(),)
    ending = path.suffix if path.suffix.lower() in endings else endings[0]
    stem = path.stem if path.suffix.lower() in endings else path.name
    return f"{stem[: NAME_LENGTH - len(ending)].rstrip('. ') or _UNNAMED}{ending}"


def accepted(types: Collection[FileType]) -> str:
    """Returns what a browser's file dialog offers for these types."""
    return ",".join(ending for kind in types for ending in _ENDINGS.get(kind, (f".{kind}",)))
