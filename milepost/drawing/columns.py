"""Stages and plays as columns: their gutters, the heights of their parts, and the items in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from milepost.drawing import palette
from milepost.drawing.boxes import (
    COLUMN_TONES,
    card_height,
    card_items,
    facts_height,
    facts_items,
    header_height,
    header_items,
)
from milepost.drawing.content import Card, Column
from milepost.drawing.routing import Routes, arrows_of, routes_of
from milepost.drawing.scene import Box, Group, Item, Rect, Shape

GAP = 12.0
"""Between two cards, room for a straight arrow."""
PLAY_PAD = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class RoutedColumn:
    """A column with the routes of its arrows, which don't depend on its place; equal only to itself."""

    column: Column
    routes: Routes

    @staticmethod
    def all_of(columns: Iterable[Column]) -> tuple[RoutedColumn, ...]:
        return tuple(RoutedColumn(column, routes_of(column)) for column in columns)

    @property
    def gutters(self) -> float:
        return self.routes.left.width + self.routes.right.width


def stack_height(cards: Sequence[Card], width: float) -> float:
    """Returns the height of cards below each other, without room above or below."""
    return sum(card_height(card, width) for card in cards) + GAP * max(len(cards) - 1, 0)


def stack(cards: Sequence[Card], x: float, y: float, width: float) -> dict[str, Box]:
    """Returns the boxes of cards below each other from (x, y), by id."""
    boxes = {}
    for card in cards:
        boxes[card.id] = Box(x, y, width, card_height(card, width))
        y += boxes[card.id].height + GAP
    return boxes


# Stages.


def stage_items(stage: RoutedColumn, header: Box, lanes: Mapping[str, Box], cards: tuple[float, float]) -> Group:
    """Returns a stage: its head, and cards in the middle of their lanes; `cards` is their left edge and width."""
    boxes: dict[str, Box] = {}
    x, width = cards
    for track, lane in lanes.items():
        here = stage.column.on(track)
        y = lane.y + (lane.height - stack_height(here, width)) / 2
        boxes.update(stack(here, x, y, width))
    items: list[Item] = [
        *arrows_of(stage.column, stage.routes, boxes),
        *header_items(stage.column, header),
        *(card_items(card, boxes[card.id]) for card in stage.column.cards),
    ]
    top, bottom = min(lane.y for lane in lanes.values()), max(lane.bottom for lane in lanes.values())
    gates = [boxes[card.id] for card in stage.column.on("outcomes")]
    items[:0] = _gate(Box(header.x, top, header.width, bottom - top), gates)
    return Group("stage", stage.column.id, f"Stage {stage.column.description}", tuple(items))


def _gate(whole: Box, cards: Sequence[Box]) -> list[Item]:
    """Returns the gate at the end of a stage: a bar over all lanes, and from each outcome a beam to it."""
    if not cards:
        return []
    tone = palette.OUTCOME
    bar = Box(whole.right + 1, whole.y, 5, whole.height)
    items: list[Item] = [Rect(bar, tone.strong, radius=2.5)]
    for card in cards:
        y = card.y + card.height / 2
        items.append(Rect(Box(card.right, y - 2.5, bar.x - card.right + 2, 5), tone.strong))
        x = bar.x + bar.width / 2
        diamond = f"M{x:.2f} {y - 10:.2f}L{x + 10:.2f} {y:.2f}L{x:.2f} {y + 10:.2f}L{x - 10:.2f} {y:.2f}Z"
        items.append(Shape(diamond, Box(x - 10, y - 10, 20, 20), palette.PAPER, tone.strong, 2.2))
    return items


# Plays.


def play_height(play: RoutedColumn, width: float) -> float:
    cards, head = width - play.gutters, header_height(play.column, width)
    if not (play.column.facts or play.column.cards):
        return head
    return head + facts_height(play.column, width) + GAP + stack_height(play.column.cards, cards) + PLAY_PAD


def play_items(play: RoutedColumn, box: Box) -> Group:
    """Returns a play: its head, what starts and ends it, and its cards below each other."""
    tone = COLUMN_TONES[play.column.tone]
    head = Box(box.x, box.y, box.width, header_height(play.column, box.width))
    facts = Box(box.x, head.bottom, box.width, facts_height(play.column, box.width))
    boxes = stack(play.column.cards, box.x + play.routes.left.width, facts.bottom + GAP, box.width - play.gutters)
    items: list[Item] = [
        Rect(box, tone.tint, tone.strong, 1.0, radius=4),
        *header_items(play.column, head),
        *facts_items(play.column, facts),
        *arrows_of(play.column, play.routes, boxes),
        *(card_items(card, boxes[card.id]) for card in play.column.cards),
    ]
    return Group("play", play.column.id, f"Play {play.column.description}", tuple(items))
