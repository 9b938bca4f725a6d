"""The picture of a forecast: for each role, hours by week as bars, a colour a map, against the hours of the team."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import floor, log10

from milepost.capacity.report import ROUNDING, Report, RoleWork
from milepost.capacity.verdict import day_text, hours_text, verdict
from milepost.drawing.palette import FAINT, INK, PAPER, SOFT
from milepost.drawing.scene import Box, Group, Item, Rect, Scene, Shape, Text
from milepost.drawing.text_metrics import Style, width_of, wrap

WIDTH = 1180.0
_MILLIMETRES = 297.0
_LEFT, _RIGHT = 72.0, 28.0
_PLOT = WIDTH - _LEFT - _RIGHT
_PANEL, _GAP, _AXIS, _FOOT = 160.0, 26.0, 22.0, 18.0
_COLOURS = ("#1d5fa8", "#c8731a", "#2f8a5b", "#7b4fa0", "#b0413e", "#237f86", "#6d5b3f", "#707b86")
_HAVE = "#b00020"
_GROUND = "#f3f5f7"
_VERDICT = 0.66  # of the width
_TITLE, _LEAD, _HEAD, _SMALL = Style(24, bold=True), Style(14), Style(16, bold=True), Style(12)
_WARN = Style(14, bold=True)
_FAR = 2.5  # times what is needed: a capacity above that would press the bars flat, so it is written, not drawn


def draw_forecast(report: Report) -> Scene:
    """Draw a forecast."""
    maps = [course.map for course in report.courses if course.customers]
    colours = {name: _COLOURS[min(number, len(_COLOURS) - 1)] for number, name in enumerate(maps)}
    days = report.setup.weeks
    title = f"Hours by role and week, {day_text(days.first)} to {day_text(days.last)}"
    items: list[Item] = [
        Text(_LEFT, 40, title, _TITLE, INK),
        Text(_LEFT, 64, _subtitle(report), _LEAD, SOFT),
    ]
    panels = [_Panel(0.0, work, report) for work in report.roles]
    legend = list(_legend(colours, report, with_line=any(panel.draws_capacity for panel in panels)))
    y = max((item.box.bottom for item in legend), default=64.0)
    for panel in panels:
        placed = replace(panel, top=y + _GAP + panel.heading_height)
        items.append(placed.draw(colours))
        y = placed.bottom + _AXIS + (_SMALL.leading if days.parts else 0)
    seed, no_work = report.setup.behaviour.seed, "" if report.roles else "No work at all. "
    text = f"{no_work}Work is counted in the week in which it is done. Drawn by milepost forecast, seed {seed}."
    footnotes = [
        Text(_LEFT, y + number * _SMALL.leading, line, _SMALL, SOFT)
        for number, line in enumerate(wrap(text, _SMALL, _PLOT), 2)
    ]
    items += [*legend, *footnotes]
    height = footnotes[-1].box.bottom + _FOOT
    paper = (_MILLIMETRES, _MILLIMETRES * height / WIDTH)
    description = " ".join(f"{work.title}: {verdict(work, report)}." for work in report.roles) or "No work at all."
    return Scene(WIDTH, height, "A4 wide", paper, title, description, tuple(items))


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
        return self.work.capacity.is_known and max(self.work.capacity.by_week) <= _FAR * max(self.highest, 1)

    @property
    def scale(self) -> float:
        """The hours at the upper edge."""
        have = max(self.work.capacity.by_week) if self.draws_capacity else 0
        return _round_up(max(self.highest, have, 1))

    @property
    def _verdict(self) -> tuple[str, ...]:
        """The verdict on the role, in lines."""
        text = _sentence(verdict(self.work, self.report))
        if self.work.capacity.is_known and not self.draws_capacity:
            text = f"{text}; the {hours_text(self.work.capacity.hours)} hours of a full week lie far above"
        return wrap(text, _WARN if self.work.over else _LEAD, _PLOT * _VERDICT)

    @property
    def _name(self) -> tuple[str, ...]:
        return wrap(self.work.title, _HEAD, _PLOT * (1 - _VERDICT) - 20)

    @property
    def heading_height(self) -> float:
        return max(len(self._name) * _HEAD.leading, len(self._verdict) * _LEAD.leading) + 10

    def x(self, week: float) -> float:
        return _LEFT + _PLOT * week / len(self.work.hours)

    def y(self, hours: float) -> float:
        return self.bottom - _PANEL * hours / self.scale

    def draw(self, colours: Mapping[str, str]) -> Group:
        title = f"{self.work.title}: {_sentence(verdict(self.work, self.report))}"
        items: list[Item] = [*self._heading(), *self._parts(), *self._grid()]
        items += [self._bar(week, colours) for week in range(len(self.work.hours))]
        if self.draws_capacity:
            items += self._capacity()
        return Group("role", self.work.role, title, tuple(items))

    def _heading(self) -> Iterator[Item]:
        """The role on the left and the verdict on the right, both ending just above the plot."""
        style, fill = (_WARN, _HAVE) if self.work.over else (_LEAD, SOFT)
        for up, line in enumerate(reversed(self._name)):
            yield Text(_LEFT, self.top - 14 - up * _HEAD.leading, line, _HEAD, INK)
        for up, line in enumerate(reversed(self._verdict)):
            x = WIDTH - _RIGHT - width_of(line, style)
            yield Text(x, self.top - 14 - up * _LEAD.leading, line, style, fill)

    def _parts(self) -> Iterator[Item]:
        """A grey ground behind weeks that lie in the forecast only in part, and the days that do."""
        weeks, last = self.report.setup.weeks, len(self.work.hours) - 1
        for week in sorted(weeks.parts):
            yield Rect(Box(self.x(week), self.top, self.x(1) - self.x(0), _PANEL), _GROUND)
            begin, end = weeks.days(week)[0], weeks.days(week)[-1]
            days = f"part of a week: {_short(begin)} to {_short(end)}" if begin < end else f"one day: {_short(begin)}"
            x = self.x(0) if week < last or not last else self.x(last + 1) - width_of(days, _SMALL)
            yield Text(x, self.bottom + 18 + _SMALL.leading, days, _SMALL, SOFT)

    def _grid(self) -> Iterator[Item]:
        ticks = [self.scale * tick / 4 for tick in range(5)]
        digits = max(len(f"{hours:g}".partition(".")[2]) for hours in ticks)
        for hours in ticks:
            y = self.y(hours)
            yield Rect(Box(_LEFT, y - 0.5, _PLOT, 1), FAINT)
            label = f"{hours:.{digits}f} h"
            yield Text(_LEFT - 8 - width_of(label, _SMALL), y + 4, label, _SMALL, SOFT)
        for week, label in _months(self.report.mondays):
            yield Rect(Box(self.x(week), self.bottom, 1, 6), SOFT)
            yield Text(self.x(week) + 3, self.bottom + 18, label, _SMALL, SOFT)

    def _bar(self, week: int, colours: Mapping[str, str]) -> Group:
        gap = min(2.5, _PLOT / len(self.work.hours) * 0.2)
        x, width = self.x(week) + gap / 2, self.x(1) - self.x(0) - gap
        items: list[Item] = []
        parts, below = [], 0.0
        for name, hours in self.work.by_map.items():
            if hours[week] > 0:
                y = self.y(below + hours[week])
                items.append(Rect(Box(x, y, width, self.y(below) - y), colours[name]))
                parts.append(f"{hours[week]:.1f} h {self.report.titles[name]}")
            below += hours[week]
        spread = self.work.hours[week]
        if spread.high > spread.low:
            low, high = self.y(spread.low), self.y(spread.high)
            items.append(Rect(Box(x + width / 2 - 1.5, high, 3, low - high), PAPER))
            items.append(Rect(Box(x + width / 2 - 0.6, high, 1.2, low - high), INK))
        monday = self.report.mondays[week]
        title = f"{self.work.title}, week of {day_text(monday)}: {', '.join(parts) or 'nothing'}"
        return Group("week", f"{self.work.role}-{monday}", title, tuple(items))

    def _capacity(self) -> Iterator[Shape]:
        """The line of the hours that there are, on a wider white one that sets it off from the bars."""
        steps = []
        for week, hours in enumerate(self.work.capacity.by_week):
            y = f"{self.y(hours):.2f}"
            steps.append(f"{self.x(week):.2f} {y}L{self.x(week + 1):.2f} {y}")
        path = "M" + "L".join(steps)
        for colour, line in ((PAPER, 5.5), (_HAVE, 2.2)):
            yield Shape(path, Box(_LEFT, self.top, _PLOT, _PANEL), stroke=colour, line=line)


def _legend(colours: Mapping[str, str], report: Report, *, with_line: bool) -> Iterator[Rect | Text]:
    """The key to the colours, with the titles of the maps."""
    x, y = _LEFT, 90.0
    keys = [(report.titles[name], colour) for name, colour in colours.items()]
    for name, colour in [*keys, *([(_line_text(report), _HAVE)] if with_line else [])]:
        lines = wrap(name, _SMALL, _PLOT - 28)
        wide = 28 + width_of(lines[0], _SMALL) + 26
        if x + wide - 26 > WIDTH - _RIGHT and x > _LEFT:
            x, y = _LEFT, y + 20
        line = colour == _HAVE
        yield Rect(Box(x, y - 5 if line else y - 10, 20 if line else 12, 2.2 if line else 12), colour)
        for number, text in enumerate(lines):
            yield Text(x + (26 if line else 18), y + number * _SMALL.leading, text, _SMALL, INK)
        y += (len(lines) - 1) * _SMALL.leading
        x += wide


def _line_text(report: Report) -> str:
    """Explains the line of hours, and why it isn't level."""
    weeks = report.setup.weeks
    full = [week for week in range(len(weeks)) if week not in weeks.parts]
    capacities = [work.capacity for work in report.roles if work.capacity.is_known]
    holidays = any(each.by_week[week] < each.hours - ROUNDING for each in capacities for week in full)
    why = [*(["in weeks with holidays"] if holidays else []), *(["in parts of weeks"] if weeks.parts else [])]
    return "hours that the team has" + (f", fewer {' and '.join(why)}" if why else "")


def _subtitle(report: Report) -> str:
    runs = report.setup.runs
    on_maps = report.customers - report.counts.unmatched
    how = "one run of chance" if runs == 1 else f"the mean of {runs} runs; eight runs of ten lie within the thin lines"
    return f"{on_maps} customers that a map is for; {how}"


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _months(mondays: list[date]) -> Iterator[tuple[int, str]]:
    """The labels of the axis: the first week of each month, or of each third one or January where there are many."""
    firsts = [week for week, monday in enumerate(mondays) if not week or monday.month != mondays[week - 1].month]
    every = 1 if len(firsts) <= 15 else 3 if len(firsts) <= 45 else 12  # noqa: PLR2004 - as many words as fit
    fitting = [week for week in firsts if (mondays[week].month - 1) % every == 0 and week + 1 not in firsts]
    for week in fitting:
        with_year = week == fitting[0] or mondays[week].month == 1
        yield week, f"{mondays[week]:%b %Y}" if with_year else f"{mondays[week]:%b}"


def _round_up(hours: float) -> float:
    """The next number that reads well in four parts."""
    size = 10.0 ** floor(log10(hours))
    return next(step * size for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 4.8, 6, 8, 10) if step * size >= hours - 1e-9)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
