"""Facts: what happened, past tense, as a journey takes it in. A closed union of frozen values with one JSON form.

JSON: `{"kind": "step_done", "id": ..., "at": "2026-03-02T15:00:00Z", "by": ..., <the fields of the kind>}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, get_args

from milepost.customer import Contact
from milepost.planner.instants import Instant, parse, text


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFact:
    """The fields of every fact.

    `id` is unique for the customer; the inbox and simulations take each id once. `at` is the instant at which Milepost
    took the fact in. `by` is who reported it: a person's address, `api`, or nobody known.
    """

    kind: ClassVar[str]
    id: str
    at: Instant
    by: str | None = None

    def __init_subclass__(cls, kind: str | None = None) -> None:
        if kind is not None:
            cls.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone(BaseFact, kind="step_done"):
    """`answers` is the whole form of a step that has one: values by field."""

    step: str
    result: str | None = None
    note: str | None = None
    evidence: str | None = None
    answers: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped(BaseFact, kind="step_skipped"):
    step: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReopened(BaseFact, kind="step_reopened"):
    step: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed(BaseFact, kind="snoozed"):
    """`until` is a local date `YYYY-MM-DD` (the opening hour of that day) or an instant with an offset."""

    step: str
    until: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHappened(BaseFact, kind="event"):
    event: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(BaseFact, kind="answer"):
    """`method` is `portal`, `recorded` (by a colleague, with evidence), `product`, or `key/NAME` for one of the API's.

    Somebody else than was asked answers `on_behalf_of` an address, for a `reason`.
    """

    outcome: str
    verdict: str
    value: float | str | None = None
    comment: str | None = None
    evidence: str | None = None
    method: str | None = None
    on_behalf_of: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCompleted(BaseFact, kind="answer_completed"):
    """Whoever gave the last answer adds to it, takes away what `emptied` names, or says if they may be `named`."""

    outcome: str
    value: float | str | None = None
    comment: str | None = None
    evidence: str | None = None
    emptied: Sequence[str] | None = None
    named: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked(BaseFact, kind="revoked"):
    outcome: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesSet(BaseFact, kind="set"):
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsGiven(BaseFact, kind="contacts"):
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChosen(BaseFact, kind="mail_chosen"):
    """From now on a person gets `mail`: `all`, `essential` or `none`.

    `contact` is the address, `how` a `ChoiceWay`. With `bounce` the address was refused for good.
    """

    contact: str
    mail: str
    how: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamGiven(BaseFact, kind="team"):
    team: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(BaseFact, kind="handed_over"):
    """Somebody hands a customer over for good: what `former` has goes to `to`; both are addresses.

    `roles` are those that go over, by default all that the former colleague has. `introduce` starts the map's
    introduction.
    """

    former: str
    to: str
    roles: tuple[str, ...] | None = None
    introduce: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Away(BaseFact, kind="away"):
    """A colleague is away, and the delegate stands in: a line for the timeline, from `first_day` to `last_day`.

    Both days are local dates `YYYY-MM-DD`, and are part of it. With `role` it is about the tasks of that role alone.
    """

    person: str
    delegate: str
    first_day: str
    last_day: str
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Back(BaseFact, kind="back"):
    """A colleague is back before the day that was told, or not away after all: a line for the timeline."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed(BaseFact, kind="agreed"):
    """People agreed on something for steps: `due` a local date `YYYY-MM-DD`, `person` an address.

    In the place of `due`, `at` is an instant, ISO 8601 with an offset, and `minutes` how long it takes from then.
    A `person` with `name` and `email` is a contact from then on. `cleared` names what holds no longer: `due`, `person`.
    """

    steps: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayStarted(BaseFact, kind="play_started"):
    play: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(BaseFact, kind="paused"):
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(BaseFact, kind="resumed"):
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(BaseFact, kind="ended"):
    """`reason` is the kind of ending, `note` why it came to that."""

    reason: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapChanged(BaseFact, kind="map_changed"):
    """The journey moves to another version of its map; `version` is the hash that the new map is known by.

    With `at_next_stage` it moves when the next stage is about to open; its own version takes back a move that waits.
    """

    version: str
    at_next_stage: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed(BaseFact, kind="message_failed"):
    """A message will never arrive; `permanent`: the mail server refused the address for good, which is `contact`.

    Without a `contact` it is that of whoever gets the step's messages.
    """

    message: str
    why: str | None = None
    permanent: bool | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReleased(BaseFact, kind="message_released"):
    """A person looked at a message that waited; with `now` it goes at once. It overrules the first `hold` holds."""

    message: str
    now: bool | None = None
    hold: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCancelled(BaseFact, kind="message_cancelled"):
    """A message that hasn't left is not to; `parts` are the others that were merged into it and wait for themselves."""

    message: str
    reason: str | None = None
    parts: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRetried(BaseFact, kind="message_retried"):
    """A message that failed is to go again, to whoever gets its mail now; it overrules the first `hold` holds."""

    message: str
    hold: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReturned(BaseFact, kind="message_returned"):
    """Milepost alone tells it: a message to `contact` was due out, hadn't left when mail was held, and waits again."""

    message: str
    steps: Sequence[str]
    templates: Sequence[str]
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementMailed(BaseFact, kind="agreement_mailed"):
    """A colleague mails what was agreed, as it stands, to `people`, addresses."""

    people: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSwitched(BaseFact, kind="mail_switched"):
    """Milepost alone tells it: `to` is `held` or `free`, but for the templates `free`; `hold` counts the holds."""

    to: str
    free: Sequence[str] | None = None
    hold: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone(BaseFact, kind="task_done"):
    """A system task (name a contact, look after a stuck customer) is done."""

    task: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAdded(BaseFact, kind="task_added"):
    """A task of this customer alone, who doesn't see it if it's `internal`. `due` is a date or a duration."""

    title: str
    due: str | None = None
    role: str | None = None
    person: str | None = None
    effort: str | None = None
    internal: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(BaseFact, kind="note"):
    """Something worth remembering, on the timeline alone; `about` is a step, or a person's address."""

    text: str
    about: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested(BaseFact, kind="requested"):
    """The customer wants something about a step. `wish` is a `Wish`: help, another date, or that somebody else does it.

    `due` is the date, local, `YYYY-MM-DD`; `person` who does it: `name` and `email`. `note` are the words.
    """

    step: str
    wish: str
    due: str | None = None
    person: Mapping[str, str] | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied(BaseFact, kind="replied"):
    """Somebody on the customer's side replied to a mail about a step; `note` are the words."""

    step: str
    note: str
    needs_answer: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Responded(BaseFact, kind="responded"):
    """A colleague says `note` about a step: with `declined` a no, with `elsewhere` (a pointer) that others do it."""

    step: str
    note: str | None = None
    declined: bool | None = None
    elsewhere: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactUndone(BaseFact, kind="undone"):
    """An earlier fact was undone, and the journey planned anew without it; on the timeline only, after the end too.

    Milepost alone tells of it. `fact` is the kind of the fact, `step` the step or outcome that it was about.
    """

    fact: str
    step: str | None = None


Fact = (
    StepDone | StepSkipped | StepReopened | Snoozed | EventHappened | Answered | AnswerCompleted | Revoked | FactUndone
    | AttributesSet | ContactsGiven | MailChosen | TeamGiven | HandedOver | Away | Back | Agreed | PlayStarted | Paused
    | Resumed | Ended | MapChanged | MessageFailed | MessageReleased | MessageCancelled | MessageRetried
    | MessageReturned | AgreementMailed | MailSwitched | TaskDone | TaskAdded | Requested | Replied | Responded | Noted
)  # fmt: skip

KEY = "key/"
"""Begins the `method` of an answer that was told with a key of the API; the key's name follows."""

FACTS: dict[str, type[Fact]] = {fact.kind: fact for fact in get_args(Fact)}
"""Every class of fact by its kind."""

TOLD = tuple(kind for kind in FACTS if FACTS[kind] not in (FactUndone, MailSwitched, MessageReturned, AgreementMailed))
"""The kinds of facts that people and programs tell."""


def to_json(fact: Fact) -> dict[str, Any]:
    """The fact as plain data, without the fields that are empty."""
    out: dict[str, Any] = {"kind": fact.kind, "id": fact.id, "at": text(fact.at)}
    for item in fields(fact):
        value = getattr(fact, item.name)
        if item.name in ("id", "at") or value is None:
            continue
        if item.name == "contacts":
            value = [contact.to_json() for contact in value]
        out[item.name] = _plain(value)
    return out


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value


def from_json(data: Mapping[str, Any]) -> Fact:
    """Read what `to_json` wrote.

    Raises:
        KeyError: the kind is unknown or a field is missing.
    """
    values = {key: value for key, value in data.items() if key != "kind"}
    values["at"] = parse(values["at"])
    if "contacts" in values:
        values["contacts"] = tuple(Contact.from_json(contact) for contact in values["contacts"])
    if values.get("roles") is not None:
        values["roles"] = tuple(values["roles"])
    return FACTS[data["kind"]](**values)
