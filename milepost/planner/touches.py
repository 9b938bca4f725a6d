"""Touches: the entries of a timeline at which a colleague and the customer really had to do with each other.

A touchpoint that was held, a call, what the customer said, answered or did themselves, a colleague's response; not what
Milepost sends by itself, nor what the product reports, nor work that the customer's plan leaves out.
"""

from __future__ import annotations

from milepost.language.steps import Touchpoint
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import MessageReason, StepKind
from milepost.planner.spoken_entries import CALL, AnswerCompleted, Noted, Replied, Requested, Responded
from milepost.planner.state import State
from milepost.planner.timeline import AnswersChanged, Entry, MessageSent, OutcomeAnswered, StepDone

Touch = (
    AnswersChanged | AnswerCompleted | MessageSent | Noted | OutcomeAnswered
    | Replied | Requested | Responded | StepDone
)  # fmt: skip
_BY_ITSELF = ("product", "milepost")


def is_touch(entry: Entry, compiled_map: CompiledMap, state: State) -> bool:
    """Tells whether an entry that a journey on this map reports is a touch; `state` is the journey's at that moment."""
    match entry:
        case AnswersChanged() | AnswerCompleted() | Replied() | Requested() | Responded():
            return True
        case OutcomeAnswered():
            return entry.by not in _BY_ITSELF and entry.method != "product"
        case StepDone():
            return entry.by not in _BY_ITSELF and _is_seen(entry.step, compiled_map, state)
        case Noted():
            return _is_exchange(entry, state)
        case MessageSent():
            return entry.reason == MessageReason.AGREEMENT  # a colleague sends it at a click
    return False


def _is_seen(step: str, compiled_map: CompiledMap, state: State) -> bool:
    """Tells whether somebody does a step with the customer, or the customer does it: no mail, and nothing internal."""
    if step in state.added:
        return not state.added[step].internal
    compiled = compiled_map.step_of(step)
    if compiled is None or compiled.kind is StepKind.MAIL:
        return False
    return not (isinstance(compiled.step, Touchpoint) and compiled.step.internal)


def _is_exchange(note: Noted, state: State) -> bool:
    """Tells whether a note is about a call, says whom it was with, or is the customer's own."""
    customer = state.customer
    with_whom = (note.about, note.by)
    return note.text.startswith(CALL) or any(who is not None and customer.has_contact(who) for who in with_whom)
