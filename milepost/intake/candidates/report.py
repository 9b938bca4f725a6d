"""What was found out about a candidate, kept as JSON: findings, scenarios, what it changes, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from milepost.intake.publication import Impact
from milepost.language.problems import Problem


@dataclass(frozen=True, slots=True)
class FailedScenario:
    """A scenario that failed, or can't be run: its file, its name if it has one, and why, line by line."""

    file: str
    name: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """What the files alone say: the findings of the checker and, of a map without errors, how its scenarios went.

    `map`, `title` and `hash` are None for a map that can't be read.
    """

    map: str | None
    title: str | None
    hash: str | None
    problems: tuple[Problem, ...]
    scenarios: int
    failed: tuple[FailedScenario, ...]

    @property
    def errors(self) -> int:
        """How many findings stop publishing."""
        return sum(each.severity == "error" for each in self.problems)

    def to_json(self) -> dict[str, Any]:
        return {
            "map": self.map,
            "title": self.title,
            "hash": self.hash,
            "problems": [each.to_json() for each in self.problems],
            "scenarios": self.scenarios,
            "failed": [{"file": each.file, "name": each.name, "why": list(each.why)} for each in self.failed],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Check:
        fields = ("file", "line", "column", "code", "message", "suggestion")
        return Check(
            data["map"],
            data["title"],
            data["hash"],
            tuple(Problem(**{name: each[name] for name in fields}) for each in data["problems"]),
            data["scenarios"],
            tuple(FailedScenario(each["file"], each["name"], tuple(each["why"])) for each in data["failed"]),
        )


@dataclass(frozen=True, slots=True)
class Report:
    """A check and, of a map without errors, what publishing it would do, compared with the version `since`.

    `since` is the hash of the version that was current then, None for a map without one; `impact` is None where there
    was none. Nobody is named in it: it is kept, and customers may have to be forgotten.
    """

    check: Check
    since: str | None = None
    impact: Impact | None = None

    def to_json(self) -> dict[str, Any]:
        impact = None if self.impact is None else self.impact.to_json()
        return {**self.check.to_json(), "since": self.since, "impact": impact}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Report:
        impact = None if data["impact"] is None else Impact.from_json(data["impact"])
        return Report(Check.from_json(data), data["since"], impact)
