"""`milepost rehearse`: plays maps and customers of one's own at speed, with made-up people; nothing can be sent."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.import_book import ContactsFile, InStage, InStageSince, MappingName, entry_of
from milepost.cli.support.book_files import book_file, mapping_of, people_of
from milepost.cli.support.output import AsJson, aside, console, print_json, say
from milepost.demo.rehearsed_book import RehearsedBook, maps_in
from milepost.imports.book_source import BookSource

DAYS, SPEED, SEED = 90.0, 3.0, 1


async def rehearse(
    *,
    map_folder: Annotated[Path, typer.Option("--map", metavar="DIR", help="The folder of a map, or of several.")],
    book: Annotated[Path, typer.Option(metavar="FILE", help="The customers, as for `milepost import`.")],
    mapping: MappingName = None,
    contacts: ContactsFile = None,
    stage: InStage = None,
    since: InStageSince = None,
    days: Annotated[float, typer.Option(min=0.1, max=3660, help="Days of journey that are played.")] = DAYS,
    speed: Annotated[float, typer.Option(min=0.01, max=50, metavar="DAYS", help="Days of journey per second.")] = SPEED,
    seed: Annotated[int, typer.Option(help="Decides how people behave: the same seed, the same people.")] = SEED,
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="PORT", help="That of the pages; 0: any.")] = 0,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the data folder, to look at its pages.")] = False,
    as_json: AsJson = False,
) -> None:
    """Rehearse maps and customers of your own: made-up people live through months in a minute, on the real engine.

    It has a data folder, a database and a Temporal server of its own, and its mails end in its outbox, whatever
    settings there are: nothing of it can reach anybody. Customers come in as by `milepost import`, also in the middle
    of their journey. Its pages can be looked at meanwhile. It ends by itself, or with Ctrl-C, and says what happened.
    """
    columns = mapping_of(mapping)
    with book_file(book) as file:
        data = file.read()
    source = BookSource(columns, people_of(contacts, columns), entry_of(stage, since), (), None)
    own = RehearsedBook(maps_in(map_folder), book, data, source, int(time.time()))
    problems = own.check()
    for problem in problems[:20]:
        aside(f"Refused: {problem}")
    from milepost.cli.launch.rehearsal import Rehearsal, rehearse as play  # noqa: I001, PLC0415 - so that --help answers at once
    from milepost.cli.launch.rehearsal_tables import print_rehearsal  # noqa: PLC0415

    out = console(errors=as_json)
    rehearsed = await play(Rehearsal(own, days, speed, seed, port, keep), out)
    if rehearsed is None:
        return
    for problem in own.refused:
        aside(f"Refused: {problem}")
    folder = None if rehearsed.folder is None else str(rehearsed.folder)
    if as_json:
        refused = [each.to_json() for each in [*problems, *own.refused]]
        print_json(
            {**rehearsed.account.to_json(), "complete": rehearsed.complete, "refused": refused, "folder": folder}
        )
        return
    print_rehearsal(out, rehearsed.account, complete=rehearsed.complete)
    if folder is not None:
        say(f"Look at its pages with `milepost web --data {folder}`; delete the folder when you are done.")
