"""The models of the API about which mail people want."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from milepost.customer import Mail
from milepost.intake.opt_outs import OptOut
from milepost.intake.preferences import Preference
from milepost.planner.instants import text
from milepost.planner.written_values import Name
from milepost.web.api.shapes import Address, PageShown, RequestModel, Shown, Text


class PreferenceRequest(RequestModel):
    """A colleague's word on which mail a person gets from now on, at every customer."""

    address: Address
    mail: Mail = Field(description="`all`, `essential` (what one needs to know, and questions about results) or `none`")
    reason: Text | None = Field(None, description="how you know; needed where the person gets more mail than before")
    by: Name | None = Field(None, description="who says so")
    id: Name | None = Field(None, description="sent again with the same id, it changes nothing")


class CustomerNamed(Shown):
    id: str
    name: str


class PreferenceShown(Shown):
    """Which mail a person gets. `refused`: a mail server refused the address for good, so nothing goes there."""

    address: str
    names: tuple[str, ...] = Field(description="of the contacts with this address")
    customers: tuple[CustomerNamed, ...]
    mail: Mail
    refused: bool
    since: str | None = Field(description="when it changed last")
    how: str | None = Field(description="how it came to that: page, one_click, colleague, bounce, complaint, ...")
    by: str | None
    reason: str | None

    @classmethod
    def from_preference(cls, preference: Preference) -> Self:
        last = preference.last
        return cls(
            address=preference.address,
            names=preference.names,
            customers=tuple(CustomerNamed(id=id_, name=name) for id_, name in preference.customers),
            mail=preference.mail,
            refused=preference.refused,
            since=text(last.at) if last else None,
            how=last.how if last else None,
            by=last.by if last else None,
            reason=last.reason if last else None,
        )


class PreferenceSetShown(PreferenceShown):
    changed: bool = Field(description="false: it was so before, or this id came in before")


class OptOutShown(Shown):
    """A change of the mail that goes to an address: less of it, or more again."""

    address: str
    names: tuple[str, ...]
    customers: tuple[str, ...] = Field(description="ids of the customers that have the address now")
    at: str
    mail: str = Field(description="what goes there from then on")
    how: str
    by: str | None
    reason: str | None
    now: str = Field(description="what goes there today; `none` where the address was refused")

    @classmethod
    def from_opt_out(cls, opt_out: OptOut) -> Self:
        return cls(**opt_out.to_json())


class OptOutList(PageShown):
    opt_outs: tuple[OptOutShown, ...]


class MailTakenShown(Shown):
    """What became of a mail that came in."""

    status: str = Field(
        description="`replied`, `noted` (of somebody who is no contact), `automatic`, `bounced`, `known` "
        "(it came before), `unknown` (it answers no mail of ours; nothing was kept), or `none` (the "
        "request brought none)"
    )


class EventsTakenShown(Shown):
    """What became of the events of a mail provider; those that don't matter are in neither number."""

    taken: int = Field(description="events about people whom a customer has as a contact")
    unknown: int = Field(description="events about addresses that nobody here has; nothing was kept of them")
