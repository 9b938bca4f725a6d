"""A customer's page, put together from the overview."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from milepost.customer import Customer
from milepost.explain import local_time
from milepost.explain.outlook_sentences import outlook_sentence
from milepost.explain.overview import AnswerRecord, CustomerOverview, JourneyOverview, JourneyRecord, OutcomeRecord
from milepost.explain.sentences import Wording, number, spaced
from milepost.explain.vocabulary import METHODS, VERDICTS
from milepost.language.model import Outcome
from milepost.planner.enums import JourneyStatus, StepStatus
from milepost.planner.outlook import DAYS, Outlook
from milepost.store import messages
from milepost.store.tables import MessageRow
from milepost.store.tasks import TaskLine
from milepost.text import yes_or_no
from milepost.web import forms
from milepost.web.identity import Person
from milepost.web.ops.blocked_journey import blocked
from milepost.web.ops.customer_list import STANDING
from milepost.web.ops.shapes import Answer, Choices, Contact, CustomerPage, Entry, MessageShown, OutcomeShown, TaskShown
from milepost.web.ops.unmatched import reasons
from milepost.web.services import Services

KINDS = {
    "all": ("Everything", None),
    "steps": ("Steps", ("step_", "task_")),
    "messages": ("Messages", ("message_",)),
    "outcomes": ("Outcomes", ("outcome_",)),
    "plays": ("Stages and plays", ("stage_", "play_", "journey_", "map_")),
    "ignored": ("Ignored", ("fact_",)),
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that the page is made of, read at one moment."""

    overview: CustomerOverview
    tasks: list[TaskLine]
    messages: messages.Outbox
    event_counts: Mapping[str, int]


async def customer_page(served: Services, viewer: Person | None, loaded: Loaded, kind: str) -> CustomerPage:
    """The page; `kind` narrows the timeline."""
    overview = loaded.overview
    customer, journey, zone = overview.customer, overview.journey, overview.zone
    say = journey.say if journey else Wording(zone=zone)
    ahead, ahead_note = _ahead(journey)
    record = journey.record if journey else None
    return CustomerPage(
        id=customer.id,
        name=customer.name,
        place=", ".join(part for part in (customer.country, zone.replace("_", " ")) if part),
        standing=_standing(record, overview),
        why_none=await _why_none(served, overview) if journey is None else (),
        blocked=blocked(record, zone),
        map=journey.title if journey and journey.compiled_map else None,
        version=_version(journey) if journey else None,
        stages=tuple((stage.title, stage.stuck) for stage in journey.stages) if _is_open(journey) else (),
        plays=tuple((play.title, play.kind) for play in journey.plays) if _is_open(journey) else (),
        health=overview.health,
        zone=local_time.zone_text(zone, overview.now),
        attributes=tuple(_attributes(customer, journey)),
        contacts=tuple(_contacts(served, customer, journey, say)),
        team=tuple((say.role(role), address) for role, address in sorted(customer.team.items())),
        waits=journey.waits if journey else (),
        starts=journey.starts if journey else (),
        timezone=zone,
        ahead=ahead,
        ahead_note=ahead_note,
        outcomes=tuple(_outcome(each, zone) for each in journey.outcomes) if journey else (),
        tasks=tuple(_task(line, say) for line in loaded.tasks),
        messages=tuple(_message(message.message, zone) for message in loaded.messages.lines),
        messages_total=loaded.messages.total,
        entries=tuple(_entries(journey, kind)) if journey else (),
        kind=kind,
        kinds=tuple((key, title) for key, (title, _) in KINDS.items()),
        journeys=tuple((each.id, _standing(each, overview), each == record) for each in overview.journeys),
        pending=tuple(spaced(fact["kind"]) for fact in journey.pending) if journey else (),
        counted=tuple(sorted(loaded.event_counts.items())),
        choices=_choices(served, viewer, customer, journey),
    )


def _version(journey: JourneyOverview) -> str:
    return journey.version + ("" if journey.is_current else ", not the current one")


async def _why_none(served: Services, overview: CustomerOverview) -> tuple[str, ...]:
    """Why no map is for the customer now; else why none was when the customer was last looked at."""
    stored = overview.unmatched_why
    if stored is None:
        return ()
    return reasons(await served.compiled_maps.current(), overview.customer, overview.now) or (stored,)


def _standing(journey: JourneyRecord | None, overview: CustomerOverview) -> str:
    if journey is None:
        return "No map fits" if overview.unmatched_why else "No journey yet"
    if journey.status == JourneyStatus.ENDED:
        return f"Ended: {spaced(journey.reason)}"
    return STANDING[journey.status]


def _attributes(customer: Customer, journey: JourneyOverview | None) -> Iterable[tuple[str, str]]:
    declared = journey.compiled_map.map.attributes if journey and journey.compiled_map else {}
    for name, value in sorted(customer.attributes.items()):
        title = declared[name].title if name in declared else None
        shown = yes_or_no(value) if isinstance(value, bool) else number(value)
        yield title or spaced(name).capitalize(), str(shown)


def _contacts(served: Services, customer: Customer, journey: JourneyOverview | None, say: Wording) -> Iterable[Contact]:
    open_to = {contact.email for contact in journey.state.customer.contacts} if _is_open(journey) else set()
    for contact in customer.contacts:
        plan = None
        if journey is not None and contact.email in open_to:
            plan = served.links.plan_url(journey.record.id, customer.id, contact.email, now=served.wall())
        personas = ", ".join(say.persona(persona) for persona in contact.personas)
        yield Contact(contact.name, contact.email, personas, contact.timezone, plan)


def _ahead(journey: JourneyOverview | None) -> tuple[tuple[Entry, ...], str]:
    """What comes next by itself, and a note to it."""
    if journey is not None and journey.record.blocked_since is not None:
        return (), "The journey is blocked, so it can't be told what comes next."
    outlook = journey.outlook if journey else None
    if journey is None or outlook is None or journey.has_ended:
        return (), "No journey is open, so nothing comes by itself."
    lines = tuple(
        Entry(local_time.time_of(entry.at, journey.zone), entry.kind, outlook_sentence(journey.say, entry))
        for entry in outlook.entries
    )
    return lines, _ahead_note(outlook, journey.zone)


def _ahead_note(outlook: Outlook, zone: str) -> str:
    if outlook.paused:
        return "The journey is paused: nothing happens before it is resumed."
    if outlook.more:
        return "And so on; only the first lines are shown."
    if outlook.entries:
        return f"That is all until {local_time.day_of(outlook.until, zone)}."
    return f"Nothing happens by itself in the next {DAYS} days: the journey waits for people."


def _outcome(outcome: OutcomeRecord, zone: str) -> OutcomeShown:
    metric, target = outcome.metric, None
    if metric:
        unit = f" {metric['unit']}" if metric.get("unit") else ""
        begin = f"from {number(metric['baseline'])} " if metric.get("baseline") is not None else ""
        target = f"{metric['name']}: {begin}to {number(metric['target'])}{unit}"
    answers = tuple(_answer(answer, zone) for answer in outcome.answers)
    last = outcome.last
    return OutcomeShown(
        id=outcome.outcome,
        statement=outcome.statement,
        status=VERDICTS.get(outcome.status, outcome.status),
        target=target,
        answers=answers,
        may_revoke=last is not None and last.verdict != StepStatus.SILENT,
    )


def _answer(answer: AnswerRecord, zone: str) -> Answer:
    how = METHODS.get(answer.method or "", answer.method)
    parts = [
        f"by {answer.by}" if answer.by else None,
        f"value {number(answer.value)}" if answer.value is not None else None,
        how,
        f"“{answer.comment}”" if answer.comment else None,
        f"evidence: {answer.evidence}" if answer.evidence else None,
    ]
    revoked = None
    if answer.revoked_at is not None:
        by = f" by {answer.revoked_by}" if answer.revoked_by else ""
        why = f": {answer.revoked_why}" if answer.revoked_why else ""
        revoked = f"taken back {local_time.time_of(answer.revoked_at, zone)}{by}{why}"
    verdict = VERDICTS.get(answer.verdict, answer.verdict)
    return Answer(local_time.time_of(answer.at, zone), verdict, ", ".join(part for part in parts if part), revoked)


def _task(line: TaskLine, say: Wording) -> TaskShown:
    task = line.task
    due = local_time.time_of(task.due_at, say.zone) if task.due_at is not None else None
    return TaskShown(task.title, task.person or f"Team: {say.role(task.role)}", due, task.status)


def _message(message: MessageRow, zone: str) -> MessageShown:
    return MessageShown(
        local_time.time_of(message.at, zone),
        message.contact,
        message.subject or message.template,
        message.status,
        f"/ops/outbox/{message.journey_id}/{message.message}",
    )


def _entries(journey: JourneyOverview, kind: str) -> Iterable[Entry]:
    """The newest first."""
    beginnings = KINDS[kind][1]
    for entry in reversed(journey.entries):
        if beginnings is None or entry.kind.startswith(beginnings):
            yield Entry(local_time.time_of(entry.at, journey.zone), entry.kind, journey.say_fully.sentence(entry))


def _is_open(journey: JourneyOverview | None) -> TypeGuard[JourneyOverview]:
    return journey is not None and not journey.has_ended


def _choices(served: Services, viewer: Person | None, customer: Customer, journey: JourneyOverview | None) -> Choices:
    form = forms.token(served, viewer.session, "customer", customer.id) if viewer else None
    if not _is_open(journey) or journey.compiled_map is None:
        return Choices(form, is_open=False, is_paused=False, outcomes=(), plays=(), attributes=())
    compiled_map, say = journey.compiled_map, journey.say
    outcomes = [step.id for step in compiled_map.steps.values() if isinstance(step.step, Outcome)]
    return Choices(
        form=form,
        is_open=True,
        is_paused=journey.state.paused,
        outcomes=tuple((step, say.step(step)) for step in outcomes),
        plays=tuple((play, known.play.title) for play, known in compiled_map.plays.items()),
        attributes=tuple(
            (name, known.title or spaced(name).capitalize()) for name, known in compiled_map.map.attributes.items()
        ),
    )
