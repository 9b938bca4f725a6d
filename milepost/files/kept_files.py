"""Everything that is set about uploaded files, together."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from milepost.files.content import USUAL_TYPES, FileType, accepted
from milepost.files.places import FilePlace, Nowhere, place_for
from milepost.settings import MEGABYTE, Settings


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """Where files are kept, what may come in, the command that checks it, and for how many days it stays."""

    place: FilePlace
    most_bytes: int = 20 * MEGABYTE
    types: tuple[FileType, ...] = USUAL_TYPES
    scan: tuple[str, ...] = ()
    days: int | None = None

    @property
    def most_megabytes(self) -> int:
        return self.most_bytes // MEGABYTE

    @property
    def accepts(self) -> str:
        """What a browser's file dialog offers."""
        return accepted(self.types)


def kept_files(settings: Settings) -> KeptFiles:
    """Returns what the settings say about files."""
    return KeptFiles(
        place_for(settings),
        settings.files_max_mb * MEGABYTE,
        tuple(FileType(each) for each in settings.files_types),
        tuple(shlex.split(settings.files_scan or "")),
        settings.retain_files_days,
    )


NO_FILES = KeptFiles(Nowhere())
"""For whoever takes no files in."""
