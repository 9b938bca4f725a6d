"""What a file is by its content, and under which name it is kept."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from milepost.files.content import FileType, safe_name, type_of
from tests.files.pdfs import pdf

PDF = pdf()
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde"
HTML = b"<!DOCTYPE html><html><script>alert(document.domain)</script></html>"


@pytest.mark.parametrize(
    ("name", "kept_as"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\kim\\plan.pdf", "plan.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "_img src=x onerror=alert(1)_.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("a\u200bb\u0000c\r\nd.pdf", "abcd.pdf"),
        ("plan.html", "plan.html.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("x" * 400 + ".pdf", "x" * 116 + ".pdf"),
        ("u\u0308ber.pdf", "\u00fcber.pdf"),
        ("...", "file.pdf"),
    ],
)
def test_a_name_can_do_no_harm(name: str, kept_as: str) -> None:

    assert safe_name(name, FileType.PDF) == kept_as


def office(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "application/vnd.oasis.opendocument.text" if name == "mimetype" else "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.docx", office("[Content_Types].xml", "word/document.xml"), FileType.DOCX),
        ("a.zip", office("xl/workbook.xml", "[Content_Types].xml"), FileType.XLSX),
        ("a.docx", office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), None),
        ("a.xlsx", office("[Content_Types].xml", "xl/workbook.xml", "xl/macrosheets/sheet1.xml"), None),
        ("a.odt", office("mimetype", "content.xml"), FileType.ODT),
        ("a.odt", office("mimetype", "content.xml", "Basic/Standard/Module1.xml"), None),
        ("a.odt", office("mimetype", "content.xml", "Scripts/python/run.py"), None),
        ("a.zip", office("scripts/run.sh"), FileType.ZIP),
        ("a.jar", office("META-INF/MANIFEST.MF"), FileType.ZIP),
        ("a.docx", b"PK\3\4 not an archive", None),
        ("a.csv", "Müller;1\r\n".encode("cp1252"), FileType.CSV),
        ("a.txt", "\ufeffhello".encode("utf-16"), FileType.TXT),
        ("a.txt", "\ufeff<svg onload=alert(1)>".encode("utf-16"), None),
        ("a.csv", b"GIF89a/*" + HTML, None),
        ("a.png", PNG, FileType.PNG),
        ("a.pdf", HTML + PDF, None),
    ],
)
def test_what_a_file_is_is_told_by_its_content(name: str, data: bytes, kind: FileType | None) -> None:

    assert type_of(data, name) == kind


def bomb(name: str) -> bytes:
    """An archive of a few kilobytes with 50 MB in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(50_000_000))
    return stream.getvalue()


@pytest.mark.parametrize("name", ["mimetype", "[Content_Types].xml", "zeros"])
def test_an_archive_that_would_fill_the_memory_is_not_unpacked(name: str) -> None:
    data = bomb(name)
    tracemalloc.start()
    try:
        kind = type_of(data, "a.docx")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(data) < 100_000
    assert kind in (None, FileType.ZIP)
    assert most < 1_000_000


def test_an_archive_in_an_archive_stays_closed() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("inner.zip", bomb("zeros"))

    assert type_of(stream.getvalue(), "a.zip") == FileType.ZIP
