"""The agreement of a customer: what holds, who said yes to it, and the facts that change it, in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from milepost.customer import Contact
from milepost.explain.agreement import Agreement, LineKind, agreement_of
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.errors import NoOpenJourneyError
from milepost.intake.fact_admission import IncomingFact
from milepost.intake.facts import FactReceipt, record_facts
from milepost.planner.agreement_mails import NUMBER
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_errors import RefusedError
from milepost.planner.facts import AgreementMailed
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenAgreement, WrittenContact, WrittenFact
from milepost.store import agreements, facts, journeys
from milepost.store.agreement_tables import AgreementRow

Key = tuple[LineKind, str]
_KINDS = ("contacts", "agreed", "set", "note")
"""The kinds of the facts that changes are told by."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a line stands: the last `yes`, whether it `changed` since, and a proposal that came after it."""

    yes: AgreementRow | None = None
    changed: bool = False
    proposed: AgreementRow | None = None

    @property
    def is_agreed(self) -> bool:
        return self.yes is not None and not self.changed and self.proposed is None


@dataclass(frozen=True, slots=True)
class CustomerAgreement:
    """The agreement of a customer's open journey, line by line; `mailed` is how often it was mailed."""

    journey: str
    compiled_map: CompiledMap
    state: State
    agreement: Agreement
    standing: Mapping[Key, Standing]

    @property
    def mailed(self) -> int:
        return self.state.numbers.get(NUMBER, 0)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a colleague writes down: the whole list of contacts, what is agreed of steps, values of attributes."""

    contacts: Sequence[WrittenContact] | None = None
    steps: Mapping[str, WrittenAgreement] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None

    def facts(self, ids: str | None) -> list[WrittenFact]:
        """Returns the facts that say it, with ids that begin with `ids`; those that would say nothing are left out."""
        told = []
        if self.contacts is not None:
            told.append(WrittenFact(contacts=tuple(self.contacts)))
        if self.steps:
            told.append(WrittenFact(agreed=dict(self.steps)))
        if self.values:
            told.append(WrittenFact(set=dict(self.values)))
        if self.note:
            told.append(WrittenFact(note=self.note))
        return told if ids is None else [each.model_copy(update={"id": f"{ids}/{each.kind}"}) for each in told]


async def of_customer(context: IntakeContext, customer: str) -> CustomerAgreement:
    """Returns the agreement of a customer.

    Raises:
        UnknownCustomerError: there is no such customer; the nearest id is suggested.
        NoOpenJourneyError: the customer has no plan.
    """
    async with context.store.reading() as session:
        record = await customer_of(session, customer)
        row = await journeys.open_of(session, record.id)
        if row is None:
            raise NoOpenJourneyError(record.id)
        said = await agreements.of_journey(session, row.id)
    compiled_map, state = await context.compiled_maps.of(row.version), State.from_json(row.state)
    return with_answers(row.id, Situation.of(compiled_map, state, context.now()), said)


def with_answers(journey: str, now: Situation, said: Iterable[AgreementRow]) -> CustomerAgreement:
    """Returns what is agreed in a situation, with what was `said` to it, the latest last."""
    agreement = agreement_of(now)
    rows: dict[Key, list[AgreementRow]] = {}
    for row in said:
        rows.setdefault((LineKind(row.kind), row.step), []).append(row)
    standing = {key: _standing(rows.get(key, []), line) for key, line in agreement.lines.items()}
    return CustomerAgreement(journey, now.compiled_map, now.state, agreement, standing)


def _standing(rows: Sequence[AgreementRow], says: Mapping[str, Any]) -> Standing:
    yes = next((row for row in reversed(rows) if row.proposed is None), None)
    last = rows[-1] if rows else None
    is_open = last is not None and last.proposed is not None and dict(last.said) == dict(says)
    return Standing(yes, yes is not None and dict(yes.said) != dict(says), last if is_open else None)


async def was_saved(context: IntakeContext, customer: str, ids: str) -> bool:
    """Returns whether changes were saved before with facts whose ids begin so."""
    async with context.store.reading() as session:
        record = await customer_of(session, customer)
        rows = [await facts.get(session, record.id, f"{ids}/{kind}") for kind in _KINDS]
    return any(row is not None for row in rows)


async def save(
    context: IntakeContext, customer: str, changes: Changes, *, by: str, source: str, ids: str | None = None
) -> list[FactReceipt]:
    """Saves what was agreed, all of it or nothing; `ids` begins the ids of its facts, so that it is told once.

    Raises:
        RefusedError: something of it makes no sense; nothing is stored.
    """
    incoming = [IncomingFact(customer, fact, by) for fact in changes.facts(ids)]
    return await _together(context, incoming, source)


async def mail(context: IntakeContext, customer: str, *, by: str, source: str, fact_id: str) -> FactReceipt:
    """Mails what was agreed to the people who are part of it.

    Raises:
        RefusedError: the customer is unknown, or has no plan.
    """
    people = (await of_customer(context, customer)).agreement.addresses
    fact = AgreementMailed(id=fact_id, at=context.now(), by=by, people=people)
    return (await _together(context, [IncomingFact(customer, fact)], source))[0]


async def answer(
    context: IntakeContext,
    stands: CustomerAgreement,
    keys: Iterable[Key],
    told: Sequence[WrittenFact],
    *,
    by: str,
    proposed: Mapping[str, str] | None = None,
) -> list[FactReceipt]:
    """Keeps what a contact says to lines, and tells it; `proposed` is what they propose; None: it is a yes.

    The first fact has an id: what is kept counts as long as that fact isn't undone.

    Raises:
        RefusedError: a fact makes no sense; nothing is kept.
    """
    lines = stands.agreement.lines
    customer = stands.state.customer.id
    receipts = await _together(context, [IncomingFact(customer, fact, by) for fact in told], "portal")
    row = {"fact": told[0].id, "at": context.now(), "said_by": by, "proposed": proposed}
    rows = [
        {"journey_id": stands.journey, "kind": kind.value, "step": step, "said": lines[kind, step], **row}
        for kind, step in keys
    ]
    await context.store.write(lambda session: agreements.keep(session, rows))
    return receipts


async def _together(context: IntakeContext, incoming: Sequence[IncomingFact], source: str) -> list[FactReceipt]:
    results = await record_facts(context, incoming, source=source, together=True)
    return [each for each in results if not isinstance(each, RefusedError)]


def written(contact: Contact) -> WrittenContact:
    """Returns a contact as facts have it."""
    return WrittenContact(**{name: getattr(contact, name) for name in WrittenContact.model_fields})
