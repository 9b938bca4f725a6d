"""The files of a customer: listed, opened, sent by colleagues and programs, deleted before their time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.errors import NoOpenJourneyError, UnknownFileError
from milepost.intake.fact_admission import IncomingFact
from milepost.intake.facts import record_facts
from milepost.intake.files import Upload, remove_leftovers, take_in
from milepost.language.asks import AskType
from milepost.planner.fact_checks import asks_of
from milepost.planner.fact_errors import InvalidFactError
from milepost.planner.facts import Noted
from milepost.store import files, journeys
from milepost.store.file_tables import FileRow
from milepost.store.files import EVIDENCE, HELD, FileOwner, FileStatus

_SOURCE = "files"


async def of_customer(context: IntakeContext, customer: str) -> list[FileRow]:
    """Returns the files of all the customer's journeys, the oldest first.

    Raises:
        UnknownCustomerError: there is no such customer; the nearest id is suggested.
    """
    async with context.store.reading() as session:
        record = await customer_of(session, customer)
        return await files.of_customer(session, record.id)


async def one_of(context: IntakeContext, customer: str, file: str) -> FileRow:
    """Returns a file of the customer.

    Raises:
        UnknownCustomerError: there is no such customer.
        UnknownFileError: the customer has no such file.
    """
    row = next((each for each in await of_customer(context, customer) if each.id == file), None)
    if row is None:
        raise UnknownFileError(customer, file)
    return row


@dataclass(frozen=True, slots=True)
class FilePurpose:
    """What a file is sent for: a `field` of a step's form; without one it is evidence, for a step or for a note."""

    step: str = ""
    field: str = ""


async def add(context: IntakeContext, customer: str, purpose: FilePurpose, upload: Upload, *, by: str) -> FileRow:
    """Keeps a file that a colleague or a program sends for the customer's open journey.

    Raises:
        UnknownCustomerError: there is no such customer; the nearest id is suggested.
        NoOpenJourneyError: the customer has no plan.
        InvalidFactError: the map has no such step, or its form asks for no such file.
        FileRefusedError: it is empty, too large, of another kind than those that are allowed, or one too many.
        FilesUnreachableError: the place for files can't be used; nothing is kept.
    """
    async with context.store.reading() as session:
        record = await customer_of(session, customer)
        journey = await journeys.open_of(session, record.id)
    if journey is None:
        raise NoOpenJourneyError(record.id)
    await _check_purpose(context, journey.version, purpose)
    return await take_in(context, FileOwner(journey.id, purpose.step, purpose.field or EVIDENCE, by), upload)


async def _check_purpose(context: IntakeContext, version: str, purpose: FilePurpose) -> None:
    compiled = (await context.compiled_maps.of(version)).step_of(purpose.step) if purpose.step else None
    if compiled is None and (purpose.step or purpose.field):
        raise InvalidFactError(f"The map has no step {purpose.step!r}.", "Name the step whose form or evidence it is.")
    if compiled is None or not purpose.field:
        return
    asked = [ask.field for ask in asks_of(compiled) if ask.type is AskType.FILE]
    if purpose.field not in asked:
        hint = f"Files are asked for in: {', '.join(asked)}." if asked else "Leave the field out to send evidence."
        raise InvalidFactError(f"The form of {purpose.step!r} asks for no file {purpose.field!r}.", hint)


async def delete(context: IntakeContext, customer: str, file: str, *, by: str | None, why: str | None) -> FileRow:
    """Deletes the content of a file; its row stays, and the timeline says who did that. Nothing if it is gone already.

    Raises:
        UnknownFileError: the customer has no such file.
    """
    row = await one_of(context, customer, file)
    if row.status not in HELD:
        return row
    await context.store.write(partial(files.empty, files=[row.id], status=FileStatus.REMOVED))
    await remove_leftovers(context)
    because = f": {why}" if why else ""
    note = Noted(id=f"file/{row.id}/removed", at=context.now(), by=by, text=f"The file {row.name} was deleted{because}")
    await record_facts(context, [IncomingFact(customer, note)], source=_SOURCE)
    return await one_of(context, customer, file)
