"""Tables of imports that people follow on pages: what was uploaded, what is to be done with it, and how far that is.

The content of files is deleted when an import is over, or after some days (`milepost.store.imports`). Instants are
journey time, but for `keep_until`, which is wall clock: files must not vanish where a demo lets days pass in seconds.
"""

from __future__ import annotations

from typing import Annotated, Any

from sqlalchemy import JSON, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from milepost.store.table_types import LONG, At, Base, Serial

OfImport = Annotated[int, mapped_column(LONG, ForeignKey("imports.number", ondelete="CASCADE"))]
MaybeJson = Annotated[Any | None, mapped_column(JSON(none_as_null=True))]


class ImportRow(Base):
    """A book that somebody uploaded. `position` is the last row of the file that was dealt with, `done` how many were.

    `in_flight` are the rows that are being saved, as they were found: whoever goes on after a crash counts by it.
    """

    __tablename__ = "imports"

    number: Mapped[Serial]
    form: Mapped[str] = mapped_column(unique=True, doc="the id of the form that it was sent by: sent twice, it is one")
    status: Mapped[str] = mapped_column(index=True, doc="see `milepost.store.imports.ImportStatus`")
    file: Mapped[str] = mapped_column(doc="its name, as the sender's machine calls it")
    contacts_file: Mapped[str | None]
    size: Mapped[int] = mapped_column(doc="bytes of both files")
    digest: Mapped[str] = mapped_column(index=True, doc="tells whether the same file was sent before")
    uploaded_at: Mapped[At]
    uploaded_by: Mapped[str | None]
    mapping: Mapped[str | None] = mapped_column(doc="its text; null: the book is in Milepost's own form")
    options: Mapped[dict[str, Any]]
    total: Mapped[int] = mapped_column(doc="about how many rows the file has")
    position: Mapped[int]
    done: Mapped[int]
    in_flight: Mapped[MaybeJson]
    preview: Mapped[MaybeJson] = mapped_column(doc="what the dry run found")
    account: Mapped[MaybeJson] = mapped_column(doc="what the import did")
    problem: Mapped[str | None] = mapped_column(doc="why it could not go on")
    queued_at: Mapped[At | None]
    ended_at: Mapped[At | None]
    keep_until: Mapped[At | None] = mapped_column(
        doc="wall clock; files and details are removed after it; null: they have been"
    )


class ImportFileRow(Base):
    """A file of an import: `book`, `contacts`, or what came of it, `refused` (rows) and `plan` (mails and tasks)."""

    __tablename__ = "import_files"

    import_number: Mapped[OfImport] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ImportRefusalRow(Base):
    """A reason to refuse a row of a running import."""

    __tablename__ = "import_refusals"

    serial: Mapped[Serial]
    import_number: Mapped[OfImport] = mapped_column(index=True)
    line: Mapped[int]
    heading: Mapped[str | None]
    message: Mapped[str]
    repeated_id: Mapped[str | None]
