"""`milepost test`: runs every scenario below a folder, and says why one fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from milepost.cli.runners import Engine, EngineOption, run_on_temporal
from milepost.cli.support.errors import CommandError
from milepost.cli.support.output import aside, print_json
from milepost.cli.support.timeline_lines import Clock
from milepost.planner.timeline import FactIgnored, JourneyEnded
from milepost.scenarios.discovery import scenario_files, sort_of
from milepost.scenarios.expectations import Expected, Missing
from milepost.scenarios.runs import ScenarioReport, ScenarioRun, run_scenarios
from milepost.text import listing

_AROUND = 2
"""Lines of the timeline shown on either side of a place that differs."""
_LEGEND = (
    "Numbers are lines of the scenario: = as expected, - missing, ! must never come, ? a fact that changed nothing."
)


def test(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Scenario files, or folders that hold some.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per scenario.")] = False,
    engine: EngineOption = Engine.PLANNER,
) -> None:
    """Run every scenario below a folder; exit 1 if one fails, and say what differs and on which line of it."""
    for path in paths:
        if path.is_file() and sort_of(path) == "map":
            raise CommandError(f"{path} is a map, not a scenario.", f"Its scenarios: milepost test {path.parent}")
    files = [file for path in paths for file in scenario_files(path)]
    if not files:
        places = listing([str(path) for path in paths], last="or")
        raise CommandError(f"There is no scenario below {places}.", "Write one into a map's scenarios/ folder.")
    report = run_scenarios(files, run_on_temporal if engine is Engine.TEMPORAL else None)
    aside(*map(str, report.problems))
    if as_json:
        _print_json(report)
    else:
        _print(report)
    if report.failing:
        raise typer.Exit(1)


def _print(report: ScenarioReport) -> None:
    for run in report.runs:
        typer.echo(f"{'pass' if run.comparison.passed else 'FAIL'}  {run.file}  {run.scenario.name}")
        if not run.comparison.passed:
            for line in _why(run):
                typer.echo(f"      {line}".rstrip())
    for file in report.not_run:
        typer.echo(f"FAIL  {file}  not run; see the problems above")
    failed = len(report.failing)
    typer.echo(f"\n{report.total - failed} passed, {failed} failed")


def _print_json(report: ScenarioReport) -> None:
    by_file: dict[str, list[dict[str, Any]]] = {}
    for problem in report.problems:
        by_file.setdefault(problem.file, []).append(problem.to_json())
    for run in report.runs:
        data = {"file": str(run.file), "scenario": run.scenario.name, "passed": run.comparison.passed, **_to_json(run)}
        print_json({**data, "problems": by_file.get(str(run.file), [])})
    for file, problems in report.not_run.items():
        data = {"file": str(file), "scenario": None, "passed": False, "missing": [], "forbidden": [], "in_vain": []}
        print_json({**data, "problems": [each.to_json() for each in problems]})


# Why a scenario failed: each difference with its line, what came nearest, and the timeline around it.


def _why(run: ScenarioRun) -> Iterator[str]:
    """Yields each difference, then the timeline around it."""
    clock = Clock.of(run.scenario)
    for missing in run.comparison.missing:
        yield from _missing(run, missing, clock)
    for forbidden in run.comparison.forbidden:
        line, entry = run.scenario.lines.never[forbidden.number], forbidden.entry
        yield f"{run.file}:{line} must never come: {clock.expectation(forbidden.never)}"
        yield f"  it came on {clock.time(entry.at)}: {clock.phrase(entry)}"
    for entry, line in _in_vain(run).values():
        yield f"{run.file}:{line} changed nothing: {entry.fact}, because {entry.why}"
    yield ""
    yield f"{_LEGEND} Times in {clock.name}."
    yield from _diff(run, clock)


def _to_json(run: ScenarioRun) -> dict[str, Any]:
    """The same as data: `line` is a line of the scenario's file, instants are in UTC."""
    lines = run.scenario.lines
    return {
        "missing": [_missing_json(each, lines.expect) for each in run.comparison.missing],
        "forbidden": [
            {"line": lines.never[each.number], "never": _plain(each.never), "entry": each.entry.to_json()}
            for each in run.comparison.forbidden
        ],
        "in_vain": [{"line": line, "entry": entry.to_json()} for _, (entry, line) in sorted(_in_vain(run).items())],
    }


def _missing_json(missing: Missing, lines: tuple[int, ...]) -> dict[str, Any]:
    return {
        "line": lines[missing.number],
        "expected": _plain(missing.expected),
        "nearest": None if missing.nearest is None else missing.nearest.to_json(),
        "differs_in": list(missing.differs),
        "earlier": None if missing.earlier is None else missing.earlier.to_json(),
    }


def _plain(expected: Expected) -> dict[str, Any]:
    """An expectation as plain data."""
    return dict(json.loads(json.dumps(expected, default=str)))


def _missing(run: ScenarioRun, missing: Missing, clock: Clock) -> Iterator[str]:
    lines = run.scenario.lines.expect
    yield f"{run.file}:{lines[missing.number]} expected {clock.expectation(missing.expected)}"
    if missing.earlier is not None:
        when = clock.time(missing.earlier.at)
        if missing.met is not None:
            yield f"  it came once, on {when}, which line {lines[missing.met]} expects already"
        else:
            earlier = [number for number in run.comparison.met.values() if number < missing.number]
            yield f"  it did come, on {when}, but before what line {lines[max(earlier)]} expects"
    elif missing.nearest is not None:
        taken = "" if missing.met is None else f", which line {lines[missing.met]} expects"
        yield f"  nearest: {clock.phrase(missing.nearest)} on {clock.time(missing.nearest.at)}{taken}"
        yield f"  differs in {'; '.join(_difference(missing, name, clock) for name in missing.differs)}"
    elif missing.last is not None:
        yield f"  nothing like it came; the last of it: {clock.phrase(missing.last)} on {clock.time(missing.last.at)}"
    else:
        last = run.timeline[-1] if run.timeline else None
        ended = f"; the journey ended on {clock.time(last.at)}" if isinstance(last, JourneyEnded) else ""
        yield f"  nothing like it came up to {clock.time(run.scenario.until)}{ended}"


def _difference(missing: Missing, name: str, clock: Clock) -> str:
    assert missing.nearest is not None
    came = missing.nearest.to_json().get(name)
    return f"{name} ({clock.value(name, missing.expected[name])} expected, {clock.value(name, came)} came)"


def _in_vain(run: ScenarioRun) -> dict[int, tuple[FactIgnored, int]]:
    """Facts that were ignored although nobody expects it: the entry by its place, and the line of the fact."""
    lines = run.scenario.lines.facts
    by_moment = {(fact.at, fact.kind): line for fact, line in zip(run.scenario.facts, lines, strict=bool(lines))}
    return {
        at: (entry, by_moment[entry.at, entry.fact])
        for at, entry in enumerate(run.timeline)
        if isinstance(entry, FactIgnored) and at not in run.comparison.met and (entry.at, entry.fact) in by_moment
    }


def _diff(run: ScenarioRun, clock: Clock) -> Iterator[str]:
    """The timeline around every place that differs, each line with its sign and the scenario's line."""
    marks = _marks(run)
    missing: dict[int, list[Missing]] = {}
    for each in run.comparison.missing:
        missing.setdefault(each.position, []).append(each)
    differ = {at for at, (sign, _) in marks.items() if sign != "="} | set(missing)
    shown = {near for at in differ for near in range(at - _AROUND, at + _AROUND + 1)}
    skipped = False
    for at in range(len(run.timeline) + 1):
        for each in missing.get(at, []):
            yield f"-{run.scenario.lines.expect[each.number]:<4} {clock.expectation(each.expected)}"
        if at < len(run.timeline) and at in shown:
            sign, number = marks.get(at, (" ", ""))
            yield f"{sign}{number:<4} {clock.line(run.timeline[at])}"
            skipped = False
        elif at < len(run.timeline) and not skipped:
            yield "      ..."
            skipped = True


def _marks(run: ScenarioRun) -> dict[int, tuple[str, int | str]]:
    """The sign and the scenario's line of every entry that the scenario speaks of."""
    lines = run.scenario.lines
    marks: dict[int, tuple[str, int | str]] = {
        at: ("=", lines.expect[number]) for at, number in run.comparison.met.items()
    }
    marks.update({at: ("?", line) for at, (_, line) in _in_vain(run).items()})
    places = {id(entry): at for at, entry in enumerate(run.timeline)}
    marks.update({places[id(each.entry)]: ("!", lines.never[each.number]) for each in run.comparison.forbidden})
    return marks
