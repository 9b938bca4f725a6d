"""The names of the people around a customer, where only their addresses are at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from milepost.customer import Customer, address_key, is_forgotten, name_of
from milepost.translations.reader import Reader

_NONE: Mapping[str, str] = MappingProxyType({})
_colleagues: ContextVar[Mapping[str, str]] = ContextVar("colleagues", default=_NONE)
_booking_links: ContextVar[Mapping[str, str]] = ContextVar("booking_links", default=_NONE)


@contextmanager
def colleagues_named(names: Mapping[str, str], booking_links: Mapping[str, str] | None = None) -> Iterator[None]:
    """Calls colleagues by these names, by address, in what is written inside: one page, one mail, one command.

    `booking_links` are the pages on which customers book a time with them; None: those that were known before.
    """
    before = _colleagues.set(names)
    links_before = _booking_links.set(_booking_links.get() if booking_links is None else booking_links)
    try:
        yield
    finally:
        _colleagues.reset(before)
        _booking_links.reset(links_before)


def booking_link_of(address: str | None) -> str | None:
    """Returns the page on which customers book a time with a colleague, where one was told."""
    return None if address is None else _booking_links.get().get(address_key(address))


def also_named(names: Mapping[str, str]) -> AbstractContextManager[None]:
    """Calls colleagues by these names, by address, in what is written inside, unless theirs are known already."""
    by_key = {address_key(address): name for address, name in names.items()}
    return colleagues_named({**by_key, **_colleagues.get()})


@dataclass(frozen=True, slots=True)
class PeopleNames:
    """The names of the customer's contacts by address, and the domains at which its colleagues have addresses."""

    contacts: Mapping[str, str] = field(default_factory=dict)
    domains: frozenset[str] = frozenset()

    @classmethod
    def around(cls, customer: Customer) -> PeopleNames:
        """The names around a customer."""
        contacts = {each.address_key: each.name.strip() for each in customer.contacts if each.name.strip()}
        return cls(contacts, frozenset(_domain(address) for address in customer.team.values() if "@" in address))

    def of(self, who: str) -> str:
        """A person's name: a contact's own, a colleague's; anything else stays as it is."""
        key = address_key(who)
        known = self.contacts.get(key) or _colleagues.get().get(key)
        if known is not None:
            return known
        return colleague_name(who) if _domain(who) in self.domains else who


def initials_of(name: str) -> str:
    """Returns the first letters of a name's first and last word: `AR` of `Ana Maria Ruiz`."""
    words = name.split()
    return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper() if words else ""


def colleague_name(address: str) -> str:
    """A colleague's name, or what the address spells where none is known; whatever isn't an address stays as it is.

    So does the address of somebody who was forgotten.
    """
    if "@" not in address or is_forgotten(address):
        return address
    return _colleagues.get().get(address_key(address)) or name_of(address)


def person_or_terminal(who: str | None) -> str:
    """Returns who published, started or brought in something; a command that names nobody is typed at the terminal."""
    return colleague_name(who) if who else "at the terminal"


def stand_in_text(reader: Reader, delegate: str, colleague: str, last_day: date) -> str:
    """Returns the sentence on who stands in for a colleague; `last_day` is the last one away, as they wrote it."""
    return reader.gettext(
        "%(delegate)s stands in for %(owner)s until %(day)s.",
        delegate=colleague_name(delegate),
        owner=colleague_name(colleague),
        day=reader.day(last_day),
    )


def _domain(address: str) -> str:
    return address_key(address).partition("@")[2]
