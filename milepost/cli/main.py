"""The `milepost` command: what it can do, each command in a file of `commands/`."""

from __future__ import annotations

from typing import Annotated

import typer

from milepost.cli.support.entry_point import run_as_process
from milepost.cli.support.lazy_commands import Commands, Listed
from milepost.cli.support.options import before_every_command

_RUN = "Run Milepost"
_MAPS = "Write maps"
_CUSTOMERS = "Look after customers"

LISTED = (
    Listed(
        "up", "milepost.cli.up", "up", "Run everything here: Temporal, worker, web; --sample shows it at work.", _RUN
    ),
    Listed("worker", "milepost.cli.worker", "worker", "Run a worker alone, against the Temporal server.", _RUN),
    Listed("web", "milepost.cli.web", "web", "Run the web application alone.", _RUN),
    Listed("migrate", "milepost.cli.migrate", "migrate", "Bring the database to the tables of this version.", _RUN),
    Listed(
        "version", "milepost.cli.version", "version", "Say which versions of Milepost and its parts these are.", _RUN
    ),
    Listed("new", "milepost.cli.new", "new", "Make a new map by copying another one.", _MAPS),
    Listed("lint", "milepost.cli.lint", "lint", "Report everything that is wrong in maps, with its place.", _MAPS),
    Listed("simulate", "milepost.cli.simulate", "simulate", "Print the timeline of a scenario or of a map.", _MAPS),
    Listed("test", "milepost.cli.test", "test", "Run the scenarios below a folder.", _MAPS),
    Listed("draw", "milepost.cli.draw", "draw", "Draw a map for the wall: SVG, PNG or HTML.", _MAPS),
    Listed("diff", "milepost.cli.diff", "diff", "Compare two versions of a map, and what moving would do.", _MAPS),
    Listed("publish", "milepost.cli.publish", "publish", "Make a map the one that new journeys begin on.", _MAPS),
    Listed("schema", "milepost.cli.schema", "schema", "Print the JSON Schema of map.yaml, for editors.", _MAPS),
    Listed(
        "forecast", "milepost.cli.forecast", "forecast", "Forecast the work of a whole book, by role and week.", _MAPS
    ),
    Listed(
        "import", "milepost.cli.import_book", "import_book", "Import a book of customers from a CSV file.", _CUSTOMERS
    ),
    Listed("enroll", "milepost.cli.enroll", "enroll", "Begin journeys for customers that a map is for.", _CUSTOMERS),
    Listed(
        "customers", "milepost.cli.customers", "customers", "List customers with stage, health and risk.", _CUSTOMERS
    ),
    Listed("show", "milepost.cli.show", "show", "Show where a customer stands, why, and what comes next.", _CUSTOMERS),
    Listed("explain", "milepost.cli.explain", "explain", "Explain what a customer waits for, and why.", _CUSTOMERS),
    Listed("tell", "milepost.cli.tell", "tell", "Tell a customer's journey what happened.", _CUSTOMERS),
    Listed("tasks", "milepost.cli.tasks", "tasks", "List colleagues' tasks: overdue, today, next.", _CUSTOMERS),
)


class Milepost(Commands):
    """All commands."""

    listed = LISTED


app = typer.Typer(
    cls=Milepost,
    name="milepost",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Milepost runs customer journey maps: durable journeys, confirmed outcomes, no surprise renewals.",
    epilog="Begin with `milepost up --sample`, then open the links that it prints.",
)


@app.callback()
@before_every_command
def _root(
    context: typer.Context,
    *,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; so does MILEPOST_DEBUG=1.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command that the arguments name; exits 0, 1 for an error, 2 for a command that cannot be read."""
    run_as_process(app)


if __name__ == "__main__":
    main()
