"""One customer, whole: what is known, where it stands and why, what comes next, all that was said and done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from journeys import local_time
from journeys.forecast import DAYS, Forecast, forecast
from journeys.language.model import Outcome
from journeys.planner.chart import Chart
from journeys.planner.customer import Customer
from journeys.planner.instants import Instant
from journeys.planner.state import State
from journeys.standing import Waits, waiting_for
from journeys.wording import METHODS, VERDICTS, Wording, number, spaced
from store import customers, facts, maps, messages, outcomes, tasks, timeline
from store import journeys as journey_rows
from store.outcomes import OutcomeLine
from store.tables import AnswerRow, CustomerRow, FactRow, JourneyRow, MapVersionRow, MessageRow, TimelineRow
from store.tasks import TaskLine
from web import forms
from web.ops.listing import STANDING
from web.pages import render, shell
from web.people import Looking, Person
from web.services import Served, Services

router = APIRouter(prefix="/ops", include_in_schema=False)
MESSAGES_SHOWN = 20
KINDS = {
    "all": ("Everything", None),
    "steps": ("Steps", ("step_", "task_")),
    "messages": ("Messages", ("message_",)),
    "outcomes": ("Outcomes", ("outcome_",)),
    "plays": ("Stages and plays", ("stage_", "play_", "journey_", "map_")),
    "ignored": ("Ignored", ("fact_",)),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a timeline or a forecast."""

    time: str
    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A person on the customer's side, with the link to the plan as this person gets it."""

    name: str
    email: str
    personas: str
    clock: str | None
    plan: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Something said of an outcome."""

    time: str
    verdict: str
    told: str
    revoked: str | None


@dataclass(frozen=True, slots=True)
class OutcomeShown:
    """An outcome with all that was said of it."""

    id: str
    statement: str
    status: str
    target: str | None
    answers: tuple[Answer, ...]
    may_revoke: bool


@dataclass(frozen=True, slots=True)
class TaskShown:
    """A task in a line."""

    title: str
    who: str
    due: str | None
    status: str


@dataclass(frozen=True, slots=True)
class MessageShown:
    """A message in a line, with the address of the whole of it."""

    time: str
    contact: str
    subject: str
    status: str
    address: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be done with the journey; `form` is None where nobody has said who they are."""

    form: str | None
    is_open: bool
    is_paused: bool
    outcomes: tuple[tuple[str, str], ...]
    plays: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """The page."""

    id: str
    name: str
    place: str
    standing: str
    why_none: str | None
    map: str | None
    version: str | None
    stages: tuple[tuple[str, bool], ...]
    plays: tuple[tuple[str, str], ...]
    health: float | None
    zone: str
    attributes: tuple[tuple[str, str], ...]
    contacts: tuple[Contact, ...]
    team: tuple[tuple[str, str], ...]
    waits: tuple[Waits, ...]
    timezone: str
    ahead: tuple[Entry, ...]
    ahead_note: str
    outcomes: tuple[OutcomeShown, ...]
    tasks: tuple[TaskShown, ...]
    messages: tuple[MessageShown, ...]
    messages_total: int
    entries: tuple[Entry, ...]
    kind: str
    kinds: tuple[tuple[str, str], ...]
    journeys: tuple[tuple[str, str, bool], ...]
    pending: tuple[str, ...]
    counted: tuple[tuple[str, int], ...]
    choices: Choices


@dataclass(frozen=True, slots=True)
class _Loaded:
    """All rows that the page is made of, read at one moment."""

    row: CustomerRow
    customer: Customer
    past: list[JourneyRow]
    journey: JourneyRow | None
    entries: list[TimelineRow]
    outcomes: list[OutcomeLine]
    tasks: list[TaskLine]
    messages: messages.Outbox
    facts: list[FactRow]
    counts: dict[str, int]
    version: str | None


@router.get("/customers/{customer}")
async def page(request: Request, served: Served, viewer: Looking, customer: str) -> Response:
    """One customer; `journey` picks an earlier journey, `kind` narrows the timeline."""
    loaded = await _load(served, customer, request.query_params.get("journey"))
    kind = request.query_params.get("kind", "all")
    made = await _page(served, viewer, loaded, kind if kind in KINDS else "all")
    around = shell(request, served, viewer, made.name, "customers", zone=loaded.customer.timezone)
    return render("ops/customer.html", made, around)


async def _load(served: Services, customer: str, journey: str | None) -> _Loaded:
    async with served.store.reading() as session:
        row = await customers.get_row(session, customer)
        past = await journey_rows.of_customer(session, customer)
        shown = next((each for each in past if each.id == journey), past[0] if past else None)
        counts: dict[str, int] = {}
        for count in await facts.event_counts(session, customer):
            counts[count.event] = counts.get(count.event, 0) + count.count
        return _Loaded(
            row=row,
            customer=await customers.get(session, customer),
            past=past,
            journey=shown,
            entries=await timeline.of_journey(session, shown.id) if shown else [],
            outcomes=await outcomes.of_journey(session, shown.id) if shown else [],
            tasks=await tasks.of_customer(session, customer, only_open=False),
            messages=await messages.outbox(session, customer=customer, limit=MESSAGES_SHOWN),
            facts=await facts.of_customer(session, customer),
            counts=counts,
            version=_number(await maps.get(session, shown.version)) if shown else None,
        )


def _number(version: MapVersionRow) -> str:
    return f"version {version.number}" + ("" if version.current else ", not the current one")


async def _page(served: Services, viewer: Person | None, loaded: _Loaded, kind: str) -> CustomerPage:
    row, journey, customer = loaded.row, loaded.journey, loaded.customer
    chart = await served.charts.of(journey.version) if journey else None
    state = State.from_json(journey.state) if journey else None
    zone, now = customer.timezone, served.now()
    say = Wording(chart, zone)
    return CustomerPage(
        id=row.id,
        name=row.name,
        place=", ".join(part for part in (row.country, zone.replace("_", " ")) if part),
        standing=_standing(journey, row),
        why_none=row.unmatched_why if journey is None else None,
        map=chart.map.title if chart else None,
        version=loaded.version,
        stages=tuple(_stages(chart, state)),
        plays=tuple(_plays(chart, state)),
        health=row.health,
        zone=local_time.zone_said(zone, now),
        attributes=tuple(_attributes(customer, chart)),
        contacts=tuple(_contacts(served, customer, state, journey, say)),
        team=tuple((say.role(role), address) for role, address in sorted(customer.team.items())),
        waits=waiting_for(chart, state, now, zone) if chart and state else (),
        timezone=zone,
        **_ahead(chart, state, now, say),
        outcomes=tuple(_outcome(line, say) for line in loaded.outcomes),
        tasks=tuple(_task(line, say) for line in loaded.tasks),
        messages=tuple(_message(message.message, zone) for message in loaded.messages.lines),
        messages_total=loaded.messages.total,
        entries=tuple(_entries(loaded.entries, kind, say)),
        kind=kind,
        kinds=tuple((key, title) for key, (title, _) in KINDS.items()),
        journeys=tuple((each.id, _standing(each, row), each is journey) for each in loaded.past),
        pending=tuple(spaced(fact.kind) for fact in loaded.facts if fact.status == "pending"),
        counted=tuple(sorted(loaded.counts.items())),
        choices=_choices(served, viewer, row, chart, state),
    )


def _standing(journey: JourneyRow | None, row: CustomerRow) -> str:
    if journey is None:
        return "No map fits" if row.unmatched_why else "No journey yet"
    if journey.status == "ended":
        return f"Ended: {spaced(journey.reason)}"
    return STANDING[journey.status]


def _stages(chart: Chart | None, state: State | None) -> Iterable[tuple[str, bool]]:
    if chart is None or state is None or state.status == "ended":
        return
    stuck = {task.about for task in state.tasks.values() if task.why == "stuck"}
    for stage_id, stage in chart.stages.items():
        if state.stage(stage_id).status == "open":
            yield stage.stage.title, stage_id in stuck


def _plays(chart: Chart | None, state: State | None) -> Iterable[tuple[str, str]]:
    if chart is None or state is None or state.status == "ended":
        return
    for play_id, play in chart.plays.items():
        if state.play(play_id).status == "open":
            yield play.play.title, play.play.kind


def _attributes(customer: Customer, chart: Chart | None) -> Iterable[tuple[str, str]]:
    declared = chart.map.attributes if chart else {}
    for name, value in sorted(customer.attributes.items()):
        title = declared[name].title if name in declared else None
        shown = {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else number(value)
        yield title or spaced(name).capitalize(), str(shown)


def _contacts(
    served: Services, customer: Customer, state: State | None, journey: JourneyRow | None, say: Wording
) -> Iterable[Contact]:
    known = {contact.email for contact in state.customer.contacts} if state and state.status != "ended" else set()
    for contact in customer.contacts:
        plan = None
        if journey is not None and contact.email in known:
            plan = served.links.plan_url(journey.id, customer.id, contact.email, now=served.wall())
        personas = ", ".join(say.persona(persona) for persona in contact.personas)
        yield Contact(contact.name, contact.email, personas, contact.timezone, plan)


def _ahead(chart: Chart | None, state: State | None, now: Instant, say: Wording) -> dict[str, Any]:
    if chart is None or state is None or state.status == "ended":
        return {"ahead": (), "ahead_note": "No journey is open, so nothing comes by itself."}
    coming = forecast(chart, state, now)
    lines = tuple(
        Entry(local_time.time_of(entry.at, say.zone), entry.kind.value, say.sentence(entry.kind.value, entry.more))
        for entry in coming.entries
    )
    return {"ahead": lines, "ahead_note": _ahead_note(coming, say)}


def _ahead_note(coming: Forecast, say: Wording) -> str:
    if coming.paused:
        return "The journey is paused: nothing happens before it is resumed."
    if coming.more:
        return "And so on; only the first lines are shown."
    if coming.entries:
        return f"That is all until {local_time.day_of(coming.until, say.zone)}."
    return f"Nothing happens by itself in the next {DAYS} days: the journey waits for people."


def _outcome(line: OutcomeLine, say: Wording) -> OutcomeShown:
    outcome, metric = line.outcome, line.outcome.metric
    target = None
    if metric:
        unit = f" {metric['unit']}" if metric.get("unit") else ""
        begin = f"from {number(metric['baseline'])} " if metric.get("baseline") is not None else ""
        target = f"{metric['name']}: {begin}to {number(metric['target'])}{unit}"
    answers = tuple(_answer(answer, say.zone) for answer in line.answers)
    last = line.last
    return OutcomeShown(
        id=outcome.outcome,
        statement=outcome.statement,
        status=VERDICTS.get(outcome.status, outcome.status),
        target=target,
        answers=answers,
        may_revoke=last is not None and last.verdict != "silent",
    )


def _answer(answer: AnswerRow, zone: str) -> Answer:
    how = METHODS.get(answer.method or "", answer.method)
    parts = [
        f"by {answer.said_by}" if answer.said_by else None,
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


def _entries(rows: Iterable[TimelineRow], kind: str, say: Wording) -> Iterable[Entry]:
    """The newest first."""
    beginnings = KINDS[kind][1]
    for row in reversed(list(rows)):
        if beginnings is None or row.kind.startswith(beginnings):
            yield Entry(local_time.time_of(row.at, say.zone), row.kind, say.sentence(row.kind, row.data))


def _choices(
    served: Services, viewer: Person | None, row: CustomerRow, chart: Chart | None, state: State | None
) -> Choices:
    form = forms.token(served, viewer.session, "customer", row.id) if viewer else None
    if chart is None or state is None or state.status == "ended":
        return Choices(form, is_open=False, is_paused=False, outcomes=(), plays=(), attributes=())
    outcomes = [step for step in chart.steps.values() if isinstance(step.step, Outcome)]
    say = Wording(chart)
    return Choices(
        form=form,
        is_open=True,
        is_paused=state.status == "paused",
        outcomes=tuple((step.id, say.step(step.id)) for step in outcomes),
        plays=tuple((play, known.play.title) for play, known in chart.plays.items()),
        attributes=tuple(
            (name, known.title or spaced(name).capitalize()) for name, known in chart.map.attributes.items()
        ),
    )
