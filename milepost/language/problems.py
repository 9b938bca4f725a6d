"""Problems: what is wrong in a map, with its place in a file, its code and what to do about it.

A check yields a `Finding` (see `milepost.language.findings`), which knows the field; a `Problem` knows the line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]


_SEVERITIES: dict[str, Severity] = {"M": "error", "W": "warning"}
"""By the first letter of a code."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a map; `line` and `column` count from 1, `suggestion` is the nearest valid name."""

    file: str
    line: int
    column: int
    code: str
    message: str
    suggestion: str | None = None

    @property
    def severity(self) -> Severity:
        """Errors stop publishing, warnings don't, and notes aren't about mistakes."""
        return _SEVERITIES.get(self.code[0], "note")

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.message}"

    def to_json(self) -> dict[str, Any]:
        """The problem as data, for `milepost lint --json`."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "suggestion": self.suggestion,
        }


def errors_in(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that stop publishing."""
    return [problem for problem in problems if problem.severity == "error"]


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorts problems by file, place and code, without duplicates; the map comes before its messages and playbooks."""
    return tuple(sorted(set(problems), key=_place))


def _place(problem: Problem) -> tuple[bool, str, int, int, str, str]:
    side_file = problem.file.endswith(".md")
    return (side_file, problem.file, problem.line, problem.column, problem.code, problem.message)
