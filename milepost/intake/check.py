"""The result of one check."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class CheckStatus(StrEnum):
    """How a check ended; only `failed` needs somebody now."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, the status, a sentence about it, and what to do where something has to be done."""

    name: str
    status: CheckStatus
    text: str
    to_do: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Returns it for programs."""
        return {"check": self.name, **{name: value for name, value in asdict(self).items() if name != "name"}}


def ok(name: str, text: str) -> Check:
    """A check that found everything well."""
    return Check(name, CheckStatus.OK, text)


def warning(name: str, text: str, to_do: str | None = None) -> Check:
    """A check that found something to keep an eye on."""
    return Check(name, CheckStatus.WARNING, text, to_do)


def failed(name: str, text: str, to_do: str | None = None) -> Check:
    """A check that found something that somebody has to mend."""
    return Check(name, CheckStatus.FAILED, text, to_do)
