"""M110 for the templates inside a map: `how`, and the address of a `link`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from milepost.language.asks import StepLink
from milepost.language.findings import Finding, describe
from milepost.language.lint.outline import MapOutline
from milepost.language.steps import Outcome
from milepost.language.templates.checks import check_text
from milepost.language.yaml_text import Path

_WEB = re.compile(r"https?://\S|\{\{", re.IGNORECASE)
"""The beginning of an address; one that a value gives is looked at when the value is known."""


def check_texts(outline: MapOutline) -> Iterator[Finding]:
    """Checks the templates of touchpoints and actions, with the names that a message may use."""
    for placed in outline.steps:
        if isinstance(placed.step, Outcome):
            continue
        if placed.step.how is not None:
            yield from _check(outline, placed.step.how, (*placed.path, "how"))
        if placed.step.link is not None:
            yield from _link(outline, placed.step.link, (*placed.path, "link", "url"))


def _link(outline: MapOutline, link: StepLink, path: Path) -> Iterator[Finding]:
    if path in outline.repaired:
        return
    yield from _check(outline, link.url, path)
    if _WEB.match(link.url) is None:
        message = f"{link.url!r} isn't an address on the web; begin it with https://"
        yield Finding(path, "M103", f"{message} ({describe(outline.data, path)})")


def _check(outline: MapOutline, text: str, path: Path) -> Iterator[Finding]:
    begins = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    for problem in check_text(text, outline.map.attributes, outline.names.answers):
        offset = begins[problem.line - 1] + problem.column - 1
        message = f"{problem.message} (in {describe(outline.data, path)})"
        yield Finding(path, "M110", message, problem.suggestion, offset=offset)
