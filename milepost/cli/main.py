"""The `milepost` command: the list of its commands, each in the module of its name beside this one."""

from __future__ import annotations

import sys

import typer

from milepost.cli.support.lazy_commands import Commands, ListedCommand
from milepost.cli.support.options import root
from milepost.temporal.process_exit import run_and_leave

_COMMANDS = {
    "Run Milepost": {
        "up": "Run everything here: Temporal, worker, web; --sample shows it at work.",
        "worker": "Run a worker alone, against the Temporal server.",
        "web": "Run the web application alone.",
        "migrate": "Create or upgrade the database tables.",
        "recover": "Start the journeys that Temporal has lost.",
        "backup": "Copy the database into one file, while everything runs.",
        "restore": "Put a backup in the place of the database.",
        "doctor": "Check that everything is well, and say what to do.",
        "version": "Print the versions of Milepost and its parts.",
    },
    "Write maps": {
        "new": "Make a new map by copying another one.",
        "lint": "Report everything that is wrong in maps, with its place.",
        "simulate": "Print the timeline of a scenario or of a map.",
        "test": "Run the scenarios below a folder.",
        "draw": "Draw a map for the wall: SVG, PNG or HTML.",
        "diff": "Compare two versions of a map, and preview moving customers.",
        "publish": "Publish a map: new journeys begin on it.",
        "rollout": "Move running journeys to another version of their map.",
        "schema": "Print the JSON Schema of map.yaml, or of mappings, for editors.",
        "rehearse": "Play your own maps and customers at speed; nothing can be sent.",
        "languages": "List the customers' languages and the texts that each lacks.",
        "forecast": "Forecast the work of a whole book, by role and week.",
    },
    "Look after customers": {
        "import": "Import a book of customers from a CSV or XLSX file.",
        "sync": "Keep the book in step with a folder or an address of files.",
        "enroll": "Begin journeys for customers that match a map.",
        "customers": "List customers with stage, health and risk.",
        "show": "Show where a customer stands, why, and what comes next.",
        "explain": "Explain what a customer waits for, and why.",
        "tell": "Tell a customer's journey what happened.",
        "undo": "Undo what somebody just told, as if it had not been told.",
        "results": "List what customers confirmed, disputed, or left unanswered.",
        "agreement": "Show what was agreed with a customer, and who said yes.",
        "links": "List the links that a customer's people got; make them void.",
        "files": "List the files that a customer sent; get one, or delete it.",
        "preferences": "Show or set which mail a person gets.",
        "export": "Write all customers as a CSV file, who opted out, or what is held on one person.",
        "forget": "Delete everything about a customer, or forget one person.",
        "mail": "List mail that waits or failed, release it, send it again; hold all mail.",
        "merge": "Merge two records of one customer.",
        "rename": "Give a customer another id.",
        "tasks": "List colleagues' tasks: overdue, today, next.",
        "hand-over": "Hand a colleague's customers over to another one, for good or for days.",
        "people": "List colleagues; say what one is called and may do, or that one left.",
        "keys": "List the keys with which programs use the API; make or end one.",
        "audit": "List who signed in, and who changed what and why.",
        "sign-in": "Print a link that signs a colleague in, once.",
        "away": "List who is away and who stands in; end or change it.",
    },
}
_MODULES = {
    "import": "import_book",
    "hand-over": "hand_over",
    "sign-in": "sign_in",
}  # where Python can't have the command's name

LISTED = tuple(
    ListedCommand(name, help, panel, f"milepost.cli.{_MODULES.get(name, name)}")
    for panel, commands in _COMMANDS.items()
    for name, help in commands.items()  # noqa: A001 - Typer's word
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
    epilog="Start with `milepost up --sample`, then open the links that it prints.",
)
app.callback()(root)


def main() -> None:
    """Run the command that the arguments name; exits 0, 1 for an error, 2 for a command line that can't be read."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a terminal without Unicode must not end a command
    run_and_leave(app)


if __name__ == "__main__":
    main()
