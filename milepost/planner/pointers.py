"""Requests that are for others: which kinds there are, and the mail of the map that points the customer there.

The mail goes at once, at the click of a colleague; while mail is held, it waits, as every mail does.
"""

from __future__ import annotations

from milepost.language.model import Map
from milepost.planner.compiled_map import CompiledStep
from milepost.planner.enums import MessageReason
from milepost.planner.ids import MessageId
from milepost.planner.invitations import gets_mail
from milepost.planner.situation import Situation
from milepost.planner.state import Queued
from milepost.planner.turn import Turn

USUAL = ("support", "sales", "finance")
"""The kinds that every map has; to have a mail sent, it writes a pointer of that name."""


def kinds_of(map_: Map) -> tuple[str, ...]:
    """Returns where a request can belong, on a map: those that it points to first."""
    return tuple(dict.fromkeys((*map_.pointers, *USUAL)))


def recipient(now: Situation, step: CompiledStep, asked: str | None) -> str | None:
    """Returns the address to which a pointer goes: of who `asked`, else of whose step it is; None: to nobody.

    Nobody gets one who has opted out of everything, or is no contact any more.
    """
    contact = next((each for each in now.state.customer.contacts if asked and each.has_address(asked)), None)
    contact = contact or (now.contact_of(step) if step.persona else None)
    return contact.email if contact is not None and gets_mail(now, contact.email) else None


def mail_pointer(turn: Turn, step: CompiledStep, kind: str, asked: str | None) -> None:
    """Put the mail in line that points the customer elsewhere, if the map has one and somebody gets it."""
    pointer, address = turn.compiled_map.map.pointers.get(kind), recipient(turn.now, step, asked)
    if pointer is None or address is None:
        return
    record, reason = turn.edit_step(step.id), MessageReason.POINTER
    number = record.numbers[reason] = record.numbers.get(reason, 0) + 1
    message = MessageId(step.id, turn.occurrence(step.id), reason, number)
    turn.state.queue.append(Queued(message, step.id, reason, pointer.message, contact=address))
