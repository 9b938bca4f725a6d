"""Imports by programs: a file with how it is read, its dry run, the word to go, and the account."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from milepost.imports.encodings import NAMES
from milepost.store import customers, imports
from milepost.web.api.import_upload import UploadRequest
from tests.web.api_calls import V1, problem
from tests.web.conftest import World
from tests.web.example import ANA, BO
from tests.web.test_import_pages import BOOK, OURS, work, workbook

IMPORTS = f"{V1}/imports"
MAPPING = f"""mapping: Ours
columns:
  Customer number: id
  Name: name
  Company owner: team.csm
  Tier: attributes.tier
people: {{Ana Ruiz: {ANA}, Bo Ek: {BO}}}
"""


async def send(
    client: httpx.AsyncClient, book: bytes | str = BOOK, contacts: bytes | None = None, **fields: Any
) -> httpx.Response:
    files = {"book": ("book.csv", book if isinstance(book, bytes) else book.encode())}
    if contacts is not None:
        files["contacts"] = ("contacts.csv", contacts)
    return await client.post(IMPORTS, data=fields, files=files)


async def after_work(world: World, api: httpx.AsyncClient, number: int) -> dict[str, Any]:
    await work(world, f"{IMPORTS}/{number}")
    shown: dict[str, Any] = (await api.get(f"{IMPORTS}/{number}")).json()
    return shown


async def ids(world: World) -> list[str]:
    async with world.store.reading() as session:
        return sorted(await customers.ids(session))


async def test_a_file_is_sent_looked_at_let_go_and_accounted_for(world: World, api: httpx.AsyncClient) -> None:
    sent = await send(api, by=ANA)
    assert sent.status_code == 201, sent.text
    number = sent.json()["number"]
    assert (sent.json()["status"], sent.json()["uploaded_by"]) == ("looking", ANA)
    problem(await api.post(f"{IMPORTS}/{number}/go"), 409)

    looked = await after_work(world, api, number)
    assert (looked["status"], looked["preview"]["customers"]) == ("looked", {"new": 6, "journeys": 6})
    assert await ids(world) == ["acme"]

    gone = await api.post(f"{IMPORTS}/{number}/go")
    assert (gone.status_code, gone.json()["status"]) == (200, "queued")
    done = await after_work(world, api, number)
    assert (done["status"], done["customers"]["imported"], done["customers"]["refused"]) == ("done", 6, 1)
    assert done["account"]["by_column"][0][:2] == ["timezone", 1]
    again = await api.post(f"{IMPORTS}/{number}/go")
    assert (again.status_code, again.json()["status"]) == (200, "done")
    assert len(await ids(world)) == 7


async def test_an_import_goes_straight_and_with_the_same_id_it_is_one(world: World, api: httpx.AsyncClient) -> None:
    sent = [await send(api, begin="import", id="nightly-1") for _ in range(2)]
    assert [each.status_code for each in sent] == [201, 200]
    assert {each.json()["number"] for each in sent} == {1}
    assert (await after_work(world, api, 1))["customers"]["imported"] == 6

    late = await send(api, begin="import", id="nightly-1")
    assert (late.status_code, late.json()["status"]) == (200, "done")
    other = problem(await send(api, BOOK + "\n", begin="import", id="nightly-1"), 409)
    assert (other["code"], "Import 1" in other["message"]) == ("id_taken", True)
    assert (await send(api, begin="nothing")).json()["number"] == 2


async def test_a_mapping_and_choices_come_with_the_file(world: World, api: httpx.AsyncClient) -> None:
    fields = {"mapping": MAPPING, "encoding": "windows-1252", "stage": "start", "since": "2026-02-01", "whole": "team"}
    sent = await send(api, OURS.encode("cp1252"), **fields)

    assert sent.status_code == 201, sent.text
    chosen = {"stage": "start", "since": "2026-02-01", "whole": ["team"], "encoding": "cp1252"}
    assert sent.json()["options"] == {"choice": "edited", **chosen}
    assert sent.json()["mapping"] == MAPPING
    assert (await after_work(world, api, 1))["preview"]["customers"]["new"] == 2


async def test_what_a_mapping_lacks_is_proposed_and_left_to_people(world: World, api: httpx.AsyncClient) -> None:
    refused = problem(await send(api, OURS.encode("cp1252")), 422)
    assert (refused["code"], "Ana Ruiz" in refused["message"]) == ("import_choice", True)
    draft = (await send(api, OURS.encode("cp1252"), begin="nothing")).json()
    assert (draft["number"], draft["status"], '"Ana Ruiz": ""' in draft["mapping"]) == (1, "draft", True)
    problem(await api.post(f"{IMPORTS}/1/go"), 409)
    book = workbook(Cover=[["Our customers", "2026"], ["by", "Ana"]], Book=[["Kundennummer", "CSM"], ["1", "Ana Ruiz"]])
    draft = (await send(api, book, begin="nothing", mapping="proposed", sheet="Book")).json()
    assert '"Ana Ruiz": ""' in draft["mapping"]


async def test_a_sheet_is_named_or_the_first_that_has_rows(world: World, api: httpx.AsyncClient) -> None:
    row = ["c1", "Client", "Europe/Berlin"]
    book = workbook(Notes=[], Book=[["id", "name", "timezone"], row], More=[["id", "name"], ["c2", "X"], ["c3", "Y"]])
    assert (await send(api, book, stage="start")).json()["options"]["sheet"] == "Book"
    assert (await after_work(world, api, 1))["preview"]["customers"]["new"] == 1
    assert (await send(api, book, sheet="More")).json()["options"]["sheet"] == "More"
    assert (await after_work(world, api, 2))["preview"]["customers"]["new"] == 2
    assert "Book" in problem(await send(api, book, sheet="Bock"), 422)["message"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"mapping": "mapping: x\ncolumns: {Name: nmae}\n"}, "mapping: Line 2"),
        ({"stage": "strat"}, "did you mean 'start'"),
        ({"since": "2026-02-01"}, "since: "),
        ({"encoding": "klingon"}, "encoding: "),
        ({"begin": "now"}, "begin: "),
        ({"whole": "attributes"}, "whole"),
        ({"dry_run": "yes"}, "dry_run: "),
        ({"id": "x" * 201}, "id: "),
        ({"contacts": b"Name;Email\nA;a@x.example\n", "mapping": "own"}, "mapping: A file of contacts"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_stored(
    world: World, api: httpx.AsyncClient, fields: dict[str, Any], told: str
) -> None:
    response = await send(api, **fields)

    assert told in problem(response, 422)["message"]
    async with world.store.reading() as session:
        assert await imports.latest(session, limit=1) == []


async def test_a_file_that_cannot_be_taken_is_a_problem(world: World, api: httpx.AsyncClient) -> None:
    assert "No file" in problem(await api.post(IMPORTS, data={"begin": "import"}), 422)["message"]
    assert "empty" in problem(await send(api, b" "), 422)["message"]
    assert "No file" in problem(await api.post(IMPORTS, json={"book": "id"}), 422)["message"]
    headers = {"content-type": "multipart/form-data; boundary=b"}
    problem(await api.post(IMPORTS, content=b"--c nonsense", headers=headers), 400)
    large = problem(await send(api, b"id\n" + b"x\n" * (11 << 20)), 413)
    assert "20 MB" in large["message"]
    async with world.client() as stranger:
        problem(await send(stranger), 401)


async def test_an_import_is_cancelled_and_what_is_over_stays_so(world: World, api: httpx.AsyncClient) -> None:
    await send(api)
    assert (await api.post(f"{IMPORTS}/1/cancel")).json()["status"] == "draft"
    assert (await api.post(f"{IMPORTS}/1/dry-run")).json()["status"] == "looking"
    await after_work(world, api, 1)
    await api.post(f"{IMPORTS}/1/go")
    assert (await api.post(f"{IMPORTS}/1/cancel")).json()["status"] == "cancelled"
    for action in ("go", "cancel", "dry-run"):
        assert "cancelled" in problem(await api.post(f"{IMPORTS}/1/{action}"), 409)["message"]
        problem(await api.post(f"{IMPORTS}/9/{action}"), 404)
    assert await ids(world) == ["acme"]


async def test_a_file_whose_rows_cannot_be_read_ends_with_the_reason(world: World, api: httpx.AsyncClient) -> None:
    """An import without a dry run finds out by itself."""
    book = "id,name,timezone,tier\n" + "\n".join(f"c{n},C,Nowhere/At_All,pilot" for n in range(3))
    await send(api, book, begin="import")

    done = await after_work(world, api, 1)
    assert (done["status"], done["customers"]["refused"], done["preview"]) == ("done", 3, None)
    await send(api, BOOK, mapping="hubspot", begin="import")
    failed = await after_work(world, api, 2)
    assert (failed["status"], "Record ID" in failed["problem"]) == ("failed", True)


async def test_the_description_names_files_and_all_encodings(world: World, api: httpx.AsyncClient) -> None:
    schema = (await api.get("/api/openapi.json")).json()["paths"][IMPORTS]["post"]
    form = schema["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["properties"]["book"]["format"] == "binary"
    assert form["required"] == ["book"]
    assert set(UploadRequest.model_fields) < set(form["properties"])
    named = form["properties"]["encoding"]["anyOf"][0]["enum"]
    assert set(named) == {name.lower().replace(" ", "-") for name in NAMES.values()}
    for name in named:
        assert (await send(api, "id,name\nc,C\n".encode(name), encoding=name, mapping="own")).status_code == 201
    docs = (await api.get("/api/docs")).text
    assert "<code>book</code>" in docs
