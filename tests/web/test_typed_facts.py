"""The address that `milepost tell` asks."""

from __future__ import annotations

from typing import Any

import httpx

from milepost.intake import keys
from milepost.scopes import Scope
from tests.web.api_calls import V1, problem
from tests.web.conftest import World
from tests.web.example import SAM


async def typed(api: httpx.AsyncClient, kind: str, *words: str, **options: str | None) -> httpx.Response:
    body = {"customer": "acme", "kind": kind, "words": list(words), "options": options}
    return await api.post(f"{V1}/typed-facts", json=body)


async def test_words_become_a_fact_of_the_command_line(world: World, api: httpx.AsyncClient) -> None:
    answer: dict[str, Any] = (await typed(api, "step_done", "kickoff", result="held", id="x", by=None)).json()["told"]

    assert (answer["fact"], answer["new"], answer["became"]) == ("x", True, "delivered")
    assert (await world.task("kickoff/1")).status == "done"


async def test_what_is_refused_says_why_and_what_to_do(api: httpx.AsyncClient) -> None:
    unknown = (await typed(api, "setp", "health=3")).json()["refused"]
    assert unknown["message"] == "There is no fact 'setp'."
    assert unknown["hint"].startswith("Did you mean 'set'?")

    step = (await typed(api, "step_done", "kickof")).json()["refused"]
    assert "Did you mean 'kickoff'?" in step["hint"]


async def test_it_needs_the_key(visitor: httpx.AsyncClient) -> None:
    problem(await typed(visitor, "paused"), 401)


async def test_what_is_to_be_emptied_of_an_answer_is_named_with_commas(world: World, api: httpx.AsyncClient) -> None:
    await typed(api, "answer", "faster", verdict="verified", value="7.5", comment="We count on.")
    assert (await typed(api, "answer_completed", "faster", "emptied=value,comment")).json()["told"]["new"]
    [kept] = [each for each in await world.answers() if each.revoked_at is None]
    assert (kept.verdict, kept.value, kept.comment) == ("verified", None, None)
    refused = (await typed(api, "answer_completed", "faster", "emptied=value,named")).json()["refused"]
    assert "emptied" in refused["message"]
    refused = (await typed(api, "answer_completed", "faster", "emptied=value", value="8")).json()["refused"]
    assert "'value' is given and in 'emptied'" in refused["message"]


async def test_a_program_does_not_pass_for_somebody_at_this_machine(world: World) -> None:
    made = await keys.make(world.intake.context, "crm", list(Scope), by=None)
    async with world.client(headers={"Authorization": f"Bearer {made.key}"}) as program:
        refused = problem(await typed(program, "answer", "faster", "verified", by=SAM), 403)
    assert refused["code"] == "not_for_programs"
    assert await world.answers() == []
