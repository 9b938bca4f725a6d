"""A forecast as people read it: tables, and in words what stands out and what was assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from rich.text import Text

from commands.support.output import count_of, heading, say, table
from journeys.forecasting.behaviour import Behaviour, Pace
from journeys.forecasting.report import ANSWERS, Report, RoleWork
from journeys.forecasting.spread import Spread
from journeys.forecasting.verdict import verdict

_SHARES_SHOWN = 4
_NAMED = 5  # customers without a map
_MANY = 10  # from here on a mean needs no fraction


def show(report: Report, maps: str) -> None:
    """Print a forecast; `maps` says which they are."""
    say(*_head(report), f"Played on {maps}.")
    if not report.roles:
        say("Nobody has anything to do in these days.")
        return
    _roles(report)
    _weeks(report)
    _loads(report)
    _messages(report)
    _outcomes(report)
    _courses(report)
    heading("What stands out")
    say(*(f"{work.title}: {verdict(work, report)}." for work in report.roles))
    heading("What is assumed")
    say(*assumed(report.play.behaviour, report))


def _head(report: Report) -> Iterator[str]:
    play, played = report.play, report.played
    runs = count_of(play.runs, "run")
    customers = count_of(report.customers, "customer")
    yield f"{customers}, {play.weeks.first} to {play.weeks.last}, {runs} of chance (seed {play.behaviour.seed})."
    if played.unmatched:
        few = list(played.why)[:_NAMED]
        more = " ..." if played.unmatched > len(few) else ""
        yield f"No map is for {count_of(played.unmatched, 'customer')}: {', '.join(few)}{more} (--json says why)."
    if played.later:
        yield f"{count_of(played.later, 'customer')} will begin after the last day."
    for customer, why in played.broken.items():
        yield f"The journey of {customer} came to nothing: {why}."
    if played.broke > len(played.broken):
        yield f"So did {played.broke - len(played.broken)} more."


def _roles(report: Report) -> None:
    heading("Work by role")
    headings = ["Role", "People", "Hours they have a week", "Hours needed a week", "Busiest week", "Weeks over",
                "People needed: mean, busiest", "Tasks", "Late"]  # fmt: skip
    table(None, headings, (_role(work, report) for work in report.roles))


def _role(work: RoleWork, report: Report) -> list[object]:
    capacity, weeks = work.capacity, len(report.mondays)
    mean, most = work.total.mean / weeks, work.hours[work.busiest].mean
    known = capacity.source != "nowhere"
    return [
        work.title,
        _figure(capacity.people) if known else "?",
        _figure(capacity.hours) if known else "?",
        _figure(mean),
        f"{_figure(most)}, {report.mondays[work.busiest]}",
        _warned(str(len(work.over)), warn=bool(work.over)) if known else "?",
        f"{_figure(mean / capacity.each)}, {_figure(most / capacity.each)}",
        _figure(work.counts["done"]),
        _figure(work.counts["late"]),
    ]


def _weeks(report: Report) -> None:
    heading("Hours by role and week (tasks in brackets)")
    have = ["They have", *(_have(work) for work in report.roles)]
    rows = [[str(monday), *(_week(work, week) for work in report.roles)] for week, monday in enumerate(report.mondays)]
    table(None, ["When", *(work.title for work in report.roles)], [have, *rows])


def _have(work: RoleWork) -> str:
    return "?" if work.capacity.source == "nowhere" else f"{work.capacity.hours:.1f}"


def _week(work: RoleWork, week: int) -> Text:
    hours, over = work.hours[week], week in work.over
    more = f" +{hours.mean - work.capacity.by_week[week]:.1f}" if over else ""
    return _warned(f"{hours.mean:.1f} ({_figure(work.tasks[week])}){more}", warn=over)


def _loads(report: Report) -> None:
    heading("How many customers one person can look after")
    rows = (
        [
            load.map,
            load.role,
            load.customers,
            load.people or "?",
            f"{load.minutes:.1f}",
            _whole(load.allows),
            _whole(load.busiest),
        ]
        for load in report.loads
    )
    table(
        None,
        ["Map", "Role", "Customers", "People", "Minutes a customer and week", "On average", "In the busiest week"],
        rows,
    )


def _messages(report: Report) -> None:
    heading("Messages to one contact in one week")
    rows = (
        [each.map, _figure(each.sent), f"{each.per_week:.2f}", *map(_percent, _shares(each.shares)), each.most]
        for each in report.messages
    )
    columns = [*(str(number) for number in range(_SHARES_SHOWN)), f"{_SHARES_SHOWN} or more"]
    table(None, ["Map", "Sent", "Mean", *columns, "Most"], rows)


def _shares(shares: Mapping[int, float]) -> list[float]:
    few = [shares.get(number, 0.0) for number in range(_SHARES_SHOWN)]
    return [*few, sum(share for number, share in shares.items() if number >= _SHARES_SHOWN)]


def _outcomes(report: Report) -> None:
    heading("Outcomes expected")
    rows = (
        [
            f"{each.outcome} ({each.map})",
            _figure(each.asked),
            *(_spread(each.answers[name]) for name in ANSWERS),
            each.half_by,
        ]
        for each in report.outcomes
    )
    table(None, ["Outcome", "Asked", "Verified", "Partly", "Disputed", "Silent", "Half verified by"], rows)
    _verified(report)


def _verified(report: Report) -> None:
    """Verified outcomes by month, where there are any."""
    months = sorted({(monday.year, monday.month) for monday in report.mondays})
    rows = []
    for each in report.outcomes:
        sums = dict.fromkeys(months, 0.0)
        for monday, many in zip(report.mondays, each.by_week["verified"], strict=True):
            sums[monday.year, monday.month] += many
        rows.append((each.outcome, sums))
    shown = [month for month in months if any(sums[month] for _, sums in rows)]
    if shown:
        heading("Verified, by the month in which the week begins")
        lines = ([f"{year}-{month:02}", *(_figure(sums[year, month]) for _, sums in rows)] for year, month in shown)
        table(None, ["When", *(name for name, _ in rows)], lines)


def _courses(report: Report) -> None:
    heading("Journeys")
    rows = (
        [course.title, _figure(course.started), _list(course.ended), _list(course.plays)]
        for course in report.courses
        if course.customers
    )
    table(None, ["Map", "Begun", "Ended", "Plays begun"], rows)


def assumed(behaviour: Behaviour, report: Report) -> Iterator[str]:
    """What the figures rest on, a line each."""
    ours, theirs = behaviour.colleagues, behaviour.customers
    yield f"Colleagues do a task {_pace(ours.pace)} (by up to {ours.late_by}), however full the week is."
    yield f"Customers do an action {_pace(theirs.pace)} (by up to {theirs.late_by})."
    answers = ", ".join(f"{_percent(share)} {name}" for name, share in _parts(theirs.answers.weights))
    yield f"Asked for an outcome they answer within {theirs.answer_within}: {answers}."
    engine = ours.engine_tasks
    yield f"A colleague gets {_percent(engine.unsticks)} of stuck customers to do what is open in their stage."
    yield f"A task without effort takes {ours.without_effort}, one that Milepost itself gives {engine.effort}."
    yield from (f"{role.title}: {_people(role)}." for role in report.roles)
    yield f"Journeys begin {_starts(behaviour, report.play.weeks.first)}."
    yield "docs/forecast.md says all that is assumed, and how to change it."


def _people(work: RoleWork) -> str:
    capacity = work.capacity
    if capacity.source == "nowhere":
        return "neither the book nor the behaviour names anybody, so there is nothing to hold the hours against"
    if capacity.source == "behaviour":
        return f"{_figure(capacity.people)} people with {capacity.each:g} hours a week, as the behaviour says"
    named = count_of(int(capacity.people), "person", "people")
    shared = capacity.hours < capacity.people * capacity.each
    other = "; who has several roles has a part for each" if shared else ""
    return f"the book names {named}, each taken to have {capacity.each:g} hours for customers a week{other}"


def _starts(behaviour: Behaviour, first: date) -> str:
    starts = behaviour.starts
    spread = f"on {first}, all at once" if not starts.over.count else f"evenly over {starts.over} from {first} on"
    return spread if starts.attribute is None else f"on the day in {starts.attribute!r}; those without one {spread}"


def _pace(pace: Pace) -> str:
    said = {"early": "early", "on_time": "in time", "late": "late", "never": "never"}
    return ", ".join(f"{_percent(share)} {said[name]}" for name, share in _parts(pace.weights))


def _parts(weights: dict[str, float]) -> list[tuple[str, float]]:
    whole = sum(weights.values())
    return [(name, weight / whole) for name, weight in weights.items() if weight]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 or not share else f"{100 * share:.1g} %"  # noqa: PLR2004


def _figure(number: float) -> str:
    return f"{number:.0f}" if number >= _MANY or number == int(number) else f"{number:.1f}"


def _whole(number: float | None) -> str:
    return "any" if number is None else f"{number:.0f}" if number >= 1 else f"{number:.1f}"


def _spread(spread: Spread) -> str:
    mean = _figure(spread.mean)
    return mean if spread.low == spread.high else f"{mean} ({_figure(spread.low)} to {_figure(spread.high)})"


def _list(numbers: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {_figure(many)}" for name, many in numbers.items())


def _warned(text: str, *, warn: bool) -> Text:
    return Text(text, style="bold red" if warn else "")
