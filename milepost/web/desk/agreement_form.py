"""The form of an agreement: what a colleague typed, what is wrong with it, and what it changes.

Each input has its value from before beside it, `NAME.was`: only what somebody typed is a change, so that two people at
once keep each other's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self

from starlette.datastructures import FormData

from milepost import limits
from milepost.customer import ADDRESS_PATTERN, Contact, address_key
from milepost.explain.agreement import Agreement, StepLine
from milepost.intake.agreement import Changes, written
from milepost.numbers import NotANumberError, read_number
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenAgreement
from milepost.text import number, storable
from milepost.web.desk.typed_dates import TypedDate

NEW_PEOPLE = 2
"""Lines of the form for people who are new."""
_NEW = "new:"


@dataclass(frozen=True, slots=True)
class PersonFields:
    """The line of one person, as typed; `was` is the address so far, empty for somebody new; `is_out`: not any more."""

    was: str
    name: str = ""
    email: str = ""
    personas: tuple[str, ...] = ()
    is_out: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.was or self.name or self.email)

    @staticmethod
    def of(contact: Contact) -> PersonFields:
        return PersonFields(contact.email, contact.name, contact.email, contact.personas)


@dataclass(frozen=True, slots=True)
class AgreementForm:
    """All that is typed: people in their order, and the texts of the other inputs with those from before."""

    people: tuple[PersonFields, ...]
    before: tuple[PersonFields, ...]
    texts: dict[str, str]
    was: dict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_present(cls, agreement: Agreement, timezone: str) -> Self:
        """Returns the form as it is before anybody types; times of day are by the clock of `timezone`."""
        people = tuple(PersonFields.of(line.contact) for line in agreement.people)
        texts = {"note": ""}
        for line in agreement.steps:
            texts[f"{line.step}.person"] = (line.person or "") if line.is_named else ""
            typed = TypedDate.of(line.due, line.time, timezone)
            texts |= {f"{line.step}.{name}": getattr(typed, name) for name in _date_inputs(line)}
        for figures in agreement.figures:
            for name, value in ((figures.baseline, figures.figures.baseline), (figures.target, figures.figures.target)):
                if name is not None:
                    texts[f"customer.{name}"] = "" if value is None else str(number(value))
        empty = (PersonFields(""),) * NEW_PEOPLE
        return cls((*people, *empty), (*people, *empty), texts, dict(texts))

    @classmethod
    def sent(cls, data: FormData, agreement: Agreement, timezone: str) -> Self:
        """Returns what was sent; inputs that the agreement no longer has are left out."""

        def text(name: str, most: int = limits.NAME) -> str:
            return storable(str(data.get(name, ""))).strip()[:most]

        present = cls.of_present(agreement, timezone)
        texts = {name: text(name, limits.TEXT if name == "note" else limits.ADDRESS) for name in present.texts}
        was = {name: text(f"{name}.was", limits.ADDRESS) for name in present.texts}
        people, before = [], []
        for place in range(limits.CONTACTS + NEW_PEOPLE):
            begin = f"people.{place}"
            if f"{begin}.was" not in data:
                break
            address = text(f"{begin}.was", limits.ADDRESS)
            personas = tuple(storable(str(each)) for each in data.getlist(f"{begin}.personas"))
            email = text(f"{begin}.email", limits.ADDRESS)
            is_out = bool(address) and f"{begin}.out" in data
            people.append(PersonFields(address, text(f"{begin}.name"), email, personas, is_out))
            personas_was = tuple(text(f"{begin}.personas.was", limits.TEXT).split())
            before.append(PersonFields(address, text(f"{begin}.name.was"), address, personas_was))
        return cls(tuple(people), tuple(before), texts, was)

    def changed(self, name: str) -> bool:
        return self.texts[name] != self.was[name]

    def changes(self, state: State, agreement: Agreement, now: Instant, timezone: str) -> Changes:
        """Returns what it changes; what is wrong goes into `wrong`, by the names of inputs."""
        contacts = self._contacts(state.customer.contacts)
        steps = {step: WrittenAgreement(cleared=("person",)) for step in self._steps_of_who_is_out(state)}
        steps |= {line.step: told for line in agreement.steps if (told := self._step(line, state, now, timezone))}
        values = {
            name: self._value(f"customer.{name}")
            for line in agreement.figures
            for name in (line.baseline, line.target)
            if name is not None and self.changed(f"customer.{name}")
        }
        if self.wrong:
            return Changes()
        people = None if contacts == state.customer.contacts else [written(each) for each in contacts]
        return Changes(people, steps, values, self.texts["note"] or None)

    def _contacts(self, present: tuple[Contact, ...]) -> tuple[Contact, ...]:
        contacts = list(present)
        for place, (typed, before) in enumerate(zip(self.people, self.before, strict=True)):
            if typed.is_out:
                contacts = [each for each in contacts if not each.has_address(typed.was)]
            if typed.is_out or typed.is_empty or typed == before:
                continue
            self._check_person(place, typed, contacts)
            known = next((at for at, each in enumerate(contacts) if typed.was and each.has_address(typed.was)), None)
            if known is None:
                contacts.append(Contact(typed.name, typed.email, typed.personas))
            else:
                contacts[known] = _changed(contacts[known], typed)
        return tuple(contacts)

    @property
    def _out(self) -> set[str]:
        return {address_key(each.was) for each in self.people if each.is_out}

    def _steps_of_who_is_out(self, state: State) -> Iterator[str]:
        """Yields the steps that people who are taken out were to do; whoever has the part does them from then on."""
        out = self._out
        named = {step: record.person for step, record in state.steps.items() if record.is_open}
        named |= {step: agreed["person"] for step, agreed in state.agreed.items() if "person" in agreed}
        yield from sorted(step for step, person in named.items() if person and address_key(person) in out)

    def _check_person(self, place: int, typed: PersonFields, contacts: list[Contact]) -> None:
        begin = f"people.{place}"
        if not typed.name:
            self.wrong[f"{begin}.name"] = "Write the name."
        if not re.fullmatch(ADDRESS_PATTERN, typed.email):
            self.wrong[f"{begin}.email"] = "Write a mail address, such as sam@company.com."
        elif address_key(typed.email) != address_key(typed.was) and any(
            each.has_address(typed.email) for each in contacts
        ):
            self.wrong[f"{begin}.email"] = "Somebody else here has this address."

    def _step(self, line: StepLine, state: State, now: Instant, timezone: str) -> WrittenAgreement | None:
        told = {**self._date(line, now, timezone), **self._who(line, state)}
        no_more = tuple(name for name in ("due", "person") if name in told and told[name] is None)
        if self.wrong or not told:
            return None
        return WrittenAgreement(**told, cleared=no_more or None)

    def _who(self, line: StepLine, state: State) -> dict[str, Any]:
        """Returns who does a step as facts have it, None: whoever has the part; nothing where that stays as it is."""
        name = f"{line.step}.person"
        if not self.changed(name):
            is_out = line.is_named and address_key(line.person or "") in self._out
            return {"person": None} if is_out else {}
        address = self._person(name)
        if self.texts[name] and not self._is_known(address, line, state):
            self.wrong[name] = "Choose one of the people above, and write down who is new."
        return {"person": address or None}

    def _date(self, line: StepLine, now: Instant, timezone: str) -> dict[str, Any]:
        """Returns the date of a step as facts have it, None: that of the map; nothing where nobody typed another."""
        inputs = _date_inputs(line)
        if not any(self.changed(f"{line.step}.{name}") for name in inputs):
            return {}
        typed = TypedDate(**{name: self.texts[f"{line.step}.{name}"] for name in inputs})
        if not typed.due and line.is_dated:
            return {"due": None}
        date, wrong = typed.read(now, timezone)
        self.wrong.update({f"{line.step}.{name}": message for name, message in wrong.items()})
        return date

    def _person(self, name: str) -> str:
        """Returns the address that was chosen; that of somebody new stands in their line."""
        chosen = self.texts[name]
        if not chosen.startswith(_NEW):
            return chosen
        new = [each for each in self.people if not each.was]
        at = chosen.removeprefix(_NEW)
        return new[int(at)].email if at.isdecimal() and int(at) < len(new) else ""

    def _is_known(self, address: str, line: StepLine, state: State) -> bool:
        team = state.customer.team.values() if line.is_ours else [each.email for each in self.people if not each.is_out]
        return bool(address) and any(address_key(each) == address_key(address) for each in team)

    def _value(self, name: str) -> float | None:
        if not self.texts[name]:
            return None
        try:
            return read_number(self.texts[name])
        except NotANumberError as error:
            self.wrong[name] = f"{error.message} {error.hint or ''}".strip()
            return None


def _date_inputs(line: StepLine) -> tuple[str, ...]:
    return ("due", "time", "minutes") if line.has_guests else ("due", "time")


def _changed(contact: Contact, typed: PersonFields) -> Contact:
    """Returns a contact as typed; the parts of another name are taken from it anew."""
    changed = replace(contact, email=typed.email, personas=typed.personas)
    if typed.name == contact.name:
        return changed
    return replace(changed, name=typed.name, first_name=None, last_name=None, salutation=None)


def choices_of(line: StepLine, state: State, colleague: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yields who can do a step, value and name: a colleague on the team, a contact, or somebody new.

    Where nobody is named it is whoever has the part. `colleague` are the names of the team by address.
    """
    if line.is_named:
        yield "", f"Whoever is {line.title_of}" if line.title_of else "Nobody by name"
    else:
        yield "", line.who if line.who == line.title_of else f"{line.who} ({line.title_of})"
    if line.is_ours:
        yield from colleague.items()
        if line.is_named and line.person not in colleague:
            yield line.person or "", line.who
        return
    for contact in state.customer.contacts:
        yield contact.email, contact.name
    if line.is_named and not any(each.has_address(line.person or "") for each in state.customer.contacts):
        yield line.person or "", line.who
    for place in range(NEW_PEOPLE):
        yield f"{_NEW}{place}", f"New person {place + 1}"
