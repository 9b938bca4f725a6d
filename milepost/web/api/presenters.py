"""Turns rows into the models of the API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from milepost.explain.overview import JourneyOverview, JourneyRecord, OpenPlay, OpenStage, OutcomeRecord
from milepost.explain.sentences import Wording
from milepost.intake.customers import SavedCustomer
from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.intake.facts import FactReceipt
from milepost.language.steps import Action, Outcome
from milepost.planner.agreements import agreed_time
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_checks import asks_of
from milepost.planner.fact_errors import RefusedError
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.store import timeline
from milepost.store.customer_list import CustomerListLine
from milepost.store.stand_ins import StandIns
from milepost.store.tables import JourneyRow, OpenPlayRow, OpenStageRow, TimelineRow
from milepost.store.tasks import TaskLine
from milepost.web.api.shapes import (
    CustomerLine,
    EntryShown,
    ErrorDetail,
    ErrorShown,
    JourneyShown,
    OpenStep,
    OutcomeShown,
    ReceiptShown,
    SavedShown,
    TaskShown,
)


def receipt(customer: str, of: FactReceipt) -> ReceiptShown:
    return ReceiptShown.of(of, customer=customer, fact=of.fact_id, became=of.status)


def receipt_or_error(customer: str, result: FactReceipt | RefusedError) -> ReceiptShown | ErrorShown:
    if isinstance(result, FactReceipt):
        return receipt(customer, result)
    return ErrorShown(error=ErrorDetail(code=result.code, message=result.message, hint=result.hint))


def task(line: TaskLine, in_force: StandIns) -> TaskShown:
    row, name = line.task, line.customer_name
    stand_in = in_force.for_task(row.person, row.role, row.customer_id)
    return TaskShown.of(
        row,
        customer=row.customer_id,
        customer_name=name,
        journey=row.journey_id,
        paused=line.paused,
        stand_in=stand_in.delegate if stand_in else None,
        away_until=stand_in.absence.last_day.isoformat() if stand_in else None,
    )


def open_steps(journey: str, compiled_map: CompiledMap, state: State) -> Iterator[OpenStep]:
    """Yields the customer's open actions, and the outcomes that were asked or are about to be."""
    situation = Situation(compiled_map, state, state.clock)
    if state.ended:
        return
    for compiled in compiled_map.steps.values():
        record, step = state.step(compiled.id), compiled.step
        if not record.is_open or not isinstance(step, Action | Outcome):
            continue
        contact = situation.contact_of(compiled)
        metric = step.metric if isinstance(step, Outcome) else None
        agreed_at, agreed_minutes = agreed_time(state, compiled.id) or (None, None)
        yield OpenStep.of(
            record,
            agreed_at=agreed_at,
            agreed_minutes=agreed_minutes,
            customer=state.customer.id,
            journey=journey,
            step=compiled.id,
            occurrence=record.occurrence or 1,
            kind="outcome" if isinstance(step, Outcome) else "action",
            title=Wording(compiled_map).step(compiled.id),
            persona=compiled.persona or "",
            contact=contact.email if contact else None,
            metric=asdict(metric.for_customer(state.customer.attributes)) if metric else None,
            asks=[ask.model_dump(mode="json", exclude_defaults=True) for ask in asks_of(compiled)],
        )


def customer_line(line: CustomerListLine) -> CustomerLine:
    journey = journey_shown(line.journey, line.stages, line.plays) if line.journey else None
    return CustomerLine.of(line.customer, customer=line.customer.id, journey=journey)


def journey_shown(
    row: JourneyRow | JourneyRecord,
    stages: Sequence[OpenStageRow | OpenStage],
    plays: Sequence[OpenPlayRow | OpenPlay],
) -> JourneyShown:
    return JourneyShown.of(
        row,
        journey=row.id,
        next_at=row.wake_at,
        stages=[stage.stage for stage in stages],
        stuck=any(stage.stuck for stage in stages),
        plays=plays,
    )


def latest_journey(journey: JourneyOverview) -> JourneyShown:
    stages, plays = ((), ()) if journey.has_ended else (journey.stages, journey.plays)
    return journey_shown(journey.record, stages, plays)


def outcome(record: OutcomeRecord) -> OutcomeShown:
    last = record.last
    return OutcomeShown.of(
        record,
        verdict=last.verdict if last else None,
        value=last.value if last else None,
        answered_at=last.at if last else None,
        answered_by=last.by if last else None,
        on_behalf_of=last.on_behalf_of if last else None,
        reason=last.reason if last else None,
        how=last.method if last else None,
    )


def saved(result: SavedCustomer) -> SavedShown:
    """Presents what became of saving a customer's record."""
    begun = result.enrolment if isinstance(result.enrolment, Enrolment) else None
    return SavedShown(
        customer=result.customer,
        new=result.new,
        journey=begun.journey if begun else None,
        map=begun.map if begun else None,
        started=begun.started if begun else False,
        why_no_journey=result.enrolment.why if isinstance(result.enrolment, NoEnrolment) else None,
        told=tuple(receipt(result.customer, each) for each in result.receipts),
    )


def entry(row: TimelineRow, say: Wording) -> EntryShown:
    """Presents an entry of the timeline; of a message, with what became of it."""
    happened = timeline.entry_of(row)
    return EntryShown.of(row, sentence=say.sentence(happened), more={**row.data, **say.status_of(happened)})
