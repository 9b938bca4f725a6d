"""The mails of a simulation, as they would go out: the map's texts with the customer's data in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from milepost.channels.links import LinkSigner
from milepost.channels.message_text import MessageSource, render
from milepost.language.templates import Rendered, TemplateError
from milepost.planner.commands import SendMessage
from milepost.planner.instants import moment
from milepost.planner.plan import Plan
from milepost.planner.simulation import steps
from milepost.planner.state import State
from milepost.scenarios.scenario import Scenario

_PLACE = "https://milepost.example"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: to whom, and its words, or why it could not be written."""

    to: str
    subject: str
    text: str

    def to_json(self) -> dict[str, str]:
        return {"to": self.to, "subject": self.subject, "text": self.text}


@dataclass(frozen=True, slots=True)
class _Due:
    journey_id: str
    message: str
    contact: str
    steps: list[str]
    templates: list[str]


class _ShortLinks(LinkSigner):
    """Links that say where they lead and open nothing: nobody is to follow those of a made-up mail."""

    def token(self, journey_id: str, customer_id: str, contact_email: str, *, now: datetime) -> str:  # noqa: ARG002
        return "link"


def mails_of(scenario: Scenario) -> dict[str, Mail]:
    """Every mail that a scenario sends, by the id of its message."""
    state = State.begin(scenario.customer, scenario.compiled_map.map.map, scenario.compiled_map.version, scenario.start)
    links = _ShortLinks("nobody follows these", _PLACE)
    made = steps(scenario.compiled_map, state, scenario.facts, scenario.until, scenario.versions)
    return dict(mail for each in made for mail in _mails(scenario, each, links))


def _mails(scenario: Scenario, made: Plan, links: LinkSigner) -> Iterator[tuple[str, Mail]]:
    version = made.state.version
    compiled_map = scenario.versions.get(version, scenario.compiled_map)
    files = scenario.version_files.get(version, scenario.files)
    for command in made.commands:
        if isinstance(command, SendMessage):
            due = _Due("simulated", command.message, command.contact, list(command.steps), list(command.templates))
            writing = MessageSource(compiled_map, files, made.state, due, links, moment(made.state.clock))
            to = f"{writing.contact.name} <{writing.contact.email}>"
            yield command.message, _mail(to, writing)


def _mail(to: str, writing: MessageSource) -> Mail:
    try:
        rendered: Rendered = render(writing)
    except TemplateError as failed:
        return Mail(to, "(cannot be written)", str(failed))
    return Mail(to, rendered.subject, rendered.text.strip())
