"""Which mail people want: kept once, by address, and told to every customer whose contact they are.

Records and files never let anybody get more mail again (`store.mail_choices.settled`); here the person does, or a
colleague with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.orm import Session

from milepost.customer import ChoiceWay, Mail, strictest
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.errors import InvalidAddressError, ReasonMissingError, UnknownContactError
from milepost.intake.facts import FactReceipt, FactStatus, nudge_all, receipt_of
from milepost.planner.fact_checks import is_address
from milepost.planner.instants import Instant
from milepost.planner.written_facts import WrittenFact
from milepost.store import customers, mail_choices
from milepost.store.inbox import RecordedFact
from milepost.store.mail_choice_row import MailChoiceRow
from milepost.store.mail_choices import Choice

_ONLY_LESS = frozenset({ChoiceWay.ONE_CLICK, ChoiceWay.COMPLAINT, ChoiceWay.PROVIDER})
"""Ways that never bring somebody more mail: a click in an old mail doesn't undo a later choice."""


@dataclass(frozen=True, slots=True)
class Preference:
    """Which mail the person at an address gets, and the customers, id and name, whose contact they are.

    `names` are those of the contacts. `last` is the latest change, if there was any; `refused` says that a mail server
    refused the address for good, so that nothing goes there.
    """

    address: str
    mail: Mail
    customers: tuple[tuple[str, str], ...]
    names: tuple[str, ...] = ()
    refused: bool = False
    last: MailChoiceRow | None = None


@dataclass(frozen=True, slots=True)
class ChosenMail:
    """The result of a choice; not `new`: it was made before, or says what holds anyway, and nothing changed."""

    preference: Preference
    new: bool
    recorded: tuple[tuple[str, RecordedFact], ...] = ()


async def preference_of(context: IntakeContext, address: str) -> Preference:
    """Returns which mail goes to an address; of one that nobody has and nobody spoke of, `all`."""
    async with context.store.reading() as session:
        return await session.run_sync(_preference, address.strip())


def _preference(session: Session, address: str) -> Preference:
    ids = mail_choices.holders(session, address)
    records = {each: customers.load(session, each) for each in ids}
    contacts = [each for record in records.values() for each in record.contacts if each.has_address(address)]
    rows = mail_choices.history(session, address)
    last = rows[-1] if rows else None
    # What was chosen counts at once, even if journeys have yet to be told.
    known = mail_choices.chosen(session, [address]).values() or [each.mail for each in contacts]
    return Preference(
        contacts[0].email if contacts else address,
        strictest(known),
        tuple((each, record.name) for each, record in records.items()),
        tuple(dict.fromkeys(each.name for each in contacts)),
        any(each.refused for each in contacts) and (last is None or last.how == ChoiceWay.BOUNCE),
        last,
    )


async def choose(context: IntakeContext, choice: Choice) -> ChosenMail:
    """Lets the person at an address get other mail from now on, at every customer, in one transaction.

    Raises:
        InvalidAddressError: it is no mail address. Nothing is stored.
        ReasonMissingError: a colleague wants more mail for somebody, without a reason. Nothing is stored.
    """
    if not is_address(choice.address):
        raise InvalidAddressError(choice.address)
    return (await _made(context, choice))[0]


async def _made(context: IntakeContext, choice: Choice) -> tuple[ChosenMail, Mapping[str, bool]]:
    """Returns the result of a choice, and which journeys have been told."""
    made = await context.store.write(partial(_choose, choice, context.now()))
    return made, await nudge_all(context, [record for _, record in made.recorded])


def _choose(choice: Choice, now: Instant, session: Session) -> ChosenMail:
    ids = mail_choices.holders(session, choice.address)
    mail_choices.hold(session, ids)
    before = _preference(session, choice.address)
    if choice.how in _ONLY_LESS:
        choice = replace(choice, mail=strictest((before.mail, choice.mail)))
    gets_more = strictest((before.mail, choice.mail)) is not choice.mail or before.refused
    if choice.how is ChoiceWay.COLLEAGUE and gets_more and not choice.reason:
        raise ReasonMissingError(choice.address)
    if not mail_choices.keep(session, choice, now):
        return ChosenMail(before, new=False)
    recorded = mail_choices.tell(session, ids, choice.fact(now), now)
    last = mail_choices.history(session, choice.address)[-1]
    return ChosenMail(replace(before, mail=choice.mail, refused=False, last=last), new=True, recorded=tuple(recorded))


async def record_choice(context: IntakeContext, customer: str, fact: WrittenFact, by: str | None) -> FactReceipt:
    """Takes the fact `mail_chosen` of one customer for a colleague's choice, which counts at every customer.

    Raises:
        UnknownCustomerError: there is no such customer.
        UnknownContactError: it has no contact of this address.
        ReasonMissingError: the person would get more mail, and no reason is given.
    """
    assert fact.mail_chosen is not None
    assert fact.mail is not None
    async with context.store.reading() as session:
        contacts = (await customer_of(session, customer)).contacts
    if not any(each.has_address(fact.mail_chosen) for each in contacts):
        raise UnknownContactError(customer, fact.mail_chosen, [each.email for each in contacts])
    request = fact.id or context.new_id()
    colleague = fact.by or by
    choice = Choice(fact.mail_chosen, fact.mail, ChoiceWay.COLLEAGUE, request, colleague, fact.reason)
    made, reached = await _made(context, choice)
    record = dict(made.recorded).get(customer)
    if record is None:
        message = f"{choice.address} gets {made.preference.mail} mail already; nothing changed."
        return FactReceipt(choice.fact(context.now()).id, FactStatus.KNOWN, message)
    return await receipt_of(context, record, reached)
