"""Customers of the demo send a file where a form asks for one."""

from __future__ import annotations

import httpx
import pytest

from milepost.demo.api import Api
from milepost.demo.form_files import with_files
from milepost.demo.views import PlannedFact
from tests.web.conftest import BASE, KEY, World, empty_world, settings  # noqa: F401 - fixtures
from tests.web.example import KIM
from tests.web.file_forms import answers, content, rows, with_form


@pytest.fixture
async def world(empty_world: World) -> World:  # noqa: F811 - the fixture
    return await with_form(empty_world)


async def test_a_file_is_sent_once_before_its_form(world: World) -> None:
    fact = {"id": "one", "step_done": "connect", "by": KIM, "answers": {"contract": "https://x.example", "room": "12"}}
    planned = PlannedFact(int(world.at), "acme", fact, files=("contract",))

    async with Api(BASE, KEY, httpx.ASGITransport(world.app)) as api:
        for _ in range(2):
            await api.record_fact("acme", await with_files(api, planned))

    [row] = await rows(world)
    assert (row.name, row.type, row.contact, row.step, row.field) == ("contract.csv", "csv", KIM, "connect", "contract")
    assert await answers(world) == {"contract": f"file:{row.id}/contract.csv", "room": "12"}
    assert await content(world, row.id)
