"""One customer, one contact and two steps for the tests of templates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

from milepost.customer import Contact, Customer
from milepost.language.model import Attribute
from milepost.language.templates.context import CsmContext, MessageContext, StepContext, message_context
from milepost.language.templates.renderer import Rendered, render_message

ATTRIBUTES = {
    "renews_on": Attribute(type="date"),
    "seats": Attribute(type="number"),
    "goal": Attribute(type="text"),
    "site": Attribute(type="text"),
    "vip": Attribute(type="flag"),
}
CUSTOMER = Customer(
    "acme",
    "Acme & Sons",
    "America/New_York",
    "US",
    attributes={"renews_on": "2027-03-01", "seats": 12000.0, "vip": True},
)
SAM = Contact("Sam Poe", "sam@acme.example", ("sponsor",))
STEPS = (
    StepContext("connect_sso", "Connect single sign-on", date(2026, 5, 5)),
    StepContext("invite", "Invite readers"),
)
PLAN = "https://plans.example.com/plan/a_b-c_d.e_"


def context(**changes: Any) -> MessageContext:
    given_values = {
        "customer": CUSTOMER,
        "contact": SAM,
        "steps": STEPS,
        "csm": CsmContext("Ana", "ana@vendor.example"),
        "plan_url": PLAN,
        "map_title": "Save time",
        "attributes": ATTRIBUTES,
        "started_on": date(2026, 3, 2),
        **changes,
    }
    return message_context(**given_values)


def named(name: str) -> MessageContext:
    return context(customer=replace(CUSTOMER, name=name), contact=replace(SAM, name=name))


def rendered(body: str, subject: str = "Hello", within: MessageContext | None = None) -> Rendered:
    return render_message(f"---\nsubject: {subject}\n---\n{body}", within or context())


def text(body: str, within: MessageContext | None = None) -> str:
    return rendered(body, within=within).text.rstrip("\n")


class Page(HTMLParser):
    """The elements and the text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def links(self) -> list[str | None]:
        return [attributes["href"] for tag, attributes in self.elements if tag == "a"]
