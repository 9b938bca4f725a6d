"""Files in forms of the plan: sent, kept, opened by whom they are for, refused where they harm; on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from milepost.customer import Contact
from milepost.intake import files as kept
from milepost.planner.fact_errors import WrongAnswersError
from milepost.planner.written_facts import WrittenFact
from milepost.settings import Settings
from milepost.store.files import FileOwner
from tests.web.conftest import KEY, World, form_in, sign_in, text_of
from tests.web.example import ANA, DAY, KIM, customer
from tests.web.file_forms import CHOSEN, HTML, LEO, PDF, PNG, SVG, answers, content, files_of, rows, send, with_form


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path, database_url=database_url, secret_key="s" * 32, api_keys=(KEY,))


@pytest.fixture
async def world(empty_world: World) -> World:
    return await with_form(empty_world)


async def test_a_file_is_sent_with_the_form_and_the_state_holds_its_id_and_name(
    world: World, visitor: httpx.AsyncClient
) -> None:
    response = await send(world, visitor, CHOSEN)

    assert (response.status_code, response.headers["location"]) == (303, f"{world.plan()}?told=noted")
    [row] = await rows(world)
    assert (row.journey_id, row.step, row.field, row.contact) == ("acme/1", "connect", "contract", KIM)
    assert (row.name, row.size, row.type, row.status) == ("contract.pdf", len(PDF), "pdf", "ready")
    assert await answers(world) == {"contract": f"file:{row.id}/contract.pdf", "room": "12"}
    assert await content(world, row.id) == PDF


async def test_a_file_is_handed_out_to_be_saved_and_never_shown(world: World, visitor: httpx.AsyncClient) -> None:
    await send(world, visitor, files_of(name="Angebot für 10€.pdf", data=PDF))
    [row] = await rows(world)

    response = await visitor.get(f"{world.plan()}/files/{row.id}")

    assert (response.status_code, response.content) == (200, PDF)
    assert response.headers["content-disposition"] == (
        "attachment; filename=\"Angebot f_r 10_.pdf\"; filename*=UTF-8''Angebot%20f%C3%BCr%2010%E2%82%AC.pdf"
    )
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["cache-control"] == "no-store"


async def test_all_on_the_plan_and_our_colleagues_open_a_file_that_was_sent_and_nobody_else(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await send(world, visitor, CHOSEN)
    [row] = await rows(world)
    async with world.client() as other:
        assert (await other.get(f"{world.plan(KIM)}/files/{row.id}")).status_code == 200
        leo = await other.get(f"{world.plan(LEO)}/files/{row.id}")
        assert (leo.status_code, leo.content) == (200, PDF)
        assert leo.headers["content-disposition"].startswith("attachment")
        assert (
            f'<a href="{world.plan(LEO)}/files/{row.id}" download>contract.pdf</a>'
            in (await other.get(world.plan(LEO))).text
        )
        assert (await other.get(f"{world.plan(KIM)}/files/{row.id[::-1]}")).status_code == 404
        assert (await other.get(f"/plan/forged.link/files/{row.id}")).status_code == 403
    await world.add(customer("other", contacts=(Contact("Kim Lo", KIM, ("coordinator",)),)))
    async with world.client() as other:
        assert (await other.get(f"{world.plan(KIM, 'other/1')}/files/{row.id}")).status_code == 404
        await sign_in(other, ANA)
        assert (await other.get(f"/ops/files/{row.id}")).content == PDF
        page = await other.get("/ops/customers/acme?tab=results")
        assert f'<a href="/ops/files/{row.id}" download>contract.pdf</a>' in page.text
    async with world.client(base_url="https://milepost.example", from_=("203.0.113.9", 5000)) as stranger:
        assert (await stranger.get(f"/ops/files/{row.id}")).status_code in (303, 307, 401)


@pytest.mark.parametrize(
    ("name", "data", "complaint"),
    [
        ("page.pdf", HTML, "We can't take this kind of file"),
        ("page.html", HTML, "We can't take this kind of file"),
        ("logo.svg", SVG, "We can't take this kind of file"),
        ("logo.png", SVG, "We can't take this kind of file"),
        ("table.csv", b"name,\n" + HTML, "We can't take this kind of file"),
        ("tool.pdf", b"MZ\x90\0\3\0\0\0" + bytes(64), "We can't take this kind of file"),
        ("script.pdf", b"\x7fELF\2\1\1\0" + bytes(64), "We can't take this kind of file"),
        ("empty.pdf", b"", "This file is empty"),
    ],
)
async def test_a_file_that_could_do_harm_is_refused_in_its_field_and_all_that_was_typed_is_kept(
    world: World, visitor: httpx.AsyncClient, name: str, data: bytes, complaint: str
) -> None:
    response = await send(world, visitor, files_of(name=name, data=data), room="The <big> one")

    assert response.status_code == 422
    assert f"{name}: {complaint}" in text_of(response)
    assert 'value="The &lt;big&gt; one"' in response.text
    assert (await rows(world), await answers(world)) == ([], {})


async def test_a_file_that_is_too_large_is_thrown_away_as_it_comes_and_the_rest_is_kept(
    world: World, visitor: httpx.AsyncClient
) -> None:
    limited = replace(world.intake.context.files, most_bytes=1024 * 1024)
    world.intake.context = replace(world.intake.context, files=limited)
    large = PDF + b" " * (5 * 1024 * 1024)

    response = await send(world, visitor, files_of(name="contract.pdf", data=large), room="14")

    assert response.status_code == 422
    assert "This file has more than 1 MB." in text_of(response)
    assert 'value="14"' in response.text
    assert await rows(world) == []


async def test_a_name_with_markup_is_text_on_every_page(world: World, visitor: httpx.AsyncClient) -> None:
    await send(world, visitor, files_of(name="<b onclick=alert(1)>&amp;.pdf", data=PDF))

    page = await visitor.get(f"{world.plan()}/steps/connect")

    assert "<b onclick" not in page.text
    assert "_b onclick=alert(1)__amp;.pdf" in page.text


async def test_a_file_stays_when_another_field_is_wrong_and_is_sent_with_the_next_try(
    world: World, visitor: httpx.AsyncClient
) -> None:
    first = await send(world, visitor, CHOSEN, room="")
    [row] = await rows(world)
    assert first.status_code == 422
    assert "contract.pdf" in text_of(first)

    again = {**form_in(first, "/upload"), "answers.contract.kept": kept.answer_of(row), "answers.room": "12"}
    second = await visitor.post(f"{world.plan()}/upload", data=again, files={"answers.contract.file": ("", b"")})

    assert second.status_code == 303
    assert (await answers(world))["contract"] == f"file:{row.id}/contract.pdf"


async def test_a_form_that_is_saved_for_later_keeps_its_file_until_it_is_sent(
    world: World, visitor: httpx.AsyncClient
) -> None:
    hidden = form_in(await visitor.get(world.plan()), "/upload")
    saved = await visitor.post(f"{world.plan()}/upload", data={**hidden, "later": "yes"}, files=CHOSEN)

    assert (saved.status_code, await answers(world)) == (303, {})
    assert "told=saved" in saved.headers["location"]
    [row] = await rows(world)
    page = await visitor.get(f"{world.plan()}/steps/connect")
    assert f'value="{kept.answer_of(row)}"' in page.text
    for _ in range(4):
        world.at += 0.7 * DAY
        await kept.sweep(world.intake.context)
    assert [each.id for each in await rows(world)] == [row.id]


async def test_the_same_file_sent_twice_is_kept_once_and_a_double_click_tells_once(
    world: World, visitor: httpx.AsyncClient
) -> None:
    hidden = {**form_in(await visitor.get(world.plan()), "/upload"), "answers.room": "12"}

    first = await visitor.post(f"{world.plan()}/upload", data=hidden, files=CHOSEN)
    second = await visitor.post(f"{world.plan()}/upload", data=hidden, files=CHOSEN)

    assert (first.headers["location"], second.headers["location"]) == (
        f"{world.plan()}?told=noted",
        f"{world.plan()}?told=again",
    )
    assert len(await rows(world)) == 1
    assert [each.data["step"] for each in await world.timeline() if each.kind == "step_done"].count("connect") == 1


async def test_two_uploads_at_once_tell_once_and_both_are_files_of_their_own(
    world: World, visitor: httpx.AsyncClient
) -> None:
    hidden = {**form_in(await visitor.get(world.plan()), "/upload"), "answers.room": "12"}
    chosen = [files_of(name=f"{number}.pdf", data=PDF + b"%" * number) for number in (1, 2)]

    sent = await asyncio.gather(*(visitor.post(f"{world.plan()}/upload", data=hidden, files=each) for each in chosen))

    assert {each.status_code for each in sent} == {303}
    done = [each for each in await world.timeline() if each.kind == "step_done" and each.data["step"] == "connect"]
    assert len(done) == 1
    assert str((await answers(world))["contract"]).split("/")[0][5:] in {row.id for row in await rows(world)}


async def test_a_link_may_still_be_pasted_and_old_answers_stay(world: World, visitor: httpx.AsyncClient) -> None:
    response = await send(world, visitor, contract="files.acme.example/contract.pdf")

    assert response.status_code == 303
    assert (await answers(world))["contract"] == "https://files.acme.example/contract.pdf"
    page = await visitor.get(f"{world.plan()}/steps/connect")
    assert 'value="https://files.acme.example/contract.pdf"' in page.text
    [] = await rows(world)


async def test_a_file_is_taken_out_again_where_none_is_needed(world: World, visitor: httpx.AsyncClient) -> None:
    await send(world, visitor, {**CHOSEN, **files_of(name="a.png", data=PNG, field="plan")})
    by_field = {row.field: kept.answer_of(row) for row in await rows(world)}
    kept_ids = {f"{name}.kept": file for name, file in by_field.items()}

    await send(world, visitor, page="/steps/connect", **kept_ids, **{"plan.drop": "yes", "contract.drop": "yes"})

    assert await answers(world) == {"contract": by_field["contract"], "room": "12"}


async def test_the_file_of_another_step_or_customer_is_no_answer(world: World, visitor: httpx.AsyncClient) -> None:
    await world.add(customer("other", contacts=(Contact("Kim Lo", KIM, ("coordinator",)),)))
    theirs = FileOwner("other/1", "connect", "contract", KIM)
    foreign = await kept.take_in(world.intake.context, theirs, kept.Upload("theirs.pdf", PDF))

    response = await send(world, visitor, **{"contract.kept": kept.answer_of(foreign)})
    assert response.status_code == 422
    assert "This file is no longer here." in text_of(response)
    for value in (f"file:{foreign.id}/theirs.pdf", "file:nobodyhasit/x.pdf"):
        told = WrittenFact(step_done="connect", answers={"contract": value, "room": "1"})
        with pytest.raises(WrongAnswersError, match="names a file that isn't there"):
            await world.intake.record_fact("acme", told, by=ANA)


async def test_nothing_is_kept_of_a_form_that_somebody_else_sends(world: World, visitor: httpx.AsyncClient) -> None:
    hidden = form_in(await visitor.get(world.plan(KIM)), "/upload")

    foreign = await visitor.post(f"{world.plan(LEO)}/upload", data=hidden, files=CHOSEN)
    forged = await visitor.post("/plan/forged.link/upload", data=hidden, files=CHOSEN)
    plain = await visitor.post(f"{world.plan(KIM)}/upload", data=hidden)

    assert (foreign.status_code, forged.status_code, plain.status_code) == (403, 403, 400)
    assert await rows(world) == []
