"""A file that a colleague attaches on a page of ours: to a task, or to a note about a customer."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from milepost import limits
from milepost.intake import customer_files
from milepost.intake.customer_files import FilePurpose
from milepost.intake.files import Upload
from milepost.planner.written_facts import WrittenFact
from milepost.text import storable
from milepost.web.file_form import read_file_form
from milepost.web.problems import ProblemError
from milepost.web.services import Services


@dataclass(frozen=True, slots=True)
class Attachment:
    """A form with one file, as it came: its token, where to go next, and a note."""

    token: str
    onward: str
    note: str
    upload: Upload | None

    @staticmethod
    async def read(request: Request, served: Services) -> Attachment:
        """Reads the form, whose sender is known."""
        sent = await read_file_form(request, served.intake.context.files.most_bytes)
        token, onward, note = (storable(str(sent.texts.get(name, ""))).strip() for name in ("form", "next", "note"))
        return Attachment(token, onward, note[: limits.VALUE], sent.files.get("file"))

    async def keep(self, served: Services, customer: str, step: str | None, by: str) -> WrittenFact:
        """Keeps the file, and returns the note that tells of it.

        Raises:
            ProblemError: no file was chosen.
            RefusedError: it isn't taken, or the customer has no open journey.
        """
        if self.upload is None:
            raise ProblemError(422, "file_missing", "No file was chosen.", "Go back and choose one.")
        row = await customer_files.add(served.intake.context, customer, FilePurpose(step or ""), self.upload, by=by)
        return WrittenFact(note=f"{row.name}: {self.note}" if self.note else f"{row.name} was attached", about=step)
