"""Why a colleague has a task now, in a sentence: who said what, which value passed its limit, how long it is silent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from milepost.explain.local_time import day_of, span_text
from milepost.explain.overview import AnswerRecord, OutcomeRecord
from milepost.explain.sentences import Wording, quoted, spaced
from milepost.planner import timeline
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.condition_trace import ConditionTrace, shown, trace
from milepost.planner.enums import StartReason, SystemTaskReason
from milepost.planner.instants import Instant
from milepost.planner.situation import Situation
from milepost.planner.spoken_entries import Replied, Requested
from milepost.planner.timeline import Entry
from milepost.text import number

_Cause = (
    timeline.OutcomeAnswered | timeline.OutcomeSilent | timeline.StepDone | timeline.StepSkipped | timeline.StepOverdue
)
_Sign = timeline.StepDone | timeline.OutcomeAnswered | Requested | Replied
_LIMIT = re.compile(r"customer\.(\w+) (<=?|>=?) (-?[0-9.]+)")
_SIDES = {"<": "below", "<=": "at or below", ">": "above", ">=": "at or above"}
_ANSWERS = {"verified": "confirmed", "partial": "partly confirmed", "disputed": "disputed"}
_STARTED = {
    StartReason.FACT: "A colleague started the play.",
    StartReason.HAND_OVER: "The customer was handed over.",
    StartReason.BEFORE: "The play ran already when the journey began here.",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence on why the task is there, and the words that led to it, as somebody wrote them."""

    sentence: str
    words: str | None = None


@dataclass(frozen=True, slots=True)
class TaskReasons:
    """Explains the tasks of one journey. `entries` is its timeline, `outcomes` what the customer was asked."""

    situation: Situation
    entries: Sequence[Entry]
    outcomes: Sequence[OutcomeRecord]
    say: Wording

    def of_step(self, step: str) -> Reason | None:
        """Returns why the task of a step is there; None where its stage alone is the reason."""
        compiled = self.situation.compiled_map.step_of(step)
        if compiled is None:
            return None
        return (self._of_play(compiled) if compiled.in_play else None) or self._after(compiled)

    def of_system_task(self, why: str | None, about: str | None) -> Reason | None:
        """Returns since when what a system task is about lasts; None where its own words say all."""
        if why != SystemTaskReason.STUCK:
            return None
        record = self.situation.state.stage(about or "")
        if record.opened_at is None:
            return None
        lasts = span_text(self.situation.at - record.opened_at)
        stuck = [each.at for each in self.entries if isinstance(each, timeline.StageStuck) and each.stage == about]
        planned = f", longer than planned since {day_of(stuck[-1], self.say.zone)}" if stuck else ""
        return Reason(f"“{self.say.stage(about)}” has lasted for {lasts}{planned}. {self._last_sign()}".strip())

    def _of_play(self, compiled: CompiledStep) -> Reason | None:
        starts = [
            place
            for place, each in enumerate(self.entries)
            if isinstance(each, timeline.PlayStarted) and each.play == compiled.container
        ]
        if not starts:
            return None
        start = self.entries[starts[-1]]
        assert isinstance(start, timeline.PlayStarted)
        match start.why:
            case StartReason.CONDITION:
                return self._limit(compiled.container)
            case StartReason.EVENT:
                return self._event(compiled.container)
            case StartReason.BRANCH:
                return self._branch(self.entries[: starts[-1]], start.at)
            case _:
                return Reason(_STARTED[StartReason(start.why)])

    def _branch(self, before: Sequence[Entry], at: Instant) -> Reason | None:
        """Returns what a play followed: what happened then or, where nothing did, what has been late for long."""
        causes = [each for each in before if each.at == at and isinstance(each, _Cause)]
        causes = causes or [each for each in before if isinstance(each, timeline.StepOverdue)]
        return self._cause(causes[-1]) if causes else None

    def _after(self, compiled: CompiledStep) -> Reason | None:
        awaited = {each.step for each in compiled.awaits}
        ended = [each for each in self.entries if isinstance(each, _Cause) and each.step in awaited]
        return self._cause(ended[-1]) if ended else None

    def _cause(self, entry: _Cause) -> Reason:
        title, day = quoted(self.say.step(entry.step)), day_of(entry.at, self.say.zone)
        match entry:
            case timeline.OutcomeAnswered():
                return self._answer(entry, title, day)
            case timeline.OutcomeSilent():
                return self._silence(entry, title)
            case timeline.StepDone():
                by = f" by {self.say.person(entry.by)}" if entry.by and "@" in entry.by else ""
                result = f", with the result {quoted(spaced(entry.result))}" if entry.result else ""
                return Reason(f"{title} was done{by} on {day}{result}.", entry.note)
            case timeline.StepOverdue():
                return Reason(f"{title} has been overdue since {day}. {self._last_sign()}".strip())
            case timeline.StepSkipped():
                return Reason(f"{title} was skipped on {day}.", entry.why if entry.by else None)

    def _answer(self, entry: timeline.OutcomeAnswered, title: str, day: str) -> Reason:
        """Says what was answered; what was answered instead, where that was revoked."""
        record = self._record(entry)
        answer = record.last if record else None
        if answer is None or answer.verdict not in _ANSWERS:
            return Reason(f"{self._who(entry.by)} {_ANSWERS.get(entry.verdict, 'answered')} {title} on {day}.")
        since = day_of(answer.at, self.say.zone)
        sentence = f"{self._who(answer.by)} {_ANSWERS[answer.verdict]} {title} on {since}{_value(record, answer)}."
        return Reason(sentence, answer.comment)

    def _who(self, by: str | None) -> str:
        return self.say.person(by) if by else "The customer"

    def _record(self, entry: timeline.OutcomeAnswered | timeline.OutcomeSilent) -> OutcomeRecord | None:
        """Returns the occurrence of the outcome that an entry is about."""
        of = (each for each in self.outcomes if (each.outcome, each.occurrence) == (entry.step, entry.occurrence))
        return next(of, None)

    def _silence(self, entry: timeline.OutcomeSilent, title: str) -> Reason:
        record = self._record(entry)
        asked_at = record.asked_at if record and record.asked_at is not None else entry.at
        whom = self._who(record.asked_of if record else None)
        since, silent = day_of(asked_at, self.say.zone), span_text(self.situation.at - asked_at)
        return Reason(f"{whom} was asked about {title} on {since}: {silent} of silence. {self._last_sign()}")

    def _limit(self, play: str) -> Reason | None:
        triggers = self.situation.compiled_map.plays[play].starts_when
        traces = [trace(self.situation, each.alone) for each in triggers if each.alone]
        if not traces:
            return None
        true = next((each for each in traces if each.holds), None)
        return Reason(_limit_text(self.situation.compiled_map, true or traces[0]))

    def _event(self, play: str) -> Reason:
        names = [each.event for each in self.situation.compiled_map.plays[play].starts_when if each.event is not None]
        return Reason(f"The product reported {' or '.join(quoted(spaced(each)) for each in names)}.")

    def _last_sign(self) -> str:
        """Says when the customer was last heard of."""
        contacts = self.situation.state.customer.contacts
        signs = (each for each in reversed(self.entries) if isinstance(each, _Sign) and each.by)
        last = next((each for each in signs if any(one.has_address(each.by or "") for one in contacts)), None)
        if last is None:
            return "Nobody there has been heard of yet."
        ago = span_text(self.situation.at - last.at)
        return f"The last sign of {self.say.person(last.by or '')} was {ago} ago."


def _limit_text(compiled_map: CompiledMap, traced: ConditionTrace) -> str:
    simple = _LIMIT.fullmatch(traced.text)
    if simple is None:
        past = "" if traced.holds else ", which is true no longer"
        return f"What the play waits for came true: {traced}{past}."
    name, side, limit = simple.groups()
    declared = compiled_map.map.attributes.get(name)
    title = (declared.title if declared else None) or spaced(name).capitalize()
    value = traced.values.get(f"customer.{name}")
    if traced.holds:
        return f"{title} is {shown(value)}, {_SIDES[side]} the limit of {limit}."
    return f"{title} was {_SIDES[side]} the limit of {limit}; it is {shown(value)} now."


def _value(record: OutcomeRecord | None, answer: AnswerRecord) -> str:
    """Says the value that was told, and the target."""
    if record is None or answer.value is None:
        return ""
    metric = record.metric or {}
    unit = f" {metric['unit']}" if metric.get("unit") else ""
    target = metric.get("target")
    told = f", with {number(answer.value)}{unit}"
    return told if target is None else f"{told} of {number(target)}{unit}"
