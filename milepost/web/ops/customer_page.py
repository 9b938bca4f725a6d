"""A customer's page, put together from rows."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from milepost.customer import Customer
from milepost.explain import local_time
from milepost.explain import sentences as wording
from milepost.explain.future_sentences import outlook_sentence
from milepost.explain.sentences import Wording, number, spaced
from milepost.explain.vocabulary import METHODS, VERDICTS
from milepost.explain.waits import starts_of, waiting_for
from milepost.language.model import Outcome
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.outlook import DAYS, Forecast, forecast
from milepost.planner.state import State
from milepost.store import messages
from milepost.store.errors import UnreadableVersionError
from milepost.store.outcomes import OutcomeLine
from milepost.store.tables import AnswerRow, CustomerRow, FactRow, JourneyRow, MapVersionRow, MessageRow, TimelineRow
from milepost.store.tasks import TaskLine
from milepost.store.timeline import entry_of
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


def version_said(version: MapVersionRow) -> str:
    """Which version of its map a journey stands on."""
    return wording.version_said(version.number, version.hash) + ("" if version.current else ", not the current one")


async def customer_page(served: Services, viewer: Person | None, loaded: Loaded, kind: str) -> CustomerPage:
    """The page; `kind` narrows the timeline."""
    row, journey, customer = loaded.row, loaded.journey, loaded.customer
    compiled_map = await _chart(served, journey)
    state = State.from_json(journey.state) if journey else None
    zone, now = customer.timezone, served.now()
    say = Wording(compiled_map, zone)
    return CustomerPage(
        id=row.id,
        name=row.name,
        place=", ".join(part for part in (row.country, zone.replace("_", " ")) if part),
        standing=_standing(journey, row),
        why_none=await _why_none(served, loaded) if journey is None else (),
        blocked=blocked(journey, zone),
        map=compiled_map.map.title if compiled_map else None,
        version=loaded.version,
        stages=tuple(_stages(compiled_map, state)),
        plays=tuple(_plays(compiled_map, state)),
        health=row.health,
        zone=local_time.zone_said(zone, now),
        attributes=tuple(_attributes(customer, compiled_map)),
        contacts=tuple(_contacts(served, customer, state, journey, say)),
        team=tuple((say.role(role), address) for role, address in sorted(customer.team.items())),
        waits=waiting_for(compiled_map, state, now, zone) if compiled_map and state else (),
        starts=starts_of(compiled_map, state, now, zone) if compiled_map and state else (),
        timezone=zone,
        **_ahead(compiled_map, state, now, say, stands_still=journey is not None and journey.blocked_since is not None),
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
        choices=_choices(served, viewer, row, compiled_map, state),
    )


async def _why_none(served: Services, loaded: Loaded) -> tuple[str, ...]:
    """What speaks against each map, as it stands now; else what did when the customer was last looked at."""
    stored = loaded.row.unmatched_why
    if stored is None:
        return ()
    return reasons(await served.compiled_maps.current(), loaded.customer, served.now()) or (stored,)


async def _chart(served: Services, journey: JourneyRow | None) -> CompiledMap | None:
    """The map of the journey; a version that cannot be read leaves out what would be told by it."""
    if journey is not None:
        with suppress(UnreadableVersionError):
            return await served.compiled_maps.of(journey.version)
    return None


def _standing(journey: JourneyRow | None, row: CustomerRow) -> str:
    if journey is None:
        return "No map fits" if row.unmatched_why else "No journey yet"
    if journey.status == "ended":
        return f"Ended: {spaced(journey.reason)}"
    return STANDING[journey.status]


def _stages(compiled_map: CompiledMap | None, state: State | None) -> Iterable[tuple[str, bool]]:
    if compiled_map is None or state is None or state.status == "ended":
        return
    stuck = {task.about for task in state.tasks.values() if task.why == "stuck"}
    for stage_id, stage in compiled_map.stages.items():
        if state.stage(stage_id).status == "open":
            yield stage.stage.title, stage_id in stuck


def _plays(compiled_map: CompiledMap | None, state: State | None) -> Iterable[tuple[str, str]]:
    if compiled_map is None or state is None or state.status == "ended":
        return
    for play_id, play in compiled_map.plays.items():
        if state.play(play_id).status == "open":
            yield play.play.title, play.play.kind


def _attributes(customer: Customer, compiled_map: CompiledMap | None) -> Iterable[tuple[str, str]]:
    declared = compiled_map.map.attributes if compiled_map else {}
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


def _ahead(
    compiled_map: CompiledMap | None, state: State | None, now: Instant, say: Wording, *, stands_still: bool
) -> dict[str, Any]:
    if stands_still:
        return {"ahead": (), "ahead_note": "The journey is blocked, so it can't be told what comes next."}
    if compiled_map is None or state is None or state.status == "ended":
        return {"ahead": (), "ahead_note": "No journey is open, so nothing comes by itself."}
    found = forecast(compiled_map, state, now)
    lines = tuple(
        Entry(local_time.time_of(entry.at, say.zone), entry.kind, outlook_sentence(say, entry))
        for entry in found.entries
    )
    return {"ahead": lines, "ahead_note": _ahead_note(found, say)}


def _ahead_note(found: Forecast, say: Wording) -> str:
    if found.paused:
        return "The journey is paused: nothing happens before it is resumed."
    if found.more:
        return "And so on; only the first lines are shown."
    if found.entries:
        return f"That is all until {local_time.day_of(found.until, say.zone)}."
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
            yield Entry(local_time.time_of(row.at, say.zone), row.kind, say.sentence(entry_of(row)))


def _choices(
    served: Services, viewer: Person | None, row: CustomerRow, compiled_map: CompiledMap | None, state: State | None
) -> Choices:
    form = forms.token(served, viewer.session, "customer", row.id) if viewer else None
    if compiled_map is None or state is None or state.status == "ended":
        return Choices(form, is_open=False, is_paused=False, outcomes=(), plays=(), attributes=())
    outcomes = [step for step in compiled_map.steps.values() if isinstance(step.step, Outcome)]
    say = Wording(compiled_map)
    return Choices(
        form=form,
        is_open=True,
        is_paused=state.status == "paused",
        outcomes=tuple((step.id, say.step(step.id)) for step in outcomes),
        plays=tuple((play, known.play.title) for play, known in compiled_map.plays.items()),
        attributes=tuple(
            (name, known.title or spaced(name).capitalize()) for name, known in compiled_map.map.attributes.items()
        ),
    )
