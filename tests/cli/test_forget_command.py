"""`milepost forget`: nothing of the customer is left, in the database or in Temporal, and it is asked first."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from temporalio.service import RPCError, RPCStatusCode

from milepost.channels.recorder import RecordingChannel
from milepost.intake.recovery import recover
from milepost.wire.journey import workflow_id
from tests.cli.conftest import ROOT, Milepost, lines
from tests.workflows.real_server import enrolled, has, intake_at, real_client
from tests.workflows.rig import LINKS, eventually
from worker import make_worker


def customers(milepost: Milepost) -> list[str]:
    return [each["customer"] for each in lines(milepost("customers", "--json"))]


@pytest.mark.usefixtures("with_acme")
def test_it_is_confirmed_first(milepost: Milepost) -> None:
    refused = milepost("forget", "acme")
    assert refused.exit_code == 1
    assert "can't be undone" in refused.stderr
    assert "Add --yes" in refused.stderr
    assert customers(milepost) == ["acme", "lonely"]


@pytest.mark.usefixtures("with_acme")
@pytest.mark.parametrize(("answer", "left"), [(b"n\n", ["acme", "lonely"]), (b"y\n", ["lonely"])])
def test_on_a_terminal_it_asks(milepost: Milepost, answer: bytes, left: list[str]) -> None:
    ours, theirs = os.openpty()
    os.write(ours, answer)
    argv = [sys.executable, "-m", "milepost", "forget", "acme"]
    result = subprocess.run(argv, cwd=ROOT, stdin=theirs, capture_output=True, text=True, timeout=60, check=False)
    os.close(theirs)
    os.close(ours)
    assert "Delete everything about Acme (acme)? This can't be undone. [y/N]" in result.stdout
    assert "Traceback" not in result.stderr
    assert result.returncode == (1 if "acme" in left else 0)
    assert customers(milepost) == left


@pytest.mark.usefixtures("with_acme")
def test_without_temporal_the_database_forgets_and_it_is_said_what_is_left(milepost: Milepost) -> None:
    result = milepost("forget", "acme", "--yes")
    assert result.exit_code == 0
    assert "acme is forgotten" in result.stdout
    assert "1 journey," in result.stdout
    assert "Temporal is away" in result.stderr
    assert customers(milepost) == ["lonely"]
    [data] = lines(milepost("forget", "lonely", "--yes", "--json"))
    assert (data["customer"], data["rows"]["customers"], data["runs"]) == ("lonely", 1, None)


@pytest.mark.usefixtures("with_acme")
def test_an_unknown_customer_gets_the_nearest(milepost: Milepost) -> None:
    result = milepost("forget", "acne", "--yes")
    assert result.exit_code == 1
    assert "'acme'" in result.stderr
    assert customers(milepost) == ["acme", "lonely"]


async def test_temporal_is_told_to_forget_every_run(
    real_server: None, milepost: Milepost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_url: str
) -> None:
    monkeypatch.setenv("MILEPOST_DATABASE_URL", sqlite_url)
    async with real_client() as client, intake_at(sqlite_url, client) as intake:
        monkeypatch.setenv("MILEPOST_TEMPORAL_ADDRESS", client.service_client.config.target_host)
        async with make_worker(client, intake.context.store, RecordingChannel(), LINKS):
            await enrolled(intake)
            await eventually(has(intake, "acme/1", "task_opened"))
            await client.get_workflow_handle(workflow_id("acme")).terminate()

            async def goes_on_in_another() -> bool:
                return (await recover(intake.context)).started == 1

            await eventually(goes_on_in_another)
            first = await asyncio.to_thread(milepost, "forget", "acme", "--yes", "--json")
        assert lines(first)[0]["runs"] == 2

        async def is_gone() -> bool:
            try:
                await client.get_workflow_handle(workflow_id("acme")).describe()
            except RPCError as error:
                return error.status is RPCStatusCode.NOT_FOUND
            return False

        await eventually(is_gone)
        assert await intake.context.journey_client.running() == set()
        assert (await recover(intake.context)).open == 0


@pytest.mark.usefixtures("with_acme")
def test_one_contact_is_forgotten_and_the_customer_stays(milepost: Milepost) -> None:
    address = "SAM@acme.example"
    [plan] = lines(milepost("forget", "--contact", address, "--dry-run", "--json"))
    assert (plan["dry_run"], plan["pseudonym"]) == (True, None)
    assert plan["customers"]["acme"]["contacts"] == 1
    refused = milepost("forget", "--contact", address)
    assert refused.exit_code == 1
    assert "Add --yes" in refused.stderr

    result = milepost("forget", "--contact", address, "--yes")
    assert result.exit_code == 0, result.stderr
    assert "acme: rows replaced: " in result.stdout
    assert "@forgotten.invalid stands in every place" in result.stdout
    assert "Temporal is away" in result.stderr

    again = milepost("forget", "--contact", address, "--yes")
    assert again.exit_code == 0
    assert "Nothing is held on SAM@acme.example." in again.stdout
    assert customers(milepost) == ["acme", "lonely"]


@pytest.mark.usefixtures("with_acme")
def test_an_export_is_one_document(milepost: Milepost) -> None:
    result = milepost("export", "--contact", "sam@acme.example")
    document = json.loads(result.stdout)
    assert document["customers"] == ["acme"]
    assert {"contacts", "journeys"} <= {record["table"] for record in document["records"]}
    assert "records about sam@acme.example" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("acme", "--contact", "a@b.example"), ("acme", "--dry-run")])
@pytest.mark.usefixtures("with_acme")
def test_a_customer_or_a_contact_is_named(milepost: Milepost, arguments: tuple[str, ...]) -> None:
    assert milepost("forget", *arguments, "--yes").exit_code == 1
