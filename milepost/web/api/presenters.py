"""Turns rows into the models of the API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from milepost.explain.overview import JourneyOverview, JourneyRecord, OpenPlay, OpenStage, OutcomeRecord
from milepost.explain.sentences import Wording
from milepost.intake.facts import FactReceipt
from milepost.language.model import Action, Outcome
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import optional_text, text
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.store.customer_list import CustomerListLine
from milepost.store.tables import JourneyRow, OpenPlayRow, OpenStageRow, TimelineRow
from milepost.store.tasks import TaskLine
from milepost.store.timeline import entry_of
from milepost.web.api.shapes import (
    CustomerLine,
    EntryShown,
    JourneyShown,
    OpenStep,
    OutcomeShown,
    PlayShown,
    ReceiptShown,
    TaskShown,
)


def receipt(customer: str, of: FactReceipt) -> ReceiptShown:
    return ReceiptShown(
        customer=customer,
        fact=of.fact_id,
        new=of.new,
        counted=of.counted,
        delivered=of.delivered,
        became=of.status,
        message=of.message,
    )


def task(line: TaskLine) -> TaskShown:
    row = line.task
    return TaskShown(
        customer=row.customer_id,
        customer_name=line.customer_name,
        journey=row.journey_id,
        task=row.task,
        step=row.step,
        title=row.title,
        role=row.role,
        person=row.person,
        escalated_to=row.escalated_to,
        escalated_person=row.escalated_person,
        why=row.why,
        results=tuple(row.results),
        effort_minutes=row.effort_minutes,
        status=row.status,
        paused=line.paused,
        opened_at=text(row.opened_at),
        due_at=optional_text(row.due_at),
        closed_at=optional_text(row.closed_at),
    )


def open_steps(journey: str, compiled_map: CompiledMap, state: State) -> Iterator[OpenStep]:
    """The customer's open actions, and the outcomes that were asked or are about to be."""
    situation = Situation(compiled_map, state, state.clock)
    if state.ended:
        return
    for step in compiled_map.steps.values():
        record, known = state.step(step.id), step.step
        if not record.is_open or not isinstance(known, Action | Outcome):
            continue
        contact = situation.contact_of(step)
        metric = known.metric if isinstance(known, Outcome) else None
        yield OpenStep(
            customer=state.customer.id,
            journey=journey,
            step=step.id,
            occurrence=record.occurrence or 1,
            kind="outcome" if isinstance(known, Outcome) else "action",
            title=Wording(compiled_map).step(step.id),
            status=record.status,
            persona=step.persona or "",
            contact=contact.email if contact else None,
            opened_at=optional_text(record.opened_at),
            asked_at=optional_text(record.asked_at),
            due_at=optional_text(record.due_at),
            metric=metric.model_dump(mode="json") if metric else None,
        )


def customer_line(line: CustomerListLine) -> CustomerLine:
    return CustomerLine(
        customer=line.customer.id,
        name=line.customer.name,
        health=line.customer.health,
        unmatched_why=line.customer.unmatched_why,
        journey=journey_shown(line.journey, line.stages, line.plays) if line.journey else None,
    )


def journey_shown(
    row: JourneyRow | JourneyRecord,
    stages: Sequence[OpenStageRow | OpenStage],
    plays: Sequence[OpenPlayRow | OpenPlay],
) -> JourneyShown:
    return JourneyShown(
        journey=row.id,
        map=row.map,
        version=row.version,
        status=row.status,
        reason=row.reason,
        started_at=text(row.started_at),
        ended_at=optional_text(row.ended_at),
        next_at=optional_text(row.wake_at),
        stages=tuple(stage.stage for stage in stages),
        stuck=any(stage.stuck for stage in stages),
        plays=tuple(PlayShown(play=play.play, kind=play.kind, title=play.title) for play in plays),
    )


def latest_journey(journey: JourneyOverview) -> JourneyShown:
    stages, plays = ((), ()) if journey.has_ended else (journey.stages, journey.plays)
    return journey_shown(journey.record, stages, plays)


def outcome(record: OutcomeRecord) -> OutcomeShown:
    last = record.last
    return OutcomeShown(
        outcome=record.outcome,
        occurrence=record.occurrence,
        statement=record.statement,
        status=record.status,
        verdict=last.verdict if last else None,
        value=last.value if last else None,
        answered_at=optional_text(last.at) if last else None,
        answered_by=last.by if last else None,
        due_at=optional_text(record.due_at),
    )


def entry(row: TimelineRow, say: Wording) -> EntryShown:
    sentence = say.sentence(entry_of(row))
    return EntryShown(seq=row.seq, at=text(row.at), kind=row.kind, sentence=sentence, more=row.data)
