"""What people do with mail: let go what waits for them, cancel it, send what failed again. Each is a fact on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from milepost.customer import Mail, mail_wanted
from milepost.intake import queued_mail, release_counts
from milepost.intake.context import IntakeContext
from milepost.intake.errors import MailRefusedError, NoOpenJourneyError
from milepost.intake.fact_admission import IncomingFact
from milepost.intake.facts import FactReceipt, record_facts
from milepost.intake.mail_departures import NO_GRACE, Departure, departures
from milepost.planner.enums import HoldReason
from milepost.planner.fact_errors import RefusedError
from milepost.planner.facts import Fact, MessageCancelled, MessageReleased, MessageRetried
from milepost.planner.ids import MessageId
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.store import held_mail, journeys, messages, undo_points
from milepost.store.errors import UnknownMessageError
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.messages import MessageStatus
from milepost.store.tables import JourneyRow, MessageRow

BATCH = 200
MOST = 10_000
"""Messages that one order is about."""
_HURRIED = frozenset({HoldReason.RELEASE, HoldReason.WINDOW, HoldReason.LIMIT})
_MEND = {
    HoldReason.PAUSE: "Resume the journey first.",
    HoldReason.PLAY: "It goes when the play that holds messages ends.",
    HoldReason.CONTACT: "Name a contact first.",
    HoldReason.VALUE: "Tell the value that it lacks first.",
    HoldReason.WINDOW: "It goes in the contact's hours by itself; send it now if it can't wait.",
    HoldReason.LIMIT: "It goes by itself when the contact may get mail again; send it now if it can't wait.",
}


class MailAction(StrEnum):
    """What somebody does with a message."""

    RELEASE = "release"
    SEND_NOW = "send-now"
    CANCEL = "cancel"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class MailOrder:
    """What is to be done, by whom, why; `id` makes the facts' ids, so that an order that comes twice counts once."""

    action: MailAction
    by: str | None = None
    why: str | None = None
    id: str | None = None
    source: str = "api"


@dataclass(frozen=True, slots=True)
class MailResult:
    """What became of an order for one message; `departure` is when one goes that was released."""

    customer: str
    message: str
    outcome: FactReceipt | RefusedError
    departure: Departure | None = None


async def order(context: IntakeContext, given: MailOrder, wanted: Sequence[tuple[str, str]]) -> list[MailResult]:
    """Does something with messages, by customer and id; each is done or refused for itself."""
    results: list[MailResult] = []
    for start in range(0, len(wanted), BATCH):
        results += await _order(context, given, list(dict.fromkeys(wanted[start : start + BATCH])))
    return results


async def _order(context: IntakeContext, given: MailOrder, wanted: list[tuple[str, str]]) -> list[MailResult]:
    async with context.store.reading() as session:
        waiting = await held_mail.find(session, wanted)
    outcomes: dict[tuple[str, str], FactReceipt | RefusedError] = {}
    if given.action is MailAction.CANCEL:
        outcomes = await _cancel_queued(context, given, [each for each in wanted if each not in waiting])
    outcomes |= await _tell(context, given, [each for each in wanted if each not in outcomes], waiting)
    if given.action in (MailAction.RELEASE, MailAction.SEND_NOW):
        done = [waiting[key] for key, told in outcomes.items() if isinstance(told, FactReceipt) and told.new]
        await context.store.write(partial(release_counts.count, context, done))
    is_release = given.action is MailAction.RELEASE
    released = {key: waiting[key] for key, told in outcomes.items() if is_release and isinstance(told, FactReceipt)}
    is_person = undo_points.is_person(given.source, given.by)
    leave = await departures(context, released, after=context.journey_grace if is_person else NO_GRACE)
    return [MailResult(*key, outcomes[key], leave.get(key)) for key in wanted]


async def _cancel_queued(
    context: IntakeContext, given: MailOrder, wanted: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], FactReceipt | RefusedError]:
    """Cancels those of the messages that are on their way; returns what became of them."""
    outcomes = {}
    for customer, message in wanted:
        with suppress(UnknownMessageError, RefusedError):
            if (await _latest(context, customer, message)).status == MessageStatus.QUEUED:
                told = _cancelled(context, given, message)
                outcomes[customer, message] = await queued_mail.cancel(context, customer, told, source=given.source)
    return outcomes


async def _tell(
    context: IntakeContext,
    given: MailOrder,
    wanted: Sequence[tuple[str, str]],
    waiting: Mapping[tuple[str, str], tuple[HeldMessageRow, JourneyRow]],
) -> dict[tuple[str, str], FactReceipt | RefusedError]:
    """Tells the journeys of what may be done with messages; the others are refused."""
    checked: dict[tuple[str, str], Fact | RefusedError] = {}
    for customer, message in wanted:
        try:
            if given.action is MailAction.RETRY:
                await _check_retry(context, customer, message)
            else:
                await _check_waiting(context, given.action, customer, message, waiting.get((customer, message)))
            checked[customer, message] = _fact(context, given, message)
        except RefusedError as refused:
            checked[customer, message] = refused
    incoming = [IncomingFact(key[0], fact) for key, fact in checked.items() if not isinstance(fact, RefusedError)]
    receipts = iter(await record_facts(context, incoming, source=given.source) if incoming else [])
    return {key: fact if isinstance(fact, RefusedError) else next(receipts) for key, fact in checked.items()}


def _fact(context: IntakeContext, given: MailOrder, message: str) -> Fact:
    at, by, id_ = context.now(), given.by, _fact_id(context, given, message)
    match given.action:
        case MailAction.RELEASE:
            return MessageReleased(id=id_, at=at, by=by, message=message)
        case MailAction.SEND_NOW:
            return MessageReleased(id=id_, at=at, by=by, message=message, now=True)
        case MailAction.CANCEL:
            return _cancelled(context, given, message)
        case MailAction.RETRY:
            return MessageRetried(id=id_, at=at, by=by, message=message)


def _cancelled(context: IntakeContext, given: MailOrder, message: str) -> MessageCancelled:
    return MessageCancelled(
        id=_fact_id(context, given, message), at=context.now(), by=given.by, message=message, reason=given.why
    )


def _fact_id(context: IntakeContext, given: MailOrder, message: str) -> str:
    return f"{release_counts.ORDERED}{given.id or context.new_id()}/{message}"


async def _check_waiting(
    context: IntakeContext,
    action: MailAction,
    customer: str,
    message: str,
    found: tuple[HeldMessageRow, JourneyRow] | None,
) -> None:
    """Raises a RefusedError if a message can't be released, sent now or cancelled."""
    if found is None:
        raise MailRefusedError(customer, message, await _instead(context, customer, message))
    held, journey = found
    if action is MailAction.CANCEL:
        return
    why = HoldReason(held.why)
    is_ready = why in _HURRIED if action is MailAction.SEND_NOW else why is HoldReason.RELEASE
    if not is_ready:
        raise MailRefusedError(customer, message, f"something else keeps it back ({why})", _MEND[why])
    situation = Situation.of(
        await context.compiled_maps.of(journey.version), State.from_json(journey.state), context.now()
    )
    queued = next((each for each in situation.state.queue if str(each.message) == message), None)
    if queued is not None and situation.is_outdated(queued):
        hint = "Agree on another date, or cancel the message."
        raise MailRefusedError(customer, message, "its due date has passed", hint)


async def _instead(context: IntakeContext, customer: str, message: str) -> str:
    """Says why a message doesn't wait, as the end of a sentence."""
    try:
        row = await _latest(context, customer, message)
    except (UnknownMessageError, NoOpenJourneyError):
        return "no such message waits"
    return f"it doesn't wait any more: it is {row.status}"


async def _latest(context: IntakeContext, customer: str, message: str) -> MessageRow:
    async with context.store.reading() as session:
        journey = await journeys.open_of(session, customer)
        if journey is None:
            raise NoOpenJourneyError(customer)
        return await messages.get(session, journey.id, message)


async def _check_retry(context: IntakeContext, customer: str, message: str) -> None:
    """Raises a RefusedError if a message hasn't failed, or would fail again."""
    try:
        row = await _latest(context, customer, message)
    except UnknownMessageError:
        raise MailRefusedError(customer, message, "there is no such message") from None
    if row.status != MessageStatus.FAILED:
        raise MailRefusedError(customer, message, f"it hasn't failed: it is {row.status}")
    async with context.store.reading() as session:
        journey = await journeys.get(session, row.journey_id)
    compiled_map, state = await context.compiled_maps.of(journey.version), State.from_json(journey.state)
    situation, parsed = Situation.of(compiled_map, state, context.now()), MessageId.parse(message)
    step = compiled_map.steps.get(parsed.step if parsed else "")
    contact = situation.contact_of(step) if step else None
    if state.paused:
        raise MailRefusedError(customer, message, "the journey is paused", _MEND[HoldReason.PAUSE])
    if step is None or contact is None:
        raise MailRefusedError(customer, message, "nobody is known who could get it", "Name a contact.")
    mail = mail_wanted(state.customer.contacts, contact.email)
    if mail is not Mail.ALL and not step.is_let_through(mail):
        hint = "Correct the address if it was wrong; if the person opted out, reach them otherwise."
        raise MailRefusedError(customer, message, f"{contact.email} gets no such mail", hint)
