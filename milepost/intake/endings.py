"""Lets a journey take in what waits for it, and ends it, at once and within a transaction, not at its next advance."""

from __future__ import annotations

from dataclasses import replace

import structlog
from sqlalchemy.orm import Session

from milepost.intake.context import IntakeContext
from milepost.planner.facts import Ended, to_json
from milepost.planner.instants import Instant
from milepost.store import inbox, journeys, undo_points
from milepost.store.advance_plan import plan_and_write
from milepost.store.inbox import NewFact, Recipient

log = structlog.get_logger()


def take_in_what_waits(context: IntakeContext, session: Session, journey: str, now: Instant) -> None:
    """Lets a journey take in what waits for it, as that may change the record; one that can't be planned waits on."""
    locked = journeys.lock(session, journey)
    assert locked is not None
    at = max(now, locked.clock)
    waiting = [each for each in inbox.waiting_for(session, journey) if each.at <= at]
    if not waiting:
        return
    try:
        plan_and_write(session, context.compiled_maps, locked, waiting, at)
    except Exception as error:  # noqa: BLE001 - as in an advance: whatever it is, it is shown on the customer's page
        log.warning("journey cannot be advanced in passing", journey=journey, error=type(error).__name__)


def end_at_once(context: IntakeContext, session: Session, journey: str, fact: Ended, source: str) -> None:
    """Ends a journey now, with all that waits for it; one that can't be planned, before what it can't be planned with.

    Nothing of it can be undone afterwards.

    Raises:
        Exception: not even that can be planned, for whatever reason; the transaction is to be given up.
    """
    locked = journeys.lock(session, journey)
    assert locked is not None
    at = max(fact.at, locked.clock)
    recipient = Recipient(locked.customer, journey, None)
    inbox.record(session, [NewFact(recipient, to_json(replace(fact, at=at)), source)], at)
    waiting = [each for each in inbox.waiting_for(session, journey) if each.at <= at]
    frees = locked.is_blocked or len(waiting) > 1
    plan_and_write(session, context.compiled_maps, locked, waiting, at, frees=frees)
    undo_points.forget(session, journey)
