"""Nothing personal reaches Temporal: not by a journey, not by a failure."""

from __future__ import annotations

import sqlite3
import sysconfig
from pathlib import Path

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from milepost.channels.protocol import TemporaryDeliveryError, UndeliverableError
from milepost.channels.recorder import RecordingChannel
from milepost.planner.written_facts import WrittenFact
from milepost.wire.search_attributes import ALL
from tests.workflows.real_server import enrolled, has, intake_at
from tests.workflows.rig import LINKS, eventually
from worker import make_worker

PERSONAL = (b"sam@acme.example", b"Sam Poe", b"ana.ruiz@vendor.example", b"Acme Corp", b"confided", b"SMTP said")


@pytest.mark.usefixtures("real_server")
async def test_temporals_file_names_nobody(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "temporal.db"
    channel = RecordingChannel()
    channel.fail_next(
        TemporaryDeliveryError("SMTP said: sam@acme.example is greylisted"),
        ValueError("unexpected, of sam@acme.example"),  # type: ignore[arg-type]
        UndeliverableError("SMTP said: no sam@acme.example here"),
    )
    server = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        search_attributes=ALL,
        dev_server_existing_path=str(Path(sysconfig.get_path("scripts")) / "temporal"),
        dev_server_database_filename=str(file),
        dev_server_log_level="never",
    )
    async with (
        server,
        intake_at(sqlite_url, server.client, days_a_second=0.01) as intake,
        make_worker(server.client, intake.context.store, channel, LINKS),
    ):
        journey = await enrolled(intake)
        done = WrittenFact(step_done="kickoff", result="held", note="Sam Poe confided that they leave")
        await intake.record_fact("acme", done, by="ana.ruiz@vendor.example")
        await intake.record_fact("acme", WrittenFact(set={"name": "Acme Corp"}))
        await eventually(has(intake, journey, "task_opened"), within=60)

    with sqlite3.connect(file) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    stored = file.read_bytes()
    assert b"connect/1/opening/1" in stored, "nothing was stored at all"
    assert [words for words in PERSONAL if words in stored] == []
