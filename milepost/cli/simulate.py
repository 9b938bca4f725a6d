"""`milepost simulate`: prints the timeline of a scenario, or of a map with a made-up customer, and its mails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.runners import Engine, EngineOption, run
from milepost.cli.support.choices import choices, one_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.output import aside, print_json
from milepost.cli.trials.mails import Mail, mails_of
from milepost.cli.trials.outlook import ahead
from milepost.cli.trials.timeline_lines import Clock
from milepost.language.loader import MAP_FILE
from milepost.people.sample_year import load_made_up
from milepost.planner.timeline import Entry, MessageSent
from milepost.scenarios.discovery import scenario_files, sort_of
from milepost.scenarios.scenario import LoadedScenario, Scenario, load_scenario
from milepost.text import listing

_NAMED = 5


class MadeUp(StrEnum):
    """How a made-up customer behaves."""

    PROMPT = "prompt"
    SILENT = "silent"


def simulate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A scenario, or a map's folder or map.yaml.")],
    *,
    customer: Annotated[
        MadeUp | None,
        typer.Option(
            parser=one_of(MadeUp),
            metavar=choices(MadeUp),
            help="For a map: whether the made-up customer does everything in good time (the default), or does and says "
            "nothing. Colleagues do their tasks in either case.",
        ),
    ] = None,
    messages: Annotated[bool, typer.Option("--messages", help="Print every mail as it would be sent.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per entry; instants in UTC.")] = False,
    engine: EngineOption = Engine.PLANNER,
) -> None:
    """Print the timeline of a scenario, or a year of a map with a made-up customer."""
    loaded = _load(file, customer)
    aside(*map(str, loaded.problems))
    scenario = loaded.scenario
    if scenario is None:
        raise CommandError(f"{file} can't be simulated.", "Correct what is listed above (milepost lint says more).")
    timeline = run(scenario, engine)
    mails = mails_of(scenario) if messages else {}
    if as_json:
        for entry in timeline:
            mail = _mail_of(entry, mails)
            print_json(entry.to_json() | ({} if mail is None else {"mail": asdict(mail)}))
    else:
        _print(scenario, timeline, mails)


def _load(file: Path, customer: MadeUp | None) -> LoadedScenario:
    if _is_map(file):
        return load_made_up(file, (customer or MadeUp.PROMPT).value)
    if file.is_dir():
        _refuse_folder(file)
    if customer is not None:
        hint = "Leave --customer out, or name the map."
        raise CommandError(f"{file} is a scenario, which has its own customer.", hint)
    return load_scenario(file)


def _is_map(file: Path) -> bool:
    return (file / MAP_FILE).is_file() if file.is_dir() else file.name == MAP_FILE or sort_of(file) == "map"


def _refuse_folder(folder: Path) -> None:
    maps = sorted(str(file.parent) for file in folder.glob(f"*/{MAP_FILE}"))
    if maps:
        hint = f"Name one: {listing(maps, most=_NAMED, last='or')}."
        raise CommandError(f"{folder} is a folder of maps, not one.", hint)
    files = scenario_files(folder)
    if not files:
        raise CommandError(f"{folder} holds neither a {MAP_FILE} nor scenarios.", "Name a map's folder, or a scenario.")
    hint = f"Name one, such as {files[0]}; `milepost test {folder}` runs them all."
    raise CommandError(f"{folder} is a folder of scenarios, not one.", hint)


def _print(scenario: Scenario, timeline: Sequence[Entry], mails: dict[str, Mail]) -> None:
    clock = Clock.of(scenario)
    typer.echo(f"{scenario.name} ({scenario.customer.name}, times in {clock.name})\n")
    for entry in timeline:
        typer.echo(clock.line(entry))
        if (mail := _mail_of(entry, mails)) is not None:
            for line in (f"To: {mail.to}", f"Subject: {mail.subject}", "", *mail.text.splitlines()):
                typer.echo(f"    | {line}".rstrip())
    typer.echo(f"\n{ahead(scenario, clock)}")


def _mail_of(entry: Entry, mails: dict[str, Mail]) -> Mail | None:
    return mails.get(entry.message) if isinstance(entry, MessageSent) else None
