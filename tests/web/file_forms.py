"""What the tests of files in forms share: a map that asks for some, and how a browser sends them."""

from __future__ import annotations

import httpx
from sqlalchemy import select

from milepost.customer import Contact
from milepost.store.file_tables import FileRow
from tests.files.pdfs import pdf
from tests.web.conftest import World, form_in
from tests.web.example import FILES, customer

PDF = pdf()
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde"
HTML = b"<!DOCTYPE html><html><script>alert(document.domain)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
FORM = """        done_when: {event: connected}
        asks:
          - {field: contract, title: The signed contract, type: file}
          - {field: plan, title: A drawing, type: file, optional: true}
          - {field: room, title: Which room?}
"""
MAP = FILES["map.yaml"].replace("        done_when: {event: connected}\n", FORM)
LEO = "leo@acme.example"
CHOSEN = {"answers.contract.file": ("contract.pdf", PDF, "application/pdf")}


async def with_form(world: World) -> World:
    """Brings Acme to a step whose form asks for two files; Leo is a contact to whom it doesn't belong."""
    await world.publish({**FILES, "map.yaml": MAP})
    people = (*customer().contacts, Contact("Leo Ott", LEO, ("admin",)))
    await world.add(customer(contacts=people))
    await world.tell(step_done="kickoff", result="held")
    return world


def files_of(*, name: str, data: bytes, field: str = "contract") -> dict[str, tuple[str, bytes]]:
    return {f"answers.{field}.file": (name, data)}


async def send(
    world: World, visitor: httpx.AsyncClient, sent: object = None, page: str = "", **typed: str
) -> httpx.Response:
    """Sends the form as a browser does; an input in which no file was chosen comes with an empty name."""
    hidden = form_in(await visitor.get(f"{world.plan()}{page}"), "/upload")
    data = {**hidden, "answers.room": "12", **{f"answers.{name}": text for name, text in typed.items()}}
    return await visitor.post(f"{world.plan()}/upload", data=data, files=sent or {"answers.contract.file": ("", b"")})


async def rows(world: World) -> list[FileRow]:
    async with world.store.reading() as session:
        return list(await session.scalars(select(FileRow).order_by(FileRow.received_at, FileRow.name)))


async def answers(world: World) -> dict[str, object]:
    return (await world.journey()).state.get("answers", {}).get("connect", {})


async def content(world: World, file: str) -> bytes | None:
    return await world.intake.context.files.place.get(file)
