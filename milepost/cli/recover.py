"""`milepost recover`: starts the journeys that should run in Temporal and don't."""

from __future__ import annotations

from dataclasses import asdict

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, print_json, say
from milepost.intake.recovery import recover as recover_journeys
from milepost.text import count_of


async def recover(*, context: typer.Context, as_json: AsJson = False) -> None:
    """Start every open journey that doesn't run, from the database, whatever Temporal has lost.

    Workers do this by themselves every minute; it is safe to repeat. Runs of the first version of Milepost, which
    kept its journeys in Temporal, are ended, and their journeys go on in new ones.
    """
    async with open_intake(settings_of(context)) as opened:
        recovery = await recover_journeys(opened.intake.context)
    if as_json:
        print_json(asdict(recovery))
    if recovery.missing:
        raise CommandError(
            f"{count_of(recovery.missing, 'open journey')} could not be started, or not be looked for.",
            opened.away or "Look into the log of the Temporal server, then run `milepost recover` again.",
        )
    if as_json:
        return
    if recovery.ended:
        say(f"{count_of(recovery.ended, 'run')} of the first version ended.")
    say(f"{count_of(recovery.open, 'journey')} open: {recovery.started} started, the others were running.")
