"""The mails of a simulation, as they would go out: the map's texts with the customer's data in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from milepost.channels.links import LinkSigner
from milepost.channels.message_text import MessageSource, render
from milepost.language.templates.renderer import Rendered
from milepost.language.templates.source import TemplateError
from milepost.planner.commands import SendMessage
from milepost.planner.instants import moment
from milepost.planner.plan import Plan
from milepost.scenarios.scenario import Scenario

_PLACE = "https://milepost.example"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: its recipient and its words, or why it could not be written."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class _Due:
    journey_id: str
    message: str
    contact: str
    steps: list[str]
    templates: list[str]


class _ShortLinks(LinkSigner):
    """Links without a secret: nobody follows those of a made-up mail."""

    def token(self, journey_id: str, customer_id: str, contact_email: str, *, now: datetime) -> str:  # noqa: ARG002
        return "link"


def mails_of(scenario: Scenario) -> dict[str, Mail]:
    """Every mail that a scenario sends, by the id of its message."""
    links = _ShortLinks("nobody follows these", _PLACE)
    return dict(mail for plan in scenario.plans() for mail in _mails(scenario, plan, links))


def _mails(scenario: Scenario, plan: Plan, links: LinkSigner) -> Iterator[tuple[str, Mail]]:
    state = plan.state
    compiled_map = scenario.versions.get(state.version, scenario.compiled_map)
    files = scenario.version_files.get(state.version, scenario.files)
    for command in plan.commands:
        if isinstance(command, SendMessage):
            due = _Due("simulated", command.message, command.contact, list(command.steps), list(command.templates))
            source = MessageSource(compiled_map, files, state, due, links, moment(state.clock))
            yield command.message, _mail(f"{source.contact.name} <{source.contact.email}>", source)


def _mail(to: str, source: MessageSource) -> Mail:
    try:
        rendered: Rendered = render(source)
    except TemplateError as error:
        return Mail(to, "(cannot be written)", str(error))
    return Mail(to, rendered.subject, rendered.text.strip())
