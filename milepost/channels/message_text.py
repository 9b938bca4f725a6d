"""From a message that is due to the words that go out: texts of the map, the customer's data, links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from milepost.channels.links import LinkSigner
from milepost.channels.mail_layout import Recipient, compose
from milepost.channels.protocol import OutgoingMessage
from milepost.customer import Contact, Customer
from milepost.explain.display_name import name_of
from milepost.language.model import Outcome
from milepost.language.templates import (
    CsmContext,
    MessageContext,
    Rendered,
    StepContext,
    message_context,
    pick_variant,
    render_merged,
    variant_language,
)
from milepost.planner.calendars import zone
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import moment
from milepost.planner.state import State

MESSAGES = "messages/"


class Due(Protocol):
    """A message that is due: whose it is, to which address, about which steps, each in which template."""

    @property
    def journey_id(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def contact(self) -> str: ...
    @property
    def steps(self) -> list[str]: ...
    @property
    def templates(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Writing:
    """All that a message is written from; `now` is wall clock, for the age of links."""

    compiled_map: CompiledMap
    files: Mapping[str, str]
    state: State
    due: Due
    links: LinkSigner
    now: datetime

    @property
    def customer(self) -> Customer:
        return self.state.customer

    @property
    def contact(self) -> Contact:
        """Who it goes to; a person agreed on need not be among the contacts."""
        for contact in self.customer.contacts:
            if contact.has_address(self.due.contact):
                return contact
        return Contact(self.due.contact, self.due.contact)

    @property
    def colleague(self) -> str | None:
        """The address of the colleague who looks after the customer."""
        return self.customer.team.get(self.compiled_map.map.csm)

    @property
    def colleague_name(self) -> str:
        return (
            name_of(self.colleague) if self.colleague else self.compiled_map.map.roles[self.compiled_map.map.csm].title
        )

    @property
    def plan_url(self) -> str:
        return self.links.plan_url(self.due.journey_id, self.customer.id, self.due.contact, now=self.now)


def write(writing: Writing) -> OutgoingMessage:
    """The message, rendered and laid out, ready for any channel.

    Raises:
        TemplateError: a template cannot be rendered.
        KeyError: a template, or a step, is not in the version of the map.
        ValueError: a date of the customer's is none.
    """
    return compose(
        render(writing),
        journey=writing.due.journey_id,
        message=writing.due.message,
        to=Recipient(writing.customer.id, writing.contact.name, writing.contact.email),
        colleague_name=writing.colleague_name,
        colleague_address=writing.colleague,
        plan_url=writing.plan_url,
    )


def outgoing(writing: Writing, subject: str, text: str, html: str | None) -> OutgoingMessage:
    """The message with words that were found before."""
    return OutgoingMessage(
        journey=writing.due.journey_id,
        message=writing.due.message,
        customer=writing.customer.id,
        to_name=writing.contact.name,
        to_address=writing.contact.email,
        subject=subject,
        text=text,
        html=html,
        language=writing.contact.language or writing.customer.language or "en",
        from_name=writing.colleague_name,
        reply_to=writing.colleague,
    )


def render(writing: Writing) -> Rendered:
    """The message, of one step or merged of several.

    Raises:
        TemplateError: a template cannot be rendered.
        KeyError: a template file is not in the version.
    """
    texts = {name.removeprefix(MESSAGES): text for name, text in writing.files.items() if name.startswith(MESSAGES)}
    language = writing.contact.language or writing.customer.language
    parts = []
    for step, template in zip(writing.due.steps, writing.due.templates, strict=True):
        file = pick_variant(texts, template, language)
        parts.append((texts[file], _context(writing, step, variant_language(file))))
    return render_merged(parts)


def _context(writing: Writing, step: str, language: str | None) -> MessageContext:
    first = _step(writing, step)
    others = [_step(writing, other) for other in writing.due.steps if other != step]
    timezone = zone(writing.customer.timezone)
    return message_context(
        customer=writing.customer,
        contact=writing.contact,
        steps=[first, *others],
        csm=CsmContext(writing.colleague_name, writing.colleague or ""),
        plan_url=writing.plan_url,
        map_title=writing.compiled_map.map.title,
        verify_url=_verify_url(writing, step),
        attributes=writing.compiled_map.map.attributes,
        started_on=moment(writing.state.started_at).astimezone(timezone).date(),
        language=language,
    )


def _step(writing: Writing, step: str) -> StepContext:
    known = writing.compiled_map.steps[step].step
    due = writing.state.step(step).due_at
    timezone = zone(writing.contact.timezone or writing.customer.timezone)
    day = None if due is None else moment(due).astimezone(timezone).date()
    if not isinstance(known, Outcome):
        return StepContext(step, known.title, day)
    return StepContext(step, known.statement, day, known.statement, known.metric.name if known.metric else None)


def _verify_url(writing: Writing, step: str) -> str | None:
    if not isinstance(writing.compiled_map.steps[step].step, Outcome):
        return None
    return writing.links.verify_url(
        writing.due.journey_id, writing.customer.id, writing.due.contact, step, now=writing.now
    )
