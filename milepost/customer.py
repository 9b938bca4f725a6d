"""The customer as a journey knows it: attributes, people, team."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

BUILT_IN_ATTRIBUTES = ("name", "timezone", "country", "language")
"""The attributes that every customer has without a map declaring them, and that facts and branches may change."""


FORGOTTEN = "@forgotten.invalid"
"""The end of the addresses that stand for people who were forgotten: nobody can be written to there."""


def is_forgotten(address: str) -> bool:
    """Returns whether the address stands for a person who was forgotten."""
    return address.endswith(FORGOTTEN)


ADDRESS_PATTERN = r"^[^@\s]+@[^@\s]+$"
"""What a mail address looks like at least: one `@`, and no space."""


def address_key(address: str) -> str:
    """Returns a mail address in the form that is compared: case and surrounding spaces don't count."""
    return address.strip().casefold()


def name_of(address: str) -> str:
    """Returns the name in an address: `ana.ruiz-lopez@vendor.example` is Ana Ruiz Lopez."""
    words = re.split(r"[._-]+", address.partition("@")[0])
    return " ".join(word.capitalize() for word in words if word) or address


class Mail(StrEnum):
    """The mail that a person wants, the strictest last: `essential` lets essential messages and requests through."""

    ALL = "all"
    ESSENTIAL = "essential"
    NONE = "none"


class ChoiceWay(StrEnum):
    """How it came that a person gets less mail, or more again.

    By their own word: on the page of `preferences`, with `one_click` in a mail program, by reporting a mail as spam
    (`complaint`), or to the mail provider (`provider`). A `colleague` said so, an `import` or a `record` that another
    program sent. `bounce`: a mail server refused the address for good.
    """

    PAGE = "page"
    ONE_CLICK = "one_click"
    COMPLAINT = "complaint"
    PROVIDER = "provider"
    COLLEAGUE = "colleague"
    IMPORT = "import"
    RECORD = "record"
    BOUNCE = "bounce"


_STRICTNESS = tuple(Mail)


def strictest(settings: Iterable[Mail]) -> Mail:
    """Returns the strictest of some settings; `all` where there are none."""
    return max(settings, key=_STRICTNESS.index, default=Mail.ALL)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person on the customer's side; time zone, country and language default to the customer's.

    First and last name are taken from `name` where they are None; `salutation` is how the person is addressed, such as
    `Dear Dr. Poe`. `refused` says that the mail server refused the address for good: nothing is sent there until the
    contact is changed.
    """

    name: str
    email: str
    personas: tuple[str, ...] = ()
    timezone: str | None = None
    country: str | None = None
    language: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    salutation: str | None = None
    mail: Mail = Mail.ALL
    refused: bool = False

    @property
    def address_key(self) -> str:
        """The address in the form that is compared; `email` keeps it as it is written."""
        return address_key(self.email)

    def has_address(self, address: str) -> bool:
        """Returns whether this is the contact's address, ignoring case."""
        return address == self.email or address_key(address) == self.address_key

    def having_personas(self, personas: tuple[str, ...]) -> Contact:
        """Returns the contact with these personas besides its own."""
        return replace(self, personas=tuple(dict.fromkeys((*self.personas, *personas))))

    def to_json(self) -> dict[str, Any]:
        """Plain data; optional fields that have their default are left out."""
        optional = {name: value for name, default in _OPTIONAL if (value := getattr(self, name)) != default}
        return {"name": self.name, "email": self.email, "personas": list(self.personas), **optional}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Contact:
        return Contact(
            data["name"],
            data["email"],
            tuple(data.get("personas") or ()),
            data.get("timezone"),
            data.get("country"),
            data.get("language"),
            data.get("first_name"),
            data.get("last_name"),
            data.get("salutation"),
            Mail(data.get("mail", Mail.ALL)),
            data.get("refused", False),
        )


def mail_wanted(contacts: Iterable[Contact], address: str) -> Mail:
    """Returns the mail that may go to an address: of several settings the strictest, and none where it was refused."""
    same = [each for each in contacts if each.has_address(address)]
    return Mail.NONE if any(each.refused for each in same) else strictest(each.mail for each in same)


def having_chosen(
    contacts: Iterable[Contact], address: str, mail: Mail, *, refused: bool = False
) -> tuple[Contact, ...]:
    """Returns contacts of whom the one with an address gets other mail; or none, as the address was `refused`."""
    return tuple(
        each if not each.has_address(address)
        else replace(each, refused=True) if refused
        else replace(each, mail=mail, refused=False)
        for each in contacts
    )  # fmt: skip


def keep_refused(before: Iterable[Contact], after: Iterable[Contact]) -> tuple[Contact, ...]:
    """Returns contacts with what is known of their addresses: one that was refused stays so until the contact changes.

    Personas may change without that: they say nothing about the address.
    """
    refused = {_of_the_address(each) for each in before if each.refused}
    return tuple(replace(each, refused=True) if _of_the_address(each) in refused else each for each in after)


def _of_the_address(contact: Contact) -> Contact:
    """Returns the contact without what doesn't make it another one for a mail server."""
    return replace(contact, email=contact.address_key, personas=(), refused=False)


def merged_contact(before: Iterable[Contact], contact: Contact) -> Contact:
    """Returns a contact with what it leaves open, and what was known of the same address before.

    So a list of people that knows nothing of opting out opts nobody in again.
    """
    same = next((each for each in before if each.has_address(contact.email)), None)
    if same is None:
        return contact
    left_open = {name: getattr(same, name) for name, default in _OPTIONAL if getattr(contact, name) == default}
    left_open["refused"] = same.refused and _of_the_address(replace(contact, **left_open)) == _of_the_address(same)
    return replace(contact, **left_open)


_OPTIONAL = tuple((each.name, each.default) for each in fields(Contact)[3:])


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer: `timezone` an IANA name, `country` an ISO 3166 code, `team` addresses by role."""

    id: str
    name: str
    timezone: str = "UTC"
    country: str | None = None
    language: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    contacts: tuple[Contact, ...] = ()
    team: Mapping[str, str] = field(default_factory=dict)

    def has_contact(self, address: str) -> bool:
        """Returns whether an address is that of a contact, and of nobody on the team."""
        on_team = any(address_key(each) == address_key(address) for each in self.team.values())
        return not on_team and any(contact.has_address(address) for contact in self.contacts)

    def having(self, **changes: Any) -> Customer:
        """Returns the customer with some fields changed."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "timezone": self.timezone,
            "country": self.country,
            "language": self.language,
            "attributes": dict(self.attributes),
            "contacts": [contact.to_json() for contact in self.contacts],
            "team": dict(self.team),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Customer:
        return Customer(
            data["id"],
            data["name"],
            data.get("timezone") or "UTC",
            data.get("country"),
            data.get("language"),
            dict(data.get("attributes") or {}),
            tuple(Contact.from_json(contact) for contact in data.get("contacts") or ()),
            dict(data.get("team") or {}),
        )
