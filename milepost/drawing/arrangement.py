"""Arranges a map on paper: how many stages and plays stand side by side, and how wide everything gets."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import ceil

from milepost.drawing.boxes import header_height, note_height, note_width
from milepost.drawing.columns import RoutedColumn, play_height, stack_height
from milepost.drawing.content import TRACKS, Content
from milepost.drawing.heading import footer_height, heading_height
from milepost.drawing.paper import LEGIBLE, LEGIBLE_FROM_AFAR, PAPERS, Paper

MARGIN = 28.0
LABEL = 88.0
"""The width of the names of the lanes, on the left."""
STAGE_GAP = 18.0
LAST_GAP = 12.0
"""Behind the last stage, room for its gate."""
PLAY_GAP = 12.0
"""Between two plays below each other; side by side they stand as far apart as stages."""
ROW_GAP = 20.0
HEAD_GAP = 8.0
LANE_GAP = 3.0
LANE_PAD = 11.0
LANE_LEAST = 46.0
NARROWEST_CARD = 138.0
NO_PLAYS = 46.0
"""The height of the row of plays where there are none."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """Stages side by side, all of one width.

    `left` is from the edge of a stage to its cards; `head` is how high the heads are, `lanes` has the height of each
    lane that is there.
    """

    stages: tuple[RoutedColumn, ...]
    width: float
    left: float
    card: float
    head: float
    lanes: tuple[tuple[str, float], ...]

    @property
    def height(self) -> float:
        lanes = sum(height for _, height in self.lanes)
        return self.head + HEAD_GAP + lanes + LANE_GAP * (len(self.lanes) - 1)


@dataclass(frozen=True, slots=True)
class PlayColumn:
    """Plays below each other."""

    plays: tuple[RoutedColumn, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Everything on one sheet of paper; `room` is the height that is left over."""

    paper: Paper
    width: float
    heading: float
    footer: float
    stages: tuple[StageRow, ...]
    plays: tuple[PlayColumn, ...]

    @property
    def height(self) -> float:
        return self.width / self.paper.ratio

    @property
    def needed(self) -> float:
        rows = sum(row.height for row in self.stages) + ROW_GAP * len(self.stages)
        return 2 * MARGIN + self.heading + self.footer + rows + self.plays_height + ROW_GAP

    @property
    def plays_height(self) -> float:
        return _height_of(self.plays) or NO_PLAYS

    @property
    def room(self) -> float:
        return self.height - self.needed


def arrange(content: Content, stages: tuple[RoutedColumn, ...], plays: tuple[RoutedColumn, ...]) -> Arrangement:
    """Returns the arrangement with the largest letters: on A3 if they are legible there, else on a larger paper."""
    sizes = LEGIBLE_FROM_AFAR if content.from_afar else LEGIBLE
    for paper in PAPERS:
        fit, widths = partial(_fit, content, stages, plays, paper), paper.widths(sizes)
        place = bisect_left(widths, x=True, key=lambda width: fit(width) is not None)  # what fits, fits if wider
        if place < len(widths) and (arrangement := fit(widths[place])):
            return arrangement
    width = PAPERS[-1].widths(sizes)[-1]
    while True:  # no paper is large enough: on the largest, the letters get as small as it takes
        width *= 1.1
        if arrangement := _fit(content, stages, plays, PAPERS[-1], width):
            return arrangement


def _fit(
    content: Content, stages: tuple[RoutedColumn, ...], plays: tuple[RoutedColumn, ...], paper: Paper, width: float
) -> Arrangement | None:
    """Returns the arrangement of this width with the fewest rows of stages, if any is low enough for its paper."""
    inner = width - 2 * MARGIN
    heading, footer = heading_height(content, inner), footer_height(content, inner)
    for rows in _stage_choices(stages, inner - LABEL, content.missing):
        across = max(len(row.stages) for row in rows)
        for columns in _play_choices(plays, inner - LABEL, across):
            arrangement = Arrangement(paper, width, heading, footer, rows, columns)
            if arrangement.room >= 0:
                return arrangement
    return None


def _height_of(plays: Sequence[PlayColumn]) -> float:
    return max((column.height for column in plays), default=0.0)


def _stage_choices(
    stages: tuple[RoutedColumn, ...], width: float, missing: Mapping[str, str]
) -> Iterator[tuple[StageRow, ...]]:
    for count in range(1, len(stages) + 1):
        most = ceil(len(stages) / count)
        rows = [stages[start : start + most] for start in range(0, len(stages), most)]
        if len(rows) != count:
            continue
        stage_rows = tuple(_stage_row(row, width, max(len(row) for row in rows), missing) for row in rows)
        if all(row.card >= NARROWEST_CARD for row in stage_rows):
            yield stage_rows


def _stage_row(stages: tuple[RoutedColumn, ...], width: float, columns: int, missing: Mapping[str, str]) -> StageRow:
    """Returns one row of stages; in a last row with fewer than `columns`, each is as wide as if the row were full."""
    across = _column_width(width, columns)
    left = max(stage.routes.left.width for stage in stages)
    card = across - left - max(stage.routes.right.width for stage in stages)
    head = max(header_height(stage.column, across) for stage in stages)
    lanes = []
    for track in TRACKS:
        highest = max(stack_height(stage.column.on(track), card) for stage in stages)
        if track in missing:
            highest = note_height(missing[track], note_width(track, card))
        if highest or track != "outcomes":
            lanes.append((track, max(highest, LANE_LEAST) + 2 * LANE_PAD))
    return StageRow(stages, across, left, card, head, tuple(lanes))


def _play_choices(plays: tuple[RoutedColumn, ...], width: float, stages: int) -> Iterator[tuple[PlayColumn, ...]]:
    """Yields the plays in one column below each stage; then in the number of columns that makes them lowest."""
    counts = range(1, len(plays) + 1)
    yield _play_columns(plays, width, stages)
    yield min((_play_columns(plays, width, count) for count in counts), key=_height_of, default=())


@lru_cache(maxsize=64)
def _play_columns(plays: tuple[RoutedColumn, ...], width: float, count: int) -> tuple[PlayColumn, ...]:
    """Returns the plays in `count` columns, or fewer if they would get too narrow."""
    if not plays:
        return ()
    gutters = max(play.gutters for play in plays)
    while (across := _column_width(width, count)) - gutters < NARROWEST_CARD and count > 1:
        count -= 1
    return tuple(_play_column(column, across) for column in _balance(plays, across, count))


def _column_width(width: float, count: int) -> float:
    """Returns the width of each of `count` columns side by side, in steps of two, so that heights can be cached."""
    return (width - LAST_GAP - STAGE_GAP * (count - 1)) / count // 2 * 2


def _play_column(plays: Sequence[RoutedColumn], width: float) -> PlayColumn:
    height = sum(play_height(play, width) for play in plays) + PLAY_GAP * (len(plays) - 1)
    return PlayColumn(tuple(plays), width, height)


def _balance(plays: Sequence[RoutedColumn], width: float, count: int) -> list[list[RoutedColumn]]:
    """Returns the plays in their order in `count` columns, the highest as low as possible."""
    heights = [play_height(play, width) + PLAY_GAP for play in plays]
    limit, highest = max(heights), sum(heights)
    while highest - limit > 1.0:
        middle = (limit + highest) / 2
        limit, highest = (limit, middle) if len(_fill(heights, middle)) <= count else (middle, highest)
    columns, begin = [], 0
    for many in _fill(heights, highest):
        columns.append(list(plays[begin : begin + many]))
        begin += many
    return columns


def _fill(heights: Sequence[float], limit: float) -> list[int]:
    """Counts the plays in each column, if columns are filled until the next play would pass `limit`."""
    counts, height = [0], 0.0
    for each in heights:
        if counts[-1] and height + each > limit:
            counts.append(0)
            height = 0.0
        counts[-1] += 1
        height += each
    return counts
