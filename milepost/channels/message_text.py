"""Writes messages: from the map's templates, the customer's data and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from milepost.channels.links import LinkSigner
from milepost.channels.mail_layout import Importance, lay_out
from milepost.channels.protocol import OutgoingMessage
from milepost.channels.stand_in_text import stand_in_text
from milepost.customer import Contact, Customer, Mail, name_of
from milepost.explain.local_time import due_date
from milepost.language.steps import Outcome
from milepost.language.templates.context import (
    ColleagueContext,
    CsmContext,
    MessageContext,
    StepContext,
    answers_context,
    message_context,
)
from milepost.language.templates.renderer import Rendered, render_merged
from milepost.language.templates.source import pick_variant, variant_language
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import StepKind
from milepost.planner.instants import moment
from milepost.planner.introduction import introduction_of
from milepost.planner.state import State
from milepost.planner.zones import zone

MESSAGES = "messages/"


class DueMessage(Protocol):
    """A message to write: its journey, its address, and its steps with a template for each."""

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
class MessageSource:
    """Everything that a message is written from; `now` is the wall clock, from which links expire.

    `delegate` is who stands in for the colleague whose mail it is, until the last day away, `away_until`.
    """

    compiled_map: CompiledMap
    files: Mapping[str, str]
    state: State
    due: DueMessage
    links: LinkSigner
    now: datetime
    delegate: str | None = None
    away_until: date | None = None

    @property
    def customer(self) -> Customer:
        return self.state.customer

    @property
    def contact(self) -> Contact:
        """The recipient; a person who was agreed on isn't necessarily among the contacts."""
        for contact in self.customer.contacts:
            if contact.has_address(self.due.contact):
                return contact
        return Contact(self.due.contact, self.due.contact)

    @property
    def owner(self) -> tuple[str, str | None]:
        """The role whose mail it is, and who has it: the csm's or, in an introduction, that of the new colleague."""
        introduced = introduction_of(self.state) if self._is_introduction else None
        role = introduced.role if introduced else self.compiled_map.map.csm
        return role, self.customer.team.get(role)

    @property
    def colleague(self) -> str | None:
        """The address of the colleague who writes, and who gets the replies: the owner, or who stands in."""
        return self.delegate or self.owner[1]

    def stand_in(self, language: str) -> str:
        """The sentence that says who stands in for whom; empty where nobody does."""
        _, owner = self.owner
        if self.delegate is None or owner is None or self.away_until is None:
            return ""
        names = {"delegate": name_of(self.delegate), "owner": name_of(owner)}
        return stand_in_text(language, until=self.away_until, **names)

    @property
    def _is_introduction(self) -> bool:
        steps = (self.compiled_map.steps.get(step) for step in self.due.steps)
        return any(step is not None and step.container == self.compiled_map.map.introduction for step in steps)

    @property
    def colleague_name(self) -> str:
        return (
            name_of(self.colleague) if self.colleague else self.compiled_map.map.roles[self.compiled_map.map.csm].title
        )

    @property
    def plan_url(self) -> str:
        return self.links.plan_url(self.due.journey_id, self.customer.id, self.due.contact, now=self.now)

    @property
    def preferences_url(self) -> str:
        return self.links.preferences_url(self.due.journey_id, self.due.contact)

    @property
    def importance(self) -> Importance:
        """How the message counts for somebody who wants less mail."""
        steps = [self.compiled_map.steps[each] for each in self.due.steps if each in self.compiled_map.steps]
        if any(step.essential for step in steps):
            return Importance.ESSENTIAL
        return Importance.REQUEST if any(step.kind is StepKind.OUTCOME for step in steps) else Importance.ORDINARY

    @property
    def unsubscribe_url(self) -> str | None:
        """The address that takes one click; None on essential mail, which one can't unsubscribe from by itself."""
        match self.importance:
            case Importance.ESSENTIAL:
                return None
            case Importance.REQUEST:
                return self.links.unsubscribe_url(self.due.journey_id, self.due.contact, Mail.NONE)
            case Importance.ORDINARY:
                return self.links.unsubscribe_url(self.due.journey_id, self.due.contact, Mail.ESSENTIAL)


def write(source: MessageSource) -> OutgoingMessage:
    """Writes a message, rendered and laid out, ready for any channel.

    Raises:
        TemplateError: a template can't be rendered.
        KeyError: a template or a step isn't in this version of the map.
        ValueError: an attribute of the customer isn't a date where one is needed.
    """
    rendered = render(source)
    message = lay_out(
        rendered,
        stand_in=source.stand_in(rendered.language),
        colleague_name=source.colleague_name,
        colleague_address=source.colleague,
        plan_url=source.plan_url,
        preferences_url=source.preferences_url,
        importance=source.importance,
    )
    return outgoing(source, message.subject, message.text, message.html, message.language)


def outgoing(
    source: MessageSource, subject: str, text: str, html: str | None, language: str | None = None
) -> OutgoingMessage:
    """Returns a message that has been written, ready for any channel."""
    return OutgoingMessage(
        journey=source.due.journey_id,
        message=source.due.message,
        customer=source.customer.id,
        to_name=source.contact.name,
        to_address=source.contact.email,
        subject=subject,
        text=text,
        html=html,
        language=language or source.contact.language or source.customer.language or "en",
        from_name=source.colleague_name,
        reply_to=source.colleague,
        list_unsubscribe=source.unsubscribe_url,
        preferences_url=source.preferences_url,
    )


def render(source: MessageSource) -> Rendered:
    """Renders a message about one step, or about several merged into one.

    Raises:
        TemplateError: a template can't be rendered.
        KeyError: a template file isn't in this version of the map.
    """
    texts = {name.removeprefix(MESSAGES): text for name, text in source.files.items() if name.startswith(MESSAGES)}
    language = source.contact.language or source.customer.language
    parts = []
    for step, template in zip(source.due.steps, source.due.templates, strict=True):
        file = pick_variant(texts, template, language)
        parts.append((texts[file], _context(source, step, variant_language(file))))
    return render_merged(parts)


def _context(source: MessageSource, step: str, language: str | None) -> MessageContext:
    first = _step(source, step)
    others = [_step(source, other) for other in source.due.steps if other != step]
    timezone = zone(source.customer.timezone)
    links, ids = source.links, (source.due.journey_id, source.customer.id, source.due.contact)
    definition = source.compiled_map.steps[step].step
    metric = definition.metric if isinstance(definition, Outcome) else None
    return message_context(
        customer=source.customer,
        contact=source.contact,
        steps=[first, *others],
        csm=CsmContext(source.colleague_name, source.colleague or ""),
        plan_url=source.plan_url,
        map_title=source.compiled_map.map.title,
        verify_url=links.verify_url(*ids, step, now=source.now) if isinstance(definition, Outcome) else None,
        attributes=source.compiled_map.map.attributes,
        started_on=moment(source.state.started_at).astimezone(timezone).date(),
        language=language,
        answers=answers_context(source.compiled_map.asks, source.state.answers),
        **_people(source),
        figures=metric.for_customer(source.customer.attributes) if metric else None,
    )


def _people(source: MessageSource) -> dict[str, ColleagueContext]:
    """The people of a hand-over that is introduced."""
    introduced = introduction_of(source.state)
    if introduced is None:
        return {}
    people = {"former": introduced.former, "successor": introduced.successor}
    return {name: ColleagueContext(name_of(address), address) for name, address in people.items() if address}


def _step(source: MessageSource, step: str) -> StepContext:
    definition = source.compiled_map.steps[step].step
    due = source.state.step(step).due_at
    day = None if due is None else due_date(due, source.contact.timezone or source.customer.timezone)
    if not isinstance(definition, Outcome):
        return StepContext(step, definition.title, day)
    metric = definition.metric.name if definition.metric else None
    return StepContext(step, definition.statement, day, definition.statement, metric)
