"""What the scenarios of a map say before it is published. They stop nothing: a test may be behind its map."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from milepost.cli.support.output import aside, count_of, print_json
from milepost.cli.trials.scenario_runs import try_scenarios
from milepost.language.loader import Loaded
from milepost.scenarios.discovery import scenario_files

_NAMED = 3


def warn_of_scenarios(maps: Iterable[Loaded], *, as_json: bool) -> None:
    """Run the scenarios beside each map; where some fail, say how many, which, and how to see why."""
    for loaded in maps:
        if loaded.folder is not None:
            _warn(loaded.folder, as_json=as_json)


def _warn(folder: Path, *, as_json: bool) -> None:
    trial = try_scenarios(scenario_files(folder))
    failing = [str(file) for file in trial.failing]
    if as_json:
        print_json({"kind": "scenarios", "folder": str(folder), "run": trial.many, "failing": failing})
    elif failing:
        fail = "fails" if len(failing) == 1 else "fail"
        more = f" and {len(failing) - _NAMED} more" if len(failing) > _NAMED else ""
        aside(
            f"{folder}: {len(failing)} of {count_of(trial.many, 'scenario')} {fail}: "
            f"{', '.join(failing[:_NAMED])}{more}. See why: milepost test {folder}"
        )
