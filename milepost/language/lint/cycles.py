"""M111: branches that go round in a circle without waiting for anything.

Whatever takes time or a person breaks a circle: a task, an action, an outcome, a wait, an anchor, a deadline, a
cooldown. A mail doesn't, as it is done when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from milepost.language.durations import Duration
from milepost.language.findings import Finding
from milepost.language.lint.circles import arrows, circle_from
from milepost.language.lint.outline import MapOutline
from milepost.language.model import Play, Stage
from milepost.language.steps import AnyStep, Touchpoint
from milepost.language.yaml_text import Path


@dataclass(frozen=True, slots=True)
class _Edge:
    """A stage or play that leads to another one at once; `path` is the branch, None for the sequence."""

    origin: str
    target: str
    path: Path | None


def check_cycles(outline: MapOutline) -> Iterator[Finding]:
    """Yields one finding for each circle, at its first branch in the file."""
    edges = [edge for path, container in outline.containers for edge in _edges(outline, path, container)]
    following: dict[str, list[str]] = {}
    for edge in edges:
        following.setdefault(edge.origin, []).append(edge.target)
    reported: set[str] = set()
    for edge in edges:
        circle = circle_from(edge.origin, {**following, edge.origin: [edge.target]})
        if edge.path is None or circle is None or not reported.isdisjoint(circle):
            continue
        reported.update(circle)
        names = [name.partition(" ")[2] for name in circle]
        message = f"This goes round in a circle forever: {arrows(names)}; put a wait, a task or an action on the way"
        yield Finding(edge.path, "M111", message)


def _edges(outline: MapOutline, path: Path, container: Stage | Play) -> Iterator[_Edge]:
    if (
        not _closes_at_once(container)
        or not _is_readable(outline, path)
        or any(item.end is not None for item in container.then)
    ):
        return
    origin = f"{'stage' if isinstance(container, Stage) else 'play'} {container.id}"
    for index, item in enumerate(container.then):
        if item.go_to is not None:
            yield _Edge(origin, f"stage {item.go_to}", (*path, "then", index, "go_to"))
        if item.play is not None and not _cools_down(outline, item.play):
            yield _Edge(origin, f"play {item.play}", (*path, "then", index, "play"))
    if not any(item.go_to for item in container.then):
        for before, after in pairwise(outline.sequence):
            if before is container:
                yield _Edge(origin, f"stage {after.id}", None)


def _closes_at_once(container: Stage | Play) -> bool:
    required = [step for step in container.steps if not step.optional and getattr(step, "every", None) is None]
    return bool(required) and all(_is_instant(step) for step in required)


def _is_readable(outline: MapOutline, path: Path) -> bool:
    """Returns whether all could be read that may make something wait here: lists of steps, and fields of steps."""
    steps = [placed.path for placed in outline.steps if placed.path[: len(path)] == path]
    return outline.has_all_steps(path) and outline.is_readable(
        *((*step, field) for step in steps for field in ("role", "at", "wait", "optional", "every"))
    )


def _is_instant(step: AnyStep) -> bool:
    mail = isinstance(step, Touchpoint) and step.role is None
    return mail and step.at is None and not _takes_time(step.wait)


def _takes_time(duration: Duration | None) -> bool:
    return duration is not None and duration.count > 0


def _cools_down(outline: MapOutline, play: str) -> bool:
    return any(
        each.id == play and (_takes_time(each.cooldown) or not outline.is_readable(("plays", at, "cooldown")))
        for at, each in enumerate(outline.map.plays)
    )
