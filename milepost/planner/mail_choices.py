"""Which mail a person wants, as a fact tells it: by their own word, a colleague's, or that of a mail server."""

from __future__ import annotations

from dataclasses import replace

from milepost.customer import ChoiceWay, Contact, Mail, address_key, having_chosen
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import CustomerPart, IgnoreReason
from milepost.planner.fact_errors import RefusedError
from milepost.planner.facts import MailChosen, MessageFailed
from milepost.planner.timeline import CustomerChanged
from milepost.planner.turn import Turn


class InvalidChoiceError(RefusedError):
    """It is no kind of mail that somebody can want."""

    ignored_as = IgnoreReason.VALUE


def contacts_after(contacts: tuple[Contact, ...], fact: MailChosen) -> tuple[Contact, ...]:
    """Returns the contacts after a choice.

    Raises:
        InvalidChoiceError: there is no such kind of mail.
    """
    if fact.mail not in set(Mail):
        raise InvalidChoiceError(f"{fact.mail!r} is none of {', '.join(Mail)}")
    return having_chosen(contacts, fact.contact, Mail(fact.mail), refused=fact.how == ChoiceWay.BOUNCE)


def choose_mail(turn: Turn, fact: MailChosen) -> None:
    """Let a contact get other mail from now on, and report it; a choice that changes nothing is no news.

    Raises:
        RefusedError: no contact has the address, or there is no such kind of mail.
    """
    customer = turn.state.customer
    same = [each for each in customer.contacts if each.has_address(fact.contact)]
    if not same:
        raise RefusedError(f"no contact has the address {fact.contact!r}")
    contacts = contacts_after(customer.contacts, fact)
    if contacts != customer.contacts:
        report = CustomerChanged(turn.at, what=CustomerPart.CONTACTS, names=(same[0].email,), by=fact.by)
        turn.report(replace(report, mail=fact.mail, how=fact.how, note=fact.reason))
        turn.edit_customer(customer.having(contacts=contacts))


def refuse_address(turn: Turn, step: CompiledStep | None, fact: MessageFailed) -> None:
    """Keep that a mail server refused an address for good; a person agreed on who isn't a contact is forgotten."""
    contact = turn.now.contact_of(step) if step is not None else None
    address = fact.contact or (contact.email if contact else "")
    if any(each.has_address(address) for each in turn.state.customer.contacts):
        refused = {"contact": address, "mail": Mail.NONE, "how": ChoiceWay.BOUNCE}
        choose_mail(turn, MailChosen(id=fact.id, at=fact.at, by=fact.by, **refused))
    else:
        _agree_no_more(turn, address)


def _agree_no_more(turn: Turn, address: str) -> None:
    """Forget an address that was agreed on for steps: the contact with their persona is written to again."""
    key = address_key(address)
    for step in turn.compiled_map.steps:
        if address_key(turn.state.step(step).person or "") == key:
            turn.edit_step(step).person = None
    for step, agreed in list(turn.state.agreed.items()):
        if address_key(agreed.get("person", "")) == key:
            turn.state.agreed[step] = {name: value for name, value in agreed.items() if name != "person"}
