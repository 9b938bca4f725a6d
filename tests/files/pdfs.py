"""PDFs as programs write them: plain, or with most objects in a compressed stream, as PDF 1.5 has it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from io import BytesIO

from pypdf import PdfWriter

CATALOG, PAGES, PAGE = 1, 2, 3
"""The numbers of the objects that every file of `pdf` has; further ones begin at 4."""


def pdf(catalog: str = "", page: str = "", more: Mapping[int, str] | None = None, *, compressed: bool = False) -> bytes:
    """A file of one page; `catalog` and `page` are added to those dictionaries, `more` are objects of their own.

    `compressed`: the objects stand in a compressed stream, and the index is one, too.
    """
    objects = {
        CATALOG: f"<</Type/Catalog/Pages {PAGES} 0 R{catalog}>>",
        PAGES: f"<</Type/Pages/Kids[{PAGE} 0 R]/Count 1>>",
        PAGE: f"<</Type/Page/Parent {PAGES} 0 R/MediaBox[0 0 200 200]{page}>>",
        **(more or {}),
    }
    return _compressed(objects) if compressed else _plain(objects)


def _plain(objects: Mapping[int, str]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, text in objects.items():
        places[number] = len(out)
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    begin, size = len(out), max(objects) + 1
    lines = [f"{places[each]:010d} 00000 n \n" if each in places else "0000000000 65535 f \n" for each in range(size)]
    out += f"xref\n0 {size}\n{''.join(lines)}".encode()
    return bytes(out + f"trailer\n<</Root {CATALOG} 0 R/Size {size}>>\nstartxref\n{begin}\n%%EOF\n".encode())


def _compressed(objects: Mapping[int, str]) -> bytes:
    inner, index = max(objects) + 1, max(objects) + 2
    heads, bodies = [], ""
    for number, text in objects.items():
        heads.append(f"{number} {len(bodies)}")
        bodies += f"{text}\n"
    head = " ".join(heads) + "\n"
    out = bytearray(b"%PDF-1.7\n")
    places = {inner: len(out)}
    out += _stream(inner, f"/Type/ObjStm/N {len(objects)}/First {len(head)}", (head + bodies).encode("latin-1"))
    places[index] = len(out)
    rows = {number: bytes((2,)) + inner.to_bytes(4, "big") + bytes((at,)) for at, number in enumerate(objects)}
    rows |= {number: bytes((1,)) + place.to_bytes(4, "big") + b"\0" for number, place in places.items()}
    table = b"".join(rows.get(number, bytes(6)) for number in range(index + 1))
    out += _stream(index, f"/Type/XRef/W[1 4 1]/Size {index + 1}/Root {CATALOG} 0 R", table)
    return bytes(out + f"startxref\n{places[index]}\n%%EOF\n".encode())


def _stream(number: int, keys: str, data: bytes) -> bytes:
    packed = zlib.compress(data)
    head = f"{number} 0 obj\n<<{keys}/Filter/FlateDecode/Length {len(packed)}>>\nstream\n"
    return head.encode() + packed + b"\nendstream\nendobj\n"


ALERT = "/S/JavaScript/JS(app.alert\\(1\\))"
WITH_SCRIPT = pdf(f"/OpenAction<<{ALERT}>>")


def written(data: bytes, *, file: bytes = b"", password: str | None = None, owner: str | None = None) -> bytes:
    """A file as pypdf writes it, with a file within, or locked."""
    writer = PdfWriter(clone_from=BytesIO(data))
    if file:
        writer.add_attachment("invoice.exe", file)
    if password is not None:
        writer.encrypt(password, owner, algorithm="AES-256")
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()
