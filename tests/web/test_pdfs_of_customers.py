"""A PDF that does something by itself, has files in it, or can't be read isn't taken: its field says what to do."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from milepost.files.content import FileType
from tests.files.pdfs import WITH_SCRIPT, pdf, written
from tests.web.conftest import World, text_of
from tests.web.file_forms import files_of, rows, send, with_form

FILE_WITHIN = written(pdf(), file=b"MZ")
REFUSED = {
    "script": (
        WITH_SCRIPT,
        (
            "There is a script in this PDF, or it opens something by itself, so we can't take it. "
            "Please print it as a PDF, and send that one."
        ),
    ),
    "file": (FILE_WITHIN, "There are other files in this PDF. Please send it without them, and them separately."),
    "password": (
        written(pdf(), password="secret"),
        "This PDF needs a password. Please save it without one, and send that one.",
    ),
    "broken": (pdf()[:60], "We can't read this PDF. Please print it as a PDF once more, and send that one."),
}


@pytest.fixture
async def world(empty_world: World) -> World:
    return await with_form(empty_world)


@pytest.mark.parametrize("name", REFUSED)
async def test_the_field_says_what_is_wrong_and_what_to_do(world: World, visitor: httpx.AsyncClient, name: str) -> None:
    data, sentence = REFUSED[name]
    page = await send(world, visitor, files_of(name="contract.pdf", data=data))

    assert page.status_code == 422
    assert f"contract.pdf: {sentence}" in text_of(page)
    assert 'aria-describedby="f-connect-contract-wrong"' in page.text
    assert await rows(world) == []


async def test_whoever_takes_archives_takes_files_in_a_pdf_and_no_scripts(
    world: World, visitor: httpx.AsyncClient
) -> None:
    context = world.intake.context
    world.intake.context = replace(context, files=replace(context.files, types=(FileType.PDF, FileType.ZIP)))
    refused = await send(world, visitor, files_of(name="contract.pdf", data=WITH_SCRIPT))
    taken = await send(world, visitor, files_of(name="contract.pdf", data=FILE_WITHIN))

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert [row.type for row in await rows(world)] == [FileType.PDF]
