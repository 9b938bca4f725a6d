"""Facts as people and programs write them, such as `{step_done: kickoff, result: held}`.

Scenarios, the API and the CLI share this one form.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from milepost import limits
from milepost.customer import ADDRESS_PATTERN, ChoiceWay, Contact, Mail
from milepost.language.attribute_values import YEARS
from milepost.language.field_types import Verdict
from milepost.planner import facts
from milepost.planner.enums import Wish
from milepost.planner.ids import step_of
from milepost.planner.instants import Instant, instant, text
from milepost.planner.request_checks import WISHES
from milepost.planner.written_values import (
    Address,
    Answer,
    Country,
    LongText,
    Measured,
    Name,
    Properties,
    Value,
    Zone,
    day_as_text,
)
from milepost.text import did_you_mean, nearest

KINDS = facts.TOLD
_LAST = "note"
"""A kind that is a field of other kinds as well: beside one of them it is that field."""
_WITHOUT_SUBJECT = ("paused", "resumed")
_NOT_WRITTEN = ("hold", "parts", *facts.BaseFact.__slots__)
"""Fields that every fact has, or that Milepost alone fills."""
_OWN_FIELDS = {
    kind: tuple(each.name for each in fields(fact) if each.name not in _NOT_WRITTEN)
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
    "requested": ("wish",),
    "replied": ("note",),
}


class Written(BaseModel):
    """Base of everything that is written by hand: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WrittenContact(Written):
    """A person on the customer's side."""

    name: Name
    email: Annotated[str, Field(pattern=ADDRESS_PATTERN, max_length=limits.ADDRESS)]
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


Day = Annotated[str, BeforeValidator(day_as_text), Field(pattern=r"^\d{4}-\d\d-\d\d$")]
"""A local date."""


class WrittenPerson(Written):
    """A person who may be new: an address, and a name where it is known."""

    name: Name | None = None
    email: Annotated[str, Field(pattern=ADDRESS_PATTERN, max_length=limits.ADDRESS)]


def _person(person: WrittenPerson | str) -> str | dict[str, str]:
    """A person as facts have one: the address, or with a name both."""
    return person.model_dump(exclude_none=True) if isinstance(person, WrittenPerson) else person


def check_date(due: str | None, at: datetime | None, minutes: int | None) -> None:
    """Check the date that people agreed on: a day, or an instant and how long it takes.

    Raises:
        ValueError: it is both, or none that there is.
    """
    if at is not None and due is not None:
        raise ValueError("an agreement names 'due' or 'at', not both")
    if at is None and minutes is not None:
        raise ValueError("'minutes' stands beside 'at'")
    if at is not None:
        instant(at)
    if due is not None:
        date.fromisoformat(due)


class WrittenAgreement(Written):
    """What people agreed on for a step: `due` a local date, `person` an address, or name and address of a new one.

    With a time of day, `at` in the place of `due` is the instant, and `minutes` how long it takes. What is `cleared`
    holds no longer.
    """

    due: Day | None = None
    at: Annotated[datetime, Field()] | None = Field(None, description="ISO 8601 with an offset, in the place of `due`")
    minutes: Annotated[int, Field(ge=1, le=limits.MINUTES)] | None = Field(None, description="from `at` on")
    person: Address | WrittenPerson | None = None
    cleared: Annotated[tuple[Literal["due", "person"], ...], Field(min_length=1, max_length=2)] | None = Field(
        None, description="what holds no longer, `due` or `person`: the map's date and whoever has the part count again"
    )

    @model_validator(mode="after")
    def _agrees_on_something(self) -> Self:
        has_date = self.due is not None or self.at is not None
        if not has_date and self.person is None and not self.cleared:
            raise ValueError("an agreement names 'due' or 'at', 'person', or what is 'cleared'")
        for name, is_named in (("due", has_date), ("person", self.person is not None)):
            if is_named and name in (self.cleared or ()):
                raise ValueError(f"{name!r} is agreed on and 'cleared'; write one of them")
        check_date(self.due, self.at, self.minutes)
        return self

    def values(self) -> dict[str, Any]:
        person = None if self.person is None else _person(self.person)
        at = None if self.at is None else text(instant(self.at))
        values = {"due": self.due, "at": at, "minutes": self.minutes, "person": person}
        cleared = {"cleared": list(self.cleared)} if self.cleared else {}
        return {name: value for name, value in values.items() if value is not None} | cleared


Emptied = Annotated[tuple[Literal["value", "comment", "evidence"], ...], Field(min_length=1, max_length=3)]
"""Parts of an answer."""


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
    answer_completed: Name | None = None
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
    requested: Name | None = None
    replied: Name | None = None
    responded: Name | None = None
    note: LongText | None = Field(None, min_length=1, description="a note, or beside another fact its field")

    result: Name | None = None
    due: Annotated[Name, BeforeValidator(day_as_text)] | None = Field(None, description="a date, or a duration")
    role: Name | None = None
    person: Address | WrittenPerson | None = None
    effort: Name | None = None
    internal: bool | None = Field(None, description="true: the customer's plan leaves the task out")
    about: Address | None = Field(None, description="a step, or a person's address")
    evidence: LongText | None = None
    answers: Annotated[dict[Name, Answer], Field(max_length=limits.ASKS)] | None = Field(
        None, description="the whole form of a step that has one, by field"
    )
    reason: LongText | None = None
    until: Annotated[Name, BeforeValidator(day_as_text)] | None = Field(None, description="a date, or an instant")
    properties: Properties | None = None
    verdict: Name | None = None
    value: Measured = None
    comment: LongText | None = None
    emptied: Emptied | None = Field(None, description="what is taken away from an answer")
    named: bool | None = Field(None, description="whether whoever answered may be named with the result")
    method: Name | None = None
    on_behalf_of: Address | None = Field(None, description="the address of who was asked, for whom somebody answers")
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
    wish: Name | None = None
    needs_answer: bool | None = None
    declined: bool | None = None
    elsewhere: Name | None = Field(None, description="a kind of the map's `pointers`, `support`, `sales` or `finance`")

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
        if kind == "task_added" and isinstance(self.person, WrittenPerson):
            raise ValueError("'person' of a task is an address")
        if kind == "requested":
            self._check_wish()
        if kind == "responded" and self.note is None and self.elsewhere is None:
            raise ValueError("'responded' needs 'note' or 'elsewhere'")
        for name in self.emptied or ():
            if getattr(self, name) is not None:
                raise ValueError(f"{name!r} is given and in 'emptied'")
        if self.on_behalf_of is not None and self.reason is None:
            raise ValueError("an answer 'on_behalf_of' somebody needs the 'reason'")
        if kind == "answer" and self.verdict not in set(Verdict):
            raise ValueError(f"verdict {self.verdict!r} is none of {', '.join(Verdict)}")

    def _check_wish(self) -> None:
        if self.wish not in WISHES:
            raise ValueError(f"wish {self.wish!r} is none of {', '.join(WISHES)}")
        for field, wish in (("due", Wish.DATE), ("person", Wish.PERSON)):
            if (self.wish == wish) is not (getattr(self, field) is not None):
                raise ValueError(f"{field!r} belongs to the wish {wish.value!r}, which needs it")

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
        if kind == "requested" and self.person is not None:
            values["person"] = {"email": self.person} if isinstance(self.person, str) else _person(self.person)
        if kind not in _WITHOUT_SUBJECT:
            values[_OWN_FIELDS[kind][0]] = self._subject(kind)
        return facts.FACTS[kind](**values)

    def _subject(self, kind: str) -> Any:
        match kind:
            case "contacts":
                return tuple(each.contact() for each in self.contacts or ())
            case "agreed":
                return {step: agreement.values() for step, agreement in (self.agreed or {}).items()}
            case "replied":
                return step_of(self.replied or "")
            case _:
                return getattr(self, kind)
