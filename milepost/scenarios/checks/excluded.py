"""Finds expectations that the map excludes: their fields are all valid, but no journey on it can ever meet them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from milepost.language.findings import Finding
from milepost.language.steps import BranchItem, Touchpoint
from milepost.language.structure import nodes_of
from milepost.language.yaml_text import Path
from milepost.planner import timeline
from milepost.planner.compiled_map import CompiledPlay, CompiledStep
from milepost.planner.enums import BlockReason, MessageReason, PlayEnding, StartReason, StepKind
from milepost.planner.fact_checks import asks_of
from milepost.planner.ids import AddedTaskId
from milepost.planner.timeline import ENTRIES, json_keys
from milepost.scenarios.checks.defined_names import DefinedNames
from milepost.scenarios.expectations import Expected
from milepost.text import listing

_Possible = Mapping[str, str | None]
"""An entry that the map allows: its step, stage or play first, then the fields that the map decides."""
_WHY_NEVER = {
    timeline.StepEscalated.kind: "neither the step nor its role has 'escalate'",
    timeline.StepOverdue.kind: "it has no 'due' (no answer is 'outcome_silent')",
    timeline.AnswersChanged.kind: "it has no 'asks'",
    timeline.TaskWarned.kind: "it has no 'warn'",
    timeline.StageStuck.kind: "it has no 'target'",
    timeline.PlayStarted.kind: "it has no plays",
    timeline.PlayBlocked.kind: "it has no plays",
    timeline.PlayEnded.kind: "it has no plays",
}
"""Why a map has no entry of a kind; other kinds are reported only where a field is wrong."""


def check_excluded(path: Path, expected: Expected, names: DefinedNames, agreed: Collection[str]) -> Iterator[Finding]:
    """M105 for a field that no possible entry has, W211 where the map has no entry of the kind there at all.

    An expectation that names no step, stage or play is compared with all of them; `agreed` are steps whose due date a
    fact sets. Names that the map doesn't define are reported elsewhere.
    """
    kind = expected.get("kind")
    if kind not in ENTRIES or AddedTaskId.parse(expected.get("step")):
        return
    field = next((key for key in ("step", "play", "stage") if key in json_keys(ENTRIES[kind])), "")
    subject = expected.get(field)
    if kind == timeline.StepOpened.kind and subject is None:
        return
    possible = [each for each in _possible(kind, names, agreed) if subject in (None, each[field])]
    entry = f"{kind!r} of {f'{field} {subject!r}' if subject else 'this map'}"
    if not possible and kind in _WHY_NEVER:
        message = f"No {entry} is possible: {_WHY_NEVER[kind]}; so this line says nothing"
        yield Finding((*path, field if subject else "kind"), "W211", message)
    for name in possible[0] if possible else ():
        value = expected.get(name)
        if value is None:
            continue
        values = list(dict.fromkeys(each[name] for each in possible if each[name] is not None))
        if value not in values:
            valid = f"{listing([*map(repr, values)], last='or')} is possible there" if values else "it has none"
            suggestion = values[0] if len(values) == 1 else None
            yield Finding((*path, name), "M105", f"No {entry} has {name} {value!r}; {valid}", suggestion)
            return
        if name != field:
            entry += f" with {name} {value!r}"
        possible = [each for each in possible if each[name] == value]


def _possible(kind: str, names: DefinedNames, agreed: Collection[str]) -> Iterator[_Possible]:
    steps = [step for versions in names.steps.values() for step in versions]
    plays = [play for compiled_map in names.compiled_maps for play in compiled_map.plays.values()]
    match kind:
        case timeline.StepEscalated.kind:
            yield from ({"step": step.id, "role": step.escalate.to} for step in steps if step.escalate)
        case timeline.StepOverdue.kind:
            yield from ({"step": step.id} for step in steps if step.due or _is_agreed(step, agreed))
        case timeline.AnswersChanged.kind:
            yield from ({"step": step.id} for step in steps if asks_of(step))
        case timeline.TaskWarned.kind:
            yield from ({"step": step.id} for step in steps if step.is_task and step.reminders)
        case timeline.StepOpened.kind:
            for step in steps:
                yield {"step": step.id, "track": step.track, "role": step.role, "persona": step.persona}
        case timeline.MessageSent.kind:
            for step in steps:
                for reason, template in _messages(step):
                    yield {"step": step.id, "reason": reason, "template": template, "persona": step.persona or ""}
        case timeline.StageStuck.kind:
            stages = [stage for compiled_map in names.compiled_maps for stage in compiled_map.map.stages]
            yield from ({"stage": stage.id} for stage in stages if stage.target)
        case timeline.PlayStarted.kind | timeline.PlayBlocked.kind | timeline.PlayEnded.kind:
            yield from ({"play": play.play.id, "why": why} for play in plays for why in _whys(kind, play, names))


def _is_agreed(step: CompiledStep, agreed: Collection[str]) -> bool:
    return step.id in agreed and step.kind is not StepKind.OUTCOME


def _messages(step: CompiledStep) -> Iterator[tuple[str, str]]:
    """Reason and template of every message that a step can begin; merged with an opening mail, all are `opening`."""
    if step.template:
        yield str(step.message_reason), step.template
    if step.reminder_template and not isinstance(step.step, Touchpoint) and step.step.remind:
        yield str(MessageReason.REMINDER), step.reminder_template
        yield str(MessageReason.OPENING), step.reminder_template


def _whys(kind: str, play: CompiledPlay, names: DefinedNames) -> Iterator[str]:
    """Every reason for which a play can start, be blocked or end."""
    reasons: Mapping[str, object]
    if kind == timeline.PlayStarted.kind:
        nodes = [node for compiled_map in names.compiled_maps for _, node in nodes_of(compiled_map.map)]
        reasons = {
            StartReason.FACT: True,
            StartReason.CONDITION: any(trigger.alone for trigger in play.starts_when),
            StartReason.EVENT: any(trigger.event for trigger in play.starts_when),
            StartReason.HAND_OVER: any(each.map.introduction == play.play.id for each in names.compiled_maps),
            StartReason.BRANCH: any(isinstance(node, BranchItem) and node.play == play.play.id for node in nodes),
        }
    elif kind == timeline.PlayBlocked.kind:
        cooldown, only_if = play.play.cooldown, play.only_if
        reasons = {BlockReason.OPEN: True, BlockReason.COOLDOWN: cooldown, BlockReason.ONLY_IF: only_if}
    else:
        reasons = {
            PlayEnding.COMPLETED: True,
            PlayEnding.ENDS_WHEN: play.ends_when,
            PlayEnding.DEADLINE: play.play.deadline,
            PlayEnding.HANDED_BACK: any(each.map.introduction == play.play.id for each in names.compiled_maps),
            "map_changed": len(names.compiled_maps) > 1,
        }
    return (str(why) for why, is_possible in reasons.items() if is_possible)
