"""The `milepost` command: what it can do, each command in a file of `commands/`."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.support.lazy import Commands, Listed
from commands.support.options import before_every_command
from commands.support.running import run_as_process

_RUN = "Run Milepost"
_MAPS = "Write maps"
_CUSTOMERS = "Look after customers"

LISTED = (
    Listed("up", "commands.up", "up", "Run everything here: Temporal, worker, web; --sample shows it at work.", _RUN),
    Listed("worker", "commands.worker", "worker", "Run a worker alone, against the Temporal server.", _RUN),
    Listed("web", "commands.web", "web", "Run the web application alone.", _RUN),
    Listed("migrate", "commands.migrate", "migrate", "Bring the database to the tables of this version.", _RUN),
    Listed("version", "commands.version", "version", "Say which versions of Milepost and its parts these are.", _RUN),
    Listed("new", "commands.new", "new", "Make a new map by copying another one.", _MAPS),
    Listed("lint", "commands.lint", "lint", "Report everything that is wrong in maps, with its place.", _MAPS),
    Listed("simulate", "commands.simulate", "simulate", "Print the timeline of a scenario or of a map.", _MAPS),
    Listed("test", "commands.test", "test", "Run the scenarios below a folder.", _MAPS),
    Listed("draw", "commands.draw", "draw", "Draw a map for the wall: SVG, PNG or HTML.", _MAPS),
    Listed("diff", "commands.diff", "diff", "Compare two versions of a map, and what moving would do.", _MAPS),
    Listed("publish", "commands.publish", "publish", "Make a map the one that new journeys begin on.", _MAPS),
    Listed("schema", "commands.schema", "schema", "Print the JSON Schema of map.yaml, for editors.", _MAPS),
    Listed("forecast", "commands.forecast", "forecast", "Forecast the work of a whole book, by role and week.", _MAPS),
    Listed("import", "commands.import_book", "import_book", "Import a book of customers from a CSV file.", _CUSTOMERS),
    Listed("enroll", "commands.enroll", "enroll", "Begin journeys for customers that a map is for.", _CUSTOMERS),
    Listed("customers", "commands.customers", "customers", "List customers with stage, health and risk.", _CUSTOMERS),
    Listed("show", "commands.show", "show", "Show where a customer stands, why, and what comes next.", _CUSTOMERS),
    Listed("explain", "commands.explain", "explain", "Explain what a customer waits for, and why.", _CUSTOMERS),
    Listed("tell", "commands.tell", "tell", "Tell a customer's journey what happened.", _CUSTOMERS),
    Listed("tasks", "commands.tasks", "tasks", "List colleagues' tasks: overdue, today, next.", _CUSTOMERS),
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
