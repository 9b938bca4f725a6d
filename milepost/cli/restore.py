"""`milepost restore`: puts a backup in the place of the database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import sqlite_file
from milepost.cli.support.errors import CommandError, file_errors
from milepost.cli.support.output import say
from milepost.devserver.data_folder import DataFolder
from milepost.files.places import Folder, place_for
from milepost.settings import Settings
from milepost.store.backup import restore as restore_backup


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `milepost backup` wrote.", show_default=False)],
    *,
    context: typer.Context,
) -> None:
    """Put a backup in the place of the database, which nothing may be using; the replaced file is kept.

    Facts that were recorded after the backup are gone: send them again. Those that it holds already change nothing.
    """
    settings = settings_of(context)
    database = sqlite_file(settings, instead="`pg_restore --clean --if-exists --dbname=URL FILE` restores it")
    if not file.is_file():
        raise CommandError(f"There is no file {str(file)!r}.", "Name one that `milepost backup` wrote.")
    if database.exists() and file.samefile(database):
        raise CommandError(f"{str(file)!r} is the database itself.", "Name a backup of it.")
    with DataFolder.open(settings.data), file_errors("write", database):
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = restore_backup(file, database, datetime.now(UTC))
    say(f"The database is that of {file} now.")
    if kept is not None:
        say(f"The one before is kept as {kept}.")
    say("It holds whom you have forgotten since it was made: run `milepost forget` for them again.")
    say(f"The contents of uploaded files are not in it: put back those of the same day, into {_files(settings)}.")
    say("Start `milepost up`, or workers and web: workers start the journeys by themselves within a minute or two,")
    say("`milepost recover` does it at once.")


def _files(settings: Settings) -> str:
    place = place_for(settings)
    return str(place.path) if isinstance(place, Folder) else str(settings.files)
