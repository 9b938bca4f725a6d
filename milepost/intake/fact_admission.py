"""Checks facts against their journeys' maps and stores them: the part of the intake inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from milepost.customer import BUILT_IN_ATTRIBUTES, ChoiceWay, Customer, address_key
from milepost.imports.customer_checks import FieldProblem, check_built_in, check_contacts, check_team, check_values
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.context import IntakeContext
from milepost.intake.errors import NoOpenJourneyError, NotTheirStepError
from milepost.language.model import Attribute
from milepost.language.stored_file import StoredFile
from milepost.planner.agreements import check_times_ahead
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.event_checks import unusable_properties
from milepost.planner.fact_checks import ABOUT_THE_RECORD, check, check_attributes, check_dates_ahead
from milepost.planner.fact_errors import InvalidFactError, RefusedError, WrongAnswersError
from milepost.planner.facts import (
    KEY,
    Agreed,
    AnswerCompleted,
    Answered,
    AttributesSet,
    ContactsGiven,
    EventHappened,
    Fact,
    MailChosen,
    MessageFailed,
    MessageReleased,
    MessageRetried,
    Noted,
    Replied,
    Requested,
    StepDone,
    TeamGiven,
    to_json,
)
from milepost.planner.instants import Instant, moment
from milepost.planner.outcomes import may_complete
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.planner.written_facts import WrittenFact
from milepost.store import aliases, customers, inbox, mail_choices, mail_switches, outcomes
from milepost.store.errors import UnknownCustomerError
from milepost.store.file_tables import FileRow
from milepost.store.files import ANSWERS
from milepost.store.inbox import NewFact, Recipient, RecordedFact
from milepost.store.mail_choices import RecordOrigin
from milepost.store.tables import JourneyRow

_PORTAL = "portal"
"""The source of what contacts tell on the plan that they were sent."""


@dataclass(frozen=True, slots=True)
class IncomingFact:
    """A fact about a customer; `by` is who reported it, where the fact itself doesn't say."""

    customer: str
    fact: WrittenFact | Fact
    by: str | None = None


class FactAdmission:
    """Facts that are recorded together, in one transaction.

    `before` has the records, from before these facts, of customers without a journey whose attributes they change.
    """

    def __init__(self, context: IntakeContext, source: str) -> None:
        self._context = context
        self._source = source
        self._now = context.now()
        self._recipients: dict[str, Recipient] = {}
        self._current: list[CompiledMap] | None = None
        self.before: dict[str, Customer] = {}

    def run(self, incoming: Sequence[IncomingFact], session: Session) -> list[RecordedFact | RefusedError]:
        """Stores the facts, in their order; returns for each its record, or the reason for which it was refused."""
        about_contacts = {each.customer for each in incoming if _is_about_contacts(each)}
        mail_choices.hold(session, sorted({aliases.present_id(session, each) for each in about_contacts}))
        self._recipients = _recipients(session, {each.customer for each in incoming})
        admitted = [self._admitted(session, each) for each in incoming]
        new = [each for each in admitted if isinstance(each, NewFact)]
        records = iter(inbox.record(session, new, self._now, received_at=int(self._context.wall())) if new else ())
        return [next(records) if isinstance(each, NewFact) else each for each in admitted]

    def run_together(self, incoming: Sequence[IncomingFact], session: Session) -> list[RecordedFact | RefusedError]:
        """Stores the facts as `run` does, or none of them.

        Raises:
            RefusedError: one of them makes no sense.
        """
        results = self.run(incoming, session)
        for result in results:
            if isinstance(result, RefusedError):
                raise result
        return results

    def _events(self, session: Session, compiled_map: CompiledMap | None) -> frozenset[str]:
        """Returns the product events that the journey's map asks for; without a journey, those of all maps."""
        if compiled_map is not None:
            return compiled_map.events
        return frozenset(event for each in self._current_maps(session) for event in each.events)

    def _admitted(self, session: Session, incoming: IncomingFact) -> NewFact | RecordedFact | RefusedError:
        recipient = self._recipients.get(incoming.customer)
        if recipient is None:
            return UnknownCustomerError(incoming.customer)
        try:
            return self._checked(session, recipient, incoming)
        except RefusedError as refused:
            return refused

    def _checked(self, session: Session, recipient: Recipient, incoming: IncomingFact) -> NewFact | RecordedFact:
        fact = incoming.fact
        if isinstance(fact, WrittenFact):
            fact = fact.fact(self._context.new_id(), self._now, incoming.by)
        if recipient.journey is None:
            recipient = _after_the_end(session, recipient, fact, self._now)
        version = recipient.version
        compiled_map = None if version is None else self._context.compiled_maps.load(session, version)
        if isinstance(fact, Answered):
            fact = replace(fact, method=self._method(fact))
        if compiled_map is None and not isinstance(fact, ABOUT_THE_RECORD):
            raise NoOpenJourneyError(recipient.customer)
        self._check(session, recipient, fact, compiled_map)
        if isinstance(fact, ContactsGiven):
            origin = RecordOrigin(ChoiceWay.RECORD, fact.by, self._context.new_id)
            fact = replace(fact, contacts=mail_choices.settled(session, fact.contacts, origin, self._now))
        if isinstance(fact, MessageFailed) and fact.permanent:
            mail_choices.refuse_message(session, recipient, fact, self._now)
        if isinstance(fact, MessageReleased | MessageRetried) and compiled_map is not None:
            hold = mail_switches.in_force(session, recipient.customer, compiled_map.map.map).hold
            fact = replace(fact, hold=hold)
        data = inbox.checked(to_json(fact), self._now)
        if isinstance(fact, EventHappened) and fact.event not in self._events(session, compiled_map):
            inbox.count(session, recipient.customer, fact.event, self._now)
            return RecordedFact(data, None, counted=True)
        if compiled_map is None and isinstance(fact, AttributesSet) and recipient.customer not in self.before:
            self.before[recipient.customer] = customers.load(session, recipient.customer)
        return NewFact(recipient, data, self._source, self._warnings(session, fact, compiled_map))

    def _method(self, fact: Answered) -> str | None:
        """Returns how an answer came in: what wasn't told on the plan doesn't count as that, whatever it says."""
        method = fact.method or "recorded"
        match self._source:
            case "portal":
                return _PORTAL
            case "scenario":
                return fact.method
            case "api":
                return "recorded" if method == _PORTAL else method
            case _:
                return "recorded" if method == _PORTAL or method.startswith(KEY) else method

    def _warnings(self, session: Session, fact: Fact, compiled_map: CompiledMap | None) -> tuple[str, ...]:
        """Returns what a fact says in vain; without a journey, to all maps."""
        if not isinstance(fact, EventHappened):
            return ()
        asking = [compiled_map] if compiled_map is not None else self._current_maps(session)
        found = [unusable_properties(each, fact.event, fact.properties) for each in asking]
        return tuple(dict.fromkeys(str(each) for unusable in found for each in unusable))

    def _check(self, session: Session, recipient: Recipient, fact: Fact, compiled_map: CompiledMap | None) -> None:
        if isinstance(fact, MailChosen):
            raise InvalidFactError(
                "Which mail somebody wants isn't told in a list of facts: it counts at every customer.",
                "Tell it by itself, or with POST /api/v1/preferences.",
            )
        if compiled_map is not None:
            check(fact, compiled_map)
            if isinstance(fact, StepDone) and fact.answers:
                _check_files(session, recipient, fact.step, fact.answers)
            if self._source == _PORTAL:
                self._check_is_theirs(session, recipient, fact, compiled_map)
            if isinstance(fact, Agreed):
                check_dates_ahead(fact.steps, lambda _: _last_today(max(fact.at, self._now)))
                check_times_ahead(fact.steps, self._now)
        elif isinstance(fact, AttributesSet):
            check_attributes(fact.attributes, _declared(self._current_maps(session)))
        problems = [str(problem) for problem in self._record_problems(session, fact, compiled_map)]
        if problems:
            raise InvalidFactError("; ".join(problems) + ".")

    def _check_is_theirs(self, session: Session, recipient: Recipient, fact: Fact, compiled_map: CompiledMap) -> None:
        """Checks that a contact who uses the plan may do what they tell of."""
        step, journey = compiled_map.step_of(_subject(fact) or ""), session.get(JourneyRow, recipient.journey)
        if step is None or journey is None or fact.by is None:
            return
        if isinstance(fact, AnswerCompleted):
            last = outcomes.last_answer(session, journey.id, step.id)
            may_tell = last is not None and address_key(last.said_by or "") == address_key(fact.by)
        else:
            situation = Situation(compiled_map, State.from_json(journey.state), self._now)
            may_tell = situation.may_act(step, fact.by) or _is_for_another(fact, situation)
        if not may_tell:
            personas = compiled_map.map.personas
            raise NotTheirStepError(step.id, fact.by, personas[step.persona].title if step.persona else "customer")

    def _record_problems(
        self, session: Session, fact: Fact, compiled_map: CompiledMap | None
    ) -> Iterator[FieldProblem]:
        """Yields the problems of the part of a customer's record that a fact changes."""
        match fact:
            case AttributesSet():
                yield from check_values(fact.attributes)
                for name in BUILT_IN_ATTRIBUTES:
                    if name in fact.attributes:
                        yield from check_built_in(name, fact.attributes[name])
            case ContactsGiven():
                yield from check_contacts(fact.contacts, self._vocabulary(session, compiled_map))
            case TeamGiven():
                yield from check_team(fact.team, self._vocabulary(session, compiled_map))

    def _vocabulary(self, session: Session, compiled_map: CompiledMap | None) -> Vocabulary:
        current = self._current_maps(session)
        return Vocabulary.of(current if compiled_map is None else [*current, compiled_map])

    def _current_maps(self, session: Session) -> list[CompiledMap]:
        if self._current is None:
            self._current = self._context.compiled_maps.load_current(session)
        return self._current


def _after_the_end(session: Session, recipient: Recipient, fact: Fact, now: Instant) -> Recipient:
    """Returns the last journey of a customer for what may still be told to it; for anything else, that there is none.

    A note may come at any time, more to an answer within days: the answer itself may have ended the journey.
    """
    if not isinstance(fact, Noted | Replied | AnswerCompleted):
        return recipient
    last = inbox.last_recipient(session, recipient.customer)
    row = session.get(JourneyRow, last.journey) if last.journey else None
    if isinstance(fact, AnswerCompleted) and row is not None and not may_complete(row.ended_at, now):
        return recipient
    return last


def _check_files(session: Session, recipient: Recipient, step: str, answers: Mapping[str, Any]) -> None:
    """Checks that the files which a form names were sent for this very step.

    Raises:
        WrongAnswersError: one wasn't, or is no longer there.
    """
    named = {name: file for name, value in answers.items() if (file := StoredFile.parse(value)) is not None}
    rows = {name: session.get(FileRow, file.id) for name, file in named.items()}
    problems = {
        name: "names a file that isn't there"
        for name, row in rows.items()
        if row is None or (row.journey_id, row.step) != (recipient.journey, step) or row.status not in ANSWERS
    }
    if problems:
        raise WrongAnswersError(step, problems)


def _subject(fact: Fact) -> str | None:
    """Returns the step or outcome of what a contact may tell on the plan."""
    match fact:
        case StepDone() | Requested():
            return fact.step
        case Answered() | AnswerCompleted():
            return fact.outcome
        case _:
            return None


def _is_about_contacts(incoming: IncomingFact) -> bool:
    fact = incoming.fact
    return fact.contacts is not None if isinstance(fact, WrittenFact) else isinstance(fact, ContactsGiven)


def _is_for_another(fact: Fact, situation: Situation) -> bool:
    """Returns whether a contact answers for whoever was asked, and says why."""
    if not isinstance(fact, Answered) or fact.on_behalf_of is None or not fact.reason:
        return False
    return any(each.has_address(fact.by or "") for each in situation.state.customer.contacts)


def _recipients(session: Session, ids: Collection[str]) -> dict[str, Recipient]:
    """Returns the recipients by the ids that are used for their customers; some may be earlier ones."""
    recipients = inbox.recipients(session, ids)
    unknown = [customer for customer in ids if customer not in recipients]
    if unknown and (present := aliases.present_ids(session, unknown)):
        of_present = inbox.recipients(session, set(present.values()))
        recipients |= {earlier: of_present[customer] for earlier, customer in present.items() if customer in of_present}
    return recipients


def _last_today(at: Instant) -> date:
    """Returns the date of today where it is the earliest on earth."""
    return (moment(at) - timedelta(hours=12)).date()


def _declared(compiled_maps: list[CompiledMap]) -> Mapping[str, Attribute]:
    """Returns the attributes that any map declares. Where maps differ, the last one counts; enrolment looks closer."""
    return {name: attribute for each in compiled_maps for name, attribute in each.map.attributes.items()}
