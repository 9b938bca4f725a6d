"""The account of an import: what became of the customers of a book, in figures that stay small however long it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from milepost.imports.missing_dates import MissingDates
from milepost.imports.missing_values import MissingValues
from milepost.intake.again_counts import AgainCounts
from milepost.intake.begin_again import Restart
from milepost.intake.book import ImportedCustomer
from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.intake.handed_on import HandedOnCounts
from milepost.intake.import_preview import PreviewedCustomer
from milepost.intake.kept_roles import KeptRoles
from milepost.intake.likely_doubles import Doubles
from milepost.intake.reasons import count_reason
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant

_CHANGES = 5  # customers whose changes are listed
_NAMED = 4  # customers that are kept by name for a reason


@dataclass(slots=True)
class Unmatched:
    """Customers that no map is for, counted by the reason; the first of each are known by their ids."""

    counts: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[str]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.counts.total()

    def add(self, customer: str, why: str) -> None:
        """Counts one customer."""
        named = self.named.setdefault(count_reason(self.counts, why), [])
        if len(named) < _NAMED:
            named.append(customer)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What was found of a row before it was first saved: what it becomes, whether a journey begins, or why not."""

    becomes: str
    begins: bool
    why_not: str | None = None
    begins_again: bool = False

    @staticmethod
    def of(previewed: PreviewedCustomer) -> Foreseen:
        """Returns what a preview found."""
        becomes = "imported" if previewed.becomes == "new" else previewed.becomes
        again = isinstance(previewed.again, Restart)
        return Foreseen(becomes, previewed.journey is not None and not again, previewed.why_not, again)

    def to_json(self) -> list[Any]:
        """Returns the fields in their order."""
        return [self.becomes, self.begins, self.why_not, self.begins_again]


@dataclass(slots=True)
class ImportAccount:
    """What an import did so far.

    Attributes:
        counts: Customers by what became of them (`imported`, `changed`, `unchanged`, `refused`), and journeys:
            `enrolled`, and `waiting` for Temporal to start them.
        unmatched: The customers that no map is for.
        doubles: New customers who may have been there before.
        changes: The first customers whose records changed, and how.
        by_column: What was wrong with refused rows, and `contacts_by_column` with those of a second file
            (`milepost.imports.refused_rows.ByColumn`). These and `notes` are filled in at the end.
    """

    counts: Counter[str] = field(default_factory=Counter)
    unmatched: Unmatched = field(default_factory=Unmatched)
    doubles: Doubles = field(default_factory=Doubles)
    changes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_column: list[list[Any]] = field(default_factory=list)
    contacts_by_column: list[list[Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    handed_on: HandedOnCounts = field(default_factory=HandedOnCounts)
    kept: KeptRoles = field(default_factory=KeptRoles)
    again: AgainCounts = field(default_factory=AgainCounts)

    @property
    def has_changed_anything(self) -> bool:
        return bool(self.counts["imported"] or self.counts["changed"] or self.again.begin)

    @property
    def about_colleagues(self) -> list[str]:
        """Sentences about colleagues who are named in the book and have handed over."""
        return [*self.handed_on.notes(), *self.kept.notes()]

    def add(self, imported: ImportedCustomer, foreseen: Foreseen | None = None) -> None:
        """Counts one customer; `foreseen` is what was found of the row before it was first saved.

        A row that was saved by a worker which was killed then finds nothing to change. What was foreseen counts.
        """
        self.kept.add(imported.kept)
        self.again.add(imported.again)
        if foreseen is not None and foreseen.begins_again and imported.again is None:
            self.again.begin += 1
        if imported.became == "unchanged" and foreseen is not None and foreseen.becomes in ("imported", "changed"):
            self.counts[foreseen.becomes] += 1
            self.counts["enrolled"] += foreseen.begins
            if foreseen.why_not is not None:
                self.unmatched.add(imported.customer.id, foreseen.why_not)
            return
        self.counts[imported.became] += 1
        self.doubles.add(imported.doubles)
        if imported.saved is not None:
            self.handed_on.add(imported.saved.handed_on)
        if imported.changes and len(self.changes) < _CHANGES:
            self.changes[imported.customer.id] = imported.changes
        match imported.enrolment:
            case Enrolment(started=started):
                self.counts["enrolled"] += 1
                self.counts["waiting"] += not started
            case NoEnrolment(customer=customer, why=why):
                self.unmatched.add(customer, why)

    def summary(self) -> dict[str, int]:
        """Returns the figures that an import ends with."""
        return {
            **{name: self.counts[name] for name in ("imported", "changed", "unchanged", "enrolled")},
            "unmatched": self.unmatched.total,
            "refused": self.counts["refused"],
            **({"begun_again": self.again.begin} if self.again.begin or self.again.stay else {}),
        }

    def to_json(self) -> dict[str, Any]:
        return {
            "counts": dict(self.counts) | self.summary(),
            "why_not": dict(self.unmatched.counts),
            "named": self.unmatched.named,
            "doubles": self.doubles.to_json(),
            "changes": {customer: list(changes) for customer, changes in self.changes.items()},
            "by_column": self.by_column,
            "contacts_by_column": self.contacts_by_column,
            "notes": self.notes,
            **({"handed_on": handed_on} if (handed_on := self.handed_on.to_json()) else {}),
            **({"kept": kept} if (kept := self.kept.to_json()) else {}),
            **self.again.to_json(),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any] | None) -> ImportAccount:
        """Reads an account that `to_json` wrote; None begins one."""
        if data is None:
            return ImportAccount()
        unmatched = Unmatched(Counter(data["why_not"]), {why: list(ids) for why, ids in data["named"].items()})
        changes = {customer: tuple(each) for customer, each in data["changes"].items()}
        handed_on = HandedOnCounts.from_json(data.get("handed_on", ()))
        doubles = Doubles.from_json(data.get("doubles"))
        kept, again = KeptRoles.from_json(data.get("kept", ())), AgainCounts.from_json(data.get("again"))
        counts = Counter(data["counts"])
        return ImportAccount(counts, unmatched, doubles, changes, handed_on=handed_on, kept=kept, again=again)


@dataclass(slots=True)
class Missing:
    """Dates and values that maps need and the customers of a book don't have."""

    dates: MissingDates
    values: MissingValues

    @staticmethod
    def of(compiled_maps: list[CompiledMap], now: Instant) -> Missing:
        """Begins to count, by these maps as of `now`."""
        return Missing(MissingDates(compiled_maps, now), MissingValues(compiled_maps, now))

    def count(self, imported: ImportedCustomer) -> None:
        """Counts a customer if its record was stored."""
        if imported.saved is not None:
            self.dates.count(imported.customer)
            self.values.count(imported.customer)

    def notes(self) -> Iterable[tuple[str, dict[str, Any]]]:
        """Yields sentences about them, each with the same as data."""
        for date in self.dates.missing():
            yield str(date), {"undated": date.to_json()}
        for value in self.values.missing():
            yield str(value), {"lacks": value.to_json()}
