"""Reads a behaviour file: the behaviour, or everything that is wrong with the file and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from milepost.language.findings import Finding
from milepost.language.model_errors import findings_of
from milepost.language.names import nearest
from milepost.language.problems import Problem, in_order
from milepost.language.steps import Outcome, Touchpoint
from milepost.language.yaml_text import read_yaml
from milepost.people.behaviour import Behaviour
from milepost.planner.compiled_map import CompiledMap
from milepost.text import did_you_mean


@dataclass(frozen=True, slots=True)
class ReadBehaviour:
    """The behaviour in a file, or everything that is wrong with it."""

    behaviour: Behaviour | None
    problems: tuple[Problem, ...]


def read_behaviour(
    text: str, file: str, compiled_maps: Iterable[CompiledMap], columns: Sequence[str] = ()
) -> ReadBehaviour:
    """Reads a behaviour file for these maps; an empty one means the defaults. Never raises for its content.

    `columns` are those of the book; empty: they are unknown, and names of columns aren't checked.
    """
    reading = read_yaml(text)
    problems = [fault.problem(file) for fault in reading.faults]
    data = {} if reading.data is None else reading.data
    if not isinstance(data, dict):
        problems.append(Problem(file, 1, 1, "M103", "The file isn't a behaviour; begin it with a field, 'seed: 1'"))
    if problems:
        return ReadBehaviour(None, in_order(problems))
    try:
        behaviour = Behaviour.model_validate(data)
    except ValidationError as error:
        findings = findings_of(error, Behaviour)
        return ReadBehaviour(None, in_order(each.problem(data, file) for each in findings))
    names = (*_unknown_names(behaviour, tuple(compiled_maps)), *_unknown_column(behaviour, columns))
    unknown = tuple(each.problem(data, file) for each in names)
    return ReadBehaviour(None if unknown else behaviour, in_order(unknown))


def _unknown_names(behaviour: Behaviour, compiled_maps: tuple[CompiledMap, ...]) -> Iterator[Finding]:
    """Names that no map has: they would have no effect."""
    maps = [compiled_map.map for compiled_map in compiled_maps]
    steps = {step.id: step for compiled_map in compiled_maps for step in compiled_map.steps.values()}
    attributes = {name for each in maps for name in each.attributes}
    for place, names, valid in (
        ("steps", behaviour.steps, set(steps)),
        ("attributes", behaviour.attributes if "attributes" in behaviour.model_fields_set else (), attributes),
        ("events", behaviour.events, {event for compiled_map in compiled_maps for event in compiled_map.events}),
        ("team", behaviour.team, {role for each in maps for role in each.roles}),
    ):
        for name in sorted(set(names) - valid):
            hint = did_you_mean(nearest(name, valid)) or "; no map has it"
            yield Finding((place, name), "M105", f"Unknown name {name!r} in {place!r}{hint}", key=True)
    for name, own in behaviour.steps.items():
        step = steps[name].step if name in steps else None
        if own.answers is not None and step is not None and not isinstance(step, Outcome):
            yield Finding(("steps", name, "answers"), "M103", f"{name!r} isn't an outcome: nobody is asked", key=True)
        results = set(step.results or ()) if isinstance(step, Touchpoint) else set()
        for result in sorted(set(own.results or ()) - results) if step is not None else ():
            hint = (
                did_you_mean(nearest(result, results)) or f"; {name!r} ends in {', '.join(sorted(results)) or 'none'}"
            )
            yield Finding(("steps", name, "results", result), "M105", f"Unknown result {result!r}{hint}", key=True)


def _unknown_column(behaviour: Behaviour, columns: Sequence[str]) -> Iterator[Finding]:
    name = behaviour.starts.attribute
    if columns and name is not None and name not in columns:
        hint = did_you_mean(nearest(name, columns)) or f"; it has {', '.join(columns)}"
        yield Finding(("starts", "attribute"), "M105", f"The book has no column {name!r}, which 'starts' names{hint}")
