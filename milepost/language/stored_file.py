"""An uploaded file as an answer to a form: a short text, `file:ID/NAME`, in the place of a link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_FORM = re.compile(r"file:([A-Za-z0-9]{8,40})/([^/\\\x00-\x1f]{1,120})")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """The answer that names an uploaded file: the id of its row, and its name as people see it."""

    id: str
    name: str

    def __str__(self) -> str:
        return f"file:{self.id}/{self.name}"

    @staticmethod
    def parse(value: Any) -> StoredFile | None:
        """Returns the file that an answer names; None for a link, and for anything else."""
        match = _FORM.fullmatch(value) if isinstance(value, str) else None
        return StoredFile(match[1], match[2]) if match else None
