"""Circles of names in which each leads to the next: of steps by `after`, of personas by `fallback`, of branches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence


def circle_from(start: str, following: Mapping[str, Sequence[str]]) -> list[str] | None:
    """Returns the shortest way from a name back to itself, without the return; None if there is none."""
    ways = [[start]]
    visited = set()
    while ways:
        way = ways.pop(0)
        for name in following.get(way[-1], ()):
            if name == start:
                return way
            if name not in visited:
                visited.add(name)
                ways.append([*way, name])
    return None


def circles(names: Iterable[str], following: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Yields a circle for each name that is in one and in none of those before."""
    reported: set[str] = set()
    for name in names:
        circle = None if name in reported else circle_from(name, following)
        if circle is not None:
            reported.update(circle)
            yield circle


def arrows(circle: Sequence[str]) -> str:
    """Returns a circle in words: `a → b → a`."""
    return " → ".join([*circle, circle[0]])
