"""Why a scenario failed: each difference with its line, what came nearest, and the timeline around it."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.planner.timeline import FactIgnored, JourneyEnded
from milepost.scenarios.expectations import Missing
from milepost.scenarios.runs import ScenarioRun
from milepost.scenarios.timeline_lines import Clock

_AROUND = 2
"""Lines of the timeline shown on either side of a place that differs."""
_LEGEND = (
    "Numbers are lines of the scenario: = as expected, - missing, ! must never come, ? a fact that changed nothing."
)


def why_failed(run: ScenarioRun) -> Iterator[str]:
    """Yields each difference, then the timeline around it."""
    clock = Clock.of(run.scenario)
    for missing in run.comparison.missing:
        yield from _missing(run, missing, clock)
    for forbidden in run.comparison.forbidden:
        line, entry = run.scenario.lines.never[forbidden.number], forbidden.entry
        yield f"{run.file}:{line} must never come: {clock.expectation(forbidden.never)}"
        yield f"  it came on {clock.time(entry.at)}: {clock.phrase(entry)}"
    for entry, line in in_vain(run).values():
        yield f"{run.file}:{line} changed nothing: {entry.fact}, because {entry.why}"
    yield ""
    yield f"{_LEGEND} Times in {clock.name}."
    yield from _diff(run, clock)


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


def in_vain(run: ScenarioRun) -> dict[int, tuple[FactIgnored, int]]:
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
    marks.update({at: ("?", line) for at, (_, line) in in_vain(run).items()})
    places = {id(entry): at for at, entry in enumerate(run.timeline)}
    marks.update({places[id(each.entry)]: ("!", lines.never[each.number]) for each in run.comparison.forbidden})
    return marks
