"""What was agreed in the words of a reader, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from milepost.customer import name_of
from milepost.explain import local_time
from milepost.explain.agreement import Agreement, FiguresLine, LineKind, PersonLine, StepLine
from milepost.language.steps import Figures
from milepost.planner.agreements import AgreedTime
from milepost.translations.reader import Reader


def time_text(reader: Reader, zone: str, agreed: AgreedTime) -> str:
    """Returns a time of day with its day: `Tue, Mar 10, 2026, 2:00 PM – 2:45 PM (Central European Standard Time)`."""  # noqa: RUF002 - the dash of a range
    begin = local_time.local(agreed.at, zone)
    clock = reader.time(begin)
    if agreed.minutes is not None:
        end = local_time.local(agreed.at + 60 * agreed.minutes, zone)
        clock = f"{clock} – {reader.time(end)}"  # noqa: RUF001 - the dash of a range
    return f"{reader.weekday(begin.date())}, {clock} ({reader.zone_name(begin)})"


@dataclass(frozen=True, slots=True)
class AgreementWords:
    """The words for one reader, by the clock of their `zone`."""

    reader: Reader
    zone: str

    def step(self, line: StepLine) -> str:
        """Returns who does a step by when: `Sam Poe, by Tue, Mar 10, 2026`, or at which time of day."""
        return self._who_by_when(line.who, line.due, line.time)

    def figures(self, line: FiguresLine) -> str:
        """Returns from where to where it is to lead: `hours saved a week: from 40 to 10 h`."""
        return self._from_to(line.figures)

    def person(self, line: PersonLine) -> str:
        """Returns a person with their parts: `Sam Poe (Executive sponsor)`."""
        parts = ", ".join(line.parts)
        return f"{line.contact.name} ({parts})" if parts else line.contact.name

    def proposed(self, proposal: Mapping[str, str]) -> str:
        """Returns what is proposed in the place of a line: `by Thu, Mar 12, 2026; Lee Ray (lee@acme.example); “No”`.

        `due` is a local date, `name` and `email` who does it, `figure` and `note` are the words of whoever proposes.
        """
        day = date.fromisoformat(proposal["due"]) if "due" in proposal else None
        by = "" if day is None else self.reader.gettext("by %(day)s", day=self.reader.weekday(day))
        who = f"{proposal['name']} ({proposal['email']})" if "name" in proposal else ""
        note = self.reader.gettext("“%(words)s”", words=proposal["note"]) if "note" in proposal else ""
        return "; ".join(filter(None, (by, who, proposal.get("figure"), note)))

    def before(self, agreement: Agreement, kind: LineKind, step: str, said: Mapping[str, Any]) -> str:
        """Returns what a line said earlier."""
        known = {line.contact.email: line for line in agreement.people}
        if kind is LineKind.PEOPLE:
            return ", ".join(known[each].contact.name if each in known else name_of(each) for each in said)
        if kind is LineKind.FIGURES:
            figures = next(line.figures for line in agreement.figures if line.outcome == step)
            return self._from_to(Figures(figures.name, figures.unit, said["baseline"], said["target"]))
        line = next(line for line in agreement.steps if line.step == step)
        person = said["person"]
        who = line.who if person in (None, line.person) else _name(known, person)
        agreed = AgreedTime(said["at"], said["minutes"]) if "at" in said else None
        return self._who_by_when(who, date.fromisoformat(said["due"]) if said["due"] else None, agreed)

    def _who_by_when(self, who: str, due: date | None, agreed: AgreedTime | None) -> str:
        if agreed is not None:
            return self.reader.gettext("%(who)s, %(when)s", who=who, when=time_text(self.reader, self.zone, agreed))
        if due is None:
            return who
        return self.reader.gettext("%(who)s, by %(day)s", who=who, day=self.reader.weekday(due))

    def _from_to(self, figures: Figures) -> str:
        values = {
            "name": figures.name,
            "start": self._number(figures.baseline),
            "target": " ".join(filter(None, (self._number(figures.target), figures.unit))),
        }
        if figures.target is None:
            return self.reader.gettext("%(name)s: not agreed yet", name=figures.name)
        if figures.baseline is None:
            return self.reader.gettext("%(name)s: to %(target)s", **values)
        return self.reader.gettext("%(name)s: from %(start)s to %(target)s", **values)

    def _number(self, value: float | None) -> str:
        return "" if value is None else self.reader.number(value)


def _name(known: Mapping[str, PersonLine], address: str) -> str:
    return known[address].contact.name if address in known else name_of(address)
