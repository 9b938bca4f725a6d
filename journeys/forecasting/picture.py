"""The picture of a forecast: for each role, hours by week as bars, a colour a map, against the hours of the team."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import floor, log10

from journeys.drawing.lettering import Style, width_of, wrapped
from journeys.drawing.palette import FAINT, INK, PAPER, SOFT
from journeys.drawing.scene import Box, Group, Item, Rect, Scene, Shape, Text
from journeys.forecasting.report import Report, RoleWork
from journeys.forecasting.verdict import day_said, hours_said, verdict

WIDTH = 1180.0
_MILLIMETRES = 297.0
_LEFT, _RIGHT, _TOP = 72.0, 28.0, 118.0
_PLOT = WIDTH - _LEFT - _RIGHT
_PANEL, _GAP, _FOOT = 160.0, 84.0, 44.0
_COLOURS = ("#1d5fa8", "#c8731a", "#2f8a5b", "#7b4fa0", "#b0413e", "#237f86", "#6d5b3f", "#707b86")
_HAVE = "#b00020"
_TITLE, _LEAD, _HEAD, _SMALL = Style(24, bold=True), Style(14), Style(16, bold=True), Style(12)
_WARN = Style(14, bold=True)
_FAR = 2.5  # hours that are so many times what is needed would press the bars flat: they are said, not drawn


def picture(report: Report) -> Scene:
    """Draw a forecast."""
    maps = [course.map for course in report.courses if course.customers]
    colours = {name: _COLOURS[min(number, len(_COLOURS) - 1)] for number, name in enumerate(maps)}
    legend = list(_legend(colours))
    top = max(item.box.bottom for item in legend) + _GAP / 2
    height = top + max(len(report.roles), 1) * (_PANEL + _GAP) + _FOOT - _GAP / 2
    days = report.play.weeks
    title = f"Hours by role and week, {day_said(days.first)} to {day_said(days.last)}"
    items: list[Item] = [
        Text(_LEFT, 40, title, _TITLE, INK),
        Text(_LEFT, 64, _subtitle(report), _LEAD, SOFT),
        *legend,
        *(
            _Panel(top + number * (_PANEL + _GAP), work, report).draw(colours)
            for number, work in enumerate(report.roles)
        ),
        Text(_LEFT, height - 16, _footnote(report), _SMALL, SOFT),
    ]
    paper = (_MILLIMETRES, _MILLIMETRES * height / WIDTH)
    return Scene(WIDTH, height, "A4 wide", paper, title, description(report), tuple(items))


def description(report: Report) -> str:
    """What the picture shows, in words: for those who can't see it."""
    return " ".join(f"{work.title}: {verdict(work, report)}." for work in report.roles) or "No work at all."


@dataclass(frozen=True, slots=True)
class _Panel:
    """One role: its plot begins `top` units from above."""

    top: float
    work: RoleWork
    report: Report

    @property
    def bottom(self) -> float:
        return self.top + _PANEL

    @property
    def highest(self) -> float:
        """The most hours that any week needs."""
        return max(max(spread.mean, spread.high) for spread in self.work.hours)

    @property
    def draws_capacity(self) -> bool:
        known = self.work.capacity.source != "nowhere"
        return known and max(self.work.capacity.by_week) <= _FAR * max(self.highest, 1)

    @property
    def scale(self) -> float:
        """The hours at the upper edge."""
        have = max(self.work.capacity.by_week) if self.draws_capacity else 0
        return _round_up(max(self.highest, have, 1))

    def x(self, week: float) -> float:
        return _LEFT + _PLOT * week / len(self.work.hours)

    def y(self, hours: float) -> float:
        return self.bottom - _PANEL * hours / self.scale

    def draw(self, colours: Mapping[str, str]) -> Group:
        said = _sentence(verdict(self.work, self.report))
        items: list[Item] = [*self._heading(said), *self._grid()]
        items += [self._bar(week, colours) for week in range(len(self.work.hours))]
        if self.draws_capacity:
            items += self._capacity()
        return Group("role", self.work.role, f"{self.work.title}: {said}", tuple(items))

    def _heading(self, said: str) -> Iterator[Item]:
        warn = bool(self.work.over)
        name = wrapped(self.work.title, _HEAD, _PLOT / 3)[0]
        yield Text(_LEFT, self.top - 14, name, _HEAD, INK)
        if self.work.capacity.source != "nowhere" and not self.draws_capacity:
            said = f"{said}; the {hours_said(self.work.capacity.hours)} hours of a full week lie far above"
        style = _WARN if warn else _LEAD
        x = WIDTH - _RIGHT - width_of(said, style)
        yield Text(x, self.top - 14, said, style, _HAVE if warn else SOFT)

    def _grid(self) -> Iterator[Item]:
        for tick in range(5):
            hours = self.scale * tick / 4
            y = self.y(hours)
            yield Rect(Box(_LEFT, y - 0.5, _PLOT, 1), FAINT)
            label = f"{hours:g} h"
            yield Text(_LEFT - 8 - width_of(label, _SMALL), y + 4, label, _SMALL, SOFT)
        for week, label in _months(self.report.mondays):
            yield Rect(Box(self.x(week), self.bottom, 1, 6), SOFT)
            yield Text(self.x(week) + 3, self.bottom + 18, label, _SMALL, SOFT)

    def _bar(self, week: int, colours: Mapping[str, str]) -> Group:
        gap = min(2.5, _PLOT / len(self.work.hours) * 0.2)
        x, width = self.x(week) + gap / 2, self.x(1) - self.x(0) - gap
        items: list[Item] = []
        said, below = [], 0.0
        for name, hours in self.work.by_map.items():
            if hours[week] > 0:
                y = self.y(below + hours[week])
                items.append(Rect(Box(x, y, width, self.y(below) - y), colours[name]))
                said.append(f"{hours[week]:.1f} h {name}")
            below += hours[week]
        spread = self.work.hours[week]
        if spread.high > spread.low:
            low, high = self.y(spread.low), self.y(spread.high)
            items.append(Rect(Box(x + width / 2 - 1.5, high, 3, low - high), PAPER))
            items.append(Rect(Box(x + width / 2 - 0.6, high, 1.2, low - high), INK))
        monday = self.report.mondays[week]
        title = f"{self.work.title}, week of {day_said(monday)}: {', '.join(said) or 'nothing'}"
        return Group("week", f"{self.work.role}-{monday}", title, tuple(items))

    def _capacity(self) -> Iterator[Shape]:
        """The line of the hours that there are, on a white one that sets it off from the bars."""
        steps = []
        for week, hours in enumerate(self.work.capacity.by_week):
            y = f"{self.y(hours):.2f}"
            steps.append(f"{self.x(week):.2f} {y}L{self.x(week + 1):.2f} {y}")
        path = "M" + "L".join(steps)
        for colour, line in ((PAPER, 5.5), (_HAVE, 2.2)):
            yield Shape(path, Box(_LEFT, self.top, _PLOT, _PANEL), stroke=colour, line=line)


def _legend(colours: Mapping[str, str]) -> Iterator[Rect | Text]:
    x, y = _LEFT, 90.0
    for name, colour in [*colours.items(), ("hours that the team has", _HAVE)]:
        wide = 28 + width_of(name, _SMALL) + 26
        if x + wide > WIDTH - _RIGHT and x > _LEFT:
            x, y = _LEFT, y + 20
        line = colour == _HAVE
        yield Rect(Box(x, y - 5 if line else y - 10, 20 if line else 12, 2.2 if line else 12), colour)
        yield Text(x + (26 if line else 18), y, name, _SMALL, INK)
        x += wide


def _subtitle(report: Report) -> str:
    runs = report.play.runs
    on_maps = report.customers - report.played.unmatched
    how = "one run of chance" if runs == 1 else f"the mean of {runs} runs; eight runs of ten lie within the thin lines"
    return f"{on_maps} customers that a map is for; {how}"


def _footnote(report: Report) -> str:
    seed = report.play.behaviour.seed
    return f"Work is counted in the week in which it is done. Drawn by milepost forecast, seed {seed}."


def _months(mondays: list[date]) -> Iterator[tuple[int, str]]:
    """Where the axis is written on: the first week of each month, of each third one or January where there are many."""
    months = len({(monday.year, monday.month) for monday in mondays})
    every = 1 if months <= 15 else 3 if months <= 45 else 12  # noqa: PLR2004 - as many words as fit
    before: tuple[int, int] | None = None
    for week, monday in enumerate(mondays):
        month = (monday.year, monday.month)
        if month != before and (monday.month - 1) % every == 0 and _fits(week, mondays):
            yield week, f"{monday:%b} {monday.year}" if before is None or monday.month == 1 else f"{monday:%b}"
        before = month


def _fits(week: int, mondays: list[date]) -> bool:
    """Whether there is room for a month's name: not where the next month begins in the week after the first."""
    return week + 1 == len(mondays) or week > 0 or mondays[1].month == mondays[0].month


def _round_up(hours: float) -> float:
    """The next number that reads well in four parts."""
    size = 10.0 ** floor(log10(hours))
    return next(step * size for step in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10) if step * size >= hours - 1e-9)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
