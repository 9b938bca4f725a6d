"""The reasons that steps, stages and plays wait, in words and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from milepost.customer import mail_wanted
from milepost.explain.held_messages import because
from milepost.explain.local_time import due_time_of, time_of
from milepost.explain.people_names import colleague_name
from milepost.explain.sentences import Wording, quoted, spaced
from milepost.language.awaited import Awaited
from milepost.language.steps import Outcome, Touchpoint
from milepost.planner.agreements import AgreedTime, agreed_time
from milepost.planner.compiled_map import CompiledStage, CompiledStep
from milepost.planner.condition_trace import trace
from milepost.planner.enums import StartReason, StepStatus
from milepost.planner.fact_checks import asks_of
from milepost.planner.instants import Instant, optional_text, text
from milepost.planner.situation import Situation
from milepost.planner.state import State, StepState
from milepost.planner.waited import Waited
from milepost.text import listing

_MOST_ASKS = 3


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that a step waits for: `data` names it (the step, date, or condition with its values)."""

    kind: str
    phrase: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "text": self.phrase, **self.data}


@dataclass(frozen=True, slots=True)
class WaitingStep:
    """One step or stage, and what it waits for. `status` is the step's, or `ahead` for a stage that isn't open."""

    id: str
    title: str
    container: str
    status: str
    reasons: tuple[Blocker, ...]
    due_at: Instant | None = None
    overdue: bool = False
    opened_at: Instant | None = None
    agreed: AgreedTime | None = None

    @property
    def waits_for(self) -> str:
        """All reasons, as the end of a sentence."""
        return "; ".join(reason.phrase for reason in self.reasons)


def waiting_for(situation: Situation, say: Wording) -> tuple[WaitingStep, ...]:
    """Returns what each open or coming step of the open stages and plays waits for, then each stage ahead."""
    compiled_map, state = situation.compiled_map, situation.state
    if state.ended:
        return ()
    steps = [step for step in compiled_map.steps.values() if situation.is_container_open(step)]
    standing = [_step(situation, step, say) for step in steps if not state.step(step.id).closed]
    ahead = [_stage(situation, stage, say) for stage in compiled_map.stages.values() if _is_ahead(state, stage)]
    return (*standing, *ahead)


def step_waits(situation: Situation, step: str, say: Wording) -> WaitingStep:
    """Returns what one step waits for, whether or not its stage or play is open; nothing once it is closed."""
    compiled, record = situation.compiled_map.steps[step], situation.state.step(step)
    if not record.closed and situation.is_container_open(compiled):
        return _step(situation, compiled, say)
    reasons = () if record.closed or situation.state.ended else (_container_reason(situation, compiled, say),)
    return WaitingStep(
        step, say.step(step), _container(compiled, say), record.status, reasons, None, opened_at=record.opened_at
    )


def _container_reason(situation: Situation, step: CompiledStep, say: Wording) -> Blocker:
    if step.in_play:
        return Blocker("play", f"the play {quoted(say.play(step.container))} to begin", {"play": step.container})
    stage = _stage(situation, situation.compiled_map.stages[step.container], say)
    phrase = f"the stage {quoted(stage.title)} to open, which waits for {stage.waits_for}"
    if situation.state.stage(step.container).visits and not _is_ahead(
        situation.state, situation.compiled_map.stages[step.container]
    ):
        phrase = f"the stage {quoted(stage.title)}, which is over, to be opened again"
    return Blocker("stage", phrase, {"stage": step.container})


def _step(situation: Situation, step: CompiledStep, say: Wording) -> WaitingStep:
    record = situation.state.step(step.id)
    why = tuple(_open(situation, step, record, say) if record.is_open else _unopened(situation, step, record, say))
    late = record.is_open and record.due_at is not None and record.due_at < situation.at
    return WaitingStep(
        step.id, say.step(step.id), _container(step, say), record.status, why, record.due_at, late, record.opened_at,
        agreed_time(situation.state, step.id),
    )  # fmt: skip


def _container(step: CompiledStep, say: Wording) -> str:
    """The title of the step's stage or play."""
    if not step.container:
        return "the tasks of this customer alone"
    return say.play(step.container) if step.in_play else say.stage(step.container)


# A step that is open.


def _open(situation: Situation, step: CompiledStep, record: StepState, say: Wording) -> Iterator[Blocker]:
    definition = step.step
    held = next((queued for queued in situation.state.queue if queued.step == step.id), None)
    if held is not None:
        until = f" until {time_of(held.until, say.zone)}" if held.until else ""
        phrase = f"its message to go out{until} ({because(situation, held, say)})"
        yield Blocker(
            "message", phrase, {"message": str(held.message), "why": held.why, "until": optional_text(held.until)}
        )
    if isinstance(definition, Touchpoint):
        if definition.role is not None:
            yield _person(situation, definition.role, record, say)
    elif record.status is StepStatus.ASKED:
        silent_at = record.is_due("silent") if "silent" in record.timers else record.due_at
        due = f"; no answer counts as silence from {due_time_of(silent_at, say.zone)}" if silent_at else ""
        yield _contact(situation, step, say, "the answer of {}" + due, {"silent_at": optional_text(silent_at)})
    elif isinstance(definition, Outcome):
        if "ask" in record.timers:
            at = record.timers["ask"]
            yield Blocker("date", f"being asked once more on {time_of(at, say.zone)}", {"at": text(at)})
        elif held is None:
            yield _unasked(situation, step, say)
    else:
        asks = [quoted(ask.title) for ask in asks_of(step) if not ask.optional]
        what = f"answer {listing(asks, most=_MOST_ASKS)}" if asks else "do it"
        yield _contact(situation, step, say, f"{{}} to {what}", {})
    for trigger in step.triggers:
        yield _trigger(situation, trigger, record.counts, "or ")


def _person(situation: Situation, role: str, record: StepState, say: Wording) -> Blocker:
    person = record.person or situation.state.customer.team.get(role)
    title = say.role(role)
    done = (
        f"{colleague_name(person)} ({title}) to do it" if person else f"somebody of the team {quoted(title)} to take it"
    )
    late = f", and the {say.role(record.escalated_to)} was told that it is late" if record.escalated_to else ""
    return Blocker("person", done + late, {"role": role, "person": person})


def _contact(situation: Situation, step: CompiledStep, say: Wording, phrase: str, more: Mapping[str, Any]) -> Blocker:
    contact = situation.contact_of(step)
    title = say.persona(step.persona)
    who = f"{contact.name} ({title})" if contact else f"a {title}, whom nobody has named yet"
    data = {"persona": step.persona, "contact": contact.email if contact else None}
    return Blocker("contact", phrase.format(who), {**data, **more})


def _unasked(situation: Situation, step: CompiledStep, say: Wording) -> Blocker:
    """An outcome whose request didn't go out: its recipient wants none, so that somebody has to ask otherwise."""
    contact = situation.contact_of(step)
    if contact is None or step.is_let_through(mail_wanted(situation.state.customer.contacts, contact.email)):
        return Blocker("ask", "being asked")
    csm = say.role(situation.compiled_map.map.csm)
    return Blocker("ask", f"the {csm} to ask {contact.name} otherwise, who gets no such mail, and to record the answer")


def _trigger(situation: Situation, trigger: Waited, counts: Mapping[str, int], before: str = "") -> Blocker:
    """An event with how often it came, or a condition with its values."""
    if trigger.event is None:
        if trigger.condition is None:
            return Blocker("condition", "nothing")
        condition = trace(situation, trigger.condition)
        return Blocker("condition", f"{before}this to be true: {condition}", condition.to_json())
    count = counts.get(trigger.key, 0)
    so_far = f" ({count} of {trigger.count} so far)" if trigger.count > 1 else ""
    only = f" with {trigger.condition.text}" if trigger.condition else ""
    phrase = f"{before}the product event {quoted(trigger.event)}{only}{so_far}"
    return Blocker("event", phrase, {"event": trigger.event, "seen": count, "needed": trigger.count})


# A step that waits.


def _unopened(situation: Situation, step: CompiledStep, record: StepState, say: Wording) -> Iterator[Blocker]:
    if situation.state.paused:
        yield Blocker("pause", "the journey to be resumed", {"since": optional_text(situation.state.paused_at)})
    before = [each for each in step.awaits if not situation.state.step(each.step).closed]
    if before and not record.forced:
        yield _before(before, say)
        return
    holding = situation.holding_plays(step, "everything")
    if record.opens_at is not None and record.opens_at > situation.at:
        yield _date(situation, step, record.opens_at, say)
    elif step.step.at is not None and record.opens_at is None:
        yield _unknown_date(step.step.at.attribute)
    elif holding:
        plays = listing([quoted(say.play(play)) for play in holding])
        yield Blocker("play", f"the end of {plays}, which keeps everything back", {"plays": holding})
    elif not situation.state.paused:
        yield Blocker("turn", "its turn, which is now")


def _before(awaited: Sequence[Awaited], say: Wording) -> Blocker:
    """The steps that must close first, and the results that they must end with."""
    names = [
        quoted(say.step(each.step)) + (f" with the result {quoted(each.in_words)}" if each.results else "")
        for each in awaited
    ]
    results = {each.step: list(each.results) for each in awaited if each.results}
    data = {"steps": list(dict.fromkeys(each.step for each in awaited)), **({"results": results} if results else {})}
    return Blocker("step", "the end of " + listing(list(dict.fromkeys(names))), data)


def _date(situation: Situation, step: CompiledStep, at: Instant, say: Wording) -> Blocker:
    anchor, wait = step.step.at, step.step.wait
    details = ""
    if anchor is not None:
        details = f" ({anchor}, which is {situation.state.customer.attributes.get(anchor.attribute)})"
    elif wait is not None:
        details = f" ({wait} after it became ready)"
    data = {"at": text(at), "anchor": str(anchor) if anchor else None, "wait": str(wait) if wait else None}
    return Blocker("date", f"its time, {time_of(at, say.zone)}{details}", data)


def _unknown_date(attribute: str, more: str = "") -> Blocker:
    phrase = f"the customer's date {quoted(spaced(attribute))}, which nobody has told{more}"
    return Blocker("attribute", phrase, {"attribute": attribute})


# A stage that is not open.


def _is_ahead(state: State, stage: CompiledStage) -> bool:
    record = state.stage(stage.stage.id)
    if record.is_open:
        return False
    if record.opens_at is not None:
        return True
    return record.visits == 0


def _stage(situation: Situation, stage: CompiledStage, say: Wording) -> WaitingStep:
    stage_id = stage.stage.id
    return WaitingStep(stage_id, say.stage(stage_id), "", "ahead", tuple(_stage_why(situation, stage, say)))


def _stage_why(situation: Situation, stage: CompiledStage, say: Wording) -> Iterator[Blocker]:
    record, opens = situation.state.stage(stage.stage.id), stage.stage.opens
    if stage.in_sequence:
        ids = [stage_id for stage_id, other in situation.compiled_map.stages.items() if other.in_sequence]
        before = ids[max(ids.index(stage.stage.id) - 1, 0)]
        yield Blocker("stage", f"the end of the stage {quoted(say.stage(before))}", {"stage": before})
    elif record.opens_at is not None:
        anchor = f" ({opens.at})" if opens is not None and opens.at is not None else ""
        at = record.opens_at
        yield Blocker("date", f"its time, {time_of(at, say.zone)}{anchor}", {"at": text(at)})
    elif opens is not None and opens.at is not None:
        yield _unknown_date(opens.at.attribute, " or which is past")
    else:
        for number, trigger in enumerate(stage.triggers):
            yield _trigger(situation, trigger, record.counts, "or " if number else "")


def starts_of(situation: Situation, say: Wording) -> tuple[WaitingStep, ...]:
    """Returns what each play that isn't open waits for, if a trigger can start it or a blocked start is kept."""
    state = situation.state
    if state.ended:
        return ()
    plays = [
        WaitingStep(play, say.play(play), "", state.play(play).status, tuple(_play_why(situation, play, say)))
        for play in situation.compiled_map.plays
        if not state.play(play).is_open
    ]
    return tuple(each for each in plays if each.reasons)


def _play_why(situation: Situation, play_id: str, say: Wording) -> Iterator[Blocker]:
    play, record = situation.compiled_map.plays[play_id], situation.state.play(play_id)
    for number, trigger in enumerate(play.starts_when):
        yield _trigger(situation, trigger, record.counts, "or " if number else "")
    cooldown = record.cooldown_until
    if cooldown is not None and cooldown > situation.at:
        phrase = f"not before {time_of(cooldown, say.zone)}, when its cooldown is over"
        yield Blocker("date", phrase, {"at": text(cooldown)})
    if play.only_if is not None and (play.starts_when or record.kept):
        only_if = trace(situation, play.only_if)
        yield Blocker("condition", f"and only if {only_if}", {**only_if.to_json(), "only_if": True})
    if record.kept:
        if_true = ", if its condition is true then" if record.kept is StartReason.CONDITION else ""
        yield Blocker("kept", f"a start that was blocked is kept and tried again{if_true}", {"why": record.kept})


def began_by(situation: Situation, play_id: str, why: str | None) -> tuple[Blocker, ...]:
    """The triggers that began an open play; none unless `why` is `condition` or `event`.

    Conditions are those that are true now, or all of them if none is any more.
    """
    play = situation.compiled_map.plays[play_id]
    if why == StartReason.EVENT:
        return tuple(_event(trigger) for trigger in play.starts_when if trigger.event is not None)
    if why != StartReason.CONDITION:
        return ()
    traces = [trace(situation, each.alone) for each in play.starts_when if each.alone]
    true = [each for each in traces if each.holds]
    if true:
        return tuple(Blocker("condition", str(each), each.to_json()) for each in true)
    return tuple(Blocker("condition", f"{each}, which is true no longer", each.to_json()) for each in traces)


def _event(trigger: Waited) -> Blocker:
    often = f", {trigger.count} times" if trigger.count > 1 else ""
    only = f", with {trigger.condition.text}" if trigger.condition else ""
    phrase = f"the product event {quoted(trigger.event or '')}{often}{only}"
    return Blocker("event", phrase, {"event": trigger.event, "needed": trigger.count})


def ends_of(situation: Situation, play_id: str, say: Wording) -> tuple[Blocker, ...]:
    """Returns the reasons for which an open play will end."""
    record, play = situation.state.play(play_id), situation.compiled_map.plays[play_id]
    reasons = [_trigger(situation, trigger, record.end_counts, "or ") for trigger in play.ends_when]
    if record.deadline_at is not None:
        at = record.deadline_at
        reasons.append(Blocker("date", f"or its deadline, {due_time_of(at, say.zone)}", {"at": text(at)}))
    return (Blocker("steps", "the end of its steps"), *reasons)
