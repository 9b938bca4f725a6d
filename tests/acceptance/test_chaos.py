"""A short storm; `make chaos` has a long one."""

from __future__ import annotations

from pathlib import Path
from random import SystemRandom

import pytest

from tests.chaos.storm import Weather, weather_a_storm

SHORT = Weather(seconds=45, kills=8, stops=2, stop_seconds=12, lock_seconds=12, away_seconds=6)


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("real_server")
async def test_after_a_storm_nothing_is_lost_doubled_or_standing_still(tmp_path: Path) -> None:
    seed = SystemRandom().randrange(1_000_000)

    storm, faults = await weather_a_storm(tmp_path, seed, 20, SHORT, speed=0.2 * 86_400)

    assert not faults, f"seed {seed}: {faults}"
    assert len(storm.promised) > 100
    assert storm.done == {"kill": 9, "stop": 2, "lock": 1, "lose": 1}
