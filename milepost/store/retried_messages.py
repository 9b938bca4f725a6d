"""Messages that failed and go out again: they are written anew, from what is known by then."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from milepost.planner.commands import RetryMessage, SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.plan import Plan
from milepost.store.messages import MessageStatus
from milepost.store.tables import MessageRow


def send_returned_again(session: Session, journey: str, plan: Plan, settled: Collection[str]) -> None:
    """Queues the messages once more that hadn't left when mail was held, and that a plan lets go now."""
    ids = [command.message for command in plan.commands if isinstance(command, SendMessage)]
    for message in (each for each in ids if each not in settled):
        row = session.get(MessageRow, (journey, message), populate_existing=True)
        if row is not None and row.status == MessageStatus.RETURNED:
            row.status, row.attempts = MessageStatus.QUEUED, 0
            row.subject = row.text = row.html = row.link = row.last_error = None
    session.flush()


def retry_messages(
    session: Session, journey: str, plan: Plan, compiled_map: CompiledMap, settled: Collection[str]
) -> None:
    """Queues the messages again that a plan says; one that hasn't failed stays as it is.

    They are written from the version that the journey is on now, if that has their steps with the same files.
    """
    for command in plan.commands:
        if not isinstance(command, RetryMessage) or command.message in settled:
            continue
        row = session.get(MessageRow, (journey, command.message), populate_existing=True, with_for_update=True)
        if row is None or row.status != MessageStatus.FAILED:
            continue
        if _has_all(compiled_map, row):
            row.version = plan.state.version
        row.status, row.contact = MessageStatus.QUEUED, command.contact
        row.released, row.hold = True, command.hold
        row.subject = row.text = row.html = row.link = row.last_error = row.cause = None
        row.retries, row.attempts = row.retries + 1, 0
    session.flush()


def _has_all(compiled_map: CompiledMap, row: MessageRow) -> bool:
    steps = [compiled_map.steps.get(step) for step in row.steps]
    return all(
        step is not None and template in (step.step.message, step.reminder_template)
        for step, template in zip(steps, row.templates, strict=True)
    )
