"""What people said, in words for people: what a customer wants about a step, replies, what we say to it, notes."""

from __future__ import annotations

from collections.abc import Callable

from milepost.explain.colleague_sentences import Names
from milepost.explain.local_time import day_text
from milepost.planner.enums import Response, Wish
from milepost.planner.spoken_entries import AnswerCompleted, Noted, Replied, Requested, RequestEscalated, Responded
from milepost.text import listing, number

Spoken = AnswerCompleted | Requested | RequestEscalated | Replied | Responded | Noted
_RESPONSES = {
    Response.ACCEPTED: "was agreed to",
    Response.DECLINED: "was declined",
    Response.ANSWERED: "was answered",
    Response.ELSEWHERE: "was for others",
}


def spoken_sentence(say: Names, entry: Spoken, step: str | None, tense: Callable[[str, str], str]) -> str:
    """A sentence with the words; `step` is the title of the step in quotes, `tense` says it as past or as to come."""
    if isinstance(entry, RequestEscalated):
        nobody = tense("Nobody answered the customer", "Nobody will have answered the customer")
        what = f"the {say.role(entry.role)} {tense('got', 'will get')} the task, too"
        return f"{nobody}{f' about {step}' if step else ''} in time: {what}."
    who = say.person(entry.by) if entry.by else ""
    by = f" by {who}" if who else ""
    match entry:
        case Noted():
            subject = step or (entry.about and say.person(entry.about))
            return f"Noted{by}{f' about {subject}' if subject else ''}: “{entry.text}”."
        case AnswerCompleted():
            value = f", with the value {number(entry.value)}" if entry.value is not None else ""
            if entry.emptied and not value and not entry.comment:
                return f"The answer to {step} was changed{by}: it has no {listing(entry.emptied)} any more."
            return f"More was added to the answer to {step}{by}{value}{_words(entry.comment)}."
        case Requested():
            return f"The customer {wished(entry)} {step}{f', {who}' if who else ''}{_words(entry.note)}."
        case Replied():
            need = ", which needs an answer" if entry.needs_answer else ""
            return f"A reply came{by}{f' about {step}' if step else ''}{need}: “{entry.note}”."
        case Responded() if entry.elsewhere:
            kind = entry.elsewhere.replace("_", " ")
            return f"What the customer said about {step} was not for us ({kind}){by}{_words(entry.note)}."
        case Responded():
            what = f" ({agreed_text(entry)})" if entry.day or entry.person else ""
            response = _RESPONSES[Response(entry.response)]
            return f"What the customer said about {step} {response}{what}{by}{_words(entry.note)}."


def wished(entry: Requested) -> str:
    """What the customer wants, to stand before the title of a step: `wants help with`."""
    match entry.wish:
        case Wish.DATE:
            return f"proposes {day_text(entry.day or '')} for"
        case Wish.PERSON:
            name = f"{entry.name} ({entry.person})" if entry.name else entry.person or "somebody else"
            return f"says that {name} does"
        case _:
            return "wants help with"


def agreed_text(entry: Responded) -> str:
    """What was agreed on: the day, the person, or both."""
    return ", ".join(part for part in (day_text(entry.day) if entry.day else None, entry.person) if part)


def _words(note: str | None) -> str:
    return f": “{note}”" if note else ""
