"""Mistakes that people make in YAML, made in each line of a good file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_FIELD = re.compile(r"(?P<before>\s*(?:- )*)(?P<name>\w+):(?: (?P<value>\S.*))?")


@dataclass(frozen=True, slots=True)
class Damaged:
    """A file with one mistake in the line of that number, from 1."""

    kind: str
    number: int
    text: str


def made_in_lines(text: str, every: int) -> Iterator[Damaged]:
    """Every mistake, each in every `every`th line in which it can be made."""
    lines = text.split("\n")
    for row, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        for number, (kind, make) in enumerate(KINDS.items()):
            if (row + number) % every == 0 and (changed := make(line)) is not None and changed != line:
                yield Damaged(kind, row + 1, _with(lines, row, changed))


def _with(lines: Sequence[str], row: int, changed: str) -> str:
    return "\n".join([*lines[:row], changed, *lines[row + 1 :]])


def _deeper(spaces: int) -> Callable[[str], str]:
    return lambda line: " " * spaces + line


def _shallower(spaces: int) -> Callable[[str], str | None]:
    return lambda line: line[spaces:] if line.startswith(" " * spaces) else None


def _of_field(form: str, *, not_before: str = "", valued: bool = True) -> Callable[[str], str | None]:
    """A field written in another form, where its value does not begin with one of some letters."""

    def make(line: str) -> str | None:
        match = _FIELD.fullmatch(line)
        if match is None or (valued and (match["value"] or "|")[0] in f"|>{not_before}"):
            return None
        return form.format(before=match["before"], name=match["name"], value=match["value"] or "").rstrip()

    return make


def _sub(pattern: str, new: str) -> Callable[[str], str]:
    return lambda line: re.sub(pattern, new, line, count=1)


_ENCLOSED = "\"'[{"
KINDS: dict[str, Callable[[str], str | None]] = {
    "a space too many": _deeper(1),
    "two spaces too many": _deeper(2),
    "four spaces too many": _deeper(4),
    "a space too few": _shallower(1),
    "two spaces too few": _shallower(2),
    "four spaces too few": _shallower(4),
    "a tab": _sub(r"^ +", "\t"),
    "no colon": _of_field("{before}{name} {value}", valued=False),
    "no space after the colon": _of_field("{before}{name}:{value}"),
    "a colon in the text": _of_field("{before}{name}: Ask: {value}", not_before=_ENCLOSED),
    "a quote that is not closed": _of_field('{before}{name}: "{value}', not_before=_ENCLOSED),
    "a quote that is not opened again": _sub(r'("[^"]*)"', r"\1"),
    "a bracket that is not closed": _sub(r"[\]}]$", ""),
    "no comma": _sub(r"(: [\[{].*?), ", r"\1 "),
    "a dash too many": _sub(r"^( +)(?=\w+:)", r"\1- "),
    "no space after the dash": _sub(r"^( *)- ", r"\1-"),
    "no dash": _sub(r"^( *)- ", r"\1"),
    "no dash, but its space": _sub(r"^( *)- ", r"\1  "),
    "a field twice": _of_field("{before}{name}: {value}\n{before}{name}: x"),
}
