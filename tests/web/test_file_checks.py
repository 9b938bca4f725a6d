"""What becomes of files: their check, what goes wrong half way, and when they go."""

from __future__ import annotations

import asyncio
import errno
import os
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select

from milepost.files.content import NAME_LENGTH
from milepost.files.places import Folder
from milepost.intake import files as kept
from milepost.intake.contact_erasure import export_contact, forget_contact
from milepost.intake.erasure import forget
from milepost.store import files
from milepost.store.file_tables import FileLeftoverRow
from milepost.store.files import FileOwner, FileStatus
from tests.files.test_content import office
from tests.web.conftest import World, text_of
from tests.web.example import DAY, KIM, SAM
from tests.web.file_forms import CHOSEN, HTML, PDF, SVG, answers, content, files_of, rows, send, with_form


@pytest.fixture
async def world(empty_world: World) -> World:
    return await with_form(empty_world)


# The check.


async def checked_by(world: World, *command: str) -> None:
    world.intake.context = replace(world.intake.context, files=replace(world.intake.context.files, scan=command))


async def test_a_file_is_being_checked_until_the_command_says_that_it_is_clean(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await checked_by(world, "sh", "-c", 'grep -q %PDF "$0" || exit 2')
    await send(world, visitor, CHOSEN)
    [row] = await rows(world)

    assert row.status == FileStatus.CHECKING
    page = await visitor.get(f"{world.plan()}/steps/connect")
    assert "We are checking this file. You need not wait for that." in text_of(page)
    assert (await visitor.get(f"{world.plan()}/files/{row.id}")).status_code == 409

    assert await kept.check_waiting(world.intake.context)

    assert [row.status for row in await rows(world)] == [FileStatus.READY]
    assert (await visitor.get(f"{world.plan()}/files/{row.id}")).content == PDF


async def test_a_file_in_which_something_is_found_is_removed_and_both_sides_are_told(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await checked_by(world, "sh", "-c", "exit 1")
    await send(world, visitor, CHOSEN)

    assert await kept.check_waiting(world.intake.context)

    [row] = await rows(world)
    assert row.status == FileStatus.FOUND
    assert await content(world, row.id) is None
    page = await visitor.get(f"{world.plan()}/steps/connect")
    assert "We removed this file, as our check found something harmful in it. Please send another one." in text_of(page)
    assert (await visitor.get(f"{world.plan()}/files/{row.id}")).status_code == 410
    tasks = [each for each in await world.timeline() if each.kind == "task_added"]
    assert ["Ask for another file: contract.pdf" in str(each.data) for each in tasks] == [True]


async def test_a_check_that_fails_is_made_again_and_the_file_waits(world: World, visitor: httpx.AsyncClient) -> None:
    await checked_by(world, "sh", "-c", "exit 2")
    await send(world, visitor, CHOSEN)

    for command in (("sh", "-c", "exit 2"), ("/nonexistent/scanner",)):
        await checked_by(world, *command)
        assert not await kept.check_waiting(world.intake.context)
        assert [row.status for row in await rows(world)] == [FileStatus.CHECKING]


# What goes wrong half way.


def owner(contact: str = KIM) -> FileOwner:
    return FileOwner("acme/1", "connect", "contract", contact)


async def test_the_same_file_sent_twice_at_once_is_kept_once(world: World) -> None:
    upload = kept.Upload("contract.pdf", PDF)

    taken = await asyncio.gather(*(kept.take_in(world.intake.context, owner(), upload) for _ in range(5)))

    assert len({row.id for row in taken}) == 1
    assert [row.status for row in await rows(world)] == [FileStatus.READY]


async def test_a_disk_that_is_full_is_said_in_the_field_and_nothing_is_left_of_the_file(
    world: World, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    response = await send(world, visitor, CHOSEN, room="The big one")

    assert response.status_code == 422
    assert "We can't keep files right now. Please try again later, or paste a link to it." in text_of(response)
    assert 'value="The big one"' in response.text
    folder = world.intake.context.files.place
    assert isinstance(folder, Folder)
    assert (list(folder.path.iterdir()), await answers(world)) == ([], {})


async def test_a_file_whose_row_was_lost_before_its_content_was_noted_is_completed_or_swept(
    world: World, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> bool:
        raise RuntimeError("the process ends here")

    for name in ("one.pdf", "two.pdf"):
        with monkeypatch.context() as broken:
            broken.setattr(files, "change_status", lost)
            await send(world, visitor, files_of(name=name, data=PDF + name.encode()))
    first, second = await rows(world)
    assert {first.status, second.status} == {FileStatus.COMING}
    assert await content(world, first.id) is not None

    await send(world, visitor, files_of(name="one.pdf", data=PDF + b"one.pdf"))
    assert (await answers(world))["contract"] == kept.answer_of(first)
    for _ in range(4):
        world.at += 0.7 * DAY
        await kept.sweep(world.intake.context)

    assert [(row.id, row.status) for row in await rows(world)] == [(first.id, FileStatus.READY)]
    assert await content(world, second.id) is None


@pytest.mark.parametrize("end", [b"\n" + HTML, b"\n" + SVG, office("index.html")])
async def test_a_file_that_is_two_things_at_once_comes_as_its_first_and_to_be_saved(
    world: World, visitor: httpx.AsyncClient, end: bytes
) -> None:
    await send(world, visitor, files_of(name="both.html", data=PDF + end))
    [row] = await rows(world)

    response = await visitor.get(f"{world.plan()}/files/{row.id}")

    assert (row.name, row.type) == ("both.html.pdf", "pdf")
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-disposition"].startswith("attachment; ")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


async def test_the_form_says_before_the_upload_what_is_taken(world: World, visitor: httpx.AsyncClient) -> None:
    page = await visitor.get(f"{world.plan()}/steps/connect")

    assert 'name="answers.contract.file" accept=".pdf,.docx,.xlsx' in page.text
    assert "At most 20 MB; we take pdf, docx, xlsx, pptx, odt, ods, odp, csv, txt, png, jpg." in text_of(page)


async def test_names_from_everywhere_are_kept_and_can_be_saved(world: World, visitor: httpx.AsyncClient) -> None:
    for number, name in enumerate(("契約書.pdf", "عقد.pdf", "invoice\u202efdp.exe", "x" * 300 + ".pdf", "🧾.pdf")):
        response = await send(
            world, visitor, files_of(name=name, data=PDF + bytes([65 + number])), page="/steps/connect"
        )
        assert response.status_code == 303

    for row in await rows(world):
        response = await visitor.get(f"{world.plan()}/files/{row.id}")
        assert response.status_code == 200
        assert response.headers["content-disposition"].isascii()
        assert row.name.endswith(".pdf")
        assert len(row.name) <= NAME_LENGTH
        assert "\u202e" not in row.name


# What goes.


async def test_the_file_of_a_form_that_was_never_sent_is_swept_and_one_that_is_used_stays(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await send(world, visitor, CHOSEN, room="")
    await send(world, visitor, files_of(name="other.pdf", data=PDF + b"%"))
    by_name = {row.name: row.id for row in await rows(world)}
    unused, used = by_name["contract.pdf"], by_name["other.pdf"]

    for _ in range(4):
        world.at += 0.7 * DAY
        await kept.sweep(world.intake.context)

    assert [row.id for row in await rows(world)] == [used]
    assert (await content(world, unused), await content(world, used)) == (None, PDF + b"%")


async def test_a_file_is_removed_when_it_was_kept_for_long_enough(world: World, visitor: httpx.AsyncClient) -> None:
    world.intake.context = replace(world.intake.context, files=replace(world.intake.context.files, days=30))
    await send(world, visitor, CHOSEN)

    world.at += 29 * DAY
    await kept.sweep(world.intake.context)
    assert [row.status for row in await rows(world)] == [FileStatus.READY]
    world.at += 2 * DAY
    await kept.sweep(world.intake.context)

    [row] = await rows(world)
    assert (row.status, await content(world, row.id)) == (FileStatus.REMOVED, None)


async def test_files_are_forgotten_with_their_customer(world: World, visitor: httpx.AsyncClient) -> None:
    await send(world, visitor, CHOSEN)
    [row] = await rows(world)

    await forget(world.intake.context, "acme")

    assert (await rows(world), await content(world, row.id)) == ([], None)
    async with world.store.reading() as session:
        assert list(await session.scalars(select(FileLeftoverRow.id))) == []


async def test_files_are_exported_with_a_person_and_their_contents_go_with_them(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await send(world, visitor, CHOSEN)
    [row] = await rows(world)

    exported = await export_contact(world.intake.context, KIM)
    records = [each["data"] for each in exported["records"] if each["table"] == "files"]
    assert [(each["id"], each["name"], each["sha256"]) for each in records] == [(row.id, row.name, row.sha256)]

    await forget_contact(world.intake.context, KIM)

    [after] = await rows(world)
    assert (after.status, KIM in after.contact, await content(world, row.id)) == (FileStatus.REMOVED, False, None)
    assert SAM in str((await world.journey()).state)
