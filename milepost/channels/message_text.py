"""Writes messages: from the map's templates, the customer's data and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from milepost.brand.brand import UNBRANDED, Brand
from milepost.channels.agreement_mail import agreement_mail
from milepost.channels.invitations import Invitation, calendar_file, words
from milepost.channels.links import LinkSigner, MessageLinks
from milepost.channels.mail_layout import Importance, lay_out
from milepost.channels.protocol import CalendarFile, OutgoingMessage
from milepost.customer import Contact, Customer, Mail
from milepost.explain.agreement import agreement_of
from milepost.explain.local_time import due_date
from milepost.explain.people_names import booking_link_of, colleague_name, stand_in_text
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
from milepost.planner import agreement_mails
from milepost.planner.added_tasks import with_added_tasks
from milepost.planner.commands import CalendarEntry
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import MessageReason, StepKind
from milepost.planner.ids import MessageId
from milepost.planner.instants import Instant, moment
from milepost.planner.introduction import introduction_of
from milepost.planner.map_in_language import in_language
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.planner.zones import zone
from milepost.translations.languages import Languages, shipped
from milepost.translations.reader import Reader

MESSAGES = "messages/"


class DueMessage(Protocol):
    """A message to write: its journey, its address, its steps with a template for each, and when it was due out.

    `calendar` is the entry of an invitation, as plain data.
    """

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
    @property
    def at(self) -> Instant: ...
    @property
    def calendar(self) -> dict[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class MessageSource:
    """Everything that a message is written from. Its links open nothing before they are signed, see `signed`.

    `delegate` is who stands in for the colleague whose mail it is, until the last day away, `away_until`.
    """

    compiled_map: CompiledMap
    files: Mapping[str, str]
    state: State
    due: DueMessage
    links: MessageLinks
    delegate: str | None = None
    away_until: date | None = None
    languages: Languages = field(default_factory=shipped)
    brand: Brand = UNBRANDED

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

    def stand_in(self, reader: Reader) -> str:
        """The sentence that says who stands in for whom; empty where nobody does."""
        _, owner = self.owner
        if self.delegate is None or owner is None or self.away_until is None:
            return ""
        return stand_in_text(reader, self.delegate, owner, self.away_until)

    @property
    def _is_introduction(self) -> bool:
        steps = (self.compiled_map.steps.get(step) for step in self.due.steps)
        return any(step is not None and step.container == self.compiled_map.map.introduction for step in steps)

    @property
    def colleague_name(self) -> str:
        """The name of the colleague who writes; of nobody, the title of the csm's role."""
        spoken = self.map_in(self.language).map
        return colleague_name(self.colleague) if self.colleague else spoken.roles[spoken.csm].title

    @property
    def language(self) -> str | None:
        """The language that the recipient reads, where it is known."""
        return self.contact.language or self.customer.language

    def map_in(self, language: str | None) -> CompiledMap:
        """Returns the map in the words of a language, with the tasks that were added to the journey."""
        return with_added_tasks(in_language(self.compiled_map, language), self.state)

    @property
    def importance(self) -> Importance:
        """How the message counts for somebody who wants less mail."""
        if self.due.calendar is not None or self.is_agreement or self.is_pointer:
            return Importance.ESSENTIAL
        steps = [self.compiled_map.steps[each] for each in self.due.steps if each in self.compiled_map.steps]
        if any(step.essential for step in steps):
            return Importance.ESSENTIAL
        return Importance.REQUEST if any(step.kind is StepKind.OUTCOME for step in steps) else Importance.ORDINARY

    @property
    def is_agreement(self) -> bool:
        """Whether it is the mail with what was agreed, which no map has."""
        return self.due.steps == [agreement_mails.STEP]

    @property
    def is_pointer(self) -> bool:
        """Whether it points the customer to others with what they asked for."""
        message = MessageId.parse(self.due.message)
        return message is not None and message.reason is MessageReason.POINTER

    @property
    def invitation(self) -> Invitation | None:
        """The date that the recipient is invited to; None for messages of the map."""
        if self.due.calendar is None:
            return None
        entry = CalendarEntry(**self.due.calendar)
        entry = replace(entry, title=self.map_in(self.language).translate(entry.title))
        return Invitation(
            journey=self.due.journey_id,
            begun_at=self.state.started_at,
            entry=entry,
            contact=self.contact,
            timezone=self.contact.timezone or self.customer.timezone,
            organizer=entry.organizer or self.colleague or self.compiled_map.map.owner,
            at=self.due.at,
        )

    @property
    def one_click(self) -> Mail | None:
        """The mail that is left after one click; None on essential mail, which one can't unsubscribe from by itself."""
        match self.importance:
            case Importance.ESSENTIAL:
                return None
            case Importance.REQUEST:
                return Mail.NONE
            case Importance.ORDINARY:
                return Mail.ESSENTIAL


def write(source: MessageSource) -> OutgoingMessage:
    """Writes a message, rendered and laid out, ready for any channel.

    Raises:
        TemplateError: a template can't be rendered.
        KeyError: a template or a step isn't in this version of the map.
        ValueError: an attribute of the customer isn't a date where one is needed.
    """
    rendered = render(source)
    reader = source.languages.reader(rendered.language)
    message = lay_out(
        rendered,
        reader,
        stand_in=source.stand_in(reader),
        colleague_name=source.colleague_name,
        colleague_address=source.colleague,
        booking_link=booking_link_of(source.colleague),
        plan_url=source.links.plan_url,
        preferences_url=source.links.preferences_url,
        importance=source.importance,
        brand=source.brand,
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
        language=language or source.language or "en",
        from_name=source.colleague_name,
        reply_to=source.colleague,
        preferences_url=source.links.preferences_url,
        calendar=_calendar(source),
    )


def _calendar(source: MessageSource) -> CalendarFile | None:
    """Returns an invitation's entry for the calendar, in the language of its mail."""
    if source.invitation is None:
        return None
    reader = source.languages.reader(source.language or "en")
    return calendar_file(source.invitation, reader)


def signed(message: OutgoingMessage, source: MessageSource, signer: LinkSigner, link: str) -> OutgoingMessage:
    """Returns a message with the links that its recipient can follow, as it leaves; it is stored without them.

    `link` is the id of the link to the plan; it is another than the one that the message was written with where that
    one became void since.
    """
    recipient, mark = (source.due.journey_id, source.due.contact), source.links.mark
    preferences = signer.preferences_token(*recipient)
    signatures = {f"/plan/{mark}": f"/plan/{signer.token(link)}", f"/preferences/{mark}": f"/preferences/{preferences}"}

    def with_links(text: str) -> str:
        for dead, alive in signatures.items():
            text = text.replace(dead, alive)
        return text

    return replace(
        message,
        subject=with_links(message.subject),
        text=with_links(message.text),
        html=None if message.html is None else with_links(message.html),
        list_unsubscribe=None if source.one_click is None else signer.unsubscribe_url(*recipient, source.one_click),
        preferences_url=signer.preferences_url(*recipient),
    )


def render(source: MessageSource) -> Rendered:
    """Renders a message about one step, or about several merged into one.

    Raises:
        TemplateError: a template can't be rendered.
        KeyError: a template file isn't in this version of the map.
    """
    language = source.language
    if source.invitation is not None:
        return words(source.invitation, source.languages.reader(language or "en"))
    if source.is_agreement:
        agreement = agreement_of(Situation(source.map_in(language), source.state, source.due.at))
        reader = source.languages.reader(language or "en")
        zone = source.contact.timezone or source.customer.timezone
        return agreement_mail(agreement, source.customer.name, source.links, reader, zone)
    texts = {name.removeprefix(MESSAGES): text for name, text in source.files.items() if name.startswith(MESSAGES)}
    parts = []
    for step, template in zip(source.due.steps, source.due.templates, strict=True):
        file = pick_variant(texts, template, language)
        parts.append((texts[file], _context(source, step, variant_language(file))))
    return render_merged(parts, source.languages)


def _context(source: MessageSource, step: str, language: str | None) -> MessageContext:
    spoken = source.map_in(language)
    first = _step(source, spoken, step)
    others = [_step(source, spoken, other) for other in source.due.steps if other != step]
    timezone = zone(source.customer.timezone)
    definition = spoken.steps[step].step
    metric = definition.metric if isinstance(definition, Outcome) else None
    return message_context(
        customer=source.customer,
        contact=source.contact,
        steps=[first, *others],
        csm=CsmContext(source.colleague_name, source.colleague or ""),
        plan_url=source.links.plan_url,
        map_title=source.compiled_map.map.title,
        verify_url=source.links.verify_url(step) if isinstance(definition, Outcome) else None,
        attributes=source.compiled_map.map.attributes,
        started_on=moment(source.state.started_at).astimezone(timezone).date(),
        language=language,
        answers=answers_context(source.compiled_map.asks, source.state.answers),
        languages=source.languages,
        **_people(source),
        figures=metric.for_customer(source.customer.attributes) if metric else None,
    )


def _people(source: MessageSource) -> dict[str, ColleagueContext]:
    """The people of a hand-over that is introduced."""
    introduced = introduction_of(source.state)
    if introduced is None:
        return {}
    people = {"former": introduced.former, "successor": introduced.successor}
    return {name: ColleagueContext(colleague_name(address), address) for name, address in people.items() if address}


def _step(source: MessageSource, spoken: CompiledMap, step: str) -> StepContext:
    definition = spoken.steps[step].step
    due = source.state.step(step).due_at
    day = None if due is None else due_date(due, source.contact.timezone or source.customer.timezone)
    if not isinstance(definition, Outcome):
        return StepContext(step, definition.title, day)
    metric = definition.metric.name if definition.metric else None
    return StepContext(step, definition.statement, day, definition.statement, metric)
