"""Arrows between the cards of one column, beside the cards, so that none crosses a text.

Cards stand below each other. What must wait for the card just above it gets a straight arrow. Other arrows run down
through the gutter on the right or up through the one on the left, each on a track of its own; the arrows that leave
one card share theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from milepost.drawing.content import Card, Column
from milepost.drawing.scene import Arrow, Box, Point

TRACK = 7.0
CLEAR = 9.0
"""From a card to the first track, room for the head of an arrow."""
EDGE = 5.0
STUB = 8.0


@dataclass(frozen=True, slots=True)
class Routes:
    """The track of each source on each side, 0 next to the cards; `straight` arrows need none."""

    straight: tuple[tuple[str, str], ...]
    down: Mapping[str, int]
    up: Mapping[str, int]
    edges: tuple[tuple[str, str], ...]
    order: Mapping[str, int]

    @property
    def left(self) -> float:
        """The width of the gutter on the left."""
        return _gutter(self.up)

    @property
    def right(self) -> float:
        return _gutter(self.down)


def _gutter(tracks: Mapping[str, int]) -> float:
    return CLEAR + EDGE + TRACK * max(tracks.values(), default=-1) if tracks else CLEAR


def routes_of(column: Column) -> Routes:
    """Tracks for all arrows of a column."""
    order = {card.id: place for place, card in enumerate(column.cards)}
    edges = tuple((source, card.id) for card in column.cards for source in card.after)
    straight = tuple((source, target) for source, target in edges if order[target] == order[source] + 1)
    bent = [edge for edge in edges if edge not in straight]
    down = _tracks([edge for edge in bent if order[edge[0]] < order[edge[1]]], order)
    up = _tracks([edge for edge in bent if order[edge[0]] > order[edge[1]]], order)
    return Routes(straight, down, up, tuple(bent), order)


def _tracks(edges: Sequence[tuple[str, str]], order: Mapping[str, int]) -> dict[str, int]:
    """A track for each source; sources whose spans overlap get different ones, shorter spans the inner."""
    spans: dict[str, tuple[int, int]] = {}
    for source, target in edges:
        low, high = spans.get(source, (order[source], order[source]))
        spans[source] = (min(low, order[target]), max(high, order[target]))
    taken: list[list[tuple[int, int]]] = []
    tracks: dict[str, int] = {}
    for source, span in sorted(spans.items(), key=lambda each: (each[1][1] - each[1][0], each[1])):
        track = next((n for n, others in enumerate(taken) if not any(_overlap(span, other) for other in others)), None)
        if track is None:
            track = len(taken)
            taken.append([])
        taken[track].append(span)
        tracks[source] = track
    return tracks


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def arrows_of(column: Column, routes: Routes, boxes: Mapping[str, Box]) -> list[Arrow]:
    """The arrows, between cards that have their boxes."""
    arrows = [_straight(source, target, boxes) for source, target in routes.straight]
    for edges, tracks, side in (
        ([edge for edge in routes.edges if _goes_down(edge, routes)], routes.down, 1),
        ([edge for edge in routes.edges if not _goes_down(edge, routes)], routes.up, -1),
    ):
        ports = _ports(edges, tracks, boxes, side)
        arrows += [_bent(edge, tracks, boxes, ports, side) for edge in edges]
    return arrows + [_from_elsewhere(source, card, boxes) for card in column.cards for source in card.elsewhere]


def _goes_down(edge: tuple[str, str], routes: Routes) -> bool:
    return routes.order[edge[0]] < routes.order[edge[1]]


def _straight(source: str, target: str, boxes: Mapping[str, Box]) -> Arrow:
    above, below = boxes[source], boxes[target]
    x = above.x + above.width / 2
    return Arrow(source, target, ((x, above.bottom), (x, below.y)))


def _ports(
    edges: Sequence[tuple[str, str]], tracks: Mapping[str, int], boxes: Mapping[str, Box], side: int
) -> dict[tuple[str, str], float]:
    """The heights at which arrows leave and enter, by card and source: all differ, none lies over another's line."""
    used: dict[str, set[str]] = {}
    for source, target in edges:
        used.setdefault(source, set()).add(source)
        used.setdefault(target, set()).add(source)
    places: dict[tuple[str, str], float] = {}
    for card, sources in used.items():
        # Going down, what comes in stands above what goes out, and the inner tracks above the outer; up is the mirror.
        ordered = sorted(sources, key=lambda source: (source == card, tracks[source]))
        box = boxes[card]
        for place, source in enumerate(ordered, 1):
            share = place / (len(ordered) + 1)
            places[card, source] = box.y + box.height * (share if side > 0 else 1 - share)
    return places


def _bent(
    edge: tuple[str, str],
    tracks: Mapping[str, int],
    boxes: Mapping[str, Box],
    ports: Mapping[tuple[str, str], float],
    side: int,
) -> Arrow:
    source, target = edge
    away = CLEAR + TRACK * tracks[source]
    start, end = _side(boxes[source], side), _side(boxes[target], side)
    lane = (max(start, end) if side > 0 else min(start, end)) + side * away
    leaves, enters = ports[source, source], ports[target, source]
    points: tuple[Point, ...] = ((start, leaves), (lane, leaves), (lane, enters), (end, enters))
    return Arrow(source, target, points)


def _side(box: Box, side: int) -> float:
    return box.right if side > 0 else box.x


def _from_elsewhere(source: str, card: Card, boxes: Mapping[str, Box]) -> Arrow:
    """A short arrow into a card that waits for another stage or play; the card names what it waits for."""
    box = boxes[card.id]
    share = (card.elsewhere.index(source) + 1) / (len(card.elsewhere) + 1)
    y = box.bottom - min(12.0, box.height / 3) * share
    return Arrow(source, card.id, ((box.x - STUB, y), (box.x, y)))
