"""What a journey reports, in words for people: one sentence an entry of the timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from milepost.explain.local_time import time_of
from milepost.language.model import Outcome
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import parse

More = Mapping[str, Any]

ENDINGS = {"completed": "everything is done"}
HELD = {
    "pause": "the journey is paused",
    "play": "an open play keeps messages back",
    "contact": "nobody is known who could get it",
    "window": "it is outside the contact's hours",
    "limit": "the contact has had enough mail for now",
}
DROPPED = {
    "superseded": "a newer one takes its place",
    "done": "the step is done",
    "skipped": "the step was skipped",
    "withdrawn": "the step was withdrawn",
    "answered": "the answer came",
    "silent": "the time to answer is over",
    "revoked": "the answer was taken back",
    "journey_ended": "the journey ended",
}
IGNORED = {
    "ended": "the journey had ended",
    "unknown": "the map does not know what it names",
    "closed": "that was closed already",
    "not_open": "its stage or play is not open",
    "not_closed": "the step is not closed",
    "needs_answer": "an outcome is answered, not done",
    "result": "the result is missing or unknown",
    "until": "the date is past or cannot be read",
    "no_outcome": "that is no outcome",
    "verdict": "the verdict is unknown",
    "not_answered": "there was no answer to take back",
    "timezone": "there is no such time zone",
    "type": "the value has the wrong type",
    "value": "the value is not one of those allowed",
    "due": "the due date cannot be read",
    "paused": "the journey is paused already",
    "not_paused": "the journey is not paused",
    "same_version": "the journey is on this version already",
    "unknown_version": "there is no such version of the map",
}
WITHDRAWN = {
    "stage_closed": "its stage closed",
    "go_to": "the journey went on to another stage",
    "play_ended": "its play ended",
    "journey_ended": "the journey ended",
    "map_changed": "the new version of the map has it no longer",
    "repeat": "its next turn begins",
}
SKIPPED = {"skip_when": "it does not apply to this customer", "told": "somebody said so"}
PLAY_STARTED = {
    "branch": "the step before led here",
    "fact": "somebody started it",
    "condition": "what it waits for came true",
    "event": "what it waits for happened",
}
PLAY_ENDED = {
    "completed": "all its steps are closed",
    "ends_when": "what ends it came true",
    "deadline": "its time was over",
    "map_changed": "the new version of the map has it no longer",
}
BLOCKED = {"open": "it runs already", "cooldown": "it ended a short while ago", "only_if": "its condition is not true"}
DUE = {"pause": "the journey was paused", "agreed": "so it was agreed", "map_changed": "the map changed"}
METHODS = {"portal": "on the shared plan", "recorded": "recorded by a colleague", "product": "shown by the product"}
VERDICTS = {
    "verified": "confirmed",
    "partial": "partly confirmed",
    "disputed": "disputed",
    "silent": "met with silence",
}
TASKS = {
    "stuck": "look after the customer, who is stuck",
    "contact": "name the person who is missing",
    "message_failed": "reach the person in another way, a message did not get through",
    "idle": "say what is next, nothing is open",
    "review": "review the map",
}
FACTS = {
    "step_done": "a step is done",
    "step_skipped": "a step is skipped",
    "step_reopened": "a step is reopened",
    "snoozed": "a step is snoozed",
    "event": "a product event",
    "answer": "an answer",
    "revoked": "an answer is taken back",
    "set": "new attributes",
    "contacts": "new contacts",
    "team": "a new team",
    "agreed": "an agreement",
    "play_started": "a play is to start",
    "paused": "a pause",
    "resumed": "a resume",
    "ended": "the end",
    "map_changed": "another version of the map",
    "message_failed": "a message failed",
    "task_done": "a task is done",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """How the journeys on one map are spoken of.

    Without a `compiled_map` things are called by their ids; `zone` is the time zone of the instants inside sentences.
    `versions` are the numbers of published versions by their hash; of others the hash is told alone.
    """

    compiled_map: CompiledMap | None = None
    zone: str = "UTC"
    versions: Mapping[str, int] = field(default_factory=dict)

    # What things are called.

    def step(self, step: str | None) -> str:
        """A step's title; of an outcome, its statement."""
        known = self.compiled_map.steps.get(step or "") if self.compiled_map else None
        if known is None:
            return spaced(step)
        return known.step.statement if isinstance(known.step, Outcome) else known.step.title

    def stage(self, stage: str | None) -> str:
        known = self.compiled_map.stages.get(stage or "") if self.compiled_map else None
        return known.stage.title if known else spaced(stage)

    def play(self, play: str | None) -> str:
        known = self.compiled_map.plays.get(play or "") if self.compiled_map else None
        return known.play.title if known else spaced(play)

    def role(self, role: str | None) -> str:
        known = self.compiled_map.map.roles.get(role or "") if self.compiled_map else None
        return known.title if known else spaced(role)

    def persona(self, persona: str | None) -> str:
        known = self.compiled_map.map.personas.get(persona or "") if self.compiled_map else None
        return known.title if known else spaced(persona)

    def result(self, result: str | None) -> str:
        return spaced(result)

    def instant(self, written: str | None) -> str:
        """An instant of the timeline on the local clock."""
        return time_of(parse(written), self.zone) if written else "no date"

    def version(self, digest: str) -> str:
        """A version of the map: `version 2 (19059dbead57)`."""
        number = self.versions.get(digest)
        return f"version {short_hash(digest)}" if number is None else version_said(number, digest)

    # What happened.

    def sentence(self, kind: str, more: More) -> str:
        """One entry of the timeline as a sentence; a kind that is not known is told by its name."""
        said = _SENTENCES.get(kind)
        return said(self, more) if said else f"{spaced(kind).capitalize()}."


def spaced(name: str | None) -> str:
    """An id as words: `hours_saved` is `hours saved`."""
    return (name or "").replace("_", " ")


def quoted(title: str) -> str:
    return f"“{title}”"


def _why(more: More, known: Mapping[str, str], field: str = "why") -> str:
    why = more.get(field)
    return f": {known.get(str(why), str(why))}" if why else ""


def _by(more: More) -> str:
    by = more.get("by")
    return {None: "", "milepost": " by itself", "product": ", as the product shows"}.get(by, f" by {by}")


def _journey_started(say: Wording, more: More) -> str:
    title = say.compiled_map.map.title if say.compiled_map else str(more.get("map", ""))
    return f"The journey began on the map {quoted(title)}."


def _step_opened(say: Wording, more: More) -> str:
    title = quoted(say.step(more.get("step")))
    due = f", due {say.instant(more['due'])}" if more.get("due") else ""
    if more.get("role"):
        return f"{title} is now a task for the {say.role(more['role'])}{due}."
    who = say.persona(more.get("persona"))
    if more.get("track") == "outcome":
        return f"{title} is now to be confirmed by the {who}."
    if more.get("track") == "customer":
        return f"{title} is now with the customer's {who}{due}."
    return f"The mail {quoted(say.step(more.get('step')))} is to go to the {who}."


def _step_done(say: Wording, more: More) -> str:
    result = f", with the result “{say.result(more['result'])}”" if more.get("result") else ""
    note = f" Note: {more['note']}" if more.get("note") else ""
    return f"{quoted(say.step(more.get('step')))} was done{_by(more)}{result}.{note}"


def _step_skipped(say: Wording, more: More) -> str:
    return f"{quoted(say.step(more.get('step')))} was skipped{_by(more)}{_why(more, SKIPPED)}."


def _step_snoozed(say: Wording, more: More) -> str:
    title, until = quoted(say.step(more.get("step"))), say.instant(more.get("until"))
    return f"{title} was put off until {until}{_by(more)}{_why(more, {})}."


MESSAGES = {"opening": "mail", "reminder": "reminder", "request": "request to confirm", "touchpoint": "mail"}


def _message_sent(say: Wording, more: More) -> str:
    what = MESSAGES.get(str(more.get("reason")), "message")
    about = listed(quoted(say.step(step)) for step in more.get("steps") or [more.get("step")])
    return f"A {what} went to {more.get('contact')} ({say.persona(more.get('persona'))}) about {about}."


def _message_held(say: Wording, more: More) -> str:
    until = f", until {say.instant(more['until'])}" if more.get("until") else ""
    return f"A message about {_about_message(say, more)} waits{_why(more, HELD)}{until}."


def _about_message(say: Wording, more: More) -> str:
    return quoted(say.step(more.get("step") or str(more.get("message", "")).split("/", 1)[0]))


def _outcome_answered(say: Wording, more: More) -> str:
    verdict = VERDICTS.get(str(more.get("verdict")), str(more.get("verdict")))
    value = f", with the value {number(more['value'])}" if more.get("value") is not None else ""
    by = f" by {more['by']}" if more.get("by") else ""
    how = f" ({METHODS.get(str(more['method']), more['method'])})" if more.get("method") else ""
    return f"{quoted(say.step(more.get('step')))} was {verdict}{by}{value}{how}."


def _task_opened(say: Wording, more: More) -> str:
    what = TASKS.get(str(more.get("why")), spaced(str(more.get("why"))))
    return f"The {say.role(more.get('role'))} got a task: {what}."


def _fact_ignored(say: Wording, more: More) -> str:
    fact = FACTS.get(str(more.get("fact")), "something")
    about = f" about {quoted(say.step(more['step']))}" if more.get("step") else ""
    by = f" by {more['by']}" if more.get("by") else ""
    return f"What was told{by} ({fact}{about}) changed nothing{_why(more, IGNORED)}."


def short_hash(version: str) -> str:
    """As much of a version's hash as people are shown: it is unique, and can be typed."""
    return version[:12]


def version_said(number: int, digest: str) -> str:
    """A published version as people read of it everywhere: `version 2 (19059dbead57)`."""
    return f"version {number} ({short_hash(digest)})"


def _map_changed(say: Wording, more: More) -> str:
    if not more.get("to"):
        return f"The journey moved to another version of its map{_by(more)}."
    before = f" from {say.version(str(more['from']))}" if more.get("from") else ""
    return f"The journey moved{before} to {say.version(str(more['to']))} of its map{_by(more)}."


def _journey_ended(_: Wording, more: More) -> str:
    reason = str(more.get("reason") or "")
    return f"The journey ended: {ENDINGS.get(reason, spaced(reason))}."


def number(value: Any) -> str:
    """A number without a needless `.0`; text as it is."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def listed(parts: Iterable[str], last: str = "and") -> str:
    """`one, two and three`."""
    given = list(parts)
    return given[0] if len(given) == 1 else f"{', '.join(given[:-1])} {last} {given[-1]}"


def _on_step(text: str) -> Callable[[Wording, More], str]:
    return lambda say, more: text.format(quoted(say.step(more.get("step"))))


def _on_stage(text: str) -> Callable[[Wording, More], str]:
    return lambda say, more: text.format(quoted(say.stage(more.get("stage"))))


_SENTENCES: dict[str, Callable[[Wording, More], str]] = {
    "journey_started": _journey_started,
    "stage_opened": _on_stage("The stage {} opened."),
    "stage_closed": _on_stage("The stage {} closed."),
    "stage_stuck": _on_stage("The stage {} is open for longer than it should be: the customer is stuck."),
    "step_opened": _step_opened,
    "step_due_changed": lambda say, more: (
        f"{quoted(say.step(more.get('step')))} is now due {say.instant(more.get('due'))}{_why(more, DUE)}."
    ),
    "step_overdue": _on_step("{} is overdue."),
    "step_escalated": lambda say, more: (
        f"{quoted(say.step(more.get('step')))} is late and was given to the {say.role(more.get('role'))} as well."
    ),
    "step_done": _step_done,
    "step_skipped": _step_skipped,
    "step_withdrawn": lambda say, more: f"{quoted(say.step(more.get('step')))} was withdrawn{_why(more, WITHDRAWN)}.",
    "step_snoozed": _step_snoozed,
    "message_sent": _message_sent,
    "message_held": _message_held,
    "message_dropped": lambda say, more: (
        f"A message about {_about_message(say, more)} was dropped{_why(more, DROPPED)}."
    ),
    "outcome_asked": lambda say, more: (
        f"The customer was asked whether {quoted(say.step(more.get('step')))} is there; an answer is awaited "
        f"until {say.instant(more.get('due'))}."
    ),
    "outcome_answered": _outcome_answered,
    "outcome_silent": _on_step("Nobody answered whether {} is there."),
    "outcome_revoked": lambda say, more: (
        f"The answer to {quoted(say.step(more.get('step')))} was taken back{_by(more)}{_why(more, {})}."
    ),
    "play_started": lambda say, more: f"The play {quoted(say.play(more.get('play')))} began{_why(more, PLAY_STARTED)}.",
    "play_blocked": lambda say, more: (
        f"The play {quoted(say.play(more.get('play')))} did not begin{_why(more, BLOCKED)}."
    ),
    "play_ended": lambda say, more: f"The play {quoted(say.play(more.get('play')))} ended{_why(more, PLAY_ENDED)}.",
    "task_opened": _task_opened,
    "journey_paused": lambda _, more: f"The journey was paused{_why(more, {})}.",
    "journey_resumed": lambda _, more: f"The journey went on{_why(more, {})}.",
    "map_changed": _map_changed,
    "fact_ignored": _fact_ignored,
    "journey_ended": _journey_ended,
}
