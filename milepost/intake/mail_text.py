"""The text of a message that waits, as its recipient would get it now. Its links lead nowhere: nothing was sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from milepost.channels.links import LinkSigner
from milepost.channels.message_text import MessageSource, write
from milepost.channels.protocol import OutgoingMessage
from milepost.intake.context import IntakeContext
from milepost.language.templates.source import TemplateError
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.tables import JourneyRow

_UNKNOWN_KEY = "links of drafts open nothing"


@dataclass(frozen=True, slots=True)
class _Due:
    """A message that waits, as if it went now."""

    journey_id: str
    message: str
    contact: str
    steps: list[str]
    templates: list[str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that waits: written, or the `problem` that it can't be."""

    written: OutgoingMessage | None
    problem: str | None = None


async def draft(context: IntakeContext, held: HeldMessageRow, journey: JourneyRow, base_url: str) -> Draft:
    """Returns the text that a message would have if it went now."""
    compiled_map = await context.compiled_maps.of(journey.version)
    state, step = State.from_json(journey.state), compiled_map.steps.get(held.step)
    situation = Situation.of(compiled_map, state, context.now())
    contact = situation.contact_of(step) if step is not None else None
    if contact is None:
        return Draft(None, "nobody is known who could get it")
    source = MessageSource(
        compiled_map=compiled_map,
        files=await context.compiled_maps.files(journey.version),
        state=state,
        due=_Due(journey.id, held.message, contact.email, [held.step], [held.template]),
        links=LinkSigner(_UNKNOWN_KEY, base_url),
        now=datetime.fromtimestamp(context.wall(), UTC),
    )
    try:
        return Draft(await asyncio.to_thread(write, source))
    except (TemplateError, KeyError, ValueError) as error:
        return Draft(None, f"it cannot be rendered: {error}")
