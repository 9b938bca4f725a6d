"""Whatever is sent: no answer is a server's error, each is as documented, and what is taken in can be planned."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import requests
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from sqlalchemy import select

from milepost.settings import Settings
from milepost.store.database import open_store
from milepost.store.tables import JourneyRow
from milepost.web import app as web_app
from tests.web.api_calls import V1, problem
from tests.web.conftest import BASE, KEY, World, form_in, sign_in
from tests.web.example import ANA, DAY, FILES, MAP
from tests.web.odd_values import DEEP, FACTS, RECORD, TEXTS, WIDE, odd, texts, values

EXAMPLES = int(os.environ.get("BAD_INPUT_EXAMPLES", "25"))
quick = settings(max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
thorough = settings(quick, max_examples=4 * EXAMPLES)
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
ASKING = """done_when: {event: connected, if: "event.rows > 100 && event.deep.x == 1 && event.tags[0] == 'a'"}"""
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


class Door:
    """The application with Acme's journey, on a loop of its own: hypothesis calls tests that wait for nothing."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self.world = self._loop.run_until_complete(self._open(folder, database_url))
        self.api = self.world.api()
        self.browser = self.world.client()
        self.wait(sign_in(self.browser, ANA))

    @staticmethod
    async def _open(folder: Path, database_url: str) -> World:
        settings = Settings(data=folder, database_url=database_url, secret_key="s" * 32, api_keys=(KEY,))
        world = World(open_store(database_url), settings)
        await world.publish({**FILES, "map.yaml": MAP.replace("done_when: {event: connected}", ASKING)})
        await world.add()
        return world

    def wait(self, coming: Any) -> Any:
        return self._loop.run_until_complete(coming)

    def send(self, path: str, body: Any) -> httpx.Response:
        content = json.dumps(body).encode()
        response = self.wait(self.api.post(V1 + path, content=content, headers={"content-type": "application/json"}))
        self.check(response)
        return response

    def check(self, response: httpx.Response) -> None:
        assert response.status_code < 500, response.text
        response.content.decode()
        assert self.wait(self.blocked()) == []

    async def blocked(self) -> list[tuple[str, str | None]]:
        """The journeys that can't be planned, with the reason."""
        async with self.world.store.reading() as session:
            blocked = select(JourneyRow).where(JourneyRow.blocked_since.is_not(None))
            return [(row.id, row.blocked_why) for row in await session.scalars(blocked)]

    def pass_time(self, days: int) -> None:
        self.wait(self.world.move_to(int(self.world.at) + days * DAY))
        assert self.wait(self.blocked()) == []

    def close(self) -> None:
        for each in (self.api, self.browser):
            self.wait(each.aclose())
        self.wait(self.world.store.close())
        self._loop.close()


@pytest.fixture
def door(tmp_path: Path, database_url: str) -> Iterator[Door]:
    door = Door(tmp_path, database_url)
    yield door
    door.close()


CONTACT = {"name": "Sam", "email": "sam@acme.example"}
REFUSED: tuple[tuple[str, Any, int], ...] = (
    ("/customers/acme/timeline?after=" + "1" * 23, None, 422),
    ("/customers?search=" + "x" * 30_000, None, 422),
    ("/customers?search=" + "%25" * 20_000, None, 431),
    ("/customers?search=a%00b", None, 400),
    ("/customers/a%00b", None, 400),
    ("/tasks?person=a%00b", None, 400),
    ("/facts", {"customer": "a\0b", "event": "connected"}, 404),
    ("/facts", {"customer": "acme", "\ud800": 1}, 422),
    ("/facts", {"customer": "acme", "step_done": "\ud800"}, 422),
    ("/facts", {"customer": "acme", "event": "connected", "properties": {"rows": float("nan")}}, 422),
    ("/facts", {"customer": "acme", "event": "connected", "properties": {"rows": 10**400}}, 422),
    ("/facts", {"customer": "acme", "event": "connected", "properties": {"x": "x" * 2001}}, 422),
    ("/facts", {"customer": "acme", "event": "connected", "properties": {"x" * 201: 1}}, 422),
    ("/facts", {"customer": "acme", "event": "connected", "properties": WIDE}, 422),
    ("/facts", {"customer": "acme", "event": "connected", "properties": {"x": [[1] * 60] * 20}}, 422),
    ("/facts", {"customer": "acme", "event": "connected", "properties": {"x": DEEP}}, 422),
    ("/facts", {"customer": "acme", "event": "connected", "note": "x" * 10_001}, 422),
    ("/facts", {"customer": "acme", "set": {"health": 1e300}}, 422),
    ("/facts", {"customer": "acme", "set": {f"a{number}": 1 for number in range(201)}}, 422),
    ("/facts", {"customer": "acme", "contacts": [CONTACT] * 201}, 422),
    ("/facts", {"customer": "acme", "contacts": [{**CONTACT, "personas": ["sponsor"] * 21}]}, 422),
    ("/facts", {"customer": "acme", "team": {f"r{number}": ANA for number in range(51)}}, 422),
    ("/facts", {"customer": "acme", "answer": "faster", "verdict": "verified", "value": float("inf")}, 422),
    ("/facts", {"customer": "acme", "snoozed": "set_up", "until": "2026-03-20" * 30}, 422),
    ("/facts", [{"customer": "acme", "event": "connected"}] * 1001, 422),
    ("/customers", {**RECORD, "name": "x" * 201}, 422),
    ("/customers", {**RECORD, "id": "x" * 101}, 422),
    ("/customers", {**RECORD, "timezone": "x" * 900_000}, 422),
    ("/customers", {**RECORD, "country": "x" * 900_000}, 422),
    ("/customers", {**RECORD, "x" * 900_000: 1}, 422),
    ("/customers", {**RECORD, "contacts": [{}] * 150}, 422),
    ("/facts", {"customer": "acme", "team": {"x" * 900_000: ANA}}, 422),
    ("/customers", {**RECORD, "attributes": {"tier": "x" * 2001}}, 422),
    ("/customers", {**RECORD, "attributes": {f"a{number}": 1 for number in range(201)}}, 422),
    ("/customers", {**RECORD, "attributes": {"renews_on": "2027-03-01T00:00:00Z"}}, 422),
    ("/customers", {**RECORD, "attributes": {"renews_on": "9999-12-31"}}, 422),
    ("/customers", {**RECORD, "attributes": {"health": float("-inf")}}, 422),
    ("/customers", {**RECORD, "contacts": [CONTACT] * 201}, 422),
    ("/customers", {**RECORD, "team": {f"r{number}": ANA for number in range(51)}}, 422),
)


def test_what_is_too_much_is_refused_with_where_and_why(door: Door) -> None:
    for path, body, status in REFUSED:
        response = door.wait(door.api.get(V1 + path)) if body is None else door.send(path, body)
        error = problem(response, status)
        assert error["hint"], path
        assert len(error["message"]) < 8000, path


def test_a_body_that_cannot_be_read_is_refused(door: Door) -> None:
    digits = b'{"customer": "acme", "event": "e", "properties": {"x": ' + b"9" * 100_000 + b"}}"
    halves = b'{"customer": "acme", "event": "\xed\xa0\x80"}'
    bodies = (b"[" * 500_000, b'{"a":' * 150_000, digits, halves, b"\xff", b"\0", b'"\n"', b"{]", b"\x1f\x8b\x08")
    for path in ("/facts", "/customers"):
        for body in bodies:
            headers = {"content-type": "application/json"}
            response = door.wait(door.api.post(V1 + path, content=body, headers=headers))
            assert response.status_code in (400, 422), body[:20]
            problem(response, response.status_code)


def test_characters_that_no_database_holds_are_left_out(door: Door) -> None:
    door.send("/customers", {**RECORD, "name": "Glo\0bex \ud83d", "attributes": {"tier": "pilot", "own\0er": "A\0na"}})
    door.send("/facts", {"customer": "acme", "step_done": "kickoff", "result": "held", "note": "a \ud83d", "id": "f\0"})

    stored = door.wait(door.api.get(f"{V1}/customers/globex")).json()
    assert (stored["name"], stored["attributes"]["owner"]) == ("Globex \ufffd", "Ana")
    [fact] = door.wait(door.world.facts())
    assert (fact.id, fact.data["note"]) == ("f", "a \ufffd")


def operations(door: Door) -> list[Any]:
    schema = schemathesis.openapi.from_dict(door.world.app.openapi())
    return [each.ok() for each in schema.get_all_operations()]


def _body(data: Any, files: Any) -> tuple[bytes | str | None, dict[str, str]]:
    """The body that was made up, and its content type where it has parts, which httpx wouldn't write of any value."""
    if not files:
        return data if data is None or isinstance(data, bytes | str) else repr(data), {}
    prepared = requests.Request("POST", BASE, data=data, files=files).prepare()
    return prepared.body, {"Content-Type": prepared.headers["Content-Type"]}


def test_the_api_keeps_to_its_description_whatever_it_is_sent(door: Door) -> None:
    for operation in operations(door):

        @quick
        @given(st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES]))
        def run(case: Any) -> None:
            request = case.as_transport_kwargs(base_url=BASE)
            request.pop("cookies", None)
            content, kind = _body(request.pop("data", None), request.pop("files", None))
            request["headers"] = {**dict(request["headers"]), **kind, "Authorization": f"Bearer {KEY}"}
            response = door.wait(door.api.request(content=content, **request))
            case.validate_response(response, checks=CHECKS)

        run()


def test_no_fact_fails_or_blocks_a_journey(door: Door) -> None:
    @thorough
    @given(odd(*({"customer": "acme", **fact} for fact in FACTS)), st.integers(0, 3))
    def run(fact: Any, days: int) -> None:
        door.send("/facts", fact)
        door.pass_time(days)

    run()
    for fact in FACTS:
        assert door.send("/facts", {"customer": "acme", **fact}).status_code in (200, 202, 422)
    door.pass_time(700)


def test_no_list_of_facts_fails_and_each_is_answered(door: Door) -> None:
    @thorough
    @given(st.lists(odd(*({"customer": "acme", **fact} for fact in FACTS)), max_size=4))
    def run(facts: list[Any]) -> None:
        response = door.send("/facts", facts)
        if response.status_code == 200:
            assert len(response.json()) == len(facts)

    run()


def test_no_customer_record_fails_or_blocks_a_journey(door: Door) -> None:
    @thorough
    @given(odd(RECORD), st.integers(0, 3))
    def run(record: Any, days: int) -> None:
        door.send("/customers", record)
        door.pass_time(days)

    run()
    assert door.send("/customers", RECORD).status_code in (200, 201)
    door.pass_time(700)


NAMES = (
    "search", "map", "stage", "status", "risk", "stuck", "blocked", "health_below", "sort", "page", "journey", "kind",
    "next", "told", "all", "customer", "person", "role", "after", "limit", "offset", "contact", "open_risk", "cursor",
    "since", "until", "begun", "month", "version", "of", "owner", "renews", "tab", "act", "section", "by", "together",
)  # fmt: skip
queries = st.dictionaries(st.sampled_from(NAMES), texts | st.sampled_from(["acme", "acme/1", "open", "yes", "7"]))
shown = st.one_of(texts, st.sampled_from(["acme", "1", ANA, "connect/1/opening/1", "html", "pilot"]))


def paths_of(method: str) -> list[str]:
    """The addresses that take a method, with braces for what varies in them."""
    routes = [route for router in web_app.ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return sorted({re.sub(r"\{[^}]+\}", "{}", route.path) for route in routes if method in route.methods})


def test_no_address_fails(door: Door) -> None:
    paths = paths_of("GET")
    assert {"/ops/customers/{}", "/api/v1/steps", "/plan/{}/outcomes/{}"} <= set(paths)

    @thorough
    @given(st.sampled_from([*paths, "/static/{}", "/{}"]), st.lists(shown, min_size=3, max_size=3), queries)
    def run(path: str, parts: list[str], query: dict[str, str]) -> None:
        parts = [quote(part.encode("utf-8", "surrogatepass")[:9000], safe="") for part in parts]
        query = {name: text.encode("utf-8", "replace").decode()[:9000] for name, text in query.items()}
        client = door.api if path.startswith("/api/v1") else door.browser
        door.check(door.wait(client.get(path.format(*parts), params=query)))

    run()


def test_no_host_fails(door: Door) -> None:
    for host in ("[", "a b", "", "x" * 5000, "127.0.0.1:99999", "é", "[::1", "%"):
        for path in ("/", "/api/v1/tasks", "/nothing", "/ops/customers?page=x"):
            door.check(door.wait(door.browser.get(path, headers={"host": host.encode()})))


FORMS = (
    (
        "/ops/customers/acme",
        "/ops/customers/acme",
        ("pause", "resume", "answer", "revoke", "play", "set", "note", "task", "end"),
    ),
    (f"/desk/{ANA}", "/desk/tasks", ("done", "skip", "snooze", "hand-over")),
)
FIELDS = (
    "reason", "outcome", "verdict", "value", "comment", "evidence", "play", "attribute", "result", "note", "until",
    "person", "next", "form",
)  # fmt: skip
TYPED = ("faster", "rescue", "health", "renews_on", "trial", "held", "verified", "partial", "12.5", "2026-04-01", ANA)


def test_no_form_fails_or_blocks_a_journey(door: Door) -> None:
    sent = []
    for page, start, actions in FORMS:
        for action in actions:
            shown = door.wait(door.browser.get(page, params={"act": action}))
            if f'action="{start}/{action}"' in shown.text:
                sent.append((f"{start}/{action}", form_in(shown, f"{start}/{action}")["form"]))
    assert len(sent) >= 6

    @thorough
    @given(
        st.sampled_from(sent),
        st.dictionaries(st.sampled_from(FIELDS), texts | st.sampled_from(TYPED)),
        st.booleans(),
        st.integers(0, 1),
    )
    def run(form: tuple[str, str], fields: dict[str, str], many_parts: bool, days: int) -> None:  # noqa: FBT001
        action, token = form
        data = {"form": token, **{name: text.encode("utf-8", "replace").decode() for name, text in fields.items()}}
        request = {"files": {name: (None, text) for name, text in data.items()}} if many_parts else {"data": data}
        door.check(door.wait(door.browser.post(action, **request)))
        door.pass_time(days)

    run()


def test_no_form_without_a_token_fails(door: Door) -> None:
    paths = [path for path in paths_of("POST") if not path.startswith("/api/")]

    @thorough
    @given(
        st.sampled_from(paths),
        shown,
        st.dictionaries(st.sampled_from(FIELDS), texts | st.sampled_from(TYPED)),
        st.binary(),
    )
    def run(path: str, part: str, fields: dict[str, str], raw: bytes) -> None:
        address = path.replace("{}", quote(part.encode("utf-8", "surrogatepass")[:9000], safe=""))
        data = {name: text.encode("utf-8", "replace").decode() for name, text in fields.items()}
        door.check(door.wait(door.browser.post(address, data=data)))
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "nonsense"):
            door.check(door.wait(door.browser.post(address, content=raw, headers={"content-type": kind})))

    run()


def test_a_customer_answers_with_any_text(door: Door) -> None:
    door.send("/facts", {"customer": "acme", "step_done": "kickoff", "result": "held"})
    door.send("/facts", {"customer": "acme", "step_done": "connect"})
    door.pass_time(1)
    page = door.world.question()
    form = form_in(door.wait(door.browser.get(page)), "/answer")
    for text in TEXTS:
        typed = text.encode("utf-8", "replace").decode()
        for field in ("value", "comment", "verdict"):
            data = {**form, "verdict": "partial", field: typed}
            door.check(door.wait(door.browser.post(page.partition("/outcomes")[0] + "/answer", data=data)))


def test_signing_in_takes_any_text(door: Door) -> None:
    @thorough
    @given(texts, texts, values)
    def run(address: str, password: str, onward: Any) -> None:
        data = {"address": f"a{address}@x", "password": password, "next": str(onward)}
        data = {name: text.encode("utf-8", "replace").decode() for name, text in data.items()}
        door.check(door.wait(door.browser.post("/sign-in", data=data)))
        door.check(door.wait(door.browser.get("/desk", follow_redirects=True)))
        door.check(door.wait(door.browser.get("/ops/customers/acme")))

    run()
