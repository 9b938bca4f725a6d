"""`milepost files`: the files of a customer, their contents, and deleting one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError, file_errors
from milepost.cli.support.intake_access import open_intake
from milepost.cli.support.output import AsJson, print_json, say, table
from milepost.intake import customer_files
from milepost.intake.context import IntakeContext
from milepost.intake.files import answer_of, content
from milepost.planner.instants import text
from milepost.store.file_tables import FileRow
from milepost.store.files import EVIDENCE, FileStatus

_OWNER_ONLY = 0o600


async def files(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id.")],
    *,
    context: typer.Context,
    get: Annotated[str | None, typer.Option(metavar="FILE", help="Write the content of this file.")] = None,
    to: Annotated[Path | None, typer.Option(metavar="PATH", help="Where to; by default its name, here.")] = None,
    forget: Annotated[str | None, typer.Option(metavar="FILE", help="Delete the content of this file.")] = None,
    reason: Annotated[str | None, typer.Option(metavar="WHY", help="Why; it stands on the timeline.")] = None,
    by: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who deletes it.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the files that a customer or colleagues sent, write the content of one, or delete it.

    A file is for you to judge: open it only if you trust it, though `MILEPOST_FILES_SCAN` has checked it.
    """
    if get and forget:
        raise CommandError("--get and --forget don't go together.", "Write the file first, then delete it.")
    if to and not get:
        raise CommandError("--to belongs to --get.", f"`milepost files {customer}` lists the files.")
    if (reason or by) and not forget:
        raise CommandError("--reason and --by belong to --forget.", f"`milepost files {customer}` lists the files.")
    async with open_intake(settings_of(context)) as opened:
        intake = opened.intake.context
        if get:
            rows = [await _written(intake, customer, get, to)]
        elif forget:
            rows = [await customer_files.delete(intake, customer, forget, by=by, why=reason)]
        else:
            rows = await customer_files.of_customer(intake, customer)
    if as_json:
        for row in rows:
            print_json(_line(row))
    elif forget:
        say(f"{rows[0].name}: its content is deleted; its name, size and hash are kept.")
    elif get:
        say(f"{to or rows[0].name}: {rows[0].size} bytes.")
    else:
        _list(customer, rows)


async def _written(context: IntakeContext, customer: str, file: str, to: Path | None) -> FileRow:
    row = await customer_files.one_of(context, customer, file)
    data = await content(context, row)
    if data is None:
        raise CommandError(f"The content of {row.name!r} can't be had: it is {_STATUS[FileStatus(row.status)]}.")
    path = to or Path(row.name)
    if path.exists():
        raise CommandError(f"There is a file {str(path)!r} already.", "Name another one with --to.")
    with file_errors("write", path):
        path.touch(_OWNER_ONLY)
        path.write_bytes(data)
    return row


def _list(customer: str, rows: list[FileRow]) -> None:
    if not rows:
        say(f"There is no file of {customer}.")
        return
    headings = ("File", "Name", "Bytes", "Status", "For", "Who", "When")
    cells = [
        (row.id, row.name, row.size, _STATUS[FileStatus(row.status)], _purpose(row), row.contact, text(row.at))
        for row in rows
    ]
    table(f"Files of {customer}", headings, cells)
    say(f"Next: `milepost files {customer} --get {rows[-1].id}`.")


_STATUS = {
    FileStatus.COMING: "on its way",
    FileStatus.CHECKING: "being checked",
    FileStatus.READY: "ready",
    FileStatus.FOUND: "deleted, as its check found something",
    FileStatus.REMOVED: "deleted",
}


def _purpose(row: FileRow) -> str:
    if row.field == EVIDENCE:
        return f"evidence of {row.step}" if row.step else "a note"
    return f"{row.step}.{row.field}"


def _line(row: FileRow) -> dict[str, Any]:
    return {
        "file": row.id,
        "name": row.name,
        "size": row.size,
        "sha256": row.sha256,
        "type": row.type,
        "status": row.status,
        "journey": row.journey_id,
        "step": row.step or None,
        "field": None if row.field == EVIDENCE else row.field,
        "by": row.contact,
        "at": text(row.at),
        "answer": answer_of(row),
    }
