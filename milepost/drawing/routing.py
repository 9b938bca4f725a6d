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


Edge = tuple[str, str]
"""A card, and one that waits for it."""


@dataclass(frozen=True, slots=True)
class Gutter:
    """The arrows that run through one gutter, and the track of each source there, 0 next to the cards.

    `side` is 1 on the right, where arrows go down, and -1 on the left, where they go up.
    """

    side: int
    edges: tuple[Edge, ...]
    tracks: Mapping[str, int]

    @property
    def width(self) -> float:
        return CLEAR + EDGE + TRACK * max(self.tracks.values()) if self.tracks else CLEAR


@dataclass(frozen=True, slots=True)
class Routes:
    """The arrows of a column: straight ones, and those through the gutters beside the cards."""

    straight: tuple[Edge, ...]
    left: Gutter
    right: Gutter


def routes_of(column: Column) -> Routes:
    """Tracks for all arrows of a column."""
    order = {card.id: place for place, card in enumerate(column.cards)}
    edges = [(source, card.id) for card in column.cards for source in card.after]
    lengths = {edge: order[edge[1]] - order[edge[0]] for edge in edges}
    up = tuple(edge for edge in edges if lengths[edge] < 0)
    down = tuple(edge for edge in edges if lengths[edge] > 1)
    straight = tuple(edge for edge in edges if lengths[edge] == 1)
    return Routes(straight, Gutter(-1, up, _tracks(up, order)), Gutter(1, down, _tracks(down, order)))


def _tracks(edges: Sequence[Edge], order: Mapping[str, int]) -> dict[str, int]:
    """Returns a track for each source; sources whose spans overlap get different ones, shorter spans the inner."""
    spans: dict[str, tuple[int, int]] = {}
    for source, target in edges:
        low, high = spans.get(source, (order[source], order[source]))
        spans[source] = (min(low, order[target]), max(high, order[target]))
    tracks_taken: list[list[tuple[int, int]]] = []
    tracks: dict[str, int] = {}
    for source, span in sorted(spans.items(), key=lambda each: (each[1][1] - each[1][0], each[1])):
        low, high = span
        free = (n for n, others in enumerate(tracks_taken) if all(high <= one[0] or one[1] <= low for one in others))
        track = next(free, len(tracks_taken))
        if track == len(tracks_taken):
            tracks_taken.append([])
        tracks_taken[track].append(span)
        tracks[source] = track
    return tracks


def arrows_of(column: Column, routes: Routes, boxes: Mapping[str, Box]) -> list[Arrow]:
    """Returns the arrows, between cards that have their boxes."""
    arrows = [_straight(source, target, boxes) for source, target in routes.straight]
    for gutter in (routes.right, routes.left):
        ports = _ports(gutter, boxes)
        arrows += [_bent(edge, gutter, boxes, ports) for edge in gutter.edges]
    return arrows + [_from_elsewhere(source, card, boxes) for card in column.cards for source in card.elsewhere]


def _straight(source: str, target: str, boxes: Mapping[str, Box]) -> Arrow:
    above, below = boxes[source], boxes[target]
    x = above.x + above.width / 2
    return Arrow(source, target, ((x, above.bottom), (x, below.y)))


def _ports(gutter: Gutter, boxes: Mapping[str, Box]) -> dict[tuple[str, str], float]:
    """Returns the heights at which arrows leave and enter, by card and source: no two lines lie over each other."""
    used: dict[str, set[str]] = {}
    for source, target in gutter.edges:
        used.setdefault(source, set()).add(source)
        used.setdefault(target, set()).add(source)
    places: dict[tuple[str, str], float] = {}
    for card, sources in used.items():
        # Going down, what comes in stands above what goes out, and the inner tracks above the outer; up is the mirror.
        ordered = sorted(sources, key=lambda source: (source == card, gutter.tracks[source]))
        box = boxes[card]
        for place, source in enumerate(ordered, 1):
            share = place / (len(ordered) + 1)
            places[card, source] = box.y + box.height * (share if gutter.side > 0 else 1 - share)
    return places


def _bent(edge: Edge, gutter: Gutter, boxes: Mapping[str, Box], ports: Mapping[tuple[str, str], float]) -> Arrow:
    source, target = edge
    start, end = (boxes[card].right if gutter.side > 0 else boxes[card].x for card in edge)
    outermost = max(start, end) if gutter.side > 0 else min(start, end)
    lane = outermost + gutter.side * (CLEAR + TRACK * gutter.tracks[source])
    leaves, enters = ports[source, source], ports[target, source]
    points: tuple[Point, ...] = ((start, leaves), (lane, leaves), (lane, enters), (end, enters))
    return Arrow(source, target, points)


def _from_elsewhere(source: str, card: Card, boxes: Mapping[str, Box]) -> Arrow:
    """Returns a short arrow into a card that waits for another stage or play; the card names what it waits for."""
    box = boxes[card.id]
    share = (card.elsewhere.index(source) + 1) / (len(card.elsewhere) + 1)
    y = box.bottom - min(12.0, box.height / 3) * share
    return Arrow(source, card.id, ((box.x - STUB, y), (box.x, y)))
