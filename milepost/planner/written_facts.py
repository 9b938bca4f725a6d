"""Facts as people and programs write them, such as `{step_done: kickoff, result: held}`.

Scenarios, the API and the CLI share this one form.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from milepost import limits, places
from milepost.customer import ChoiceWay, Contact, Mail
from milepost.language.attribute_values import YEARS
from milepost.language.field_types import Verdict
from milepost.planner import facts
from milepost.planner.instants import Instant, instant
from milepost.planner.zones import is_zone
from milepost.text import did_you_mean, nearest

Name = Annotated[str, Field(min_length=1, max_length=limits.NAME)]
LongText = Annotated[str, Field(max_length=limits.TEXT)]
Address = Annotated[str, Field(min_length=1, max_length=limits.ADDRESS)]


def _known_zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError(f"there is no time zone {name!r}; write an IANA name, such as 'Europe/Berlin'")
    return name


def _known_country(code: str) -> str:
    if places.country(code) != code:
        raise ValueError(f"{code!r} is written {places.country(code)!r}")
    return code


Zone = Annotated[Name, AfterValidator(_known_zone)]
Country = Annotated[Name, AfterValidator(_known_country), WithJsonSchema({"type": "string", "pattern": places.COUNTRY})]


def _day_as_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _bearable(value: bool | float | str | None) -> Any:  # noqa: FBT001 - the value of an attribute
    if isinstance(value, str) and len(value) > limits.VALUE:
        raise ValueError(f"a text of {len(value)} characters is too long; send at most {limits.VALUE}")
    if isinstance(value, int | float) and not limits.is_number(value):
        raise ValueError(f"numbers go up to {limits.NUMBER}; send a smaller one")
    return value


def _schema(*types: str) -> WithJsonSchema:
    kinds: dict[str, dict[str, Any]] = {
        "number": {"type": "number", "minimum": -limits.NUMBER, "maximum": limits.NUMBER},
        "string": {"type": "string", "maxLength": limits.VALUE},
    }
    return WithJsonSchema({"anyOf": [kinds.get(each, {"type": each}) for each in types]})


Value = Annotated[
    bool | float | str | None,
    BeforeValidator(_day_as_text),
    AfterValidator(_bearable),
    _schema("boolean", "number", "string", "null"),
]
"""The value of an attribute."""
Measured = Annotated[float | str | None, AfterValidator(_bearable), _schema("number", "string", "null")]
"""The value of an outcome."""


def _properties(properties: dict[str, Any]) -> dict[str, Any]:
    """Checks how much an event's properties hold."""
    waiting: list[tuple[str, Any, int]] = [(name, value, 0) for name, value in properties.items()]
    for number, (name, value, depth) in enumerate(waiting):
        if number >= limits.VALUES:
            raise ValueError(f"they hold too many values; send at most {limits.VALUES}, those in lists included")
        if depth > limits.NESTING:
            raise ValueError(
                f"{name!r} is nested too deeply; send at most {limits.NESTING} lists and objects in each other"
            )
        if isinstance(value, dict):
            waiting += [(name, each, depth + 1) for pair in value.items() for each in pair]
        elif isinstance(value, list):
            waiting += [(name, each, depth + 1) for each in value]
        else:
            try:
                _bearable(value)
            except ValueError as error:
                raise ValueError(f"{name!r}: {error}") from None
    return properties


Properties = Annotated[
    dict[Annotated[str, Field(max_length=limits.NAME)], Any],
    Field(max_length=limits.PROPERTIES),
    AfterValidator(_properties),
]


def _answer(value: Any) -> Any:
    """Checks that an answer is of a kind that some form asks for; whether it fits its own, the map decides."""
    value = _day_as_text(value)
    match value:
        case list():
            if len(value) > limits.VALUES or not all(isinstance(each, str) for each in value):
                raise ValueError(f"a list of answers holds at most {limits.VALUES} texts")
            return [_bearable(each) for each in value]
        case dict():
            if not set(value) <= {"name", "email"} or not all(isinstance(each, str) for each in value.values()):
                raise ValueError("a person is written as {name: NAME, email: ADDRESS}")
            return {name: _bearable(each) for name, each in value.items()}
        case None | bool() | int() | float() | str():
            return _bearable(value)
    raise ValueError("an answer is a text, a number, true or false, a list of texts, or a person")


Answer = Annotated[
    Any,
    BeforeValidator(_answer),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "boolean"},
                {"type": "number", "minimum": -limits.NUMBER, "maximum": limits.NUMBER},
                {"type": "string", "maxLength": limits.VALUE},
                {"type": "array", "items": {"type": "string", "maxLength": limits.VALUE}, "maxItems": limits.VALUES},
                {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "email": {"type": "string"}},
                    "additionalProperties": False,
                },
                {"type": "null"},
            ]
        }
    ),
]
"""The answer to one field of a form."""

KINDS = facts.TOLD
_LAST = "note"
"""A kind that is a field of other kinds as well: beside one of them it is that field."""
_WITHOUT_SUBJECT = ("paused", "resumed")
_OWN_FIELDS = {
    kind: tuple(each.name for each in fields(fact) if each.name not in facts.BaseFact.__slots__)
    for kind, fact in facts.FACTS.items()
    if kind in KINDS
}
"""The fields of each kind, those of every fact left out; the first is filled by the field that names the kind."""
_MORE = {kind: names if kind in _WITHOUT_SUBJECT else names[1:] for kind, names in _OWN_FIELDS.items()}
_NEEDED = {
    "answer": ("verdict",),
    "snoozed": ("until",),
    "handed_over": ("to",),
    "away": ("delegate", "first_day", "last_day"),
    "mail_chosen": ("mail",),
}


class Written(BaseModel):
    """Base of everything that is written by hand: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WrittenContact(Written):
    """A person on the customer's side."""

    name: Name
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=limits.ADDRESS)]
    personas: Annotated[tuple[Name, ...], Field(max_length=limits.PERSONAS)] = ()
    timezone: Zone | None = None
    country: Country | None = None
    language: Name | None = None
    first_name: Name | None = Field(None, description="taken from `name` where it is not given")
    last_name: Name | None = Field(None, description="taken from `name` where it is not given")
    salutation: Name | None = Field(None, description="how the person is addressed, such as `Dear Dr. Poe`")
    mail: Mail = Field(Mail.ALL, description="`essential`: only essential messages and requests; `none`: nothing")
    refused: bool = Field(default=False, description="true: the mail server refused the address for good")

    def contact(self) -> Contact:
        return Contact(**dict(self))


Day = Annotated[str, BeforeValidator(_day_as_text), Field(pattern=r"^\d{4}-\d\d-\d\d$")]
"""A local date."""


class WrittenAgreement(Written):
    """What people agreed on for a step: `due` a local date, `person` an address."""

    due: Day | None = None
    person: Address | None = None

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
    set: Annotated[dict[Name, Value], Field(max_length=limits.ATTRIBUTES)] | None = None
    contacts: Annotated[tuple[WrittenContact, ...], Field(max_length=limits.CONTACTS)] | None = None
    mail_chosen: Address | None = None
    team: Annotated[dict[Name, Address], Field(max_length=limits.TEAM)] | None = None
    handed_over: Address | None = None
    away: Address | None = None
    back: Address | None = None
    agreed: Annotated[dict[Name, WrittenAgreement], Field(max_length=limits.STEPS)] | None = None
    play_started: Name | None = None
    paused: bool | None = None
    resumed: bool | None = None
    ended: Name | None = None
    map_changed: Name | None = None
    message_failed: Name | None = None
    message_released: Name | None = None
    message_cancelled: Name | None = None
    message_retried: Name | None = None
    task_done: Name | None = None

    task_added: Name | None = None
    note: LongText | None = Field(None, min_length=1, description="a note, or beside another fact its field")

    result: Name | None = None
    due: Annotated[Name, BeforeValidator(_day_as_text)] | None = Field(None, description="a date, or a duration")
    role: Name | None = None
    person: Address | None = None
    effort: Name | None = None
    about: Address | None = Field(None, description="a step, or a person's address")
    evidence: LongText | None = None
    answers: Annotated[dict[Name, Answer], Field(max_length=limits.ASKS)] | None = Field(
        None, description="the whole form of a step that has one, by field"
    )
    reason: LongText | None = None
    until: Annotated[Name, BeforeValidator(_day_as_text)] | None = Field(None, description="a date, or an instant")
    properties: Properties | None = None
    verdict: Name | None = None
    value: Measured = None
    comment: LongText | None = None
    method: Name | None = None
    why: LongText | None = None
    permanent: bool | None = None
    contact: Address | None = None
    mail: Mail | None = None
    how: ChoiceWay | None = None
    at_next_stage: bool | None = None
    to: Address | None = None
    roles: Annotated[tuple[Name, ...], Field(max_length=limits.TEAM)] | None = None
    introduce: bool | None = None
    delegate: Address | None = None
    first_day: Day | None = None
    last_day: Day | None = None
    now: bool | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        kinds = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(kinds) > 1 and kinds[-1] == _LAST:
            kinds.pop()
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
        for name in sorted(more - {kind, *_MORE[kind]}):
            if getattr(self, name) is not None:
                suggestion = did_you_mean(nearest(name, _MORE[kind]))
                raise ValueError(f"{name!r} does not belong to {kind!r}{suggestion}")
        lacking = [name for name in _NEEDED.get(kind, ()) if getattr(self, name) is None]
        if lacking:
            raise ValueError(f"{kind!r} needs {' and '.join(map(repr, lacking))}")
        if self.role is not None and self.person is not None:
            raise ValueError("a task is for a 'role' or for a 'person', not for both")
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
