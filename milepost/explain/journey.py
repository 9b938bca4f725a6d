"""Explains why a customer is where it is, from the map, the state and the timeline so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from milepost.explain.held_messages import Held, held_messages
from milepost.explain.sentences import Wording, outlook_sentence
from milepost.explain.waits import Blocker, WaitingStep, began_by, ends_of, starts_of, step_waits, waiting_for
from milepost.planner import timeline
from milepost.planner.agreements import agreed_json
from milepost.planner.condition_trace import ConditionTrace, trace
from milepost.planner.entry_bases import PlacedEntry, StepEntry
from milepost.planner.enums import StartReason
from milepost.planner.instants import Instant, optional_text
from milepost.planner.outlook import Outlook, look_ahead
from milepost.planner.situation import Situation
from milepost.planner.timeline import Entry

_CAUSES = (
    timeline.JourneyStarted,
    timeline.JourneyResumed,
    timeline.MapChanged,
    timeline.StageClosed,
    timeline.StepDone,
    timeline.StepSkipped,
    timeline.StepOverdue,
    timeline.OutcomeAnswered,
    timeline.OutcomeSilent,
    timeline.PlayEnded,
)
_MOST_CAUSES = 3
_FAR = 400
"""Days of outlook in which a step's next entries are looked for."""
_MANY = 400
_FEW = 6


@dataclass(frozen=True, slots=True)
class Origin:
    """A stage or play that is open, since when, and the entries of that instant that led to it.

    For a play also the trigger that began it (`begun_by`), with the values that conditions have now, and what ends it.
    """

    id: str
    title: str
    kind: str
    since: Instant | None
    led_by: tuple[Entry, ...]
    ends: tuple[Blocker, ...] = ()
    begun_by: tuple[Blocker, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One journey explained.

    `starts` are plays and what would begin them; `where` is the segment with today's values; `moves` are those to
    another version of the map.
    """

    where: ConditionTrace
    origins: tuple[Origin, ...]
    waits: tuple[WaitingStep, ...]
    held: tuple[Held, ...]
    starts: tuple[WaitingStep, ...]
    ahead: Outlook
    moves: tuple[timeline.MapChanged, ...] = ()

    def to_json(self, say: Wording) -> dict[str, Any]:
        return {
            "segment": self.where.to_json(),
            "moves": [with_sentence(each, say) for each in self.moves],
            "here": [_origin(each, say) for each in self.origins],
            "steps": [waits_json(each) for each in self.waits],
            "messages": [each.to_json() for each in self.held],
            "plays": [waits_json(each) for each in self.starts],
            "next": [with_outlook_sentence(say, entry) for entry in self.ahead.entries],
        }


@dataclass(frozen=True, slots=True)
class StepExplanation:
    """One step explained: what it waits for, what waits for it, what happened to it and what comes next.

    `after` are the steps before it with their states, `asked` the results that some of them must end with, in words.
    """

    waits: WaitingStep
    occurrence: int
    after: tuple[tuple[str, str], ...]
    asked: tuple[tuple[str, str], ...]
    leads_to: tuple[str, ...]
    held: tuple[Held, ...]
    happened: tuple[Entry, ...]
    ahead: tuple[Entry, ...]

    def to_json(self, say: Wording) -> dict[str, Any]:
        return {
            **waits_json(self.waits),
            "occurrence": self.occurrence,
            "after": dict(self.after),
            **({"asked": dict(self.asked)} if self.asked else {}),
            "leads_to": list(self.leads_to),
            "messages": [each.to_json() for each in self.held],
            "timeline": [with_sentence(entry, say) for entry in self.happened],
            "next": [with_outlook_sentence(say, entry) for entry in self.ahead],
        }


def explain(situation: Situation, entries: Sequence[Entry], say: Wording) -> Explanation:
    """Explains a journey. `entries` is its timeline so far."""
    compiled_map, state = situation.compiled_map, situation.state
    return Explanation(
        trace(situation, compiled_map.where),
        tuple(_origins(situation, entries, say)),
        waiting_for(situation, say),
        held_messages(situation, say),
        starts_of(situation, say),
        look_ahead(compiled_map, state, situation.at),
        tuple(entry for entry in entries if isinstance(entry, timeline.MapChanged)),
    )


def explain_step(situation: Situation, entries: Sequence[Entry], step: str, say: Wording) -> StepExplanation:
    """Explains one step of the journey's map, open or not."""
    compiled_map, state = situation.compiled_map, situation.state
    ahead = look_ahead(compiled_map, state, situation.at, days=_FAR, most=_MANY)
    return StepExplanation(
        waits=step_waits(situation, step, say),
        occurrence=state.step(step).occurrence,
        after=tuple((each.step, state.step(each.step).status) for each in compiled_map.steps[step].awaits),
        asked=tuple((each.step, each.in_words) for each in compiled_map.steps[step].awaits if each.results),
        leads_to=tuple(
            other.id for other in compiled_map.steps.values() if any(awaited.step == step for awaited in other.awaits)
        ),
        held=tuple(each for each in held_messages(situation, say) if each.step == step),
        happened=tuple(entry for entry in entries if _is_about(entry, step)),
        ahead=tuple(entry for entry in ahead.entries if _is_about(entry, step))[:_FEW],
    )


def waits_json(waits: WaitingStep) -> dict[str, Any]:
    """A step or stage and what it waits for, as data."""
    return {
        "id": waits.id,
        "title": waits.title,
        "in": waits.container,
        "status": waits.status,
        "opened_at": optional_text(waits.opened_at),
        "due_at": optional_text(waits.due_at),
        **agreed_json(waits.agreed),
        "overdue": waits.overdue,
        "waits_for": waits.waits_for,
        "reasons": [reason.to_json() for reason in waits.reasons],
    }


def with_outlook_sentence(say: Wording, entry: Entry) -> dict[str, Any]:
    """An entry of an outlook as data, with its sentence."""
    return {**entry.to_json(), "text": outlook_sentence(say, entry)}


def with_sentence(entry: Entry, say: Wording) -> dict[str, Any]:
    """An entry with its sentence; a move to another version also with who made it."""
    by = {"by": say.moved_by(entry)} if isinstance(entry, timeline.MapChanged) else {}
    return {**entry.to_json(), **by, **say.status_of(entry), "text": say.sentence(entry)}


def _origins(situation: Situation, entries: Sequence[Entry], say: Wording) -> Iterator[Origin]:
    compiled_map, state = situation.compiled_map, situation.state
    if state.ended:
        return
    for stage in compiled_map.stages:
        record = state.stage(stage)
        if record.is_open:
            led_by = _led_by(entries, timeline.StageOpened, stage)
            yield Origin(stage, say.stage(stage), "stage", record.opened_at, led_by)
    for play in compiled_map.plays:
        play_record = state.play(play)
        if play_record.is_open:
            led_by = _led_by(entries, timeline.PlayStarted, play)
            start = led_by[-1] if led_by else None
            why = start.why if isinstance(start, timeline.PlayStarted) else None
            ends, begun_by = ends_of(situation, play, say), began_by(situation, play, why)
            yield Origin(play, say.play(play), "play", play_record.started_at, led_by, ends, begun_by)


def _led_by(
    entries: Sequence[Entry], kind: type[timeline.StageOpened | timeline.PlayStarted], subject: str
) -> tuple[Entry, ...]:
    """The last entry of a kind about a stage or play, after those of the same instant that may have caused it."""
    at = next(
        (
            index
            for index in range(len(entries) - 1, -1, -1)
            if isinstance(entries[index], kind) and entries[index].subject == subject
        ),
        None,
    )
    if at is None:
        return ()
    last = entries[at]
    if isinstance(last, timeline.PlayStarted) and last.why != StartReason.BRANCH:  # begun by a fact or a condition
        return (last,)
    before = [each for each in entries[:at] if each.at == last.at and isinstance(each, _CAUSES)]
    return (*before[-_MOST_CAUSES:], last)


def _is_about(entry: Entry, step: str) -> bool:
    match entry:
        case timeline.MessageSent():
            return step == entry.step or step in entry.steps
        case StepEntry() | PlacedEntry():
            return step == entry.step
        case _:
            return False


def _origin(origin: Origin, say: Wording) -> dict[str, Any]:
    return {
        "id": origin.id,
        "kind": origin.kind,
        "title": origin.title,
        "since": optional_text(origin.since),
        "because": [with_sentence(entry, say) for entry in origin.led_by],
        "begun_by": [reason.to_json() for reason in origin.begun_by],
        "ends": [reason.to_json() for reason in origin.ends],
    }
