"""Logs name nobody and hold no links, in success and in every failure: of the database, of mail, of requests."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from milepost.channels.links import LinkSigner
from milepost.store import links, messages
from tests.channels.loopback_servers import Mailbox, mail_server
from tests.programs import KEY, SECRET, Programs, address_of, programs
from tests.workflows.real_server import enrolled, has, intake_at, real_client
from tests.workflows.rig import eventually

PERSONAL = re.compile(
    r"sam@|(?<![a-z])(sam|poe)(?![a-z])|ana\.ruiz|confided|Bearer|(plan|proof|preferences|unsubscribe)/[\w-]{12,}|"
    + KEY,
    re.IGNORECASE,
)
REAL_SPEED = 1 / 86_400


def sabotage(url: str, table: str, moment: str) -> None:
    """Lets the database refuse rows, and quote their values as it does it."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None, timeout=30)) as connection:
            connection.execute(
                f"CREATE TRIGGER refuse_{table} {moment} ON {table} BEGIN "
                "SELECT RAISE(ABORT, 'refused: sam@acme.example, Sam Poe'); END"
            )
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger AS $$ BEGIN"
            " RAISE EXCEPTION 'refused: sam@acme.example'"
            " USING DETAIL = 'Failing row contains (Sam Poe).', ERRCODE = '23514'; END $$ LANGUAGE plpgsql"
        )
        connection.execute(f"CREATE TRIGGER refuse {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()".encode())


def mend(url: str, table: str) -> None:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None, timeout=30)) as connection:
            connection.execute(f"DROP TRIGGER refuse_{table}")
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP TRIGGER refuse ON {table}".encode())


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("real_server")
async def test_nothing_personal_is_logged(database_url: str, tmp_path: Path) -> None:
    log_format = "json" if database_url.startswith("sqlite") else "console"
    mailbox = Mailbox(at_rcpt="451 sam@acme.example is greylisted")
    async with (
        real_client() as client,
        mail_server(mailbox) as mail_port,
        intake_at(database_url, client, REAL_SPEED) as intake,
        programs(
            tmp_path, database_url, client.service_client.config.target_host, mail_port, log_format=log_format
        ) as running,
        httpx.AsyncClient(base_url=await address_of(running), trust_env=False, timeout=60) as browser,
    ):
        journey = await enrolled(intake)
        assert await tell(browser, step_done="kickoff", result="held", note="Sam Poe confided it") < 300
        await eventually(has(intake, journey, "message_sent"), within=60)

        async def is_refused() -> bool:
            async with intake.context.store.reading() as session:
                lines = (await messages.outbox(session)).lines
            return any("greylisted" in (line.message.last_error or "") for line in lines)

        await eventually(is_refused, within=60)
        async with intake.context.store.reading() as session:
            [link] = await links.of_customer(session, "acme")
        await ask_for_what_is_wrong(browser, link.id)
        for table, moment, fact in (
            ("facts", "BEFORE INSERT", {"event": "connected", "properties": {"user": "Sam"}}),
            ("messages", "BEFORE UPDATE", {}),
            ("timeline", "BEFORE INSERT", {"event": "connected", "properties": {"user": "Sam"}}),
        ):
            before = failures(running)
            sabotage(database_url, table, moment)
            if fact:
                assert await tell(browser, **fact) == (503 if table == "facts" else 200)
            await eventually(has_failed(running, before), within=90)
            mend(database_url, table)
        if not database_url.startswith("sqlite"):
            await away(database_url, browser)
    words = running.output
    assert "the database does not answer" in words
    assert "journey cannot be advanced" in words
    assert "activity failed" in words
    assert [line for line in words.splitlines() if PERSONAL.search(line)] == []


async def tell(browser: httpx.AsyncClient, customer: str = "acme", **fact: Any) -> int:
    fact = {"customer": customer, "by": "sam@acme.example", **fact}
    return (await browser.post("/api/v1/facts", json=fact, headers={"Authorization": f"Bearer {KEY}"})).status_code


async def ask_for_what_is_wrong(browser: httpx.AsyncClient, link_id: str) -> None:
    """Sends requests that are wrong, and opens links, good and bad."""
    assert await tell(browser, step_done=["sam@acme.example"]) == 422
    assert await tell(browser, customer="sam@acme.example", event="x") == 404
    token = LinkSigner(SECRET, "http://x").token(link_id)
    assert (await browser.get(f"/plan/{token}")).status_code == 200
    for link in (token, token[:-3] + "abc", "sam@acme.example"):
        await browser.get(f"/plan/{link}")
        await browser.post(f"/plan/{link}/answer", data={"comment": "Sam Poe"})
        for page in ("plan/{}/proof", "proof/{}", "preferences/{}", "unsubscribe/{}"):
            await browser.get("/" + page.format(link))
    await browser.post("/sign-in", data={"address": "ana.ruiz@vendor.example", "password": "confided"})
    await browser.get("/api/v1/customers/sam@acme.example", headers={"Authorization": "Bearer confided"})


def failures(running: Programs) -> int:
    return sum(running.output.count(words) for words in ("activity failed", "does not answer", "cannot be advanced"))


def has_failed(running: Programs, before: int) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return failures(running) > before

    return ask


async def away(url: str, browser: httpx.AsyncClient) -> None:
    """Takes PostgreSQL's database away for a while."""
    name = make_url(url).database
    with psycopg.connect(
        make_url(url).set(database="postgres").render_as_string(hide_password=False), autocommit=True
    ) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        assert await tell(browser, event="connected") == 503
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


PROGRAM = """
import asyncio, logging, sys
from milepost.settings import load
from milepost.temporal.logs import write_logs
import structlog

WORDS = sys.argv[2]
write_logs(load(log_format=sys.argv[1], log_level="debug"))

async def fail(): raise ValueError(WORDS)

async def main():
    task = asyncio.create_task(fail())
    await asyncio.sleep(0.01)
    del task
    import gc; gc.collect()
    logging.getLogger("aiosqlite").debug("executing INSERT ... %s", WORDS)
    logging.getLogger("milepost.ours").debug("in detail")
    try:
        try:
            raise KeyError(WORDS)
        except KeyError as error:
            raise ExceptionGroup(WORDS, [ValueError(WORDS)]) from error
    except ExceptionGroup:
        structlog.get_logger().exception("it failed", customer="acme")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

asyncio.run(main())
"""


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_errors_are_logged_with_their_places_and_without_their_words(tmp_path: Path, log_format: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    arguments = [sys.executable, str(program), log_format, "Sam Poe, sam@acme.example"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    result = subprocess.run(
        arguments, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path, env=environment
    )
    words = result.stdout + result.stderr
    assert PERSONAL.findall(words) == []
    for expected in (
        "it failed",
        "builtins.KeyError",
        "builtins.ValueError",
        "program.py",
        "never retrieved",
        "in detail",
    ):
        assert expected in words, expected
