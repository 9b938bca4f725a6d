"""The codes of problems, as `milepost lint --explain` shows them; their texts are in `problem_codes.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True)
class ProblemCode:
    """A kind of problem; `wrong` and `right` are parts of a map."""

    title: str
    explanation: str
    wrong: str
    right: str


@cache
def problem_codes() -> dict[str, ProblemCode]:
    """Returns every kind of problem by its code, errors first."""
    codes = YAML(typ="safe").load(Path(__file__).with_suffix(".yaml"))
    return {code: ProblemCode(**texts) for code, texts in codes.items()}
