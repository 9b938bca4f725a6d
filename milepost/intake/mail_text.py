"""The text of a message that waits, as its recipient would get it now. Its links lead nowhere: nothing was sent."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import Any

from milepost.channels.links import MessageLinks
from milepost.channels.message_text import MessageSource, write
from milepost.channels.protocol import OutgoingMessage
from milepost.intake.context import IntakeContext
from milepost.language.templates.source import TemplateError
from milepost.planner.enums import MessageReason
from milepost.planner.ids import MessageId
from milepost.planner.instants import Instant
from milepost.planner.invitations import drafted_entry
from milepost.planner.messages import go_together
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.tables import JourneyRow

NOT_MADE = "not-made-yet"
"""Stands in the addresses of a draft, in the place of a link that is made when the message leaves."""


@dataclass(frozen=True, slots=True)
class _Due:
    """A message that waits, as if it went now."""

    journey_id: str
    message: str
    contact: str
    steps: list[str]
    templates: list[str]
    at: Instant
    calendar: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that waits: written, or the `problem` that it can't be."""

    written: OutgoingMessage | None
    problem: str | None = None


async def draft(context: IntakeContext, held: HeldMessageRow, journey: JourneyRow, base_url: str) -> Draft:
    """Returns the text that a message would have if it went now, with those that will go as one mail with it."""
    compiled_map, state = await context.compiled_maps.of(journey.version), State.from_json(journey.state)
    due = _due(Situation.of(compiled_map, state, context.now()), held)
    if due is None:
        return Draft(None, "nobody is known who could get it")
    return await _written(context, journey, state, due, base_url)


async def draft_pointer(
    context: IntakeContext, journey: JourneyRow, base_url: str, *, step: str, template: str, contact: str
) -> Draft:
    """Returns the text of the mail that would point a customer to others with what they want about a step."""
    state, now = State.from_json(journey.state), context.now()
    message = MessageId(step, state.step(step).occurrence, MessageReason.POINTER, 1)
    due = _Due(journey.id, str(message), contact, [step], [template], now, None)
    return await _written(context, journey, state, due, base_url)


async def _written(context: IntakeContext, journey: JourneyRow, state: State, due: _Due, base_url: str) -> Draft:
    source = MessageSource(
        compiled_map=await context.compiled_maps.of(journey.version),
        files=await context.compiled_maps.files(journey.version),
        state=state,
        due=due,
        links=MessageLinks(base_url, NOT_MADE),
        languages=context.languages,
        brand=context.brand,
    )
    try:
        return Draft(await asyncio.to_thread(write, source))
    except (TemplateError, KeyError, ValueError) as error:
        return Draft(None, f"it cannot be rendered: {error}")


def _due(situation: Situation, held: HeldMessageRow) -> _Due | None:
    """Returns a message that waits as the mail that it will be; None: nobody is known who could get it."""
    queued = next((each for each in situation.state.queue if str(each.message) == held.message), None)
    contact = situation.recipient_of(queued) if queued is not None else None
    if contact is None or queued is None:
        return None
    entry, parts = drafted_entry(situation, queued), go_together(situation, queued)
    steps, templates = [each.step for each in parts], [each.template for each in parts]
    return _Due(
        held.journey_id,
        str(parts[0].message),
        contact.email,
        steps,
        templates,
        situation.at,
        asdict(entry) if entry else None,
    )
