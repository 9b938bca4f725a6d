"""Starts the workflows that open journeys lack, whatever Temporal has lost: the database holds all that they need."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from milepost.intake.context import IntakeContext
from milepost.planner.ids import began_as
from milepost.store import overdue

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Recovery:
    """How many journeys are open, how many of them were started, and how many don't run, as far as anybody knows.

    `ended` counts runs of Milepost's first version, which kept the journey's state in their history.
    """

    open: int
    started: int
    missing: int
    ended: int

    @property
    def changed(self) -> bool:
        """Tells whether there was anything to do."""
        return bool(self.started or self.missing or self.ended)


async def is_needed(context: IntakeContext) -> bool:
    """Tells whether fewer journeys run than are open, or some of the first version. It only counts, so ask it often."""
    running = await context.journey_client.count_running()
    if running is None:
        return False
    async with context.store.reading() as session:
        return running[0] < await overdue.count_open(session) or running[1] > 0


async def recover(context: IntakeContext, *, page: int = 500) -> Recovery:
    """Starts every open journey that doesn't run. It may be repeated, and interrupted, at any time."""
    client = context.journey_client
    ended = await client.end_first_runs()
    running = await client.running()
    in_all = started = missing = 0
    after = ""
    while True:
        async with context.store.reading() as session:
            journeys = await overdue.open_journeys(session, after=after, limit=page)
        if not journeys:
            break
        after = journeys[-1]
        in_all += len(journeys)
        for each in journeys:
            if running is None:
                missing += 1
            elif began_as(each) not in running:
                reached = await client.nudge(each)
                started, missing = started + reached, missing + (not reached)
    recovery = Recovery(in_all, started, missing, ended)
    if recovery.changed:
        log.info("journeys recovered", open=in_all, started=started, missing=missing, ended_first_runs=ended)
    return recovery
