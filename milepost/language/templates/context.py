"""The values that templates may use: a frozen record for each thing, built from the journey's own types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from milepost.customer import BUILT_IN_ATTRIBUTES, Contact, Customer, name_of
from milepost.language.asks import Ask, AskType
from milepost.language.field_types import AttributeType
from milepost.language.model import Attribute
from milepost.language.names import BUILT_IN
from milepost.language.steps import Figures
from milepost.language.stored_file import StoredFile
from milepost.language.templates.person_names import parts_of, without_address
from milepost.places import without_region
from milepost.translations.languages import Languages

CUSTOMER_FIELDS = tuple(BUILT_IN)


class Link(str):
    """An address of our own, which may become a link where a template writes it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CustomerContext:
    """The customer: `customer.name`, `customer.ATTRIBUTE`. A declared attribute without a value is None."""

    _values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self._values[name]


@dataclass(frozen=True, slots=True)
class AnswersContext:
    """What the customer filled in: `answers.STEP.FIELD`. What isn't known is None."""

    _values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self._values[name]


NO_ANSWERS = AnswersContext(MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class ContactContext:
    """A person on the customer's side; `salutation` is None where it isn't known.

    Where first and last name aren't known, and the whole name doesn't show them, both are the whole name.
    """

    name: str
    first_name: str
    last_name: str
    salutation: str | None
    email: str
    personas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepContext:
    """A step: `due` is a local date; `statement` and `metric` (its name) are an outcome's."""

    id: str
    title: str
    due: date | None = None
    statement: str | None = None
    metric: str | None = None


@dataclass(frozen=True, slots=True)
class MetricContext:
    """The measure of an outcome with the customer's own figures; all is None where the step has none."""

    name: str | None = None
    unit: str | None = None
    baseline: float | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True)
class CsmContext:
    """The colleague who looks after the customer; replies go there."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ColleagueContext:
    """Somebody of a hand-over that is introduced to the customer; both fields are None without one."""

    name: str | None = None
    email: str | None = None


NOBODY = ColleagueContext()


@dataclass(frozen=True, slots=True)
class MapContext:
    """The map that the customer is on."""

    title: str


@dataclass(frozen=True, slots=True)
class OutcomeContext:
    """An outcome: its last verdict or `silent`, else its state, and the value that was reported."""

    statement: str
    state: str
    value: float | str | None = None


@dataclass(frozen=True, slots=True)
class MessageContext:
    """Everything that a message may use. `locale` decides how dates and numbers are written (`de-AT`)."""

    customer: CustomerContext
    contact: ContactContext
    step: StepContext
    steps: tuple[StepContext, ...]
    csm: CsmContext
    plan_url: Link
    proof_url: Link
    verify_url: Link
    map: MapContext
    answers: AnswersContext = NO_ANSWERS
    metric: MetricContext = MetricContext()
    former: ColleagueContext = NOBODY
    successor: ColleagueContext = NOBODY
    locale: str = field(default="en", metadata={"hidden": True})
    languages: Languages | None = field(default=None, metadata={"hidden": True})


@dataclass(frozen=True, slots=True)
class PlaybookContext:
    """Everything that a playbook may use."""

    customer: CustomerContext
    step: StepContext
    csm: CsmContext
    map: MapContext
    proof_url: Link
    contacts: tuple[ContactContext, ...] = ()
    outcomes: tuple[OutcomeContext, ...] = ()
    answers: AnswersContext = NO_ANSWERS
    locale: str = field(default="en", metadata={"hidden": True})


AnyContext = MessageContext | PlaybookContext


def names_of(context: type[AnyContext] | AnyContext) -> tuple[str, ...]:
    """The names at the top of a template."""
    return tuple(item.name for item in fields(context) if not item.metadata.get("hidden"))


def customer_context(customer: Customer, declared: Mapping[str, Attribute], started_on: date | None) -> CustomerContext:
    """The customer with every declared attribute; date attributes are `datetime.date`."""
    values: dict[str, Any] = dict.fromkeys(declared)
    for name, value in customer.attributes.items():
        kind = declared[name].type if name in declared else None
        values[name] = _as_date(value) if kind is AttributeType.DATE else value
    for name in ("id", *BUILT_IN_ATTRIBUTES):
        values[name] = getattr(customer, name)
    return CustomerContext(MappingProxyType({**values, "started_on": started_on}))


def _as_date(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def answers_context(asks: Mapping[str, Ask], sent: Mapping[str, Mapping[str, Any]]) -> AnswersContext:
    """The answers that were sent last, by step and field; dates are `datetime.date`, lists are tuples.

    `asks` are those of the map, by `STEP.FIELD`. An answer that no longer fits what is asked for isn't known.
    """
    steps: dict[str, dict[str, Any]] = {}
    for name, ask in asks.items():
        step = name.partition(".")[0]
        value = sent.get(step, {}).get(ask.field)
        steps.setdefault(step, {})[ask.field] = None if ask.complaint(value) else _shown(ask, value)
    return _answers({step: _answers(fields) for step, fields in steps.items()})


def _answers(values: Mapping[str, Any]) -> AnswersContext:
    return AnswersContext(MappingProxyType(dict(values)))


def _shown(ask: Ask, value: Any) -> Any:
    match ask.type:
        case AskType.DATE:
            return _as_date(value)
        case AskType.PERSON:
            return _answers(value)
        case AskType.FILE if (file := StoredFile.parse(value)) is not None:
            return file.name
    return tuple(value) if isinstance(value, list) else value


def contact_context(contact: Contact) -> ContactContext:
    """The contact; the first and last name of one without a name are those that the address spells."""
    name = " ".join(contact.name.split()) or contact.email
    has_name = any(character.isalpha() for character in without_address(name))
    parts = parts_of(name if has_name else name_of(contact.email))
    return ContactContext(
        name,
        contact.first_name or parts.first,
        contact.last_name or parts.last,
        contact.salutation,
        contact.email,
        contact.personas,
    )


def locale_of(language: str | None, country: str | None) -> str:
    """The locale for dates and numbers: the language, with the country if it is known."""
    tag = (language or "en").replace("_", "-")
    return tag if "-" in tag or not country else f"{tag}-{without_region(country)}"


def message_context(
    *,
    customer: Customer,
    contact: Contact,
    steps: Iterable[StepContext],
    csm: CsmContext,
    plan_url: str,
    map_title: str,
    verify_url: str | None = None,
    attributes: Mapping[str, Attribute] | None = None,
    started_on: date | None = None,
    language: str | None = None,
    answers: AnswersContext = NO_ANSWERS,
    figures: Figures | None = None,
    former: ColleagueContext = NOBODY,
    successor: ColleagueContext = NOBODY,
    languages: Languages | None = None,
) -> MessageContext:
    """Builds the values for one message; the first of `steps` is `step`.

    `attributes` are the map's; `started_on` is the local date on which the journey began; `language` is the
    language of the *text* (of the variant that was picked), if it is known. A step that asks for no outcome has no
    `verify_url`; the plan's address is used instead. `proof_url` leads to the results on the same plan. `former` and
    `successor` are those of a hand-over.

    Raises:
        ValueError: `steps` is empty, or a date attribute doesn't hold a date.
    """
    all_steps = tuple(steps)
    if not all_steps:
        raise ValueError("a message needs at least one step")
    return MessageContext(
        customer=customer_context(customer, attributes or {}, started_on),
        contact=contact_context(contact),
        step=all_steps[0],
        steps=all_steps,
        csm=csm,
        plan_url=Link(plan_url),
        proof_url=Link(f"{plan_url}/proof"),
        verify_url=Link(verify_url or plan_url),
        map=MapContext(map_title),
        answers=answers,
        metric=_metric(figures),
        former=former,
        successor=successor,
        locale=locale_of(language, contact.country or customer.country),
        languages=languages,
    )


def _metric(figures: Figures | None) -> MetricContext:
    if figures is None:
        return MetricContext()
    return MetricContext(figures.name, figures.unit, figures.baseline, figures.target)


def playbook_context(
    *,
    customer: Customer,
    step: StepContext,
    csm: CsmContext,
    map_title: str,
    base_url: str,
    outcomes: Iterable[OutcomeContext] = (),
    attributes: Mapping[str, Attribute] | None = None,
    started_on: date | None = None,
    locale: str = "en",
    answers: AnswersContext = NO_ANSWERS,
) -> PlaybookContext:
    """Builds the values for one playbook, with all of the customer's contacts.

    `base_url` is the address of the web application, without a slash at its end: `proof_url` is a page of colleagues.

    Raises:
        ValueError: a date attribute doesn't hold a date.
    """
    return PlaybookContext(
        customer=customer_context(customer, attributes or {}, started_on),
        step=step,
        csm=csm,
        map=MapContext(map_title),
        proof_url=Link(f"{base_url}/ops/customers/{quote(customer.id, safe='')}/proof"),
        contacts=tuple(contact_context(contact) for contact in customer.contacts),
        outcomes=tuple(outcomes),
        answers=answers,
        locale=locale,
    )
