"""`milepost test`: every scenario below a folder, and a diff of the timeline where one fails."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from commands.engines import Engine, EngineOption, line, run
from journeys.judging import Verdict, judge
from journeys.planner.timeline import Entry
from journeys.reading import scenario_files
from journeys.scenario import Scenario, load_scenario

AROUND = 2
"""Lines of the timeline shown on either side of a place that differs."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A scenario that was run, with what came of it."""

    file: Path
    scenario: Scenario
    timeline: Sequence[Entry]
    verdict: Verdict


def test(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Scenario files, or folders to look through.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One scenario a line, as JSON.")] = False,
    engine: EngineOption = Engine.PLANNER,
) -> None:
    """Run every scenario below a folder; exit 1, with a diff of the timeline, if one fails."""
    files = [file for path in paths for file in scenario_files(path)]
    if not files:
        places = ", ".join(str(path) for path in paths)
        typer.echo(f"There is no scenario below {places}; write one into a map's scenarios/ folder.", err=True)
        raise typer.Exit(1)
    unread, ready = _loaded(files)
    timelines = run([scenario for _, scenario in ready], engine)
    tried = [
        Tried(file, scenario, timeline, judge(scenario.expect, scenario.never, timeline))
        for (file, scenario), timeline in zip(ready, timelines, strict=True)
    ]
    for each in tried:
        _print(each, as_json=as_json)
    failed = sum(not each.verdict.passed for each in tried) + unread
    if not as_json:
        typer.echo(f"\n{len(files) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)


def _loaded(files: list[Path]) -> tuple[int, list[tuple[Path, Scenario]]]:
    unread, ready = 0, []
    for file in files:
        loaded = load_scenario(file)
        for problem in loaded.problems:
            typer.echo(str(problem), err=True)
        if loaded.scenario is None:
            unread += 1
        else:
            ready.append((file, loaded.scenario))
    return unread, ready


def _print(tried: Tried, *, as_json: bool) -> None:
    verdict = tried.verdict
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "file": str(tried.file),
                    "scenario": tried.scenario.name,
                    "passed": verdict.passed,
                    "missing": [dict(expected) for _, expected in verdict.missing],
                    "forbidden": [entry.to_json() for _, entry in verdict.forbidden],
                },
                ensure_ascii=False,
                default=str,
            ),
        )
        return
    typer.echo(f"{'pass' if verdict.passed else 'FAIL'}  {tried.file}  {tried.scenario.name}")
    if not verdict.passed:
        for diff in _diff(tried):
            typer.echo(f"      {diff}")


def _diff(tried: Tried) -> Iterator[str]:
    """The timeline with what is missing (`-`) where it was looked for, and what must never come (`!`)."""
    place_of = {number: at for at, number in tried.verdict.found.items()}
    missing: dict[int, list[str]] = {}
    for number, expected in tried.verdict.missing:
        after = max((at for other, at in place_of.items() if other < number), default=-1) + 1
        missing.setdefault(after, []).append(json.dumps(dict(expected), ensure_ascii=False, default=str))
    forbidden = {id(entry) for _, entry in tried.verdict.forbidden}
    marked = {at for at, entry in enumerate(tried.timeline) if id(entry) in forbidden} | set(missing)
    shown = {near for at in marked for near in range(at - AROUND, at + AROUND + 1)}
    skipped = False
    for at in range(len(tried.timeline) + 1):
        for expected_line in missing.get(at, []):
            yield f"- expected {expected_line}"
        if at == len(tried.timeline):
            return
        if at not in shown:
            if not skipped:
                yield "  ..."
            skipped = True
            continue
        skipped = False
        entry = tried.timeline[at]
        sign = "!" if id(entry) in forbidden else ("=" if at in tried.verdict.found else " ")
        yield f"{sign} {line(entry)}"
