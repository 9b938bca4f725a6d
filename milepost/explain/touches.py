"""The last touch in a few words: what it was, and whose doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from milepost.explain.sentences import Wording, spaced
from milepost.planner.enums import Wish
from milepost.planner.instants import Instant
from milepost.planner.spoken_entries import CALL, AnswerCompleted, Noted, Replied, Requested, Responded
from milepost.planner.timeline import AnswersChanged, MessageSent, OutcomeAnswered, StepDone
from milepost.planner.touches import Touch

_VERDICTS: Mapping[str, str] = {"verified": "Confirmed", "partial": "Partly confirmed", "disputed": "Disputed"}
_WISHES: Mapping[str, str] = {
    Wish.HELP: "Asked for help",
    Wish.DATE: "Proposed another date",
    Wish.PERSON: "Named somebody else",
}


@dataclass(frozen=True, slots=True)
class TouchText:
    """A touch in words; `who` is the person whose doing it was, or with whom a colleague spoke; None: nobody known."""

    at: Instant
    what: str
    who: str | None


def touch_text(say: Wording, touch: Touch) -> TouchText:
    """Returns a touch in words, short enough for a line of a list."""
    by = None if isinstance(touch, MessageSent) else touch.by
    who = say.person(by) if by else None
    if isinstance(touch, Noted) and touch.about:
        who = f"{who} with {say.person(touch.about)}" if who else f"with {say.person(touch.about)}"
    if isinstance(touch, MessageSent):
        who = f"to {say.person(touch.contact)}"
    return TouchText(touch.at, _what(say, touch), who)


def _what(say: Wording, touch: Touch) -> str:
    title = say.step(touch.step) if touch.step else ""
    match touch:
        case StepDone():
            return f"{title}: {spaced(touch.result)}" if touch.result else title
        case OutcomeAnswered():
            return f"{_VERDICTS.get(touch.verdict, 'Answered')}: {title}"
        case AnswerCompleted():
            return f"More to the answer: {title}"
        case AnswersChanged():
            return f"Answers changed: {title}"
        case Requested():
            return f"{_WISHES.get(touch.wish, 'Asked for something')}: {title}"
        case Replied():
            return f"Reply: {title}" if title else "Reply"
        case Responded():
            return f"Response: {title}"
        case Noted():
            return "Call" if touch.text.startswith(CALL) else "Note"
        case MessageSent():
            return "What was agreed, mailed"
    assert_never(touch)
