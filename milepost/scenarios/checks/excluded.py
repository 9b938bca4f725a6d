"""What a map excludes: entries whose fields are all known, and which yet no journey on it can ever write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from milepost.language.findings import Finding
from milepost.language.model import BranchItem, Outcome, Touchpoint
from milepost.language.structure import nodes_of
from milepost.language.yaml_text import Path
from milepost.planner import timeline
from milepost.planner.compiled_map import CompiledMap, CompiledPlay, CompiledStep
from milepost.scenarios.checks.defined_names import Known

Entry = Mapping[str, Any]
_MESSAGE = ("reason", "template", "persona")


def check_excluded(path: Path, entry: Entry, known: Known, agreed: Collection[str]) -> Iterator[Finding]:
    """M105 for a field with which the map has no such entry, W211 where it has no entry of the kind there at all.

    An entry that names no step or play is held against all of them; `agreed` are steps whose due date a fact sets.
    What the map does not know is said elsewhere.
    """
    check = _CHECKS.get(str(entry.get("kind")))
    if check is not None and _is_known(entry, known):
        yield from check(path, entry, known, agreed)


def _never(path: Path, entry: Entry, place: str, said: str) -> Finding:
    """A warning, not an error: whoever knows the map may want to hold on to its never having this."""
    return Finding((*path, place if entry.get(place) else "kind"), "W211", f"{said}; so this line says nothing")


def _is_known(entry: Entry, known: Known) -> bool:
    names: dict[str, Collection[str]] = {"step": known.steps, "play": known.plays, "stage": known.stages}
    return all(entry.get(name) is None or entry[name] in valid for name, valid in names.items())


def _steps(entry: Entry, known: Known) -> list[tuple[CompiledMap, CompiledStep]]:
    """The steps that the entry may be about, as each version has them."""
    step = entry.get("step")
    every = [(compiled_map, each) for compiled_map in known.compiled_maps for each in compiled_map.steps.values()]
    return [(compiled_map, each) for compiled_map, each in every if step in (None, each.id)]


def _escalated(path: Path, entry: Entry, known: Known, _: Collection[str]) -> Iterator[Finding]:
    roles = list(
        dict.fromkeys(role for compiled_map, step in _steps(entry, known) if (role := _late_to(compiled_map, step)))
    )
    about = f"{entry['step']!r}" if entry.get("step") else "A step"
    if not roles:
        said = f"{about} is given to nobody else when it is late, since neither it nor its role has 'escalate'"
        yield _never(path, entry, "step", said)
    elif entry.get("role") in known.roles and entry["role"] not in roles:
        said = f"{about} that is late is given to {_or(roles)}, never to {entry['role']!r}"
        yield Finding((*path, "role"), "M105", said, roles[0] if len(roles) == 1 else None)


def _late_to(compiled_map: CompiledMap, step: CompiledStep) -> str | None:
    """The role that the step is given to as well when it is late."""
    if not isinstance(step.step, Touchpoint) or step.step.role is None:
        return None
    role = compiled_map.map.roles.get(step.step.role)
    escalate = step.step.escalate or (role.escalate if role else None)
    return escalate.to if escalate else None


def _overdue(path: Path, entry: Entry, known: Known, agreed: Collection[str]) -> Iterator[Finding]:
    if any(_has_due(step, agreed) for _, step in _steps(entry, known)):
        return
    if entry.get("step") in known.outcomes:
        said = f"{entry['step']!r} is an outcome, which is never overdue: without an answer it is 'outcome_silent'"
    elif entry.get("step"):
        said = f"{entry['step']!r} has no 'due', so it is never overdue"
    else:
        said = "No step of the map has 'due', so none is ever overdue"
    yield _never(path, entry, "step", said)


def _has_due(step: CompiledStep, agreed: Collection[str]) -> bool:
    if isinstance(step.step, Outcome):
        return False
    due = step.step.due_or_default if isinstance(step.step, Touchpoint) else step.step.due
    return due is not None or step.id in agreed


def _sent(path: Path, entry: Entry, known: Known, _: Collection[str]) -> Iterator[Finding]:
    """Narrow down the messages that there are, field by field; the first field that leaves none is the wrong one."""
    possible = [message for _, step in _steps(entry, known) for message in _messages(step)]
    whose = f"{entry['step']!r}" if entry.get("step") else "the map"
    for field, name in enumerate(_MESSAGE):
        given = entry.get(name)
        if given is None or not possible:
            continue
        there = list(dict.fromkeys(message[field] for message in possible))
        if given not in there:
            said = f"No message of {whose} has {name} {given!r}{_beside(entry, name)}; there {_or(there)} is possible"
            yield Finding((*path, name), "M105", said, there[0] if len(there) == 1 else None)
            return
        possible = [message for message in possible if message[field] == given]


def _beside(entry: Entry, name: str) -> str:
    before = [other for other in _MESSAGE[: _MESSAGE.index(name)] if entry.get(other) is not None]
    return f" with {' and '.join(f'{other} {entry[other]!r}' for other in before)}" if before else ""


def _messages(step: CompiledStep) -> Iterator[tuple[str, str, str]]:
    """Reason, template and persona of every message that a step can begin.

    Merged mails go out as an `opening` where any of them is one.
    """
    persona = step.persona or ""
    reason = "touchpoint" if step.is_mail else "request" if isinstance(step.step, Outcome) else "opening"
    if step.template:
        yield reason, step.template, persona
    reminds = not isinstance(step.step, Touchpoint) and bool(step.step.remind)
    if reminds and step.reminder_template:
        yield "reminder", step.reminder_template, persona
        yield "opening", step.reminder_template, persona


def _opened(path: Path, entry: Entry, known: Known, _: Collection[str]) -> Iterator[Finding]:
    if not entry.get("step"):
        return
    steps = [step for _, step in _steps(entry, known)]
    there: dict[str, list[str | None]] = {
        "track": [step.track for step in steps],
        "role": [step.step.role if isinstance(step.step, Touchpoint) else None for step in steps],
        "persona": [step.persona for step in steps],
    }
    valid: dict[str, Collection[str]] = {"role": known.roles, "persona": known.personas}
    for name, values in there.items():
        given = entry.get(name)
        if given is None or given in values or given not in valid.get(name, [given]):
            continue
        has = _or(list(dict.fromkeys(value for value in values if value is not None)))
        said = f"{entry['step']!r} never opens with {name} {given!r}: {f'it has {has}' if has else 'it has none'}"
        yield Finding((*path, name), "M105", said)


def _stuck(path: Path, entry: Entry, known: Known, _: Collection[str]) -> Iterator[Finding]:
    stages = [
        stage
        for compiled_map in known.compiled_maps
        for stage in compiled_map.map.stages
        if entry.get("stage") in (None, stage.id)
    ]
    if not any(stage.target for stage in stages):
        whose = f"The stage {entry['stage']!r} has no" if entry.get("stage") else "No stage of the map has a"
        said = f"{whose} 'target', so nobody is ever stuck there"
        yield _never(path, entry, "stage", said)


def _why_of_a_play(whys: Callable[[CompiledMap, CompiledPlay], Iterator[str]], moved: str | None = None) -> Any:
    """A check that the play (or any) can have begun, not begun or ended for the reason that the entry gives."""

    def check(path: Path, entry: Entry, known: Known, _: Collection[str]) -> Iterator[Finding]:
        why = entry.get("why")
        plays = [(compiled_map, play) for compiled_map in known.compiled_maps for play in compiled_map.plays.values()]
        about = [(compiled_map, play) for compiled_map, play in plays if entry.get("play") in (None, play.play.id)]
        there = list(dict.fromkeys(each for compiled_map, play in about for each in whys(compiled_map, play)))
        if moved is not None and len(known.compiled_maps) > 1:
            there.append(moved)
        if why is not None and why not in there:
            whose = f"The play {entry['play']!r}" if entry.get("play") else "No play of the map"
            rule = "can't have" if entry.get("play") else "can have"
            said = f"{whose} {rule} {why!r} as the 'why' of {entry['kind']!r}; the map allows {_or(there)}"
            yield Finding((*path, "why"), "M105", said)

    return check


def _starts(compiled_map: CompiledMap, play: CompiledPlay) -> Iterator[str]:
    yield "fact"
    if any(trigger.event is None for trigger in play.starts_when):
        yield "condition"
    if any(trigger.event is not None for trigger in play.starts_when):
        yield "event"
    if any(isinstance(node, BranchItem) and node.play == play.play.id for _, node in nodes_of(compiled_map.map)):
        yield "branch"


def _blocks(_: CompiledMap, play: CompiledPlay) -> Iterator[str]:
    yield "open"
    if play.play.cooldown is not None:
        yield "cooldown"
    if play.only_if is not None:
        yield "only_if"


def _ends(_: CompiledMap, play: CompiledPlay) -> Iterator[str]:
    yield "completed"
    if play.ends_when:
        yield "ends_when"
    if play.play.deadline is not None:
        yield "deadline"


def _or(names: Iterable[str]) -> str:
    given = [repr(name) for name in names]
    return given[0] if len(given) == 1 else f"{', '.join(given[:-1])} or {given[-1]}" if given else ""


_Check = Callable[[Path, Entry, Known, Collection[str]], Iterator[Finding]]
_CHECKS: Mapping[str, _Check] = {
    timeline.StepEscalated.kind: _escalated,
    timeline.StepOverdue.kind: _overdue,
    timeline.StepOpened.kind: _opened,
    timeline.MessageSent.kind: _sent,
    timeline.StageStuck.kind: _stuck,
    timeline.PlayStarted.kind: _why_of_a_play(_starts),
    timeline.PlayBlocked.kind: _why_of_a_play(_blocks),
    timeline.PlayEnded.kind: _why_of_a_play(_ends, "map_changed"),
}
