"""What a bad map gets: a problem with its place, its code and a way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a map; `line` and `column` count from 1, `suggestion` is the nearest valid name."""

    file: str
    line: int
    column: int
    code: str
    message: str
    suggestion: str | None = None

    @property
    def severity(self) -> Severity:
        """Errors stop publishing, warnings don't."""
        return "warning" if self.code.startswith("W") else "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.message}"

    def to_json(self) -> dict[str, Any]:
        """The same as data, for `milepost lint --json`."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "suggestion": self.suggestion,
        }


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Without repetitions, by file, place and code; the map itself before its messages and playbooks."""
    return tuple(sorted(set(problems), key=_place))


def _place(problem: Problem) -> tuple[bool, str, int, int, str, str]:
    side_file = problem.file.endswith(".md")
    return (side_file, problem.file, problem.line, problem.column, problem.code, problem.message)
