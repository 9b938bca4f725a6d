"""What a map excludes: expectations whose fields are all valid, and which no journey on the map can ever meet.

For each kind of entry that a map can exclude, `_RULES` says which ones are possible; one loop compares.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from milepost.language.findings import Finding
from milepost.language.steps import BranchItem, Outcome, Touchpoint
from milepost.language.structure import nodes_of
from milepost.language.yaml_text import Path
from milepost.planner import timeline
from milepost.planner.compiled_map import CompiledPlay, CompiledStep
from milepost.scenarios.checks.defined_names import DefinedNames
from milepost.scenarios.expectations import Expected
from milepost.text import listing

_Possible = Mapping[str, str | None]
"""An entry that the map allows: its subject (`step`, `stage` or `play`) and the fields that the map decides."""


@dataclass(frozen=True)
class _Rule:
    """The possible entries of a kind; where there are none, `never` says why (without it, nothing is reported).

    `possible` also gets the steps whose due date a fact sets. `named_only` leaves expectations without a subject alone.
    """

    subject: str
    fields: tuple[str, ...]
    possible: Callable[[DefinedNames, Collection[str]], Iterator[_Possible]]
    never: str | None = None
    named_only: bool = False


def check_excluded(path: Path, expected: Expected, names: DefinedNames, agreed: Collection[str]) -> Iterator[Finding]:
    """M105 for a field that no possible entry has, W211 where the map has no entry of the kind there at all.

    An expectation that names no step, stage or play is compared with all of them; `agreed` are steps whose due date a
    fact sets. Names that the map doesn't define are reported elsewhere.
    """
    kind = str(expected.get("kind"))
    rule = _RULES.get(kind)
    if rule is None or not _is_defined(expected, names):
        return
    subject = expected.get(rule.subject)
    if subject is None and rule.named_only:
        return
    possible = [each for each in rule.possible(names, agreed) if subject in (None, each[rule.subject])]
    if possible:
        yield from _narrow(path, expected, rule, possible)
    elif rule.never is not None:
        place = rule.subject if subject else "kind"
        message = f"No {_named(expected, rule)} is possible: {rule.never}; so this line says nothing"
        yield Finding((*path, place), "W211", message)


def _is_defined(expected: Expected, names: DefinedNames) -> bool:
    valid: dict[str, Collection[str]] = {
        "step": names.steps, "play": names.plays, "stage": names.stages,
        "role": names.roles, "persona": names.personas, "template": names.templates,
    }  # fmt: skip
    return all(expected.get(field) is None or expected[field] in defined for field, defined in valid.items())


def _named(expected: Expected, rule: _Rule) -> str:
    subject = expected.get(rule.subject)
    return f"{expected['kind']!r} of {f'{rule.subject} {subject!r}' if subject else 'this map'}"


def _narrow(path: Path, expected: Expected, rule: _Rule, possible: list[_Possible]) -> Iterator[Finding]:
    """Narrow down the possible entries field by field; the first field that leaves none is the wrong one."""
    entry = _named(expected, rule)
    for name in rule.fields:
        value = expected.get(name)
        if value is None:
            continue
        values = list(dict.fromkeys(each[name] for each in possible if each[name] is not None))
        if value not in values:
            valid = (
                f"{listing([repr(each) for each in values], last='or')} is possible there" if values else "it has none"
            )
            suggestion = values[0] if len(values) == 1 else None
            yield Finding((*path, name), "M105", f"No {entry} has {name} {value!r}; {valid}", suggestion)
            return
        entry += f" with {name} {value!r}"
        possible = [each for each in possible if each[name] == value]


# What is possible.


def _steps(names: DefinedNames) -> Iterator[CompiledStep]:
    return (step for versions in names.steps.values() for step in versions)


def _plays(names: DefinedNames) -> Iterator[CompiledPlay]:
    return (play for compiled_map in names.compiled_maps for play in compiled_map.plays.values())


def _escalated(names: DefinedNames, _: Collection[str]) -> Iterator[_Possible]:
    for compiled_map in names.compiled_maps:
        for step in compiled_map.steps.values():
            if isinstance(step.step, Touchpoint) and step.step.role is not None:
                role = compiled_map.map.roles.get(step.step.role)
                escalate = step.step.escalate or (role.escalate if role else None)
                if escalate:
                    yield {"step": step.id, "role": escalate.to}


def _overdue(names: DefinedNames, agreed: Collection[str]) -> Iterator[_Possible]:
    for step in _steps(names):
        if not isinstance(step.step, Outcome):
            due = step.step.due_or_default if isinstance(step.step, Touchpoint) else step.step.due
            if due is not None or step.id in agreed:
                yield {"step": step.id}


def _opened(names: DefinedNames, _: Collection[str]) -> Iterator[_Possible]:
    for step in _steps(names):
        role = step.step.role if isinstance(step.step, Touchpoint) else None
        yield {"step": step.id, "track": step.track, "role": role, "persona": step.persona}


def _sent(names: DefinedNames, _: Collection[str]) -> Iterator[_Possible]:
    for step in _steps(names):
        for reason, template in _messages(step):
            yield {"step": step.id, "reason": reason, "template": template, "persona": step.persona or ""}


def _messages(step: CompiledStep) -> Iterator[tuple[str, str]]:
    """Reason and template of every message that a step can begin; merged with an opening mail, all are `opening`."""
    if step.template:
        yield (
            "touchpoint" if step.is_mail else "request" if isinstance(step.step, Outcome) else "opening",
            step.template,
        )
    if step.reminder_template and not isinstance(step.step, Touchpoint) and step.step.remind:
        yield "reminder", step.reminder_template
        yield "opening", step.reminder_template


def _stuck(names: DefinedNames, _: Collection[str]) -> Iterator[_Possible]:
    for compiled_map in names.compiled_maps:
        yield from ({"stage": stage.id} for stage in compiled_map.map.stages if stage.target)


def _started(names: DefinedNames, _: Collection[str]) -> Iterator[_Possible]:
    nodes = [node for compiled_map in names.compiled_maps for _, node in nodes_of(compiled_map.map)]
    branches = {node.play for node in nodes if isinstance(node, BranchItem)}
    for play in _plays(names):
        yield {"play": play.play.id, "why": "fact"}
        for trigger in sorted(play.starts_when, key=lambda trigger: trigger.event is not None):
            yield {"play": play.play.id, "why": "condition" if trigger.event is None else "event"}
        if play.play.id in branches:
            yield {"play": play.play.id, "why": "branch"}


def _blocked(names: DefinedNames, _: Collection[str]) -> Iterator[_Possible]:
    for play in _plays(names):
        reasons = {"open": True, "cooldown": play.play.cooldown, "only_if": play.only_if}
        yield from ({"play": play.play.id, "why": why} for why, is_there in reasons.items() if is_there is not None)


def _ended(names: DefinedNames, _: Collection[str]) -> Iterator[_Possible]:
    moves = len(names.compiled_maps) > 1
    for play in _plays(names):
        reasons = {
            "completed": True,
            "ends_when": play.ends_when,
            "deadline": play.play.deadline,
            "map_changed": moves,
        }
        yield from ({"play": play.play.id, "why": why} for why, is_there in reasons.items() if is_there)


_RULES: Mapping[str, _Rule] = {
    timeline.StepEscalated.kind: _Rule("step", ("role",), _escalated, "neither the step nor its role has 'escalate'"),
    timeline.StepOverdue.kind: _Rule("step", (), _overdue, "it has no 'due' (no answer is 'outcome_silent')"),
    timeline.StepOpened.kind: _Rule("step", ("track", "role", "persona"), _opened, named_only=True),
    timeline.MessageSent.kind: _Rule("step", ("reason", "template", "persona"), _sent),
    timeline.StageStuck.kind: _Rule("stage", (), _stuck, "it has no 'target'"),
    timeline.PlayStarted.kind: _Rule("play", ("why",), _started, "it has no plays"),
    timeline.PlayBlocked.kind: _Rule("play", ("why",), _blocked, "it has no plays"),
    timeline.PlayEnded.kind: _Rule("play", ("why",), _ended, "it has no plays"),
}
