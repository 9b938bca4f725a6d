"""A forecast for people: tables, then sentences on what stands out and what is assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from milepost.capacity.report import ANSWERS, Report, RoleWork
from milepost.capacity.spread import Spread
from milepost.capacity.verdict import verdict
from milepost.cli.forecasts.assumptions import assumptions
from milepost.cli.forecasts.layout import Column, figures, percents, show_blocks, show_columns
from milepost.cli.support.output import clean, heading, say
from milepost.explain.sentences import spaced
from milepost.explain.vocabulary import ENDINGS
from milepost.text import count_of, listing

_SHARES_SHOWN = 4
_NAMED = 5  # customers without a map
_PART = "*"
_WORTH_A_LINE = 0.01  # of all hours
_KINDS = {"stage": "stage", "play": "play", "engine": ""}


def show(report: Report, maps: str, date_columns: Sequence[str] = ()) -> None:
    """Print a forecast on `maps`, a phrase; `date_columns` are the columns that may hold the start of journeys."""
    say(*_head(report), f"Simulated on {maps}.")
    if not report.roles:
        say("There is no work in these days.")
        return
    _roles(report)
    _weeks(report)
    _places(report)
    _loads(report)
    _messages(report)
    _outcomes(report)
    _verified(report)
    _courses(report)
    heading("What stands out")
    say(*_all_at_once(report, date_columns))
    say(*(f"{work.title}: {verdict(work, report)}." for work in report.roles))
    heading("What is assumed")
    say(*assumptions(report.setup.behaviour, report))


def _head(report: Report) -> Iterator[str]:
    setup, counts = report.setup, report.counts
    runs = count_of(setup.runs, "run")
    customers = count_of(report.customers, "customer")
    yield f"{customers}, {setup.weeks.first} to {setup.weeks.last}, {runs} of chance (seed {setup.behaviour.seed})."
    if counts.unmatched:
        names = listing(list(counts.why), most=_NAMED, count=counts.unmatched)
        yield f"No map is for {count_of(counts.unmatched, 'customer')}: {names} (--json says why)."
    if counts.later:
        yield f"{count_of(counts.later, 'customer')} will begin after the last day."
    for customer, why in counts.broken.items():
        yield f"The journey of {customer} couldn't be simulated: {why}."
    if counts.broke > len(counts.broken):
        yield f"Nor could {counts.broke - len(counts.broken)} more."


def _all_at_once(report: Report, date_columns: Sequence[str]) -> Iterator[str]:
    """A warning that the whole book begins at once, unless the behaviour says when journeys begin."""
    starts, many = report.setup.behaviour.starts, sum(report.counts.customers.values())
    if starts.over.count or starts.attribute is not None or many == 1:
        return
    yield f"All {many} journeys begin on {report.setup.weeks.first}: the first weeks hold everybody's kickoff."
    column = date_columns[0] if date_columns else "COLUMN"
    where = "which holds dates and no map looks at" if date_columns else "a column with the day on which each began"
    yield f"If they begin on days of their own, say so with --behaviour: 'starts: {{attribute: {column}}}', {where}."


def _roles(report: Report) -> None:
    heading("Work by role")
    roles, weeks = report.roles, len(report.mondays)
    means = [work.total.mean / weeks for work in roles]
    most = [work.hours[work.busiest] for work in roles]
    over = [len(work.over) for work in roles]
    needs = (means, [spread.high for spread in most])
    people = [[hours / work.capacity.each for hours, work in zip(each, roles, strict=True)] for each in needs]
    show_columns(
        [
            Column("Role", [work.title for work in roles], text=True),
            Column("People", figures(_if_known(work, work.capacity.people) for work in roles)),
            Column("Hours there are", figures(_if_known(work, work.capacity.hours) for work in roles)),
            Column("Hours needed", figures(means)),
            _ranged("Hours, busiest", most),
            Column("Busiest week of", [str(report.mondays[work.busiest]) for work in roles], drop=1),
            Column(
                "Weeks over",
                figures(map(_if_known, roles, over)),
                warned=frozenset(row for row, each in enumerate(over) if each),
            ),
            Column("People needed", figures(people[0])),
            Column("People, busiest", figures(people[1])),
            Column("Tasks", figures(work.counts["done"] for work in roles), drop=3),
            Column("Late", figures(work.counts["late"] for work in roles), drop=2),
        ]
    )
    say("Hours and people are those of a week: on average, and in the busiest one.")
    if report.setup.runs > 1:
        say("Eight of ten runs lie between the numbers in brackets.")
        say("People for the busiest week are calculated from the upper one.")


def _if_known(work: RoleWork, figure: float) -> float | None:
    return figure if work.capacity.is_known else None


def _weeks(report: Report) -> None:
    heading("Hours by role and week (tasks in brackets)")
    parts = report.setup.weeks.parts
    labels = [f"{monday}{_PART if week in parts else ''}" for week, monday in enumerate(report.mondays)]
    when = Column("Week of", ["They have", *labels], text=True)
    show_blocks(when, [_by_week(work) for work in report.roles])
    if report.setup.runs > 1:
        say("After the mean: the numbers between which eight of ten runs lie.")
    if parts:
        say(f"{_PART} Only part of this week lies in the forecast: less work, and fewer hours to do it in.")


def _by_week(work: RoleWork) -> Column:
    """A role's column: hours, tasks and the hours lacking, one line a week."""
    over = [f"+{work.lacking(week):.1f}" if week in work.over else "" for week in range(len(work.hours))]
    hours = _by_chance(work.hours)
    tasks = [f"({many})" for many in figures(work.tasks)]
    wide, lack = max(map(len, tasks)), max(map(len, over))
    have = f"{work.capacity.hours:.1f}" if work.capacity.is_known else "?"
    lines = [(have, "", ""), *zip(hours, tasks, over, strict=True)]
    cells = [f"{one} {two:>{wide}}" + (f" {three:>{lack}}" if lack else "") for one, two, three in lines]
    return Column(work.title, cells, warned=frozenset(week + 1 for week in work.over))


def _by_chance(hours: Sequence[Spread]) -> list[str]:
    """The mean hours, and their range over the runs where they differ."""
    if all(spread.low == spread.high for spread in hours):
        return [f"{spread.mean:.1f}" for spread in hours]
    low, high = (max(len(f"{getattr(spread, end):.1f}") for spread in hours) for end in ("low", "high"))
    return [f"{spread.mean:.1f}, {spread.low:>{low}.1f} to {spread.high:>{high}.1f}" for spread in hours]


def _places(report: Report) -> None:
    if not report.places:
        return
    heading("Where the hours go")
    titles = report.titles
    shown = [place for place in report.places if place.share >= _WORTH_A_LINE]
    show_columns(
        [
            Column("Stage or play", [place.title for place in shown], text=True),
            Column("Is a", [_KINDS[place.kind] for place in shown], text=True, drop=2),
            Column("Map", [titles[place.map] for place in shown], text=True, drop=1),
            Column("Hours", figures(place.hours for place in shown)),
            Column("Share", percents(place.share for place in shown)),
        ]
    )
    if len(shown) < len(report.places):
        say("What takes less than 1 % of the hours is left out; --json has all.")


def _loads(report: Report) -> None:
    heading("How many customers one person can look after")
    loads, titles = report.loads, report.titles
    roles = {
        (each.map.map, name): role.title for each in report.setup.compiled_maps for name, role in each.map.roles.items()
    }
    show_columns(
        [
            Column("Map", _once([titles[load.map] for load in loads], [load.map for load in loads]), text=True),
            Column("Role", [roles[load.map, load.role] for load in loads], text=True),
            Column("Customers", figures(load.customers for load in loads), drop=1),
            Column("People", figures(load.people or None for load in loads)),
            Column("Minutes a customer and week", [f"{load.minutes:.1f}" for load in loads]),
            Column("On average", [_whole(load.allows) for load in loads]),
            Column("In the busiest week", [_whole(load.busiest) for load in loads]),
        ]
    )


def _messages(report: Report) -> None:
    heading("Messages to one contact in one week")
    lines, titles = report.messages, report.titles
    shares = [_shares(each.shares) for each in lines]
    names = ["None", *(str(many) for many in range(1, _SHARES_SHOWN)), f"{_SHARES_SHOWN} or more"]
    show_columns(
        [
            Column("Map", [titles[each.map] for each in lines], text=True),
            Column("Sent", figures(each.sent for each in lines)),
            Column("Mean", [f"{each.per_week:.2f}" for each in lines]),
            *(Column(name, percents(each[at] for each in shares)) for at, name in enumerate(names)),
            Column("Most", figures(each.most for each in lines)),
        ]
    )


def _shares(shares: Mapping[int, float]) -> list[float]:
    few = [shares.get(number, 0.0) for number in range(_SHARES_SHOWN)]
    return [*few, sum(share for number, share in shares.items() if number >= _SHARES_SHOWN)]


def _outcomes(report: Report) -> None:
    heading("Outcomes expected")
    lines, titles = report.outcomes, report.titles
    if not lines:
        say("No map asks the customer to confirm an outcome: nobody will know whether it helped.")
        return
    answers = zip(("Verified", "Partly", "Disputed", "Silent"), ANSWERS, strict=True)
    show_columns(
        [
            Column("Outcome", [each.statement for each in lines], text=True),
            Column("Map", [titles[each.map] for each in lines], text=True, drop=1),
            Column("Asked", figures(each.asked for each in lines)),
            *(_ranged(name, [each.answers[answer] for each in lines]) for name, answer in answers),
            Column("Half verified by", ["" if each.half_by is None else str(each.half_by) for each in lines]),
        ]
    )


def _ranged(name: str, spreads: Sequence[Spread]) -> Column:
    """A mean, and the range of eight of ten runs; only the mean where room is short."""
    means, lows, highs = (figures(getattr(spread, part) for spread in spreads) for part in ("mean", "low", "high"))
    if all(spread.low == spread.high for spread in spreads):
        return Column(name, means)
    ranges = [f"({low} to {high})" for low, high in zip(lows, highs, strict=True)]
    wide = max(map(len, ranges))
    return Column(name, [f"{mean} {each.rjust(wide)}" for mean, each in zip(means, ranges, strict=True)], means)


def _verified(report: Report) -> None:
    """Verified outcomes by month, where there are any."""
    months = [f"{monday:%Y-%m}" for monday in report.mondays]
    columns = []
    for each in report.outcomes:
        sums = dict.fromkeys(months, 0.0)
        for month, many in zip(months, each.by_week["verified"], strict=True):
            sums[month] += many
        columns.append((each.statement, sums))
    shown = [month for month in dict.fromkeys(months) if any(sums[month] for _, sums in columns)]
    if shown:
        heading("Verified, by the month in which the week begins")
        when = Column("Month", shown, text=True)
        show_blocks(
            when, [Column(title, figures(sums[month] for month in shown), across=20) for title, sums in columns]
        )


def _courses(report: Report) -> None:
    heading("Journeys")
    courses = [course for course in report.courses if course.customers]
    plays = {each.map.map: {play.id: play.title for play in each.map.plays} for each in report.setup.compiled_maps}
    show_columns(
        [
            Column("Map", [course.title for course in courses], text=True),
            Column("Begun", figures(course.started for course in courses)),
            Column("Ended", [_list(course.ended, ENDINGS) for course in courses], text=True),
            Column("Plays begun", [_list(course.plays, plays[course.map]) for course in courses], text=True),
        ]
    )


def _list(numbers: Mapping[str, float], names: Mapping[str, str]) -> Table:
    """One line for each, the number first."""
    lines = Table.grid(padding=(0, 1, 0, 0))
    lines.add_column(justify="right")
    for many, name in zip(figures(numbers.values()), numbers, strict=True):
        lines.add_row(many, clean(names.get(name, spaced(name))))
    return lines


def _once(titles: Sequence[str], maps: Sequence[str]) -> list[str]:
    """The title of a map only in the first of its rows."""
    return ["" if at and maps[at - 1] == map_id else titles[at] for at, map_id in enumerate(maps)]


def _whole(number: float | None) -> str:
    return "any" if number is None else f"{number:.0f}" if number >= 1 else f"{number:.1f}"
