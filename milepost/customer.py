"""The customer as a journey knows it: attributes, people, team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

BUILT_IN_ATTRIBUTES = ("name", "timezone", "country", "language")
"""The attributes that every customer has without a map declaring them, and that facts and branches may change."""


FORGOTTEN = "@forgotten.invalid"
"""The end of the addresses that stand for people who were forgotten: nobody can be written to there."""


def is_forgotten(address: str) -> bool:
    """Returns whether the address stands for a person who was forgotten."""
    return address.endswith(FORGOTTEN)


def address_key(address: str) -> str:
    """Returns a mail address in the form that is compared: case and surrounding spaces don't count."""
    return address.strip().casefold()


@dataclass(frozen=True, slots=True)
class Contact:
    """A person on the customer's side; time zone, country and language default to the customer's."""

    name: str
    email: str
    personas: tuple[str, ...] = ()
    timezone: str | None = None
    country: str | None = None
    language: str | None = None

    @property
    def address_key(self) -> str:
        """The address in the form that is compared; `email` keeps it as it is written."""
        return address_key(self.email)

    def has_address(self, address: str) -> bool:
        """Returns whether this is the contact's address, ignoring case."""
        return address == self.email or address_key(address) == self.address_key

    def to_json(self) -> dict[str, Any]:
        places = {"timezone": self.timezone, "country": self.country, "language": self.language}
        own_places = {key: value for key, value in places.items() if value is not None}
        return {"name": self.name, "email": self.email, "personas": list(self.personas), **own_places}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Contact:
        return Contact(
            data["name"],
            data["email"],
            tuple(data.get("personas") or ()),
            data.get("timezone"),
            data.get("country"),
            data.get("language"),
        )


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
