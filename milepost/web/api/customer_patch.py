"""A change of a customer's record: a JSON Merge Patch (RFC 7396) of what `POST /customers` takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, field_validator

from milepost import limits
from milepost.customer import BUILT_IN_ATTRIBUTES, Customer
from milepost.planner.written_facts import WrittenContact
from milepost.planner.written_values import Name, Value
from milepost.web.api.shapes import Address, Country, Language, RequestModel, Timezone


class CustomerPatch(RequestModel):
    """What changes; fields that are left out stay. `null` forgets a country, a language, an attribute or a role."""

    name: Name | None = None
    timezone: Timezone | None = None
    country: Country = None
    language: Language = None
    attributes: dict[Name, Value] = Field(
        default_factory=dict, max_length=limits.ATTRIBUTES, description="those that change"
    )
    contacts: Annotated[tuple[WrittenContact, ...], Field(max_length=limits.CONTACTS)] | None = Field(
        None, description="the whole new list"
    )
    team: dict[Name, Address | None] = Field(
        default_factory=dict, max_length=limits.TEAM, description="addresses of the roles that change"
    )

    @field_validator("name", "timezone", "contacts")
    @classmethod
    def _is_given(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("can't be null: leave it out, and it stays as it is")
        return value

    def edited(self, customer: Customer) -> Customer:
        """The record with the changes."""
        fields: dict[str, Any] = {
            name: getattr(self, name) for name in BUILT_IN_ATTRIBUTES if name in self.model_fields_set
        }
        if self.contacts is not None:
            fields["contacts"] = tuple(contact.contact() for contact in self.contacts)
        return customer.having(
            **fields, attributes=_merged(customer.attributes, self.attributes), team=_merged(customer.team, self.team)
        )


def _merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**before, **changes}.items() if value is not None}
