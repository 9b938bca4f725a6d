"""`milepost doctor`: every check ends well where everything runs, and says what to do where something doesn't."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from milepost.calendar_data import calendar_data
from milepost.channels.recorder import RecordingChannel
from milepost.store.database import open_store
from milepost.temporal import task_queues
from tests.cli.conftest import Milepost, changed, lines
from tests.oidc.identity_provider import identity_provider
from tests.ports import free_port
from tests.workflows.real_server import real_client
from tests.workflows.rig import LINKS
from worker import make_worker

pytestmark = pytest.mark.usefixtures("with_acme")


def statuses(milepost: Milepost, exit_code: int = 1) -> dict[str, tuple[str, str]]:
    """The status and the sentence of each check."""
    result = milepost("doctor", "--json")
    assert result.exit_code == exit_code, result.output
    return {each["check"]: (each["status"], each["text"]) for each in lines(result)}


async def test_where_everything_runs_every_check_is_ok(
    real_server: None, milepost: Milepost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    changed("UPDATE journeys SET wake_at = 9999999999 WHERE customer_id = ?", "acme")
    async with real_client() as client, open_store(f"sqlite:///{tmp_path / 'data' / 'milepost.db'}") as store:
        monkeypatch.setenv("MILEPOST_TEMPORAL_ADDRESS", client.service_client.config.target_host)
        without_worker = await asyncio.to_thread(statuses, milepost)
        assert {name for name, (status, _) in without_worker.items() if status != "ok"} == {"Workers"}
        async with make_worker(client, store, RecordingChannel(), LINKS):
            with_worker = await asyncio.to_thread(statuses, milepost, 0)
    assert {status for status, _ in with_worker.values()} == {"ok"}
    assert with_worker["Clock"][1] == "This machine's clock and Temporal's agree."


@pytest.mark.parametrize("ahead", [-30, 30])
async def test_it_is_told_how_far_the_clock_of_the_server_is_ahead(
    real_server: None, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    async with real_client() as client:
        monkeypatch.setattr("time.time", lambda now=time.time: now() - ahead)
        assert await task_queues.clock_offset(client) == pytest.approx(ahead, abs=2)


def test_without_temporal_that_alone_has_failed(milepost: Milepost) -> None:
    changed("UPDATE journeys SET wake_at = 9999999999 WHERE customer_id = ?", "acme")
    found = statuses(milepost)
    assert {name for name, (status, _) in found.items() if status != "ok"} == {"Temporal"}
    result = milepost("doctor")
    assert "Can't reach Temporal" in " ".join(result.stdout.split())
    assert "Temporal: Start an embedded server with `milepost up`" in result.stdout
    assert "1 check failed." in result.stdout


def test_what_waits_stands_still_or_has_failed_is_counted(milepost: Milepost) -> None:
    changed("UPDATE journeys SET wake_at = 1 WHERE customer_id = ?", "acme")
    assert statuses(milepost)["Late journeys"] == ("failed", "1 of 1 open journey late.")
    changed("UPDATE journeys SET blocked_since = 1, blocked_why = 'no plan' WHERE customer_id = ?", "acme")
    assert statuses(milepost)["Blocked journeys"] == ("failed", "1 journey that can't be planned.")
    assert milepost("tell", "acme", "set", "health=10").exit_code == 0
    changed("UPDATE facts SET received_at = received_at - 600 WHERE customer_id = ? AND status = 'pending'", "acme")
    assert statuses(milepost)["Facts"] == ("failed", "1 fact waiting for more than 120 seconds.")


def test_failed_deliveries_of_the_last_week_are_counted(milepost: Milepost, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "milepost.db")) as database, database:
        [version] = database.execute("SELECT version FROM journeys").fetchone()
        for message, tried_at in (("new", time.time() - 3600), ("old", time.time() - 8 * 86_400)):
            database.execute(
                "INSERT INTO messages (journey_id, message, customer_id, version, revision, at, reason, template,"
                " persona, contact, steps, templates, status, attempts, tried_at)"
                " VALUES ('acme-1', ?, 'acme', ?, 1, 1, 'opening', 't', 'sponsor', 's', '[]', '[]', 'failed', 9, ?)",
                (message, version, int(tried_at)),
            )
    assert statuses(milepost)["Deliveries"] == ("warning", "1 message failed in the last 7 days.")


def test_a_database_of_an_earlier_version_is_not_touched(milepost: Milepost, tmp_path: Path) -> None:
    file = tmp_path / "data" / "milepost.db"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    status, text = statuses(milepost)["Database"]
    assert status == "failed"
    assert "is at revision 0001" in text
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def test_a_damaged_and_a_missing_database_have_failed(milepost: Milepost, tmp_path: Path) -> None:
    file = tmp_path / "data" / "milepost.db"
    file.write_bytes(b"overwritten by mistake" * 1000)
    assert "isn't an SQLite database" in statuses(milepost)["Database"][1]
    file.unlink()
    assert "There is none yet" in statuses(milepost)["Database"][1]
    assert not file.exists()


def test_files_that_others_may_read_are_named(milepost: Milepost, tmp_path: Path) -> None:
    (tmp_path / "data").chmod(0o755)
    assert statuses(milepost)["Files"][0] == "ok"
    (tmp_path / "data" / "milepost.db").chmod(0o644)
    assert statuses(milepost)["Files"] == ("warning", "Others may read milepost.db in the data folder.")
    (tmp_path / "data").chmod(0o700)
    assert statuses(milepost)["Files"][0] == "ok"


@pytest.mark.parametrize(("free", "status"), [(1.5e9, "warning"), (1e8, "failed")])
def test_a_disk_that_fills_up_is_told(
    milepost: Milepost, monkeypatch: pytest.MonkeyPatch, free: float, status: str
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": free}))
    assert statuses(milepost)["Disk"][0] == status


def test_where_old_data_is_to_be_removed_it_is_said_when_it_last_was(
    milepost: Milepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Retention" not in statuses(milepost)
    monkeypatch.setenv("MILEPOST_RETAIN_MESSAGES_DAYS", "365")
    assert statuses(milepost)["Retention"] == ("warning", "Old data isn't removed every day. It never was.")
    changed("INSERT INTO retention (id, ran_at, timeline_serial) VALUES (1, ?, 0)", str(int(time.time()) - 60))
    status, text = statuses(milepost)["Retention"]
    assert status == "ok"
    assert text.startswith("Old data was last removed 20")


def test_other_zones_and_holidays_than_those_that_planned_last_are_told(milepost: Milepost) -> None:
    here = ("ok", "Journeys are planned with those of this machine.")
    assert statuses(milepost)["Zones and holidays"] == here
    changed("INSERT OR REPLACE INTO calendar_data (id, data, since) VALUES (1, ?, 0)", "tzdata 2020.1 (2020a)")
    status, text = statuses(milepost)["Zones and holidays"]
    assert status == "warning"
    assert text == f"Journeys were last planned with tzdata 2020.1 (2020a); this machine has {calendar_data()}."
    changed("UPDATE calendar_data SET data = ?", calendar_data())
    assert statuses(milepost)["Zones and holidays"] == here


def test_a_book_that_is_not_taken_in_is_told(milepost: Milepost, tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_text("id,name\nb2,Bolt\n")
    assert milepost("sync", str(file), "--every", "1d", "--once").exit_code == 0
    assert statuses(milepost)["Books in step"] == ("ok", "1 book, all read in time.")
    changed("UPDATE syncs SET failures = 3 WHERE name = ?", "crm")
    status, text = statuses(milepost)["Books in step"]
    assert status == "warning"
    assert text.startswith("The book crm wasn't taken in 3 times in a row")


def test_it_is_told_how_the_company_looks(milepost: Milepost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "Brand" not in statuses(milepost)
    monkeypatch.setenv("MILEPOST_COLOUR", "#FFCC00")
    text = "So that it can be read, #FFCC00 is shown as #886700 on light pages. No name and no logo are set."
    assert statuses(milepost)["Brand"] == ("ok", text)
    monkeypatch.setenv("MILEPOST_LOGO", str(tmp_path / "logo.png"))
    status, text = statuses(milepost)["Brand"]
    assert status == "failed"
    assert "no such file or directory" in text
    monkeypatch.setenv("MILEPOST_COLOUR", "yellow")
    assert "MILEPOST_COLOUR" in milepost("doctor").stderr


def with_provider(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    for name, value in (("ISSUER", issuer), ("CLIENT_ID", "milepost"), ("CLIENT_SECRET", "secret")):
        monkeypatch.setenv(f"MILEPOST_OIDC_{name}", value)


def test_a_provider_of_identities_that_answers_is_ok_and_the_way_back_is_told(
    real_server: None, milepost: Milepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_provider(monkeypatch, identity_provider().issuer)
    told = "localhost answers; people come back to http://127.0.0.1:8080/sign-in/oidc/return, which it has to know."
    assert statuses(milepost)["Sign-in"] == ("ok", told)


def test_a_provider_of_identities_that_does_not_answer_or_is_another_one_has_failed(
    real_server: None, milepost: Milepost, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_provider(monkeypatch, f"http://localhost:{free_port()}")
    down = statuses(milepost)["Sign-in"]
    with_provider(monkeypatch, identity_provider().issuer.replace("localhost", "127.0.0.1"))
    another = statuses(milepost)["Sign-in"]

    assert down == ("failed", "localhost can't be reached right now: no connection (ConnectError).")
    assert another[0] == "failed"
    assert "127.0.0.1 answered something that can't be used" in another[1]
    assert "Sign-in: Look at MILEPOST_OIDC_ISSUER" in milepost("doctor").stdout
