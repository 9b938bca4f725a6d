"""Checks a map's folder and runs its scenarios, as a program of its own: its memory and its time are bounded.

It gets the folder's name and its texts as JSON, writes them into the folder that it is started in, and answers with the
check as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from milepost.intake.candidates.report import Check, FailedScenario
from milepost.language.loader import content_hash, load
from milepost.language.problems import errors_in
from milepost.people.map_check import check_map
from milepost.scenarios.discovery import scenario_files
from milepost.scenarios.maps import MapCache
from milepost.scenarios.runs import run_scenarios
from milepost.scenarios.why_failed import why_failed

SECONDS = 120
"""The time of a processor that it may take."""
_MEMORY = 2 * 1024**3
_MOST_FINDINGS = 500
_MOST_LINES = 60
"""Of what is said about a scenario."""


def check_folder(folder: Path) -> Check:
    """Returns what the files in a folder say; nothing outside of it is read, whatever its scenarios name."""
    loaded = load(folder)
    problems = check_map(loaded)
    digest = content_hash(loaded.files or {})
    map_, title = (None, None) if loaded.map is None else (loaded.map.map, loaded.map.title)
    if errors_in(problems):
        return Check(map_, title, digest if map_ else None, problems[:_MOST_FINDINGS], 0, ())
    report = run_scenarios(scenario_files(folder), maps=MapCache(within=folder))
    failed = [
        FailedScenario(str(run.file), run.scenario.name, tuple(why_failed(run))[:_MOST_LINES])
        for run in report.runs
        if not run.comparison.passed
    ]
    not_run = [
        FailedScenario(str(file), "", tuple(str(each) for each in found)[:_MOST_LINES])
        for file, found in report.not_run.items()
    ]
    return Check(map_, title, digest, problems[:_MOST_FINDINGS], report.total, (*failed, *not_run))


def _written(data: Mapping[str, Any]) -> Path:
    folder = Path(data["name"])
    for name, text in data["files"].items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")
    return folder


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    json.dump(check_folder(_written(json.load(sys.stdin))).to_json(), sys.stdout)
