"""The branches of a map that start each play."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from milepost.explain.sentences import spaced
from milepost.language.model import Map, Play, Stage
from milepost.language.steps import Action, AnyStep, Branch, Outcome, Touchpoint

_ANSWERS = {"verified": "yes to", "partial": "partly to", "disputed": "no to", "silent": "silence on"}


def starts_of(map: Map) -> Mapping[str, Mapping[str, list[str]]]:  # noqa: A002 - the field's word
    """The steps, stages and plays whose branches start a play, by play and then by how."""
    starts: dict[str, dict[str, list[str]]] = {}
    for how, name, branch in _branches(map):
        for item in branch:
            if item.play is not None:
                names = starts.setdefault(item.play, {}).setdefault(how, [])
                if name not in names:
                    names.append(name)
    return starts


def _branches(map: Map) -> Iterator[tuple[str, str, Branch]]:  # noqa: A002 - the field's word
    containers: tuple[Stage | Play, ...] = (*map.stages, *map.plays)
    for container in containers:
        for step in container.steps:
            yield from _of_step(step)
        yield "end of", container.id, container.then
        if isinstance(container, Play):
            yield "deadline of", container.id, container.on_deadline


def _of_step(step: AnyStep) -> Iterator[tuple[str, str, Branch]]:
    match step:
        case Touchpoint():
            for result, branch in (step.results or {}).items():
                yield f"{spaced(result)} at", step.id, branch
        case Action():
            if step.overdue:
                yield "late:", step.id, step.overdue.do
        case Outcome():
            for verdict, how in _ANSWERS.items():
                yield how, step.id, getattr(step.then, verdict)
