from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from milepost.store import mail_switches
from milepost.store import schema_upgrade as migrate
from milepost.store.advance_tasks import PAUSED, WITHOUT_DATE
from milepost.store.agreement_tables import AgreementRow
from milepost.store.database import open_store
from milepost.store.errors import StoreTooNewError, StoreUnreachableError
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.schema_upgrade import config, upgrade
from milepost.store.tables import METADATA, JourneyRow


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.server)])
def empty_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'folder' / 'milepost.db'}"
    return request.getfixturevalue("empty_postgres_url")


async def differences(url):
    store = open_store(url)
    async with store.engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), METADATA)
        )
        tables = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    await store.close()
    return found, tables


async def test_upgrading_an_empty_database_gives_exactly_the_tables_of_the_models(empty_url):
    revision = await upgrade(empty_url)
    found, tables = await differences(empty_url)
    assert found == []
    assert tables == {*METADATA.tables, "alembic_version"}
    assert await upgrade(empty_url) == revision


async def test_processes_that_upgrade_at_once_all_succeed(empty_url):
    revisions = await asyncio.gather(*(upgrade(empty_url) for _ in range(8)))
    assert len(set(revisions)) == 1
    assert (await differences(empty_url))[0] == []


async def test_a_database_of_a_later_version_is_refused_and_not_changed(database_url):
    store = open_store(database_url)
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await store.close()
    with pytest.raises(StoreTooNewError, match="'9999'"):
        await upgrade(database_url)


async def test_a_migration_that_is_cut_off_leaves_nothing_behind(empty_url, monkeypatch):
    def fail(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("alembic.operations.Operations.create_index", fail)
        with pytest.raises(KeyboardInterrupt):
            await upgrade(empty_url)
    assert (await differences(empty_url))[1] == set()


async def test_a_database_that_cannot_be_opened_is_named_without_its_password(tmp_path):
    file = tmp_path / "file"
    file.write_text("no folder")
    with pytest.raises(StoreUnreachableError):
        await upgrade(f"sqlite:///{file / 'milepost.db'}")
    with pytest.raises(StoreUnreachableError) as raised:
        await upgrade("postgresql://milepost:hidden@127.0.0.1:1/milepost")
    assert "127.0.0.1:1" in str(raised.value)
    assert "hidden" not in str(raised.value)


def test_migrations_lie_inside_the_package_so_that_an_installed_milepost_has_them():
    folder = Path(config().get_main_option("script_location"))
    assert folder.parent == Path(migrate.__file__).parent
    assert list((folder / "versions").glob("0001*.py"))


_CUSTOMER = "INSERT INTO customers (id, name, timezone, attributes, team, created_at, updated_at) VALUES "
_JOURNEY = (
    "INSERT INTO journeys (id, customer_id, number, status, ended_at, state, "
    "map, version, started_at, revision, clock, updated_at) VALUES "
)
_TASK = (
    "INSERT INTO tasks (journey_id, task, due_at, status, "
    "customer_id, role, title, invite, opened_at, results, opened_revision) VALUES "
)
_OF_JOURNEY, _OF_TASK = "'m', 'v', 0, 1, 0, 0)", "'acme', 'csm', 'T', '[]', 5, '[]', 1)"
OLD_ROWS = (
    "INSERT INTO map_versions (hash, map, number, title, files, current, published_at) "  # noqa: ISC004
    "VALUES ('v', 'm', 1, 'M', '{}', (1 = 1), 0)",
    _CUSTOMER + """('acme', 'ÖBB Holding', 'UTC', '{}', '{"csm": " Ana@vendor.example", "boss": ""}', 0, 0)""",
    _CUSTOMER + "('Beta.1', 'Beta', 'UTC', '{}', '{}', 0, 0)",
    _JOURNEY + """('acme/1', 'acme', 1, 'ended', 9, '{"queue": [{}]}', """ + _OF_JOURNEY,
    _JOURNEY + """('acme/2', 'acme', 2, 'paused', NULL, '{"queue": [{}, {}]}', """ + _OF_JOURNEY,
    _JOURNEY + "('Beta.1/1', 'Beta.1', 1, 'open', NULL, '{}', " + _OF_JOURNEY,
    _TASK + "('acme/2', 'late', 7, 'open', " + _OF_TASK,
    _TASK + "('Beta.1/1', 'due', 7, 'open', " + _OF_TASK,
    _TASK + "('Beta.1/1', 'undated', NULL, 'open', " + _OF_TASK,
    _TASK + "('Beta.1/1', 'done', 7, 'done', " + _OF_TASK,
)


async def test_what_lists_are_read_by_is_filled_in_for_rows_that_were_there_before(empty_url):
    def to(revision):
        def run(connection):
            settings = config()
            settings.attributes["connection"] = connection
            command.upgrade(settings, revision)

        return run

    async with open_store(empty_url) as store, store.engine.begin() as connection:
        await connection.run_sync(to("0005"))
        for statement in OLD_ROWS:
            true = "1" if store.is_sqlite else "true"
            await connection.exec_driver_sql(statement.replace("{true}", true).replace("'x'", "'acme'"))
        await connection.run_sync(to("head"))
        read = {
            query: [tuple(row) for row in await connection.exec_driver_sql(query)]
            for query in (
                "SELECT id, sort_key, latest_journey FROM customers ORDER BY sort_key",
                "SELECT id, held_messages FROM journeys ORDER BY held_messages, status",
                "SELECT task, urgency FROM tasks ORDER BY task",
                "SELECT customer_id, role, address FROM team_members",
            )
        }
    assert [*read.values()] == [
        [("Beta.1", "beta beta.1", "Beta.1/1"), ("acme", "obb holding acme", "acme/2")],
        [("acme/1", 0), ("Beta.1/1", 0), ("acme/2", 2)],
        [("done", 0), ("due", 7), ("late", 7 + PAUSED), ("undated", 5 + WITHOUT_DATE)],
        [("acme", "csm", "ana@vendor.example")],
    ]


_MESSAGE = (
    "INSERT INTO messages (journey_id, message, status, text, html, customer_id, version, revision, at, reason, "
    "template, persona, contact, steps, templates, attempts) VALUES "
)
_OF_MESSAGE = "'acme', 'v', 1, 0, 'opening', 'a.md', 'sponsor', 'sam@acme.example', '[]', '[]', 1)"
_TOKEN = "WyJhY21lLzEiLCJhY21lIiwiYWJjIiwyMDAwMF0.c2lnbmF0dXJl"


async def test_messages_that_left_have_no_link_that_works_and_those_that_wait_are_written_anew(empty_url):
    def to(revision):
        def run(connection):
            settings = config()
            settings.attributes["connection"] = connection
            command.upgrade(settings, revision)

        return run

    words = f"'Plan: https://p.example/plan/{_TOKEN}/outcomes/x or https://p.example/preferences/{_TOKEN}'"
    async with open_store(empty_url) as store, store.engine.begin() as connection:
        await connection.run_sync(to("0016"))
        for statement in OLD_ROWS[:4]:
            await connection.exec_driver_sql(statement)
        for number in range(1201):
            row = f"'acme/1', 'm{number}', 'sent', {words}, {words if number % 2 else 'NULL'}"
            await connection.exec_driver_sql(f"{_MESSAGE}({row}, {_OF_MESSAGE}")
        await connection.exec_driver_sql(f"{_MESSAGE}('acme/1', 'plain', 'sent', 'Hello', NULL, {_OF_MESSAGE}")
        await connection.exec_driver_sql(f"{_MESSAGE}('acme/1', 'waits', 'queued', {words}, {words}, {_OF_MESSAGE}")
        await connection.run_sync(to("head"))
        rows = {
            row.message: row
            for row in await connection.exec_driver_sql("SELECT message, text, html, link FROM messages")
        }
    dead = "Plan: https://p.example/plan/sent-before/outcomes/x or https://p.example/preferences/sent-before"
    assert (rows["m1"].text, rows["m1"].html, rows["m1"].link) == (dead, dead, "sent-before")
    assert not [row for row in rows.values() if _TOKEN in f"{row.text}{row.html}"]
    assert (rows["plain"].text, rows["plain"].link) == ("Hello", None)
    assert (rows["waits"].text, rows["waits"].html) == (None, None)


async def test_a_proposal_from_before_is_words_alone_and_a_yes_stays_one(empty_url):
    def to(revision):
        def run(connection):
            settings = config()
            settings.attributes["connection"] = connection
            (command.downgrade if revision == "-1" else command.upgrade)(settings, revision)

        return run

    line = "INSERT INTO agreements (journey_id, kind, step, fact, at, said_by, said, words) "
    line += "VALUES ('acme/1', 'step', 'x', "
    async with open_store(empty_url) as store, store.engine.begin() as connection:
        await connection.run_sync(to("0005"))
        for statement in OLD_ROWS[:4]:
            await connection.exec_driver_sql(statement)
        await connection.run_sync(to("0029"))
        await connection.exec_driver_sql(line + "'a', 0, 'sam@acme.example', '{}', NULL)")
        await connection.exec_driver_sql(line + "'b', 0, 'sam@acme.example', '{}', 'by Friday')")
        await connection.run_sync(to("0030"))
        rows = await connection.execute(select(AgreementRow.fact, AgreementRow.proposed).order_by(AgreementRow.fact))
        assert [tuple(row) for row in rows] == [("a", None), ("b", {"note": "by Friday"})]
        await connection.run_sync(to("-1"))
        rows = await connection.exec_driver_sql("SELECT fact, words FROM agreements ORDER BY fact")
        assert [tuple(row) for row in rows] == [("a", None), ("b", "by Friday")]


async def test_what_was_released_before_is_known_as_that_and_no_earlier_hold_takes_it_back(empty_url):
    def to(revision):
        def run(connection):
            settings = config()
            settings.attributes["connection"] = connection
            (command.downgrade if revision == "-1" else command.upgrade)(settings, revision)

        return run

    state = '{"queue": [{"message": "a", "released": true}, {"message": "b"}]}'
    held = "INSERT INTO held_messages (journey_id, message, customer_id, step, template, reason, why, since) VALUES "
    switch = "INSERT INTO mail_switches (mail, at, current) VALUES ('held', 0, (1 = 1))"
    async with open_store(empty_url) as store, store.engine.begin() as connection:
        await connection.run_sync(to("0005"))
        for statement in OLD_ROWS[:5]:
            row = statement.replace("'x'", "'acme'").replace('{"queue": [{}, {}]}', state)
            await connection.exec_driver_sql(row)
        await connection.run_sync(to("0036"))
        for message in ("a", "b"):
            of_message = f"('acme/2', '{message}', 'acme', 's', 'm.md', 'opening', 'window', 0)"
            await connection.exec_driver_sql(held + of_message)
        await connection.exec_driver_sql(switch)
        await connection.run_sync(to("0031"))
        rows = await connection.execute(select(HeldMessageRow.message, HeldMessageRow.released).order_by("message"))
        assert [tuple(row) for row in rows] == [("a", True), ("b", False)]
        counts = await connection.run_sync(lambda sync: mail_switches.in_force(Session(sync), "acme", "m"))
        assert (counts.switch.is_held, counts.hold) == (True, 0)
        await connection.run_sync(to("-1"))


async def test_what_lists_are_narrowed_by_is_read_off_the_rows_that_were_there_before(empty_url):
    def to(revision):
        def run(connection):
            settings = config()
            settings.attributes["connection"] = connection
            (command.downgrade if revision == "-1" else command.upgrade)(settings, revision)

        return run

    steps = (
        '{"a": {"status": "open", "kind": "action", "due_at": 70, "snoozed_end": 80}, "b": {"status": "open", '
        '"due_at": 5}, "c": {"status": "asked", "kind": "outcome", "due_at": 90}, "d": {"status": "done", "kind": '
        '"action", "due_at": 3}}'
    )
    customers = {
        "acme": '{"renews_on": "soon", "renewal_date": "2027-03-01", "arr": 1200}',
        "beta": '{"contract_value": "1,200", "arr": 7, "contract_end": "2026-13-01"}',
    }
    async with open_store(empty_url) as store, store.engine.begin() as connection:
        await connection.run_sync(to("0005"))
        await connection.exec_driver_sql(OLD_ROWS[0])
        for name, attributes in customers.items():
            await connection.exec_driver_sql(f"{_CUSTOMER}('{name}', 'N', 'UTC', '{attributes}', '{{}}', 0, 0)")
        for name, status in (("acme", "open"), ("beta", "paused")):
            row = f"'{name}/1', '{name}', 1, '{status}', NULL, '{{\"steps\": {steps}}}', "
            await connection.exec_driver_sql(f"{_JOURNEY}({row}{_OF_JOURNEY}")
        await connection.run_sync(to("0048"))
        found = await connection.exec_driver_sql("SELECT id, renews_on, contract_value FROM customers ORDER BY id")
        assert [tuple(row) for row in found] == [("acme", "2027-03-01", 1200.0), ("beta", None, None)]
        found = await connection.exec_driver_sql("SELECT id, silent_from FROM journeys ORDER BY id")
        assert [tuple(row) for row in found] == [("acme/1", 80), ("beta/1", None)]
        await connection.run_sync(to("-1"))


_STEPS = {
    "done": {"status": "done", "occurrence": 2, "opened_at": 20},
    "product": {"status": "done", "kind": "action", "occurrence": 1, "opened_at": 20},
    "unopened": {"status": "skipped", "occurrence": 1},
    "open": {"status": "open", "occurrence": 2, "opened_at": 20},
}
_SAM_AND_ANA = {"contacts": [{"email": "Sam@acme.example"}], "team": {"csm": "ana@vendor.example"}}
_STAGES = {"start": {"status": "closed", "opened_at": 10}, "next": {"status": "open", "opened_at": 50}}
_STATE = json.dumps({"customer": _SAM_AND_ANA, "steps": _STEPS, "stages": _STAGES})
_LINES = (
    (10, "step_opened", {"step": "done", "occurrence": 1}),
    (11, "step_done", {"step": "done", "occurrence": 1, "by": "ana@vendor.example"}),
    (20, "step_opened", {"step": "done", "occurrence": 2}),
    (20, "step_opened", {"step": "product", "occurrence": 1}),
    (30, "step_done", {"step": "done", "occurrence": 2, "by": "ana@vendor.example"}),
    (40, "note", {"text": "with them", "by": "ana@vendor.example", "about": "sam@acme.example"}),
    (41, "note", {"text": "for ourselves", "by": "ana@vendor.example"}),
    (42, "step_skipped", {"step": "unopened", "occurrence": 1, "why": "told"}),
    (43, "step_done", {"step": "internal", "occurrence": 1, "by": "ana@vendor.example"}),
    (44, "step_done", {"step": "mail", "occurrence": 1, "by": "milepost"}),
    (45, "step_done", {"step": "product", "occurrence": 1, "by": "product"}),
    (50, "stage_closed", {"stage": "start"}),
    (60, "message_sent", {"step": "product", "occurrence": 1, "reason": "reminder"}),
)
_INTERNAL = (
    "stages: [{touchpoints: [{touchpoint: internal, role: csm, internal: true}, {touchpoint: done, role: csm}, "
    "{touchpoint: mail, message: a.md}]}]"
)


async def test_the_last_touch_and_when_things_closed_are_read_off_the_timelines_that_were_there_before(empty_url):
    def to(revision):
        def run(connection):
            settings = config()
            settings.attributes["connection"] = connection
            (command.downgrade if revision == "-1" else command.upgrade)(settings, revision)

        return run

    async with open_store(empty_url) as store, store.engine.begin() as connection:
        await connection.run_sync(to("0044"))
        await connection.exec_driver_sql(OLD_ROWS[0].replace("'{}'", f"'{json.dumps({'map.yaml': _INTERNAL})}'"))
        await connection.exec_driver_sql(f"{_CUSTOMER}('acme', 'N', 'UTC', '{{}}', '{{}}', 0, 0)")
        for number, ended in ((1, 9), (2, "NULL")):
            of_it = _STATE if number == 1 else '{"customer": {}}'
            row = f"'acme/{number}', 'acme', {number}, 'open', {ended}, '{of_it}', "
            await connection.exec_driver_sql(f"{_JOURNEY}({row}{_OF_JOURNEY}")
        for seq, (at, kind, data) in enumerate(_LINES):
            await connection.exec_driver_sql(
                "INSERT INTO timeline (journey_id, seq, at, kind, data) "
                f"VALUES ('acme/1', {seq}, {at}, '{kind}', '{json.dumps(data)}')"
            )
        await connection.run_sync(to("0050"))
        rows = await connection.exec_driver_sql("SELECT touched_at, touched_in, touched_seq FROM journeys ORDER BY id")
        assert [tuple(row) for row in rows] == [(40, "acme/1", 5)] * 2
        states = list(await connection.scalars(select(JourneyRow.state).order_by(JourneyRow.id)))
        closed = {of: record.get("closed_at") for part in ("steps", "stages") for of, record in states[0][part].items()}
        assert closed == {"done": 30, "product": 45, "unopened": None, "open": None, "start": 50, "next": None}
        await connection.run_sync(to("-1"))
        read = await connection.exec_driver_sql("SELECT state FROM journeys WHERE id = 'acme/1'")
        assert "closed_at" not in str(read.scalar_one())
