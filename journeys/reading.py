"""Reading what `simulate` is given: a scenario's file, or a map with a made-up customer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from journeys.drafting import MADE_UP_START, made_up_customer
from journeys.language.lint import lint
from journeys.language.loader import MAP_FILE, content_hash, load
from journeys.language.yaml_text import read_yaml
from journeys.planner.chart import Chart
from journeys.scenario import ABOUT_TEXTS, LoadedScenario, Scenario, load_scenario, with_placeholders

MADE_UP_DAYS = 366


def load_runnable(path: Path) -> LoadedScenario:
    """A scenario, or a year of a map in which nobody does anything, from a file or folder of either."""
    if path.is_dir() or path.name == MAP_FILE or not _is_scenario(path):
        return _of_map(path)
    return load_scenario(path)


def scenario_files(path: Path) -> list[Path]:
    """The scenario that a path is, or every one below a folder, in the order of their names."""
    if not path.is_dir():
        return [path]
    return sorted(found for found in _yaml_below(path) if found.parent.name == "scenarios" or _is_scenario(found))


def _yaml_below(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*.yaml"):
        if file.name != MAP_FILE and not any(part.startswith(".") for part in file.relative_to(folder).parts):
            yield file


def _is_scenario(path: Path) -> bool:
    try:
        data = read_yaml(path.read_text("utf-8-sig")).data
    except (OSError, UnicodeDecodeError):
        return True
    return not (isinstance(data, dict) and "stages" in data)


def _of_map(path: Path) -> LoadedScenario:
    loaded = load(path)
    errors = tuple(problem for problem in lint(loaded) if problem.severity == "error")
    if loaded.map is None or any(problem.code != ABOUT_TEXTS for problem in errors):
        return LoadedScenario(None, errors)
    files = with_placeholders(loaded.files or {}, loaded.map)
    return LoadedScenario(
        Scenario(
            name=f"{loaded.map.title}, and nobody does anything for a year",
            chart=Chart.of(loaded.map, content_hash(files)),
            files=files,
            customer=made_up_customer(loaded.map, MADE_UP_START),
            start=MADE_UP_START,
            facts=(),
            until=MADE_UP_START + MADE_UP_DAYS * 86_400,
        ),
        errors,
    )
