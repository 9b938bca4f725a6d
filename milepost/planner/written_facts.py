"""Facts as people and programs write them, such as `{step_done: kickoff, result: held}`.

Scenarios, the API and the CLI share this one form.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from milepost.customer import Contact
from milepost.language.attribute_values import YEARS
from milepost.language.field_types import Verdict
from milepost.planner import facts
from milepost.planner.calendars import is_zone
from milepost.planner.instants import Instant, instant
from milepost.text import did_you_mean, nearest

Name = Annotated[str, Field(min_length=1, max_length=200)]
LongText = Annotated[str, Field(max_length=10_000)]


def _known_zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError(f"there is no time zone {name!r}; write an IANA name, such as 'Europe/Berlin'")
    return name


Zone = Annotated[Name, AfterValidator(_known_zone)]


def _day_as_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


Value = Annotated[bool | float | str | None, BeforeValidator(_day_as_text)]

KINDS = tuple(facts.FACTS)
_WITHOUT_SUBJECT = ("paused", "resumed")
_OWN_FIELDS = {
    kind: tuple(each.name for each in fields(fact) if each.name not in facts.BaseFact.__slots__)
    for kind, fact in facts.FACTS.items()
}
"""The fields of each kind, those of every fact left out; the first is filled by the field that names the kind."""
_MORE = {kind: names if kind in _WITHOUT_SUBJECT else names[1:] for kind, names in _OWN_FIELDS.items()}
_NEEDED = {"answer": "verdict", "snoozed": "until"}


class Written(BaseModel):
    """Base of everything that is written by hand: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WrittenContact(Written):
    """A person on the customer's side."""

    name: Name
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)]
    personas: tuple[Name, ...] = ()
    timezone: Zone | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    language: Name | None = None

    def contact(self) -> Contact:
        return Contact(self.name, self.email, self.personas, self.timezone, self.country, self.language)


class WrittenAgreement(Written):
    """What people agreed on for a step: `due` a local date, `person` an address."""

    due: Annotated[str, BeforeValidator(_day_as_text), Field(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None
    person: Name | None = None

    @model_validator(mode="after")
    def _agrees_on_something(self) -> Self:
        if self.due is None and self.person is None:
            raise ValueError("an agreement names 'due', 'person' or both")
        if self.due is not None:
            date.fromisoformat(self.due)
        return self

    def values(self) -> dict[str, str]:
        return {name: value for name, value in (("due", self.due), ("person", self.person)) if value is not None}


class WrittenFact(Written):
    """One fact: exactly one field that says what happened, and the fields that belong to it."""

    id: Name | None = Field(None, description="unique for the customer; one is made where none is given")
    at: Annotated[datetime, Field()] | None = Field(None, description="ISO 8601 with an offset")
    by: Name | None = Field(None, description="who told it")

    step_done: Name | None = None
    step_skipped: Name | None = None
    step_reopened: Name | None = None
    snoozed: Name | None = None
    event: Name | None = None
    answer: Name | None = None
    revoked: Name | None = None
    set: dict[Name, Value] | None = None
    contacts: tuple[WrittenContact, ...] | None = None
    team: dict[Name, Name] | None = None
    agreed: dict[Name, WrittenAgreement] | None = None
    play_started: Name | None = None
    paused: bool | None = None
    resumed: bool | None = None
    ended: Name | None = None
    map_changed: Name | None = None
    message_failed: Name | None = None
    task_done: Name | None = None

    result: Name | None = None
    note: LongText | None = None
    evidence: LongText | None = None
    reason: LongText | None = None
    until: Annotated[str, BeforeValidator(_day_as_text)] | None = Field(None, description="a date, or an instant")
    properties: dict[str, Any] | None = None
    verdict: Name | None = None
    value: float | str | None = None
    comment: LongText | None = None
    method: Name | None = None
    why: LongText | None = None
    at_next_stage: bool | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        kinds = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise ValueError(f"a fact says one thing, not {' and '.join(kinds) or 'none'}; one of: {', '.join(KINDS)}")
        kind = kinds[0]
        self._check_more(kind)
        if kind in _WITHOUT_SUBJECT and getattr(self, kind) is not True:
            raise ValueError(f"{kind!r} is written as true")
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError("'at' has no UTC offset, so it names no instant; write one, such as 'Z' or '-05:00'")
        if self.at is not None and self.at.year not in YEARS:
            raise ValueError(f"'at' must be in a year from {YEARS[0]} to {YEARS[-1]}")
        return self

    def _check_more(self, kind: str) -> None:
        more = {name for names in _MORE.values() for name in names}
        for name in sorted(more - set(_MORE[kind])):
            if getattr(self, name) is not None:
                suggestion = did_you_mean(nearest(name, _MORE[kind]))
                raise ValueError(f"{name!r} does not belong to {kind!r}{suggestion}")
        needed = _NEEDED.get(kind)
        if needed and getattr(self, needed) is None:
            raise ValueError(f"{kind!r} needs {needed!r}")
        if kind == "answer" and self.verdict not in set(Verdict):
            raise ValueError(f"verdict {self.verdict!r} is none of {', '.join(Verdict)}")

    @property
    def kind(self) -> str:
        """The field that says what happened."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    def fact(self, id: str, at: Instant, by: str | None = None) -> facts.Fact:  # noqa: A002 - the field's word
        """The fact, with an id, the instant at which it was taken in, and who told it, where those are not written."""
        kind = self.kind
        values: dict[str, Any] = {
            "id": self.id or id,
            "at": instant(self.at) if self.at is not None else at,
            "by": self.by or by,
        }
        values.update((name, getattr(self, name)) for name in _MORE[kind] if getattr(self, name) is not None)
        if kind not in _WITHOUT_SUBJECT:
            values[_OWN_FIELDS[kind][0]] = self._subject(kind)
        return facts.FACTS[kind](**values)

    def _subject(self, kind: str) -> Any:
        match kind:
            case "contacts":
                return tuple(each.contact() for each in self.contacts or ())
            case "agreed":
                return {step: agreement.values() for step, agreement in (self.agreed or {}).items()}
            case _:
                return getattr(self, kind)
