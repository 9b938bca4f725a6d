"""M110: checks that messages and playbooks exist, can be read, and use only known names."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.language.findings import Finding, describe
from milepost.language.lint.outline import MapOutline, PlacedStep, is_unreadable
from milepost.language.loader import SIDE_FOLDERS, Loaded
from milepost.language.names import nearest
from milepost.language.problems import Problem
from milepost.language.templates.checks import check_template
from milepost.text import did_you_mean

_FIELDS = (("message", "messages"), ("reminder", "messages"), ("playbook", "playbooks"))


def check_files(outline: MapOutline, loaded: Loaded) -> Iterator[Problem]:
    """Checks the files that the map names, and every file beside it; a map without a folder has none to check."""
    if loaded.files is None:
        return
    for placed in outline.steps:
        for finding in _missing(outline, placed, loaded):
            yield finding.problem(outline.data, loaded.file)
    attributes, asks = outline.map.attributes, outline.names.answers
    for name, text in sorted(loaded.files.items()):
        folder = name.partition("/")[0]
        if folder in SIDE_FOLDERS:
            for problem in check_template(text, attributes, asks, message=folder == "messages"):
                file = loaded.name_of(name)
                yield Problem(file, problem.line, problem.column, "M110", problem.message, problem.suggestion)


def _missing(outline: MapOutline, placed: PlacedStep, loaded: Loaded) -> Iterator[Finding]:
    assert loaded.files is not None
    unread = {problem.file for problem in loaded.problems}
    for field, folder in _FIELDS:
        name = getattr(placed.step, field, None)
        if name is None or is_unreadable(name) or f"{folder}/{name}" in loaded.files:
            continue
        if loaded.name_of(f"{folder}/{name}") in unread:
            continue
        there = [each.partition("/")[2] for each in loaded.files if each.startswith(f"{folder}/")]
        suggestion = nearest(name, there)
        path = (*placed.path, field)
        hint = did_you_mean(suggestion) or "; write it"
        message = f"There is no file {folder}/{name}, named in {describe(outline.data, path)}{hint}"
        yield Finding(path, "M110", message, suggestion)
