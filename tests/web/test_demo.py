"""Taking part in the demo: its clock on every page, and being a colleague or a customer; elsewhere it is refused."""

from __future__ import annotations

import httpx
import pytest

from milepost.store import clock
from milepost.store.clock import SLOW, KeptClock, Pace
from milepost.store.followed_clock import FollowedClock
from tests.web.conftest import World, form_in, text_of
from tests.web.example import ANA, DAY, KIM, LEA, START

USUAL = 3.0 * DAY


async def kept(world: World) -> KeptClock:
    async with world.store.reading() as session:
        found = await session.run_sync(clock.find)
    assert found is not None
    return found


async def steer(client: httpx.AsyncClient, pace: Pace, onward: str = "/desk/queues") -> httpx.Response:
    return await client.post("/demo/clock", data={"pace": pace, "next": onward})


@pytest.fixture
async def demo(world: World) -> World:
    await world.as_demo()
    return world


async def test_every_page_of_colleagues_shows_the_time_its_pace_and_buttons(demo: World) -> None:
    async with demo.client() as client:
        for path in ("/", f"/desk/{ANA}", "/desk/queues", "/ops/customers/acme", "/ops/mail", "/ops/maps/pilot"):
            page = text_of(await client.get(path))
            assert "For the journeys it is Mon 2 Mar 2026, 10:00 a second a second" in page, path
            assert "Slow Stop One day on As before" in page, path


async def test_a_stopped_clock_is_stopped_for_everybody_and_steps_a_day(demo: World) -> None:
    async with demo.client() as client:
        answer = await steer(client, Pace.STOP)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/queues")
        assert "10:00 stopped" in text_of(await client.get("/desk/queues"))
        demo.at += 500
        assert demo.intake.now() == START
        assert (await client.get("/demo/clock?zone=Europe/Berlin")).json() == {
            "now": "Mon 2 Mar 2026, 16:00",
            "pace": "stopped",
            "waits": False,
            "others": "time stands still, so nobody else does anything until it goes on.",
            "once_taken": "time stands still until you let it go on.",
        }

        await steer(client, Pace.DAY_ON)
        assert "one day on, then it stops" in text_of(await client.get("/desk/queues"))
        demo.at += 500
        assert demo.intake.now() == START + DAY
        assert "Tue 3 Mar 2026, 10:00 stopped" in text_of(await client.get("/desk/queues"))

        await steer(client, Pace.AS_BEFORE)
        demo.at += 1.5
        assert demo.intake.now() == START + 4 * DAY
        assert "3 days a second" in text_of(await client.get("/desk/queues"))


async def test_the_page_says_when_time_waits_for_the_journeys(demo: World) -> None:
    async with demo.client() as client:
        await steer(client, Pace.AS_BEFORE)
        await demo.store.write(
            lambda session: clock.change(
                session, lambda before: KeptClock(before.asked, START + 3600, before.usual_speed)
            )
        )
        followed = demo.intake.context.clock
        assert isinstance(followed, FollowedClock)
        await followed.look()
        demo.at += 60
        assert "waiting for the journeys" in text_of(await client.get("/"))
        assert (await client.get("/demo/clock")).json()["waits"] is True


async def test_who_takes_over_a_colleague_is_the_colleague_and_time_slows_down(demo: World) -> None:
    async with demo.client() as client:
        await steer(client, Pace.AS_BEFORE)
        answer = await client.post("/demo/take-over", data={"who": ANA})
        assert answer.headers["location"] == f"/desk/{ANA.replace('@', '%40')}"
        day = await client.get(answer.headers["location"])
        assert "Your day" in text_of(day)
        assert "You play Ana Ruiz" in text_of(day)
        assert "10 minutes a second" in text_of(day)
        assert (await kept(demo)).colleagues == {ANA}
        assert (await kept(demo)).asked.speed == SLOW

        hidden = form_in(day, "/desk/tasks/done", "acme-1-kickoff-1")
        done = await client.post("/desk/tasks/done", data={**hidden, "result": "held"})
        assert done.status_code == 303, text_of(done)
        assert (await demo.task("kickoff/1")).status == "done"

        await client.post("/demo/give-back", data={"who": ANA, "next": "/desk/queues"})
        after = await kept(demo)
        assert not after.colleagues
        assert after.asked.speed == USUAL


async def test_who_takes_over_a_customer_opens_their_plan_and_does_their_step(demo: World) -> None:
    await demo.tell(step_done="kickoff", result="held")
    async with demo.client() as client:
        page = await client.get("/ops/customers/acme")
        assert "Acme Ltd is played by Milepost" in text_of(page)
        answer = await client.post("/demo/take-over", data={"who": "acme"})
        assert answer.headers["location"].startswith("/plan/")
        plan = await client.get(answer.headers["location"])
        assert "you are the customer: what you do here counts" in text_of(plan)
        assert (await kept(demo)).customers == {"acme"}
        page = text_of(await client.get("/ops/customers/acme"))
        assert "You play Acme Ltd. Their steps and answers wait for you; everybody else goes on, slowly enough" in page
        bar = text_of(await client.get("/desk/queues"))
        assert "You play Acme Ltd Give back Acme Ltd" in bar


async def test_the_page_says_what_time_does_for_whoever_takes_part(demo: World) -> None:
    async def sentence(client: httpx.AsyncClient, path: str, before: str) -> str:
        return text_of(await client.get(path)).partition(before)[2].partition(".")[0]

    async def both(client: httpx.AsyncClient) -> tuple[str, str]:
        here = await sentence(client, f"/desk/{ANA}", "Their tasks wait for you; ")
        return here, await sentence(client, f"/desk/{LEA}", "and their tasks are yours; ")

    async with demo.client() as client:
        await steer(client, Pace.AS_BEFORE)
        await client.post("/demo/take-over", data={"who": ANA})
        demo.at += 1
        slow = ("everybody else goes on, slowly enough for you", "time goes on at 10 minutes a second")
        assert await both(client) == slow
        for pace, ours, others in (
            (Pace.STOP, "time stands still, so nobody else does anything until it goes on", "time stands still until"),
            (
                Pace.DAY_ON,
                "everybody else goes on until the day is over, and then time stands still",
                "time slows down",
            ),
            (Pace.AS_BEFORE, "everybody else goes on, at 3 days a second", "time slows down to 10 minutes a second"),
        ):
            await steer(client, pace)
            here, there = await both(client)
            assert here == ours
            assert there.startswith(others)
        await steer(client, Pace.DAY_ON)
        demo.at += 500
        assert (await both(client))[0].startswith("time stands still")


async def test_a_stopped_clock_stays_so_whoever_is_taken_over_or_given_back(demo: World) -> None:
    async with demo.client() as client:
        await steer(client, Pace.STOP)
        await client.post("/demo/take-over", data={"who": ANA})
        await client.post("/demo/give-back", data={"who": ANA})
        assert (await kept(demo)).asked.speed == 0.0


async def test_nobody_can_be_taken_over_who_is_not_there(demo: World) -> None:
    async with demo.client() as client:
        for who in ("nobody@vendor.example", "nobody"):
            answer = await client.post("/demo/take-over", data={"who": who})
            assert answer.status_code == 404
        assert not (await kept(demo)).is_anybody_taken


async def test_where_customers_are_real_or_rehearsed_the_forms_are_refused_and_no_bar_is_shown(
    world: World, browser: httpx.AsyncClient
) -> None:
    for path, data in (
        ("/demo/clock", {"pace": "stop"}),
        ("/demo/take-over", {"who": ANA}),
        ("/demo/take-over", {"who": "acme"}),
        ("/demo/give-back", {"who": ANA}),
    ):
        answer = await browser.post(path, data=data)
        assert answer.status_code == 409
        assert "milepost up --sample" in text_of(answer)
    assert (await browser.get("/demo/clock")).status_code == 409
    page = await browser.get(f"/desk/{ANA}")
    assert "/demo/" not in page.text
    plan = await browser.get(world.plan(KIM))
    assert "This is the demo" not in text_of(plan)
