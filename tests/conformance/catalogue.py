"""The scenarios of the rules, and of the shipped maps: where they lie, and what each makes on the planner alone."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from milepost.planner.timeline import Entry
from milepost.scenarios.runs import run_on_planner
from milepost.scenarios.scenario import Scenario, load_scenario
from milepost.shipped import patterns, shipped_maps

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PAGE = ROOT / "docs" / "map-language.md"
FIRST_RULES, LAST_RULES = "Steps: when they open and close", "Facts: what a journey can be told"
FAILURES = "failures_of_others"
"""The one folder that is no rule's: what goes wrong in other products and must not here."""

CONFORMANCE = sorted(HERE.glob("*/*.yaml"))
MAPS = (*shipped_maps().values(), *patterns().values())
SHIPPED = [file for folder in MAPS for file in sorted(folder.glob("scenarios/*.yaml"))]


@cache
def scenario_of(file: Path) -> Scenario:
    loaded = load_scenario(file)
    assert loaded.scenario is not None, "\n".join(map(str, loaded.problems))
    return loaded.scenario


def timeline_of(file: Path) -> tuple[Entry, ...]:
    """The timeline that the planner alone makes of a scenario."""
    return run_on_planner(scenario_of(file))


def name_of(file: Path) -> str:
    """`rule/scenario`, or `map/scenario` for a shipped one."""
    folder = file.parents[1] if file.parent.name == "scenarios" else file.parent
    return f"{folder.name}/{file.stem}"


def rules() -> list[str]:
    """The anchors of the rules on the page: headings without further headings below them."""
    headings = re.findall(r"^(##+) (.+)$", PAGE.read_text(), re.MULTILINE)
    titles = [title for _, title in headings]
    first, after = titles.index(FIRST_RULES), titles.index(LAST_RULES) + 1
    while headings[after][0] == "###":
        after += 1
    pairs = zip(headings[first:after], headings[first + 1 : after + 1], strict=True)
    return [anchor(title) for (level, title), (next_level, _) in pairs if len(next_level) <= len(level)]


def anchor(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
