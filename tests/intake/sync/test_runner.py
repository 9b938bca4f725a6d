"""A schedule runs once, whoever looks; it survives restarts, and a run that was killed is taken up again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from milepost.intake.intake import Intake
from milepost.intake.sync import books, run
from milepost.intake.sync.errors import SyncBusyError
from milepost.intake.sync.runner import SyncRunner
from milepost.planner.clock import REAL_TIME
from milepost.settings import Settings, SettingsError, load
from milepost.store import syncs
from milepost.store.database import Store, open_store
from milepost.store.syncs import LEASE, RunStatus
from tests.intake.conftest import Hands
from tests.intake.sync.conftest import Export

ROWS = tuple(f"c{number},Company {number},other" for number in range(300))


async def test_a_book_that_is_due_is_read_once_by_many_workers(
    export: Export, store: Store, database_url: str, wall: Hands
) -> None:
    export.write(*ROWS)
    await export.keep(every="1h")
    async with open_store(database_url) as other:
        intakes = [export.intake, Intake(store, None, REAL_TIME, wall=wall), Intake(other, None, REAL_TIME, wall=wall)]
        runners = [SyncRunner(intake, Settings()) for intake in intakes]
        assert sum(await asyncio.gather(*(runner.run_due() for runner in runners))) == 1
        assert sum(await asyncio.gather(*(runner.run_due() for runner in runners))) == 0
        wall.at += 3600
        assert sum(await asyncio.gather(*(runner.run_due() for runner in runners))) == 1
    assert [each["status"] for each in (await export.status())["runs"]] == ["unchanged", "done"]


async def test_two_who_read_a_book_at_once_do_so_one_after_the_other(export: Export) -> None:
    export.write(*ROWS)
    await export.keep()
    results = await asyncio.gather(*(export.run() for _ in range(3)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["SyncBusyError", "SyncBusyError", "SyncResult"]
    assert len(await export.names()) == 301


async def test_a_run_that_was_killed_is_taken_up_where_it_was(
    export: Export, wall: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    export.write(*ROWS)
    await export.keep(every="1h")
    real, seen = run.import_customers, 0

    async def until_killed(*args: Any, **more: Any) -> Any:
        nonlocal seen
        async for imported in real(*args, **more):
            seen += 1
            if seen > 150:
                raise KeyboardInterrupt  # nothing that the run catches
            yield imported

    with monkeypatch.context() as patched:
        patched.setattr(run, "import_customers", until_killed)
        patched.setattr(run.SyncRun, "_end", lambda *_: asyncio.sleep(0))  # a process that is gone writes no more
        with pytest.raises(KeyboardInterrupt):
            await export.run()

    assert 100 < len(await export.names()) < 301
    with pytest.raises(SyncBusyError):
        await export.run()
    assert await SyncRunner(export.intake, Settings()).run_due() == 0
    wall.at += LEASE + 1
    assert await SyncRunner(export.intake, Settings()).run_due() == 1
    assert len(await export.names()) == 301
    done, killed = (await export.status())["runs"]
    assert (done["status"], killed["status"]) == ("done", "stopped")
    assert done["customers"]["same"] == 96  # those whose digests were kept
    assert done["customers"]["new"] + done["customers"]["unchanged"] == 204


async def test_a_book_is_held_for_as_long_as_its_file_takes_to_arrive(
    export: Export, wall: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    export.write(*ROWS[:3])
    await export.keep()
    held = asyncio.Event()
    renewals: list[int] = []
    renew, bring = syncs.renew, run.bring

    def noticed(*args: Any, **more: Any) -> bool:
        renewals.append(1)
        if len(renewals) > 2:  # two that began after the clock was moved are on disk by now
            loop.call_soon_threadsafe(held.set)
        return renew(*args, **more)

    async def slow(*args: Any, **more: Any) -> Any:
        wall.at += LEASE - 1
        renewals.clear()
        held.clear()
        await held.wait()
        wall.at += 2
        with pytest.raises(SyncBusyError):
            await export.run()
        return await bring(*args, **more)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(run, "HOLD_EVERY", 0.01)
    monkeypatch.setattr(run, "bring", slow)
    monkeypatch.setattr(syncs, "renew", noticed)
    assert (await export.run()).status == RunStatus.DONE


async def test_who_stood_still_for_too_long_writes_no_more(export: Export, wall: Hands, store: Store) -> None:
    export.write(*ROWS)
    await export.keep()
    row = await books.get(export.intake, "crm")
    await store.write(lambda session: syncs.claim(session, "crm", "slow", int(wall.at), only_due=False))
    wall.at += LEASE + 1
    assert (await run.SyncRun(export.intake, row, {}).run()).status == RunStatus.DONE  # type: ignore[union-attr]
    assert not await store.write(lambda session: syncs.renew(session, "crm", "slow", int(wall.at)))
    assert not await store.write(lambda session: syncs.end_run(session, 1, "slow", {"failures": 9}, {"status": "done"}))
    assert (await export.status())["failures"] == 0


async def test_runs_are_kept_for_a_while(export: Export) -> None:
    export.write(*ROWS[:1])
    await export.keep()
    for _ in range(52):
        await export.run()
    async with export.intake.context.store.reading() as session:
        assert [each.number for each in await syncs.runs(session, "crm", 100)] == list(range(52, 2, -1))


async def test_settings_name_a_book_that_workers_keep_in_step(export: Export, tmp_path: Path, wall: Hands) -> None:
    export.write(*ROWS[:3])
    mapping = tmp_path / "m.yaml"
    mapping.write_text("mapping: CRM\ncolumns: {id: id, name: name}\n")
    settings = load(sync_source=str(export.folder), sync_mapping=str(mapping), sync_every="30m")
    runner = SyncRunner(export.intake, settings)
    await runner.take_settings()
    assert await runner.run_due() == 1
    await SyncRunner(export.intake, settings).take_settings()  # a restart
    assert await runner.run_due() == 0
    (status,) = await books.statuses(export.intake)
    assert (status.row.name, status.row.schedule, status.customers) == ("settings", "30m", 3)
    assert status.row.next_at == int(wall.at) + 1800

    await SyncRunner(export.intake, load()).take_settings()  # they name none any more
    (status,) = await books.statuses(export.intake)
    assert status.row.next_at is None


async def test_settings_that_cannot_be_used_stop_no_worker(export: Export) -> None:
    await SyncRunner(export.intake, load(sync_source="x", sync_mapping="nowhere.yaml")).take_settings()
    assert await books.statuses(export.intake) == []


def test_the_secrets_of_hosts_are_read_and_kept_secret() -> None:
    settings = load(sync_authorization="crm.example=Bearer a=b, Other.example = Basic eA== ")
    assert settings.sync_secrets() == {"crm.example": "Bearer a=b", "other.example": "Basic eA=="}
    assert "Bearer" not in repr(settings)
    with pytest.raises(SettingsError, match="write HOST=VALUE"):
        load(sync_authorization="Bearer abc")
