"""`milepost simulate`: the timeline of a scenario, or of a map with a made-up customer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from commands.engines import Engine, EngineOption, line, run
from journeys.reading import load_runnable


def simulate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A scenario's file, or a map's folder or file.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One entry a line, as JSON; instants in UTC.")] = False,
    engine: EngineOption = Engine.PLANNER,
) -> None:
    """Print the timeline of a scenario, or of a map with a made-up customer."""
    loaded = load_runnable(file)
    for problem in loaded.problems:
        typer.echo(str(problem), err=True)
    if loaded.scenario is None:
        typer.echo(f"{file} can't be simulated; mend what is listed above (milepost lint says more).", err=True)
        raise typer.Exit(1)
    timeline = run([loaded.scenario], engine)[0]
    if not as_json:
        typer.echo(f"{loaded.scenario.name} ({loaded.scenario.customer.name}, times in UTC)\n")
    for entry in timeline:
        typer.echo(json.dumps(entry.to_json(), ensure_ascii=False) if as_json else line(entry))
