"""Conditions, triggers, branches and dates of a map in short words, for pictures and pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from milepost.explain.sentences import quoted, spaced
from milepost.language.durations import Anchor
from milepost.language.model import Map
from milepost.language.names import Names
from milepost.language.steps import Branch, BranchItem, Trigger
from milepost.text import number

_STRING = re.compile(r"(\"[^\"]*\"|'[^']*')")
_METHODS = {"startsWith": "starts with", "endsWith": "ends with", "contains": "contains", "matches": "matches"}
_METHOD = re.compile(rf"([\w.]+)\.({'|'.join(_METHODS)})\((\"[^\"]*\"|'[^']*')\)")
_ANSWER = re.compile(r"\banswers\.(\w+)\.(\w+)")
_NAME = re.compile(r"\b(customer|steps|results|outcomes|plays|stages|event)\.(\w+)")
_CALLS = (
    (re.compile(r"!\s*has\(([^()]*)\)"), r"\1 is not known"),
    (re.compile(r"\bhas\(([^()]*)\)"), r"\1 is known"),
    (re.compile(r"\bdays_(until|since)\(([^()]*)\)"), r"days \1 \2"),
)
_SIGNS = (
    (r"\s*==\s*", " is "),
    (r"\s*!=\s*", " is not "),
    (r"\s*>=\s*", " \u2265\u00a0"),
    (r"\s*<=\s*", " \u2264\u00a0"),
    (r"\s*([<>])\s*", " \\1\u00a0"),
    (r"!\s*(?=[a-z(])", "not "),
    (r"\s*&&\s*", " and "),
    (r"\s*\|\|\s*", " or "),
)


def play_marks(map: Map) -> Mapping[str, str]:  # noqa: A002 - the field's word
    """A letter for each play: A to Z, then AA."""
    return {play.id: _letters(place) for place, play in enumerate(map.plays)}


def _letters(place: int) -> str:
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


class Phrases:
    """The words of one map: plays are named by their letters, stages by their numbers, the rest by their titles."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - the field's word
        self.plays = play_marks(map)
        self.stages = {stage.id: str(place) for place, stage in enumerate(map.stages, 1)}
        self._attributes = {name: declared.title for name, declared in map.attributes.items() if declared.title}
        self._steps = {step.id: step.title for _, step in map.all_steps()}
        self._asks = {name: ask.title for name, ask in Names.of(map).answers.items()}

    def attribute(self, name: str) -> str:
        """An attribute as people call it: its title, else its name in words."""
        return quoted(self._attributes[name]) if name in self._attributes else spaced(name)

    def figure(self, value: float | str) -> str:
        """A figure of a metric: a number, or the attribute that has it."""
        return self.attribute(value.removeprefix("customer.")) if isinstance(value, str) else number(value)

    def step(self, name: str) -> str:
        """A step by its title, an outcome by its statement."""
        return quoted(self._steps[name].rstrip(".")) if name in self._steps else quoted(spaced(name))

    def condition(self, text: str) -> str:
        """A condition without its grammar: `customer.health < 40` is `health < 40`."""
        parts = _STRING.split(_METHOD.sub(lambda call: f"{call[1]} {_METHODS[call[2]]} {call[3]}", text))
        parts[::2] = [self._outside_strings(part) for part in parts[::2]]
        parts[1::2] = [spaced(part[1:-1]) for part in parts[1::2]]
        return " ".join("".join(parts).split(" ")).strip()

    def _outside_strings(self, text: str) -> str:
        for call, words in _CALLS:
            text = call.sub(words, text)
        for sign, words in _SIGNS:
            text = re.sub(sign, words, text)
        text = _NAME.sub(self._name, text)  # late: titles stay as they are
        return _ANSWER.sub(self._answer, text)

    def _answer(self, match: re.Match[str]) -> str:
        """What is asked for, without its question mark."""
        name = f"{match[1]}.{match[2]}"
        return f"the answer to {quoted(self._asks[name])}" if name in self._asks else spaced(match[2])

    def _name(self, match: re.Match[str]) -> str:
        if match[1] == "plays" and match[2] in self.plays:
            return f"play\u00a0{self.plays[match[2]]}"
        if match[1] == "stages" and match[2] in self.stages:
            return f"stage\u00a0{self.stages[match[2]]}"
        if match[1] == "customer":
            return self.attribute(match[2])
        if match[1] == "results":
            return f"the result of {self.step(match[2])}"
        return self.step(match[2]) if match[1] in {"steps", "outcomes"} else spaced(match[2])

    def trigger(self, trigger: Trigger) -> str:
        """A trigger: an event by its name, perhaps several times and under a condition, or a condition."""
        if trigger.event is None:
            return self.condition(trigger.if_ or "")
        times = f"{trigger.count}\u00a0\u00d7 " if trigger.count > 1 else ""
        condition = f" ({self.condition(trigger.if_)})" if trigger.if_ else ""
        return f"{times}{spaced(trigger.event)}{condition}"

    def triggers(self, triggers: Iterable[Trigger]) -> str:
        return " or ".join(self.trigger(each) for each in triggers)

    def branch(self, branch: Branch) -> str:
        """Where it leads: `play B, stage 3`."""
        return ", ".join(self._item(item) for item in branch) or "no more"

    def _item(self, item: BranchItem) -> str:
        if item.play is not None:
            return f"play\u00a0{self.plays.get(item.play, item.play)}"
        if item.go_to is not None:
            return f"stage\u00a0{self.stages.get(item.go_to, item.go_to)}"
        if item.end is not None:
            return f"end ({spaced(item.end)})"
        return ", ".join(f"{self.attribute(name)} = {self._value(item, name)}" for name in item.set or {})

    def _value(self, item: BranchItem, name: str) -> str:
        """What an attribute is set to: a value, or a date that counts from another."""
        relative = item.dates.get(name)
        return _value((item.set or {})[name]) if relative is None else _NAME.sub(self._name, str(relative))

    def anchor(self, anchor: Anchor) -> str:
        """A date of the customer's: `120 days before renews on`."""
        return _NAME.sub(self._name, str(anchor))


def _value(value: object) -> str:
    if value is None:
        return "forgotten"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int | float) else spaced(str(value))
