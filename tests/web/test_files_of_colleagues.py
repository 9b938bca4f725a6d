"""Files that colleagues attach to tasks and notes, and those that programs send, read and delete."""

from __future__ import annotations

import httpx
import pytest

from milepost.intake import files as kept
from milepost.store.files import EVIDENCE
from tests.web.api_calls import V1, problem
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, DAY, KIM, SAM, customer
from tests.web.file_forms import HTML, PDF, answers, content, rows, with_form

FILES = f"{V1}/customers/acme/files"
SENT = {"file": ("contract.pdf", PDF)}


@pytest.fixture
async def world(empty_world: World) -> World:
    return await with_form(empty_world)


async def notes(world: World) -> list[tuple[object, object]]:
    return [(row.data.get("text"), row.data.get("by")) for row in await world.timeline() if row.kind == "note"]


# Colleagues.


async def test_a_file_is_attached_to_a_task_with_a_note_and_the_task_stays_open(
    world: World, browser: httpx.AsyncClient
) -> None:
    hidden = form_in(await browser.get("/desk/queues"), "/desk/tasks/files")
    first = await browser.post("/desk/tasks/files", data={**hidden, "note": "Signed by both"}, files=SENT)
    again = await browser.post("/desk/tasks/files", data={**hidden, "note": "Signed by both"}, files=SENT)

    assert (first.status_code, again.status_code) == (303, 303)
    assert "told=again" in again.headers["location"]
    [row] = await rows(world)
    assert (row.step, row.field, row.contact, row.status) == ("set_up", EVIDENCE, ANA, "ready")
    assert await notes(world) == [("contract.pdf: Signed by both", ANA)]
    assert (await world.task("set_up/1")).status == "open"
    page = await browser.get("/ops/customers/acme?tab=results")
    assert f'<a href="/ops/files/{row.id}" download>contract.pdf</a>' in page.text
    assert (await browser.get(f"/ops/files/{row.id}")).content == PDF


async def test_nothing_is_attached_to_a_task_that_is_closed(world: World, browser: httpx.AsyncClient) -> None:
    hidden = form_in(await browser.get("/desk/queues"), "/desk/tasks/files")
    await world.tell(step_done="set_up")

    response = await browser.post("/desk/tasks/files", data=hidden, files=SENT)

    assert "told=closed" in response.headers["location"]
    assert await rows(world) == []


async def test_a_file_is_kept_with_a_note_about_a_customer_and_is_never_swept(
    world: World, browser: httpx.AsyncClient
) -> None:
    hidden = form_in(await browser.get("/ops/customers/acme?act=files"), "/ops/customers/acme/files")
    response = await browser.post("/ops/customers/acme/files", data=hidden, files=SENT)

    assert response.status_code == 303
    assert await notes(world) == [("contract.pdf was attached", ANA)]
    for _ in range(4):
        world.at += 0.7 * DAY
        await kept.sweep(world.intake.context)
    [row] = await rows(world)
    assert (row.step, await content(world, row.id)) == ("", PDF)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"file": ("page.pdf", HTML)}, "The file 'page.pdf' is of a kind that isn't taken."),
        ({"file": ("empty.pdf", b"")}, "The file 'empty.pdf' is empty."),
        ({"file": ("", b"")}, "No file was chosen."),
    ],
)
async def test_a_colleague_reads_why_a_file_is_not_taken(
    world: World, browser: httpx.AsyncClient, files: dict[str, tuple[str, bytes]], said: str
) -> None:
    hidden = form_in(await browser.get("/ops/customers/acme?act=files"), "/ops/customers/acme/files")
    response = await browser.post("/ops/customers/acme/files", data=hidden, files=files)

    assert response.status_code == 422
    assert said in text_of(response)
    assert (await rows(world), await notes(world)) == ([], [])


async def test_only_a_colleague_who_has_said_who_they_are_attaches_a_file(
    world: World, browser: httpx.AsyncClient, visitor: httpx.AsyncClient
) -> None:
    hidden = form_in(await browser.get("/ops/customers/acme?act=files"), "/ops/customers/acme/files")
    await world.add(customer("other"))

    stranger = await visitor.post("/ops/customers/acme/files", data=hidden, files=SENT)
    elsewhere = await browser.post("/ops/customers/other/files", data=hidden, files=SENT)
    forged = await browser.post("/desk/tasks/files", data={"form": "forged"}, files=SENT)

    assert (stranger.status_code, elsewhere.status_code, forged.status_code) == (303, 403, 403)
    assert "/sign-in" in stranger.headers["location"]
    assert await rows(world) == []


# Programs.


async def test_a_program_sends_a_file_and_tells_the_form_with_it(world: World, api: httpx.AsyncClient) -> None:
    response = await api.post(FILES, data={"step": "connect", "field": "contract", "by": KIM}, files=SENT)
    assert response.status_code == 201, response.text
    shown = response.json()
    assert (shown["name"], shown["size"], shown["type"], shown["status"], shown["by"]) == (
        "contract.pdf", len(PDF), "pdf", "ready", KIM,
    )  # fmt: skip

    again = await api.post(FILES, data={"step": "connect", "field": "contract", "by": KIM}, files=SENT)
    assert again.json()["file"] == shown["file"]
    fact = {"customer": "acme", "step_done": "connect", "answers": {"contract": shown["answer"], "room": "12"}}
    assert (await api.post(f"{V1}/facts", json=fact)).status_code == 200
    assert (await answers(world))["contract"] == shown["answer"]


async def test_files_are_listed_read_and_deleted_once(world: World, api: httpx.AsyncClient) -> None:
    shown = (await api.post(FILES, data={"step": "kickoff"}, files=SENT)).json()
    assert (shown["step"], shown["field"], shown["by"]) == ("kickoff", None, "key api")

    assert (await api.get(FILES)).json() == {"customer": "acme", "files": [shown]}
    read = await api.get(f"{FILES}/{shown['file']}")
    assert (read.content, read.headers["content-disposition"].split(";")[0]) == (PDF, "attachment")

    why = {"by": ANA, "reason": "Sent by mistake"}
    first = await api.delete(f"{FILES}/{shown['file']}", params=why)
    again = await api.delete(f"{FILES}/{shown['file']}", params=why)
    assert (first.json()["status"], again.json()["status"]) == ("removed", "removed")
    assert await content(world, shown["file"]) is None
    assert await notes(world) == [("The file contract.pdf was deleted: Sent by mistake", ANA)]
    assert problem(await api.get(f"{FILES}/{shown['file']}"), 410)["code"] == "file_removed"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ((FILES, {}, {"file": ("page.pdf", HTML)}), 422, "file_refused"),
        ((FILES, {"step": "nowhere"}, SENT), 422, "invalid_fact"),
        ((FILES, {"step": "connect", "field": "room"}, SENT), 422, "invalid_fact"),
        ((FILES, {"field": "contract"}, SENT), 422, "invalid_fact"),
        ((FILES, {"step": "connect"}, {"other": ("a.pdf", PDF)}), 422, "invalid"),
        ((FILES, {"step": "connect"}, {}), 400, "bad_request"),
        ((f"{V1}/customers/nobody/files", {}, SENT), 404, "unknown_customer"),
    ],
)
async def test_a_program_reads_why_a_file_is_not_taken(
    world: World,
    api: httpx.AsyncClient,
    sent: tuple[str, dict[str, str], dict[str, tuple[str, bytes]]],
    status: int,
    code: str,
) -> None:
    path, data, files = sent
    response = await api.post(path, data=data, files=files)

    assert problem(response, status)["code"] == code
    assert await rows(world) == []


async def test_a_file_of_another_customer_is_not_there(world: World, api: httpx.AsyncClient) -> None:
    await world.add(customer("other"))
    shown = (await api.post(FILES, files=SENT)).json()

    for method in ("GET", "DELETE"):
        response = await api.request(method, f"{V1}/customers/other/files/{shown['file']}")
        assert problem(response, 404)["code"] == "unknown_file"
    assert (await api.get(f"{V1}/customers/other/files")).json()["files"] == []
    async with world.client() as stranger:
        assert (await stranger.get(FILES)).status_code == 401
    assert SAM not in str(shown)
