"""Lays a map out on its sheet: stages as columns over the lanes, plays below."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.drawing import palette
from milepost.drawing.arrangement import (
    HEAD_GAP,
    LABEL,
    LANE_GAP,
    MARGIN,
    PLAY_GAP,
    ROW_GAP,
    STAGE_GAP,
    Arrangement,
    PlayColumn,
    StageRow,
    arrange,
)
from milepost.drawing.boxes import TONES, note_items, note_width
from milepost.drawing.columns import RoutedColumn, play_height, play_items, stage_items
from milepost.drawing.content import TRACK_TITLES, Content
from milepost.drawing.heading import footer_items, heading_items
from milepost.drawing.map_text import content_of
from milepost.drawing.scene import Box, Item, Rect, Scene, text_block
from milepost.drawing.text_metrics import wrap
from milepost.language.model import Map

_SPREAD = 0.55  # of the room left over that goes into the lanes; the rest goes between the parts

_STRETCH = 40.0


def draw_map(map: Map, edition: str = "") -> Scene:  # noqa: A002 - the field's word
    """Returns the picture of a map, laid out on paper; `edition` says which version it shows, and of which day."""
    return draw(content_of(map, edition))


def draw(content: Content) -> Scene:
    """Returns the picture of what is said of a map."""
    layout = arrange(content, RoutedColumn.all_of(content.stages), RoutedColumn.all_of(content.plays))
    millimetres = (layout.paper.width, layout.paper.height)
    title = f"Map: {content.title}"
    items = tuple(_Sheet(content, layout).items())
    return Scene(layout.width, layout.height, layout.paper.name, millimetres, title, content.description, items)


class _Sheet:
    def __init__(self, content: Content, arrangement: Arrangement) -> None:
        self.content = content
        self.layout = arrangement
        self.inner = arrangement.width - 2 * MARGIN
        lanes = sum(len(row.lanes) for row in arrangement.stages)
        gaps = len(arrangement.stages)
        self.lane_extra = min(arrangement.room * _SPREAD / lanes, 60.0)
        self.gap_extra = min((arrangement.room - self.lane_extra * lanes) / gaps, 30.0)

    def items(self) -> Iterator[Item]:
        yield from heading_items(self.content, Box(MARGIN, MARGIN, self.inner, self.layout.heading))
        y = MARGIN + self.layout.heading
        for stages in self.layout.stages:
            yield from self._stages(stages, y)
            y += stages.height + self.lane_extra * len(stages.lanes) + ROW_GAP + self.gap_extra
        whole = Box(MARGIN, y, LABEL, self.layout.plays_height)
        yield from _label(whole, "Plays, beside the stages", palette.OTHER.strong)
        if not self.layout.plays:
            yield from note_items(self.content.missing["plays"], Box(whole.right, y, self.inner - LABEL, whole.height))
        x = MARGIN + LABEL
        for column in self.layout.plays:
            yield from self._plays(column, x, y)
            x += column.width + STAGE_GAP
        footer = Box(MARGIN, self.layout.height - MARGIN - self.layout.footer, self.inner, self.layout.footer)
        yield from footer_items(self.content, footer)

    def _stages(self, row: StageRow, top: float) -> Iterator[Item]:
        lanes: dict[str, Box] = {}
        y = top + row.head + HEAD_GAP
        for track, height in row.lanes:
            lanes[track] = Box(MARGIN, y, self.inner, height + self.lane_extra)
            y += lanes[track].height + LANE_GAP
        for track, lane in lanes.items():
            tone = TONES[track]
            yield Rect(lane, tone.band, radius=4)
            yield from _label(Box(lane.x, lane.y, LABEL, lane.height), TRACK_TITLES[track], tone.strong)
            if track in self.content.missing:
                note = Box(lane.x + LABEL + row.left, lane.y, note_width(track, row.card), lane.height)
                yield from note_items(self.content.missing[track], note)
        x = MARGIN + LABEL
        for stage in row.stages:
            yield stage_items(stage, Box(x, top, row.width, row.head), lanes, (x + row.left, row.card))
            x += row.width + STAGE_GAP

    def _plays(self, column: PlayColumn, x: float, y: float) -> Iterator[Item]:
        """Plays below each other; stretched, where little is missing, so that the columns end at one height."""
        spare = (self.layout.plays_height - column.height) / len(column.plays)
        spare = spare if spare <= _STRETCH else 0.0
        for play in column.plays:
            box = Box(x, y, column.width, play_height(play, column.width) + spare)
            yield play_items(play, box)
            y = box.bottom + PLAY_GAP


def _label(box: Box, name: str, fill: str) -> Iterator[Item]:
    """Yields the name of a lane, in the middle of its height."""
    inner = Box(box.x + 10, box.y, box.width - 20, box.height)
    return text_block(wrap(name, palette.LABEL, inner.width), palette.LABEL, inner, fill)
