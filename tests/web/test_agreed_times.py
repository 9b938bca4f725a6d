"""A time of day that was agreed on, as each reader of a plan sees it: by their own clock, in their language."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import httpx
import pytest

from milepost.explain.sentences import Wording
from milepost.planner.written_facts import WrittenAgreement
from milepost.store.timeline import entry_of
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, KIM, customer
from tests.web.test_agreement import PATH, fields

DASH = "\u2013"


@pytest.mark.parametrize(
    ("at", "language", "shown"),
    [
        # Berlin's clocks go forward on 29 March 2026, New York's on 8 March.
        (
            "2026-03-27T10:00:00-04:00",
            "en",
            f"Fri, Mar 27, 2026, 3:00 PM {DASH} 3:45 PM (Central European Standard Time)",
        ),
        (
            "2026-03-30T10:00:00-04:00",
            "en",
            f"Mon, Mar 30, 2026, 4:00 PM {DASH} 4:45 PM (Central European Summer Time)",
        ),
        ("2026-03-30T23:30:00-04:00", "de", f"Di., 31. März 2026, 05:30 {DASH} 06:15 (Mitteleuropäische Sommerzeit)"),
    ],
)
async def test_an_agreed_time_is_shown_by_the_readers_clock_and_in_their_language(
    world: World, visitor: httpx.AsyncClient, at: str, language: str, shown: str
) -> None:
    contacts = tuple(replace(each, language=language) for each in customer().contacts)
    await world.add(replace(customer(), contacts=contacts))
    await world.tell(agreed={"kickoff": WrittenAgreement(at=datetime.fromisoformat(at), minutes=45)})
    page = text_of(await visitor.get(world.plan(KIM))).replace("\u202f", " ")
    assert shown in page


async def test_an_agreed_day_without_a_time_stays_a_day(world: World, visitor: httpx.AsyncClient) -> None:
    await world.tell(agreed={"kickoff": WrittenAgreement(due="2026-03-27")})
    page = text_of(await visitor.get(world.plan(KIM)))
    assert "by Fri, Mar 27, 2026" in page
    assert DASH not in page.partition("by Fri")[2][:40]


CONNECT_AT = WrittenAgreement(at=datetime.fromisoformat("2026-03-11T14:00:00-04:00"))
KICKOFF_AT = WrittenAgreement(at=datetime.fromisoformat("2026-03-11T14:00:00-04:00"), minutes=45)
OURS = "Wed 11 Mar 2026, 14:00 EDT"


async def test_a_time_agreed_for_a_step_of_the_customers_own_is_on_their_plan_with_its_zone(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await world.tell(step_done="kickoff", result="held")
    await world.tell(agreed={"connect": CONNECT_AT})
    page = text_of(await visitor.get(world.plan(KIM))).replace("\u202f", " ")
    assert "agreed for Wed, Mar 11, 2026, 7:00 PM (Central European Standard Time)" in page


async def test_a_time_agreed_before_its_step_opens_is_kept_until_it_does(
    world: World, visitor: httpx.AsyncClient
) -> None:
    await world.tell(agreed={"connect": CONNECT_AT})
    await world.tell(step_done="kickoff", result="held")
    page = text_of(await visitor.get(world.plan(KIM))).replace("\u202f", " ")
    assert "agreed for Wed, Mar 11, 2026, 7:00 PM" in page
    lines = [entry_of(row) for row in await world.timeline()]
    assert any(f"agreed for {OURS}." in Wording(zone="America/New_York").sentence(line) for line in lines)


async def test_colleagues_see_the_time_by_their_clock_on_the_day_and_in_the_history(
    world: World, browser: httpx.AsyncClient
) -> None:
    await world.tell(agreed={"kickoff": KICKOFF_AT})
    assert f"Agreed for {OURS} (45 minutes)" in text_of(await browser.get(f"/desk/{ANA}"))
    page = text_of(await browser.get("/ops/customers/acme"))
    history = text_of(await browser.get("/ops/customers/acme?tab=history"))
    assert f"“Kickoff call” is agreed for {OURS} (45 minutes)." in history
    assert f"Agreed for {OURS} (45 minutes)." in page
    assert f"· agreed for {OURS} (45 minutes)" in page


async def test_a_day_agreed_on_later_takes_the_time_away(world: World, browser: httpx.AsyncClient) -> None:
    await world.tell(agreed={"kickoff": KICKOFF_AT, "set_up": CONNECT_AT})
    await world.tell(
        agreed={"kickoff": WrittenAgreement(due="2026-03-12"), "set_up": WrittenAgreement(due="2026-03-12")}
    )
    page = text_of(await browser.get("/desk/queues")) + text_of(await browser.get(f"/desk/{ANA}"))
    assert page.count("Due Thu 12 Mar 2026, 17:00") == 2
    assert "Agreed for" not in page


async def test_programs_read_the_time(world: World, api: httpx.AsyncClient) -> None:
    await world.tell(agreed={"kickoff": KICKOFF_AT, "set_up": CONNECT_AT})
    await world.tell(step_done="kickoff", result="held")
    await world.tell(agreed={"connect": CONNECT_AT})
    shown = (await api.get("/api/v1/customers/acme")).json()
    [set_up] = [each for each in shown["tasks"] if each["step"] == "set_up" and each["status"] == "open"]
    [connect] = [each for each in shown["steps"] if each["step"] == "connect"]
    agreement = (await api.get("/api/v1/customers/acme/agreement")).json()
    lines = {each["step"]: each for each in agreement["steps"]}
    for each in (set_up, connect, lines["set_up"], lines["connect"]):
        assert (each["agreed_at"], each["agreed_minutes"]) == ("2026-03-11T18:00:00Z", None)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"due": "2026-03-11", "time": "14:00", "minutes": "45"}, {"at": "2026-03-11T18:00:00Z", "minutes": 45}),
        ({"due": "2026-03-11", "time": "14:00", "minutes": ""}, {"at": "2026-03-11T18:00:00Z"}),
        ({"due": "2026-03-11", "time": "", "minutes": "45"}, {"due": "2026-03-11"}),
        # New York's clocks go forward at two o'clock on 8 March: half past two isn't there.
        ({"due": "2026-03-08", "time": "02:30", "minutes": ""}, {"at": "2026-03-08T07:00:00Z"}),
    ],
)
async def test_a_colleague_agrees_on_a_date_from_the_task(
    world: World, browser: httpx.AsyncClient, typed: dict[str, str], kept: dict[str, object]
) -> None:
    hidden = form_in(await browser.get(f"/desk/{ANA}"), "/desk/tasks/agree", "acme-1-kickoff-1")
    before = len(await world.facts())
    for _ in range(2):  # sent twice it counts once
        assert (await browser.post("/desk/tasks/agree", data=hidden | typed)).status_code == 303
    [fact] = (await world.facts())[before:]
    assert fact.data["steps"] == {"kickoff": kept}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"due": "", "time": "14:00"}, "Choose a day"),
        ({"due": "2026-03-01"}, "That day is past"),
        ({"due": "2026-03-02", "time": "09:59"}, "That time is past"),
        ({"due": "2026-03-11", "time": "noon"}, "Write a time, such as 14:00"),
        ({"due": "2026-03-11", "time": "14:00", "minutes": "0"}, "from 1 to 1440"),
        ({"due": "2026-03-11", "time": "14:00", "minutes": "1441"}, "from 1 to 1440"),
        ({"due": "2026-03-11", "time": "14:00", "minutes": "an hour"}, "from 1 to 1440"),
    ],
)
async def test_a_date_that_makes_no_sense_is_refused_with_what_to_do(
    world: World, browser: httpx.AsyncClient, typed: dict[str, str], message: str
) -> None:
    hidden = form_in(await browser.get(f"/desk/{ANA}"), "/desk/tasks/agree", "acme-1-kickoff-1")
    before = await world.everything()
    page = await browser.post("/desk/tasks/agree", data=hidden | typed)
    assert page.status_code == 422
    assert message in text_of(page)
    assert await world.everything() == before


async def test_a_time_of_day_is_typed_by_our_clock_shown_again_and_part_of_what_is_agreed_to(
    world: World, browser: httpx.AsyncClient
) -> None:
    form = fields(await browser.get(PATH))
    assert "connect.minutes" not in form
    typed = {"kickoff.due": "2026-03-11", "kickoff.time": "14:00", "kickoff.minutes": "45", "connect.time": "09:30"}
    page = await browser.post(PATH, data=form | typed)
    assert page.status_code == 422  # a time alone has no day
    assert (await browser.post(PATH, data=form | typed | {"connect.due": "2026-03-20"})).status_code == 303
    [agreed] = [row.data["steps"] for row in await world.facts() if row.kind == "agreed"]
    assert agreed == {
        "kickoff": {"at": "2026-03-11T18:00:00Z", "minutes": 45},
        "connect": {"at": "2026-03-20T13:30:00Z"},
    }
    page = await browser.get(PATH)
    assert "optional; in America/New York (EST)" in text_of(page)
    after = fields(page)
    assert typed.items() <= after.items()
    assert after["connect.due"] == "2026-03-20"
    async with world.client() as visitor:
        plan = text_of(await visitor.get(f"{world.plan(KIM)}/agreement")).replace("\u202f", " ")
        assert "Kim Lo, Fri, Mar 20, 2026, 2:30 PM (Central European Standard Time)" in plan
        form = form_in(await visitor.get(f"{world.plan(KIM)}/agreement"), "/agreement")
        yes = await visitor.post(f"{world.plan(KIM)}/agreement", data=form)
        assert yes.headers["location"].endswith("told=agreed"), yes.headers["location"]
    moved = fields(await browser.get(PATH)) | {"kickoff.time": "15:00"}
    assert (await browser.post(PATH, data=moved)).headers["location"].endswith("told=noted")
    changed = text_of(await browser.get(PATH)).replace("\u202f", " ")
    assert "Changed since Kim Lo" in changed, changed
    assert "said yes to: Ana Ruiz, Wed, Mar 11, 2026, 2:00 PM" in changed
