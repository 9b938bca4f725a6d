"""A short storm; `make chaos` has a long one."""

from __future__ import annotations

from pathlib import Path
from random import SystemRandom

import pytest
from sqlalchemy import text

from milepost.store.database import open_store
from tests.chaos.storm import Storm, Weather, stored_faults, weather_a_storm

_COUNTS = "kind = 'step_done' AND status = 'delivered'"
"""A fact that leaves a line on the timeline in any case."""
SHORT = Weather(seconds=32, kills=8, stops=2, stop_seconds=11, lock_seconds=11, away_seconds=5)


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("real_server")
async def test_after_a_storm_nothing_is_lost_doubled_or_standing_still(tmp_path: Path) -> None:
    seed = SystemRandom().randrange(1_000_000)

    storm, faults = await weather_a_storm(tmp_path, seed, 12, SHORT, speed=0.2 * 86_400)

    assert not faults, f"seed {seed}: {faults}"
    assert len(storm.promised) >= SHORT.promised_at_least
    assert storm.done == {"kill": 9, "stop": 2, "lock": 1, "lose": 1, "put back": 1}
    assert storm.world.mail.taken
    assert storm.undone
    assert storm.turned
    await _would_notice(storm)


async def _would_notice(storm: Storm) -> None:
    """What was written wrong afterwards is found."""
    async with open_store(storm.world.url) as store:
        assert await stored_faults(store, storm) == []
        for damage, fault in (
            ("UPDATE timeline SET at = at + 1 WHERE serial = (SELECT max(serial) FROM timeline)", "the timeline"),
            ("DELETE FROM messages WHERE rowid = (SELECT max(rowid) FROM messages)", "messages"),
            (f"DELETE FROM facts WHERE serial = (SELECT max(serial) FROM facts WHERE {_COUNTS})", "planner's"),
            ("UPDATE facts SET status = 'delivered', revision = 1 WHERE status = 'undone'", "undone, and counts"),
        ):
            before = set(await stored_faults(store, storm))
            await store.write(lambda session, statement=damage: session.execute(text(statement)))
            new = set(await stored_faults(store, storm)) - before
            assert any(fault in each for each in new), damage
