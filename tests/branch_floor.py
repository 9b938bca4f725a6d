"""Holds the last run of `make cov` against the floor: of how many branches of a package both ways were taken.

A line that was run says little about a rule with two outcomes, so that branches are counted alone.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from coverage import Coverage

FLOOR = 97.0
"""Percent of the branches of each package."""

PACKAGES = ("milepost/language", "milepost/planner")


def main() -> int:
    """Print what is missing and how much was reached; 1 where a package is below the floor."""
    coverage = Coverage()
    coverage.load()
    coverage.report(show_missing=True, skip_covered=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        coverage.json_report(outfile=str(report))
        files = json.loads(report.read_text())["files"]
    reached = {package: _percent(files, package) for package in PACKAGES}
    lines = [f"{package}: {percent:.1f} % of branches" for package, percent in reached.items()]
    print("\n".join([*lines, f"The floor is {FLOOR:g} %."]))  # noqa: T201 - a script
    return int(min(reached.values()) < FLOOR)


def _percent(files: dict[str, Any], package: str) -> float:
    counts: Counter[str] = Counter()
    for name, file in files.items():
        if name.startswith(f"{package}/"):
            counts.update({key: file["summary"][key] for key in ("num_branches", "covered_branches")})
    return 100 * counts["covered_branches"] / max(counts["num_branches"], 1)


if __name__ == "__main__":
    sys.exit(main())
