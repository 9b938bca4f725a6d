"""`milepost backup`: copies the database into one file while everything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.database import sqlite_file
from milepost.cli.support.errors import CommandError, file_errors
from milepost.cli.support.output import say
from milepost.files.places import Folder, place_for
from milepost.settings import Settings
from milepost.store.backup import back_up


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write the copy.", show_default=False)],
    *,
    context: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if there is one.")] = False,
) -> None:
    """Copy the database into one consistent file, readable by its owner only, while everything runs.

    For SQLite; PostgreSQL has pg_dump. The keys of the data folder and uploaded files' contents aren't in it: keep the
    keys apart, and copy the folder `files`, or the bucket of MILEPOST_FILES, after the database. Temporal needs no
    backup: whatever it has lost is started again from the database.
    """
    settings = settings_of(context)
    database = sqlite_file(settings, instead="`pg_dump --format=custom --file=FILE --dbname=URL` copies it")
    if not database.exists():
        raise CommandError(
            f"There is no database at {str(database)!r} to back up.", "--data names another data folder."
        )
    if file.exists() and not force:
        raise CommandError(f"There is a file {str(file)!r} already.", "Name another one, or add --force.")
    if file.exists() and file.samefile(database):
        raise CommandError(f"{str(file)!r} is the database itself.", "Name another file.")
    with file_errors("write", file):
        revision = back_up(database, file)
    say(f"{file}: the database as of now, {file.stat().st_size / 1e6:.1f} MB, at revision {revision}.")
    if keys := _keys(settings):
        say(f"Not in it, and worth keeping somewhere else: {keys}, without which the links in sent mails are void.")
    if files := _files(settings):
        say(f"Not in it: {files}.")


def _files(settings: Settings) -> str | None:
    """Returns where the contents of uploaded files are, and how they are copied; None where none came so far."""
    place = place_for(settings)
    if not isinstance(place, Folder):
        return f"the contents of uploaded files in {settings.files}; back that bucket up by its own means"
    if not place.path.exists() or not any(place.path.iterdir()):
        return None
    return f"the contents of uploaded files; copy the folder {place.path} now, after the database"


def _keys(settings: Settings) -> str | None:
    file = settings.data / "secret_key"
    return str(file) if settings.secret_key is None and file.exists() else None
