"""One mistake never hides another: what a broken place is told alone, it is told beside others."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.language.yaml_text import read_yaml
from tests.language.broken import EXAMPLE, problems_of

_TASK = "role: csm, due: 1 day, effort: 5 minutes"


def _play(name: str, steps: str, fields: str = "") -> str:
    """A play at the end of the example, whose id and steps nothing else names."""
    return f"  - play: {name}\n    kind: other\n    title: T\n{fields}    touchpoints:\n{steps}"


def _step(name: str, fields: str) -> str:
    return f"      - {{touchpoint: {name}, {fields}}}\n"


def _outcome(fields: str) -> str:
    return (
        "    outcomes:\n      - outcome: gain\n        type: save_time\n        statement: S\n"
        "        persona: sponsor\n"
        f"        message: verify.md\n        within: 1 week\n        {fields}\n"
    )


_MAIL = "title: T, message: recap.md, to: sponsor"
_RESULTS = f"title: T, {_TASK}, results: {{yes: [], no: []}}"
BREAKS = {
    "unknown field": _play("p101", _step("s101", f"title: T, colour: red, {_TASK}")),
    "misspelled field": _play("p101b", _step("s101b", f"titel: T, {_TASK}, after: {{nobody: any}}")),
    "missing field": _play("p102", _step("s102", _TASK)),
    "conflict": _play("p102b", _step("s102b", f"title: T, {_TASK}, message: recap.md")),
    "wrong type": _play("p103", _step("s103", f"title: [T], {_TASK}")),
    "wrong id": _play("p103b", _step("S-103", f"title: T, {_TASK}")),
    "list that isn't one": "  - {play: p103c, kind: other, title: T, touchpoints: none, deadline: 1 day}\n",
    "id used twice": _play("p104", _step("s104", f"title: T, {_TASK}") + _step("s104", f"title: T, {_TASK}")),
    "unknown role": _play("p105", _step("s105", "title: T, role: nobody, due: 1 day, effort: 5 minutes")),
    "unknown step": _play("p105b", _step("s105b", f"title: T, {_TASK}, after: zzzz")),
    "unknown stage": _play("p105c", _step("s105c", f"title: T, {_TASK}"), "    then: {go_to: zzzz}\n"),
    "unknown result": _play("p105d", _step("s1", _RESULTS) + _step("s2", f"title: T, {_TASK}, after: {{s1: maybe}}")),
    "bad duration": _play("p106", _step("s106", "title: T, role: csm, due: 1 fortnight, effort: 5 minutes")),
    "bad condition": _play("p107", _step("s107", f"title: T, {_TASK}"), "    only_if: customer.zzzz == 3\n"),
    "circle": _play(
        "p108", _step("s3", f"title: T, {_TASK}, after: s4") + _step("s4", f"title: T, {_TASK}, after: s3")
    ),
    "never opens": _play("p109", _step("s109", f"title: T, {_TASK}"), "    only_if: 1 > 2\n"),
    "two results at once": _play(
        "p109b", _step("s5", _RESULTS) + _step("s6", f"title: T, {_TASK}, after: [{{s5: yes}}, {{s5: no}}]")
    ),
    "missing file": _play("p110", _step("s110", "title: T, message: zzzz.md, to: sponsor")),
    "endless": _play("p111", _step("s111", _MAIL), "    then: {play: p111}\n"),
    "leads nowhere": _play("p201", _step("s201", f"title: T, {_TASK}")) + _outcome("then: {verified: {end: won}}"),
    "no effort": _play("p206", _step("s206", "title: T, role: csm, due: 1 day")),
    "holds": _play("p207", _step("s207", f"title: T, {_TASK}"), "    holds: messages\n"),
    "nobody is told": _play("p209", _step("s209", "title: T, role: manager, due: 1 day, effort: 5 minutes")),
    "too late": _play(
        "p215", _step("s7", f"title: T, {_TASK}") + _step("s8", f"title: T, {_TASK}, after: s7, optional: true")
    ),
    "whatever the result": _play("p216", _step("s9", _RESULTS) + _step("s10", f"title: T, {_TASK}, after: s9")),
}
"""Mistakes that have nothing to do with each other, each in a play of its own."""


def _told(text: str) -> set[tuple[str, str]]:
    """Codes and messages, but not how many other names a map has."""
    return {(each.code, re.sub(r"\d+ others", "others", each.message)) for each in problems_of(text)}


ALONE = {name: _told(EXAMPLE + text) for name, text in BREAKS.items()}


@pytest.mark.parametrize("name", BREAKS)
def test_each_mistake_is_told(name: str) -> None:
    assert ALONE[name]


@given(st.lists(st.sampled_from(sorted(BREAKS)), min_size=2, max_size=6, unique=True))
@settings(max_examples=60)
def test_mistakes_in_several_places_are_all_told_and_no_others(names: list[str]) -> None:
    together = _told(EXAMPLE + "".join(BREAKS[name] for name in names))
    assert together == set().union(*(ALONE[name] for name in names))


def _broken_lines() -> Iterator[tuple[int, str]]:
    """The example with one line broken: left out, its field misspelled or unknown, its value of another type."""
    lines = EXAMPLE.rstrip("\n").split("\n")
    for number, line in enumerate(lines):
        broken = ["", re.sub(r"(\w+)(\w):", r"\1\2\2:", line, count=1), re.sub(r"\w+:", "colour:", line, count=1)]
        broken += [re.sub(r": \S.*", f": {value}", line, count=1) for value in ("{x: 1}", "[1, [2]]", "Some Text", "")]
        for each in broken:
            if each != line:
                yield number + 1, "\n".join([*lines[:number], each, *lines[number + 1 :], ""])


def test_mistakes_are_told_beside_any_other_in_any_line() -> None:
    """Some mistakes leave nothing of a file that is YAML; beside all others they are told."""
    kept = ("circle", "never opens", "endless", "too late", "whatever the result")
    expected = set().union(*(ALONE[name] for name in kept))
    end = "".join(BREAKS[name] for name in kept)
    beside = 0
    for number, text in list(_broken_lines())[::4]:
        reading = read_yaml(text + end)
        if not reading.faults and isinstance(reading.data, dict) and "plays" in reading.data:
            beside += 1
            lost = expected - _told(text + end)
            assert not lost, f"line {number}: {lost}\n{text.splitlines()[number - 1]}"
    assert beside > 100
