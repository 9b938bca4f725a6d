"""A map that somebody may publish as its page shows it: what was found out about it, and what can be done now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from milepost.explain.sentences import version_text
from milepost.intake.candidates.candidates import Looked, report_of
from milepost.intake.candidates.report import Report
from milepost.intake.publication import Publication, VersionImpact
from milepost.intake.publication_words import (
    by_weight,
    changes_lead,
    journeys_lead,
    published_lead,
    version_lead,
    waiting_text,
)
from milepost.intake.rollouts import BATCH, PER_MINUTE, Pace
from milepost.language.problems import Problem
from milepost.store import candidates, journeys, maps, rollouts
from milepost.store.candidate_tables import CandidateRow
from milepost.store.candidates import CandidateStatus
from milepost.store.rollouts import MovePolicy
from milepost.store.tables import MapVersionRow, RolloutRow
from milepost.text import count_of
from milepost.versions import Change
from milepost.versions.move_words import sentences
from milepost.web.services import Services

STAY = "stay"
POLICIES = {
    STAY: ("They stay", "Each goes on to its end on the version that it is on."),
    MovePolicy.NOW: ("They move now", "In batches. Right for mended mistakes: a wrong mail, a date that is off."),
    MovePolicy.NEXT_STAGE: (
        "They move at their next stage",
        "Each finishes the present stage as it was agreed, and moves as the next one is about to open.",
    ),
}
_MOST_BATCH, _MOST_RATE = 1000, 100_000


def status_text(row: CandidateRow, wall: float) -> tuple[str, str]:
    """Returns in words how far it is with a candidate, and the kind of its tag."""
    match candidates.status_of(row, wall):
        case CandidateStatus.LOOKING:
            return "is being looked at", "warn"
        case CandidateStatus.FAILED | CandidateStatus.LOST:
            return "could not be looked at", "bad"
        case CandidateStatus.LOOKED if row.published_at is not None:
            return "published", "good"
        case CandidateStatus.LOOKED if row.errors:
            return f"has {count_of(row.errors, 'error')}", "bad"
        case CandidateStatus.LOOKED:
            return "was looked at", ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was typed into the form that publishes or moves; `complaints` are by field, `problem` is about all of it."""

    why: str = ""
    policy: str = STAY
    batch: str = str(BATCH)
    rate: str = str(PER_MINUTE)
    anyway: bool = False
    complaints: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    def missing(self) -> dict[str, str]:
        """Returns what is wrong with it, by field."""
        found = {} if self.why else {"why": "Write why: it stands beside the version, and in the audit."}
        if self.policy not in POLICIES:
            found["policy"] = "Choose one."
        for name, most in (("batch", _MOST_BATCH), ("rate", _MOST_RATE)):
            typed = getattr(self, name)
            if not (typed.isdecimal() and len(typed) <= len(str(most)) and 1 <= int(typed) <= most):
                found[name] = f"Write a number from 1 to {most}."
        return found

    @property
    def pace(self) -> Pace:
        return Pace(int(self.batch), int(self.rate))


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A candidate with the versions of its map, by hash, and the rollout of it that isn't over.

    `staying` are the customers who are on versions with other content now.
    """

    row: CandidateRow
    status: CandidateStatus
    report: Report | None
    versions: Mapping[str, MapVersionRow]
    rollout: RolloutRow | None
    choice: Choice
    staying: int

    @property
    def title(self) -> str:
        return self.row.title or self.row.name

    @property
    def is_looked_at(self) -> bool:
        return self.status == CandidateStatus.LOOKING

    @property
    def percent(self) -> int:
        return 100 * self.row.done // max(self.row.total, 1)

    @property
    def current(self) -> MapVersionRow | None:
        return next((each for each in self.versions.values() if each.current), None)

    @property
    def version(self) -> MapVersionRow | None:
        """The version that it is already."""
        return self.versions.get(self.row.hash or "")

    @property
    def named(self) -> str:
        """The version that it is, or what it would become."""
        return version_text(self.version.number, self.version.hash) if self.version else "a new version"

    @property
    def looked(self) -> Looked:
        """What its forms stand for."""
        assert self.report is not None
        return Looked(self.row.hash or "", self.report.since or "")

    @property
    def step(self) -> int:
        """Which of the three steps it is at: looking, publishing, moving customers."""
        return 1 if self.report is None or self.report.check.errors else 3 if self.is_current else 2

    @property
    def is_current(self) -> bool:
        return self.version is not None and self.version.current

    @property
    def may_publish(self) -> bool:
        return self.report is not None and not self.report.check.errors and not self.is_current

    @property
    def may_roll_out(self) -> bool:
        return self.report is not None and self.version is not None and self.elsewhere > 0 and self.rollout is None

    @property
    def elsewhere(self) -> int:
        """How many customers are on other versions: now, of one that is published; else as they were counted."""
        if self.version is not None:
            return self.staying
        return self.report.impact.journeys if self.report and self.report.impact else 0

    @property
    def figures(self) -> Iterator[tuple[int, str, str]]:
        """Yields what was found out in numbers: how many, of what, and the kind of figure."""
        assert self.report is not None
        check = self.report.check
        if check.errors:
            yield check.errors, "error" if check.errors == 1 else "errors", "bad"
        warnings = len(check.problems) - check.errors
        yield warnings, "warning" if warnings == 1 else "warnings", "warn" if warnings else "good"
        if check.scenarios:
            yield check.scenarios - len(check.failed), "scenarios pass", "" if check.failed else "good"
        if check.failed:
            yield len(check.failed), "scenario fails" if len(check.failed) == 1 else "scenarios fail", "bad"
        if self.report.impact is not None:
            yield len(self.changes), "change" if len(self.changes) == 1 else "changes", ""
            yield (
                self.elsewhere,
                "customer on another version" if self.elsewhere == 1 else "customers on other versions",
                "",
            )

    @property
    def problems(self) -> list[Problem]:
        """The findings, errors first."""
        found = self.report.check.problems if self.report else ()
        return sorted(found, key=lambda problem: problem.severity != "error")

    @property
    def findings(self) -> str:
        """Says how many findings there are."""
        assert self.report is not None
        errors, warnings = self.report.check.errors, len(self.problems) - self.report.check.errors
        if not self.problems:
            return "Nothing wrong."
        counts = f"{count_of(errors, 'error')}, {count_of(warnings, 'warning')}"
        return f"{counts}; a map with errors can't be published." if errors else f"{counts}."

    @property
    def changes(self) -> list[Change]:
        """What changed since the version that was current, what affects customers most first."""
        impact = self.report.impact if self.report else None
        return by_weight(impact.changes or ()) if impact else []

    @property
    def changes_lead(self) -> str:
        """Says how much changed, or that there is nothing to compare with."""
        assert self.report is not None
        impact = self.report.impact
        if impact is None:
            return f"{self.row.map}: this is its first version."
        if impact.hash == self.row.hash:
            return f"{self.row.map}: this is {version_text(impact.number, impact.hash)}, which is current already."
        return changes_lead(impact)

    @property
    def journeys_lead(self) -> str:
        """Says who is on other versions; nobody is, before the first."""
        impact = self.report.impact if self.report else None
        return journeys_lead(impact, moves=False) if impact else "No customer is on it yet."

    @property
    def moves(self) -> Iterator[tuple[str, list[tuple[str, tuple[str, ...]]]]]:
        """Yields what moving the customers of each other version would do: what is said of it, and the sentences."""
        impact = self.report.impact if self.report else None
        for each in impact.versions if impact else ():
            yield version_lead(each), list(sentences(each.moves)) if each.moves and _says_more(each) else []

    @property
    def publication(self) -> Publication | None:
        """What came of publishing it."""
        told = (self.row.report or {}).get("published")
        return Publication(**told) if told else None

    @property
    def published_lead(self) -> str:
        return published_lead(self.publication) if self.publication else ""

    @property
    def waiting_text(self) -> str:
        return waiting_text(self.publication) if self.publication else ""


def _says_more(version: VersionImpact) -> bool:
    return version.moves is not None and version.moves.unchanged.count != version.journeys


async def view_of(served: Services, number: int, choice: Choice) -> CandidateView:
    """Returns a candidate with all that its page shows.

    Raises:
        UnknownCandidateError: there is none of this number.
    """
    async with served.store.reading() as session:
        row = await candidates.get(session, number)
        rows = await maps.versions(session, row.map) if row.map else []
        still_open = await rollouts.open_of_map(session, row.map) if row.map else None
        running = await journeys.count_by_version(session, row.map) if row.map else {}
    status = candidates.status_of(row, served.intake.context.wall())
    report = report_of(row) if status == CandidateStatus.LOOKED else None
    staying = sum(count for version, count in running.items() if version != row.hash)
    return CandidateView(row, status, report, {each.hash: each for each in rows}, still_open, choice, staying)
