"""The names that a scenario may use: those of its map, and of every version that it moves the journey to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from milepost.language.findings import Finding
from milepost.language.names import nearest
from milepost.language.steps import BranchItem, Outcome, Touchpoint
from milepost.language.structure import nodes_of
from milepost.language.yaml_text import Path
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.fact_checks import check
from milepost.planner.fact_errors import RefusedError, UnknownNameError
from milepost.planner.facts import Fact
from milepost.text import did_you_mean, listing

_LISTED = 8
"""So many valid names are listed where none is near."""


@dataclass(frozen=True)
class DefinedNames:
    """The names of one or more versions of a map."""

    compiled_maps: tuple[CompiledMap, ...]

    @cached_property
    def steps(self) -> dict[str, list[CompiledStep]]:
        """Every step by its id, as each version has it."""
        steps: dict[str, list[CompiledStep]] = {}
        for compiled_map in self.compiled_maps:
            for step in compiled_map.steps.values():
                steps.setdefault(step.id, []).append(step)
        return steps

    @cached_property
    def outcomes(self) -> list[str]:
        return [name for name, steps in self.steps.items() if any(isinstance(each.step, Outcome) for each in steps)]

    @cached_property
    def stages(self) -> list[str]:
        return _every(compiled_map.stages for compiled_map in self.compiled_maps)

    @cached_property
    def plays(self) -> list[str]:
        return _every(compiled_map.plays for compiled_map in self.compiled_maps)

    @cached_property
    def roles(self) -> list[str]:
        return _every(compiled_map.map.roles for compiled_map in self.compiled_maps)

    @cached_property
    def personas(self) -> list[str]:
        return _every(compiled_map.map.personas for compiled_map in self.compiled_maps)

    @cached_property
    def maps(self) -> list[str]:
        return _every([compiled_map.map.map] for compiled_map in self.compiled_maps)

    @cached_property
    def events(self) -> list[str]:
        """The events that some trigger waits for."""
        return _every(sorted(compiled_map.events) for compiled_map in self.compiled_maps)

    @cached_property
    def templates(self) -> list[str]:
        """The files of the messages that steps send."""
        both = [(each.template, each.reminder_template) for steps in self.steps.values() for each in steps]
        return _every([name for name in pair if name] for pair in both)

    @cached_property
    def endings(self) -> list[str]:
        """The reasons for which the map itself ends a journey."""
        nodes = [node for compiled_map in self.compiled_maps for _, node in nodes_of(compiled_map.map)]
        return ["completed", *_every([node.end] for node in nodes if isinstance(node, BranchItem) and node.end)]

    def results(self, step: str | None = None) -> list[str]:
        """The results that a step can end in, or any step."""
        steps = self.steps.get(step, []) if step is not None else chain(*self.steps.values())
        return _every(each.step.results or () for each in steps if isinstance(each.step, Touchpoint))

    def refusal(self, fact: Fact) -> RefusedError | None:
        """The reason why the map refuses a fact in every version; None if one takes it."""
        errors = []
        for compiled_map in self.compiled_maps:
            try:
                check(fact, compiled_map)
            except RefusedError as error:
                errors.append(error)
            else:
                return None
        return errors[0]


def _every(names: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(name for each in names for name in each))


def check_name(
    path: Path,
    noun: str,
    name: Any,
    valid: Iterable[str],
    *,
    key: bool = False,
    mistaken: tuple[str, Collection[str]] = ("", ()),
) -> Iterator[Finding]:
    """M105 for a name that isn't among the valid ones, with the nearest of them or a list.

    `mistaken` is what it may be instead, and the names of those.
    """
    names = list(valid)
    if name in names:
        return
    other, others = mistaken
    if name in others:
        yield Finding(path, "M105", f"{name!r} is a {other}; here belongs a {noun}: {_listed(noun, names)}", key=key)
        return
    suggestion = nearest(str(name), names)
    hint = did_you_mean(suggestion) or f"; {_listed(noun, names)}"
    yield Finding(path, "M105", f"Unknown {noun} {name!r}{hint}", suggestion, key=key)


def refusal_finding(path: Path, error: RefusedError, *, is_key: bool) -> Finding:
    """M105 for a name that the map doesn't define, with the nearest that it does, or M103 for another value."""
    message = str(error).removesuffix(".")
    if isinstance(error, UnknownNameError):
        return Finding(path, "M105", message, error.suggestion, key=is_key)
    return Finding(path, "M103", message)


def _listed(noun: str, names: list[str]) -> str:
    return f"there is {listing(names, most=_LISTED)}" if names else f"there is no {noun} at all"
