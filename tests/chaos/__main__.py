"""`make chaos`: a long storm over two hundred customers; a seed that fails is printed and can be run again."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from random import SystemRandom

from tests.chaos.storm import Weather, weather_a_storm

LONG = Weather(seconds=300, kills=40, stops=10, stop_seconds=60, lock_seconds=90, away_seconds=60)


def main() -> int:
    """Run one storm; the exit code is 1 if anything is not as it must be."""
    options = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    options.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    options.add_argument("--customers", type=int, default=200)
    options.add_argument("--database", help="the URL of an empty PostgreSQL database, instead of an SQLite file")
    given = options.parse_args()
    sys.stdout.write(f"seed {given.seed}\n")
    weather = LONG if given.database is None else replace(LONG, lock_seconds=0)
    with tempfile.TemporaryDirectory(prefix="milepost-chaos-", ignore_cleanup_errors=True) as folder:
        storm, faults = asyncio.run(
            weather_a_storm(
                Path(folder), given.seed, given.customers, weather, speed=0.1 * 86_400, database_url=given.database
            )
        )
    sys.stdout.write(f"{len(storm.promised)} facts promised; {dict(storm.done)}\n")
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    sys.stdout.write(f"{len(faults)} faults; again with: python -m tests.chaos --seed {given.seed}\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
