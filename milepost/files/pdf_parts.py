"""Looks for what a PDF does by itself, and for files within it: `python -m milepost.files.pdf_parts < FILE`.

It runs as a process of its own, see `pdf_check`: whoever made the file may want it to be read for ever.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject, read_object

from milepost.files.pdf_check import CLEAN, SECONDS, PdfPart

_MEMORY = 1 << 30
"""The bytes of memory that it may take."""
_SCRIPTS = frozenset({"/JS", "/JavaScript", "/XFA", "/OnInstantiate", "/RichMediaContent"})
"""Keys of scripts, of forms and of pictures that bring scripts along."""
_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/RichMediaExecute"}
)
"""Actions that run a script, start a program, send a form, or fetch something from another place."""
_BY_ITSELF = ("/OpenAction", "/AA", "/Next")
"""Keys of actions that nobody clicks on; there even an address that opens is one too many."""
_FILES = frozenset({"/EF", "/EmbeddedFiles"})


def active_part(data: bytes) -> PdfPart | None:
    """Returns the first thing in a PDF that keeps it from being taken; None where there is none.

    Every object is looked at, those in compressed streams too, whether or not a page leads there. What the library
    can't read raises whatever error that brings.
    """
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        return PdfPart.PASSWORD
    parts = {part for each in _dictionaries(reader) if (part := _part(each)) is not None}
    return next((part for part in PdfPart if part in parts), None)


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    waiting: list[PdfObject] = [reader.trailer, *_objects(reader)]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ArrayObject):
            waiting.extend(each)
        elif isinstance(each, DictionaryObject):
            yield each
            waiting.extend(each.values())


def _objects(reader: PdfReader) -> Iterator[PdfObject]:
    """Yields every object but those that stand within others: a reference is followed where it leads, once."""
    for generation, places in list(reader.xref.items()):
        for number in list(places):
            found = reader.get_object(IndirectObject(number, generation, reader))
            if found is None:
                continue
            yield found
            if isinstance(found, StreamObject) and found.get("/Type") == "/ObjStm":
                yield from _compressed(reader, found)
    for number in reader.xref_objStm:  # raises where the file's index leads to a stream of another kind
        found = reader.get_object(IndirectObject(number, 0, reader))
        if found is not None:
            yield found


def _compressed(reader: PdfReader, stream: StreamObject) -> Iterator[PdfObject]:
    """Yields the objects in a compressed stream, whether or not the file's index knows of them."""
    first, content = stream["/First"].get_object(), stream.get_data()
    assert isinstance(first, int)
    places = [int(word) for word in content[:first].split()][1::2]
    for place in places:
        data = BytesIO(content)
        data.seek(first + place)
        found = read_object(data, reader)
        if found is not None:
            yield found


def _part(each: DictionaryObject) -> PdfPart | None:
    is_script = not _SCRIPTS.isdisjoint(each) or each.get("/S") in _ACTIONS
    if is_script or any(_opens_an_address(each.get(key)) for key in _BY_ITSELF):
        return PdfPart.SCRIPT
    return PdfPart.FILES if not _FILES.isdisjoint(each) else None


def _opens_an_address(action: PdfObject | None) -> bool:
    """Returns whether an action, or one of several, opens an address."""
    found = action.get_object() if action is not None else None
    several = found.values() if isinstance(found, DictionaryObject) else ()
    some = found if isinstance(found, ArrayObject) else several
    every = [found, *(each.get_object() for each in some)]
    return any(isinstance(each, DictionaryObject) and each.get("/S") == "/URI" for each in every)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    sys.stdout.write(active_part(sys.stdin.buffer.read()) or CLEAN)
