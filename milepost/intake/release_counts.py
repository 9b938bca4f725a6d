"""Counts what people have looked at: with `--first`, enough releases of a text let its other messages go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from milepost.intake.context import IntakeContext
from milepost.planner.facts import MessageReleased
from milepost.store import mail_switches
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.tables import FactRow, JourneyRow

ORDERED = "mail/"
"""Begins the ids of facts about messages that came in as an order: their releases are counted."""


def order_of(fact: str, message: str) -> str | None:
    """Returns the id of the order that the fact of this id came in with; None: it came by itself."""
    return fact.removeprefix(ORDERED).removesuffix(f"/{message}") if fact.startswith(ORDERED) else None


def count(context: IntakeContext, released: Sequence[tuple[HeldMessageRow, JourneyRow]], session: Session) -> None:
    """Counts what people have looked at; a text that is free by now lets its other messages go."""
    for held, journey in released:
        digests = context.compiled_maps.message_digests(session, journey.version)
        mail_switches.count_release(session, journey.map, held.template, digests)
    texts = {(journey.map, held.template): journey for held, journey in released}
    for (map_id, template), journey in texts.items():
        switch = mail_switches.in_force(session, journey.customer_id, map_id).switch
        digests = context.compiled_maps.message_digests(session, journey.version)
        if template in mail_switches.free_templates(session, map_id, switch, digests):
            mail_switches.wake_for_text(session, context.now(), map_id, template)


def count_undone(context: IntakeContext, fact: FactRow, before: dict[str, Any], session: Session) -> None:
    """Counts a release less, if the fact that is undone was one; `before` is the journey's state from before it."""
    if fact.kind != MessageReleased.kind or not fact.id.startswith(ORDERED):
        return
    for queued in before.get("queue", ()):
        if queued["message"] == fact.data["message"]:
            digests = context.compiled_maps.message_digests(session, before["version"])
            mail_switches.count_release_undone(session, before["map"], queued["template"], digests)
