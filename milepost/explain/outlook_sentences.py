"""What a journey will report if nobody does anything, in words for people: the sentences of its outlook."""

from __future__ import annotations

from typing import Any, assert_never

from milepost.explain.sentences import AboutStep, Wording, because, quoted, recipient_and_steps, spaced
from milepost.explain.vocabulary import BLOCKED, DROPPED, ENDINGS, HELD, MESSAGES, PLAY_ENDED, SKIPPED, TASKS, WITHDRAWN
from milepost.planner import timeline
from milepost.planner.ids import step_of
from milepost.planner.timeline import Entry

_PLAY_STARTS = {
    "branch": "the step before leads here",
    "fact": "somebody starts it",
    "condition": "what it waits for comes true",
    "event": "what it waits for happens",
}


def outlook_sentence(say: Wording, entry: Entry) -> str:
    """One entry of an outlook as a sentence; what can't come by itself is worded as if it had happened."""
    match entry:
        case timeline.StageOpened():
            return f"The stage {quoted(say.stage(entry.stage))} will open."
        case timeline.StageClosed():
            return f"The stage {quoted(say.stage(entry.stage))} will close."
        case timeline.StageStuck():
            title = quoted(say.stage(entry.stage))
            return f"The stage {title} will be open for longer than it should be: the customer will be stuck."
        case timeline.PlayStarted():
            return f"The play {quoted(say.play(entry.play))} will begin{because(entry.why, _PLAY_STARTS)}."
        case timeline.PlayBlocked():
            return f"The play {quoted(say.play(entry.play))} will not begin{because(entry.why, BLOCKED)}."
        case timeline.PlayEnded():
            return f"The play {quoted(say.play(entry.play))} will end{because(entry.why, PLAY_ENDED)}."
        case timeline.MessageDropped():
            about = quoted(say.step(entry.step or step_of(entry.message)))
            return f"A message about {about} will be dropped{because(entry.why, DROPPED)}."
        case timeline.TaskOpened():
            return f"The {say.role(entry.role)} will get a task: {TASKS.get(entry.why, spaced(entry.why))}."
        case timeline.JourneyEnded():
            return f"The journey will end: {ENDINGS.get(entry.reason, spaced(entry.reason))}."
        case (
            timeline.JourneyStarted()
            | timeline.JourneyPaused()
            | timeline.JourneyResumed()
            | timeline.MapChanged()
            | timeline.FactIgnored()
        ):
            return say.sentence(entry)
        case _:
            return _about_step(say, entry, quoted(say.step(entry.step)))


def with_outlook_sentence(say: Wording, entry: Entry) -> dict[str, Any]:
    """An entry of an outlook as data, with its sentence."""
    return {**entry.to_json(), "text": outlook_sentence(say, entry)}


def _about_step(say: Wording, entry: AboutStep, title: str) -> str:
    match entry:
        case timeline.StepOpened():
            return _step_opened(say, entry, title)
        case timeline.StepOverdue():
            return f"{title} will be overdue."
        case timeline.StepEscalated():
            return f"{title} will be late and go to the {say.role(entry.role)} as well."
        case timeline.StepDone():
            return f"{title} will be done by itself."
        case timeline.StepSkipped():
            return f"{title} will be skipped{because(entry.why, SKIPPED)}."
        case timeline.StepWithdrawn():
            return f"{title} will be withdrawn{because(entry.why, WITHDRAWN)}."
        case timeline.MessageSent():
            return f"A {MESSAGES.get(entry.reason, 'message')} will go to {recipient_and_steps(say, entry)}."
        case timeline.MessageHeld():
            until = f", until {say.instant(entry.until)}" if entry.until is not None else ""
            return f"A message about {title} will wait{because(entry.why, HELD)}{until}."
        case timeline.OutcomeAsked():
            due = say.instant(entry.due)
            return f"The customer will be asked whether {title} is there, and may answer until {due}."
        case timeline.OutcomeSilent():
            return f"The time to answer will be over: nobody will have said whether {title} is there."
        case (
            timeline.StepDueChanged() | timeline.StepSnoozed() | timeline.OutcomeAnswered() | timeline.OutcomeRevoked()
        ):
            return say.sentence(entry)
        case _:
            assert_never(entry)


def _step_opened(say: Wording, entry: timeline.StepOpened, title: str) -> str:
    due = f", due {say.instant(entry.due)}" if entry.due is not None else ""
    if entry.role:
        return f"{title} will be a task for the {say.role(entry.role)}{due}."
    who = say.persona(entry.persona)
    if entry.track == "outcome":
        return f"{title} will be there to be confirmed by the {who}."
    if entry.track == "customer":
        return f"{title} will be with the customer's {who}{due}."
    return f"It will be time for the mail {title} to the {who}."
