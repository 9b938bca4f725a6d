"""M110: checks that messages and playbooks exist, can be read, and use only known names. W219: and that they help."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milepost.language.findings import Finding, describe
from milepost.language.lint.outline import MapOutline, PlacedStep, is_unreadable
from milepost.language.loader import TEMPLATE_FOLDERS, Loaded
from milepost.language.names import nearest
from milepost.language.problems import Problem
from milepost.language.steps import Action
from milepost.language.templates.checks import check_template
from milepost.language.templates.source import variant_language
from milepost.language.yaml_text import Path
from milepost.text import did_you_mean

_FIELDS = (("message", "messages"), ("reminder", "messages"), ("playbook", "playbooks"))


def check_files(outline: MapOutline, loaded: Loaded) -> Iterator[Problem]:
    """Checks the files that the map names, and every file beside it; a map without a folder has none to check."""
    if loaded.files is None:
        return
    for placed in outline.steps:
        for finding in (*_missing(outline, placed, loaded), *_nothing_to_do(outline, placed, loaded)):
            yield finding.problem(outline.data, loaded.file)
    for finding in _missing_pointers(outline, loaded):
        yield finding.problem(outline.data, loaded.file)
    attributes, asks = outline.map.attributes, outline.names.answers
    for name, text in sorted(loaded.files.items()):
        folder = name.partition("/")[0]
        if folder in TEMPLATE_FOLDERS:
            for problem in check_template(text, attributes, asks, message=folder == "messages"):
                file = loaded.name_of(name)
                yield Problem(file, problem.line, problem.column, "M110", problem.message, problem.suggestion)


def _missing(outline: MapOutline, placed: PlacedStep, loaded: Loaded) -> Iterator[Finding]:
    for field, folder in _FIELDS:
        name = getattr(placed.step, field, None)
        if name is not None:
            yield from _absent(outline, (*placed.path, field), folder, name, loaded)


def _missing_pointers(outline: MapOutline, loaded: Loaded) -> Iterator[Finding]:
    for kind, pointer in outline.map.pointers.items():
        yield from _absent(outline, ("pointers", kind, "message"), "messages", pointer.message, loaded)


def _absent(outline: MapOutline, path: Path, folder: str, name: str, loaded: Loaded) -> Iterator[Finding]:
    """Yields that a file isn't there, if it isn't, and couldn't be read either."""
    assert loaded.files is not None
    unread = {problem.file for problem in loaded.problems}
    if is_unreadable(name) or f"{folder}/{name}" in loaded.files or loaded.name_of(f"{folder}/{name}") in unread:
        return
    there = [each.partition("/")[2] for each in loaded.files if each.startswith(f"{folder}/")]
    suggestion = nearest(name, there)
    hint = did_you_mean(suggestion) or "; write it"
    message = f"There is no file {folder}/{name}, named in {describe(outline.data, path)}{hint}"
    yield Finding(path, "M110", message, suggestion)


def _nothing_to_do(outline: MapOutline, placed: PlacedStep, loaded: Loaded) -> Iterator[Finding]:
    """Warns of a mail that leads to the plan, where nothing says how the action is done."""
    action = placed.step
    if not isinstance(action, Action) or action.how or action.link or action.asks:
        return
    if any((*placed.path, field) in outline.repaired for field in ("how", "link", "asks")):
        return
    for field, name in (("message", action.message), ("reminder", action.reminder)):
        if name is not None and any(_PLAN_LINK.search(text) for text in _variants(loaded, name)):
            message = f"messages/{name} leads to the plan, where nothing says how to do action {action.id!r}"
            yield Finding((*placed.path, field), "W219", f"{message}; add 'how', 'link' or 'asks'")


def _variants(loaded: Loaded, name: str) -> Iterator[str]:
    """Yields a message and its language variants."""
    beginning = f"messages/{name.removesuffix('.md')}."
    for file, text in (loaded.files or {}).items():
        if file.startswith(beginning) and (file == f"messages/{name}" or variant_language(file) is not None):
            yield text


_PLAN_LINK = re.compile(r"\{[{%][^}]*\bplan_url\b")
