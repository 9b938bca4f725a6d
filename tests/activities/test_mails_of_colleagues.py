"""Who a mail is from while the colleague is away, and after a hand-over that introduces the new one."""

from __future__ import annotations

import time
from datetime import date

from sqlalchemy.orm import Session

from milepost.language.loader import from_files
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import HandedOver
from milepost.planner.plan import plan
from milepost.planner.state import State
from milepost.store import absences, customers, journeys, maps
from milepost.store.advance import write_plan
from milepost.store.database import Store
from milepost.store.stand_ins import Absence
from milepost.wire.activities import DeliveryOrder
from tests.activities.test_deliveries import GERMAN, Post, posted, store  # noqa: F401 - a fixture
from tests.workflows.example import CUSTOMER, FILES, MAP, START

ANA, BO = "ana.ruiz@vendor.example", "bo.ek@vendor.example"
INTRODUCTION = """---
subject: "{{ successor.name }} looks after you now"
---
{{ former.name }} handed over to {{ successor.name }} ({{ successor.email }}). {{ csm.name }}
"""
INTRODUCING = MAP.replace(
    "plays:\n",
    """introduction: introduce
plays:
  - play: introduce
    kind: other
    title: Introduce
    touchpoints: [{touchpoint: hello, title: Hello, message: hello.md, to: sponsor}]
""",
)


async def away(store: Store, last_day: date) -> None:  # noqa: F811 - the store of the test
    now = int(time.time())
    absence = Absence(
        number=0, person=ANA, delegate=BO, role=None, customers=None, first_day=last_day, last_day=last_day,
        timezone="UTC", starts_at=now - 3600, ends_at=now + 86_400, told_at=now,
    )  # fmt: skip

    def insert(session: Session) -> None:
        absences.insert(session, absence)

    await store.write(insert)


async def test_while_the_csm_is_away_mail_comes_from_the_delegate_and_says_so(store: Store) -> None:  # noqa: F811
    post = await posted(store)
    await away(store, date(2027, 1, 3))
    await post.deliver()
    [sent] = post.channel.delivered
    assert (sent.from_name, sent.reply_to) == ("Bo Ek", BO)
    assert "Bo Ek stands in for Ana Ruiz until January 3, 2027. Just reply to this mail to reach Bo Ek." in sent.text
    assert "Bo Ek stands in for Ana Ruiz until January 3, 2027." in (sent.html or "")


async def test_it_says_so_in_the_readers_language(store: Store) -> None:  # noqa: F811
    german = CUSTOMER.having(language="de", country="DE", timezone="Europe/Berlin")
    post = await posted(store, german, {**FILES, "messages/connect.de.md": GERMAN})
    await away(store, date(2027, 1, 3))
    await post.deliver()
    assert "Bo Ek vertritt Ana Ruiz bis 3. Januar 2027." in post.channel.delivered[0].text


async def test_an_introduction_comes_from_the_new_colleague_and_knows_both(store: Store) -> None:  # noqa: F811
    files = {**FILES, "map.yaml": INTRODUCING, "messages/hello.md": INTRODUCTION}
    loaded = from_files(files)
    assert loaded.map is not None, [str(problem) for problem in loaded.problems]
    assert not [problem for problem in loaded.problems if "former" in str(problem) or "successor" in str(problem)]
    fact = HandedOver(id="1", at=START, former=ANA, to=BO, introduce=True)
    async with store.transaction() as session:
        version = (await maps.publish(session, "pilot", "Pilot", files, START)).version.hash
        await customers.save(session, [CUSTOMER], START)
        compiled_map = CompiledMap.of(loaded.map, version, files)
        state = State.begin(CUSTOMER, "pilot", version, START)
        journey = await journeys.begin(session, state)
        made = plan(compiled_map, state, [fact], START)
        await session.run_sync(write_plan, journey.id, state, made, compiled_map)
    post = Post(store)
    post.order = DeliveryOrder("acme/1", "hello/1/touchpoint/1", post.order.clock, post.order.give_up_at)
    await post.deliver()
    [sent] = post.channel.delivered
    assert (sent.from_name, sent.reply_to, sent.subject) == ("Bo Ek", BO, "Bo Ek looks after you now")
    assert f"Ana Ruiz handed over to Bo Ek ({BO}). Bo Ek" in sent.text
