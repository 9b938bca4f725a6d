"""What a journey will report if nobody does anything, in words for people: the sentences of a forecast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from milepost.explain.sentences import (
    BLOCKED,
    DROPPED,
    ENDINGS,
    HELD,
    MESSAGES,
    PLAY_ENDED,
    SKIPPED,
    TASKS,
    WITHDRAWN,
    More,
    Wording,
    listed,
    quoted,
    spaced,
)

_BEGINS = {
    "branch": "the step before leads here",
    "fact": "somebody starts it",
    "condition": "what it waits for comes true",
    "event": "what it waits for happens",
}


def coming(say: Wording, kind: str, more: More) -> str:
    """One entry of a forecast as a sentence; what cannot come by itself is told as what happened."""
    said = _SENTENCES.get(kind)
    return said(say, more) if said else say.sentence(kind, more)


def with_sentence(say: Wording, entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of a forecast as data, with its sentence."""
    return {**entry, "text": coming(say, str(entry["kind"]), entry)}


def _step_opened(say: Wording, more: More) -> str:
    title = quoted(say.step(more.get("step")))
    due = f", due {say.instant(more['due'])}" if more.get("due") else ""
    if more.get("role"):
        return f"{title} will be a task for the {say.role(more['role'])}{due}."
    who = say.persona(more.get("persona"))
    if more.get("track") == "outcome":
        return f"{title} will be there to be confirmed by the {who}."
    if more.get("track") == "customer":
        return f"{title} will be with the customer's {who}{due}."
    return f"It will be time for the mail {title} to the {who}."


def _message_sent(say: Wording, more: More) -> str:
    what = MESSAGES.get(str(more.get("reason")), "message")
    about = listed(quoted(say.step(step)) for step in more.get("steps") or [more.get("step")])
    return f"A {what} will go to {more.get('contact')} ({say.persona(more.get('persona'))}) about {about}."


def _message_held(say: Wording, more: More) -> str:
    until = f", until {say.instant(more['until'])}" if more.get("until") else ""
    return f"A message about {_message(say, more)} will wait{_why(more, HELD)}{until}."


def _message(say: Wording, more: More) -> str:
    return quoted(say.step(more.get("step") or str(more.get("message", "")).split("/", 1)[0]))


def _outcome_asked(say: Wording, more: More) -> str:
    title, due = quoted(say.step(more.get("step"))), say.instant(more.get("due"))
    return f"The customer will be asked whether {title} is there, and may answer until {due}."


def _task_opened(say: Wording, more: More) -> str:
    what = TASKS.get(str(more.get("why")), spaced(str(more.get("why"))))
    return f"The {say.role(more.get('role'))} will get a task: {what}."


def _journey_ended(_: Wording, more: More) -> str:
    reason = str(more.get("reason") or "")
    return f"The journey will end: {ENDINGS.get(reason, spaced(reason))}."


def _why(more: More, known: Mapping[str, str]) -> str:
    why = more.get("why")
    return f": {known.get(str(why), str(why))}" if why else ""


def _on_step(text: str, whys: Mapping[str, str] | None = None) -> Callable[[Wording, More], str]:
    return lambda say, more: f"{quoted(say.step(more.get('step')))} {text}{_why(more, whys or {})}."


def _on_stage(text: str) -> Callable[[Wording, More], str]:
    return lambda say, more: f"The stage {quoted(say.stage(more.get('stage')))} {text}."


def _on_play(text: str, whys: Mapping[str, str]) -> Callable[[Wording, More], str]:
    return lambda say, more: f"The play {quoted(say.play(more.get('play')))} {text}{_why(more, whys)}."


_SENTENCES: dict[str, Callable[[Wording, More], str]] = {
    "stage_opened": _on_stage("will open"),
    "stage_closed": _on_stage("will close"),
    "stage_stuck": _on_stage("will be open for longer than it should be: the customer will be stuck"),
    "step_opened": _step_opened,
    "step_overdue": _on_step("will be overdue"),
    "step_escalated": lambda say, more: (
        f"{quoted(say.step(more.get('step')))} will be late and go to the {say.role(more.get('role'))} as well."
    ),
    "step_done": _on_step("will be done by itself"),
    "step_skipped": _on_step("will be skipped", SKIPPED),
    "step_withdrawn": _on_step("will be withdrawn", WITHDRAWN),
    "message_sent": _message_sent,
    "message_held": _message_held,
    "message_dropped": lambda say, more: f"A message about {_message(say, more)} will be dropped{_why(more, DROPPED)}.",
    "outcome_asked": _outcome_asked,
    "outcome_silent": lambda say, more: (
        f"The time to answer will be over: nobody will have said whether {quoted(say.step(more.get('step')))} is there."
    ),
    "play_started": _on_play("will begin", _BEGINS),
    "play_blocked": _on_play("will not begin", BLOCKED),
    "play_ended": _on_play("will end", PLAY_ENDED),
    "task_opened": _task_opened,
    "journey_ended": _journey_ended,
}
