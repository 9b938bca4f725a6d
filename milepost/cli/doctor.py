"""`milepost doctor`: is everything well, and if not, what to do."""

from __future__ import annotations

import typer

from milepost.cli.checks.brand import check_brand
from milepost.cli.checks.database import check_database
from milepost.cli.checks.replies import check_replies
from milepost.cli.checks.sign_in import check_sign_in
from milepost.cli.checks.temporal import check_temporal
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.output import AsJson, print_json, say, table
from milepost.intake.check import Check, CheckStatus
from milepost.intake.machine_checks import check_machine
from milepost.temporal.logs import keep_quiet
from milepost.text import count_of


async def doctor(*, context: typer.Context, as_json: AsJson = False) -> None:
    """Check database, Temporal, workers, clocks, disk, and what waits or has failed; say what to do.

    It changes nothing. Exits 1 if a check failed.
    """
    keep_quiet()
    settings = settings_of(context)
    checks = [
        *await check_database(settings),
        *await check_temporal(settings),
        *check_machine(settings),
        *check_brand(settings),
        await check_replies(settings),
        await check_sign_in(settings),
    ]
    failed = sum(each.status is CheckStatus.FAILED for each in checks)
    if as_json:
        for each in checks:
            print_json(each.to_json())
    else:
        table(None, ("Check", "Status", "What was found"), ((each.name, each.status, each.text) for each in checks))
        _print_what_to_do(checks, failed)
    if failed:
        raise typer.Exit(1)


def _print_what_to_do(checks: list[Check], failed: int) -> None:
    for each in checks:
        if each.to_do is not None:
            say(f"{each.name}: {each.to_do}")
    say(f"{count_of(failed, 'check')} failed." if failed else "Nothing has failed.")
