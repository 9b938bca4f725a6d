"""Prints what an import would do: customers, journeys, mails and tasks of today and of the first week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from operator import itemgetter

from milepost.cli.support.output import say, table
from milepost.explain.people_names import colleague_name
from milepost.intake.again_counts import AgainCounts
from milepost.intake.import_preview import ImportPreview
from milepost.intake.planned_work import PlannedWork
from milepost.text import count_of

_MOST_REASONS = 10
_MOST_TASKS = 30
_NOBODY: Mapping[str, list[str]] = {}


def print_preview(preview: ImportPreview, refused: int, work: PlannedWork | None = None) -> None:
    """Prints a preview for people; `refused` is the number of rows that can't be read, `work` says who gets what."""
    counts = preview.customers
    table(
        None,
        ["Customers", "Count"],
        [
            *((name, counts[name]) for name in ("new", "changed", "unchanged", "unmatched")),
            ("refused", refused + counts["refused"]),
            ("journeys that would begin", counts["journeys"]),
        ],
    )
    if preview.examples:
        say("Would change:", *(f"  {each.customer.id}: {', '.join(each.changes)}" for each in preview.examples))
    print_begun_again(preview.again, "Would begin again")
    _print_reasons("Refused", preview.refusals, preview.refused)
    _print_reasons("No journey for", preview.why_not)
    if preview.stages:
        rows = [(map_id, stage, count) for (map_id, stage), count in preview.stages.items()]
        table("Where the new journeys stand after a week", ["Map", "Stage", "Journeys"], rows)
        if preview.stages.total() > counts["journeys"]:
            say("A journey in several stages at once counts in each of them.")
    if preview.mails:
        mails = [(map_id, template, *counts) for (map_id, template), counts in preview.mails.items()]
        table("Mails, if nobody does anything", ["Map", "Message", "Today", "In 7 days"], mails)
        _print_first_mails(work or PlannedWork(), sum(week for _, week in preview.mails.values()))
    if preview.titles:
        named = list(preview.titles.items())
        tasks = [
            (role or "owner of the map", title, count.today, count.week, count.hours)
            for (role, title), count in named[:_MOST_TASKS]
        ]
        table("Tasks", ["Role", "Task", "Today", "In 7 days", "Hours"], tasks)
        if (more := len(named) - _MOST_TASKS) > 0:
            say(f"... and {count_of(more, 'other task')}; --json has all.")
        _print_people(work or PlannedWork())
    say(*preview.doubles.sentences(are_stored=False))
    for absent, count in preview.absent.items():
        say(absent.sentence(count))
    say("Nothing was written. Leave out --dry-run to import.")


def _print_first_mails(work: PlannedWork, count: int) -> None:
    rows = [
        (each["customer"], each["name"], each["template"], "today" if each["today"] else "in 7 days")
        for each in work.first_mails
    ]
    if not rows:
        return
    table("To whom", ["Customer", "Reader", "Message", "When"], rows)
    if (more := count - len(rows)) > 0:
        say(f"... and {count_of(more, 'other mail')}; --json has all.")


def _print_people(work: PlannedWork) -> None:
    rows = [
        (colleague_name(who) if who else "nobody", role or "owner of the map", count.today, count.week, count.hours)
        for (who, role), count in sorted(work.by_person.items(), key=itemgetter(0))
    ]
    if rows:
        table("For whom", ["Colleague", "Role", "Today", "In 7 days", "Hours"], rows)


def print_begun_again(again: AgainCounts, title: str) -> None:
    """Prints which journeys begin again, and why others stay although they began elsewhere."""
    if again.begin:
        say(f"{title}: {count_of(again.begin, 'journey')}")
        say(*(f"  {customer}: {said}" for customer, said in again.examples.items()))
        if (more := again.begin - len(again.examples)) > 0:
            say(f"  ... and {more} more")
    _print_reasons("Began elsewhere and stay there:", again.stay, again.named)


def _print_reasons(what: str, reasons: Counter[str], customers: Mapping[str, list[str]] = _NOBODY) -> None:
    for why, count in reasons.most_common(_MOST_REASONS):
        named = customers.get(why, [])
        others = "" if count == len(named) else ", ..."
        who = f" ({', '.join(named)}{others})" if named else ""
        say(f"{what} {count_of(count, 'customer')}{who}: {why}")
    if (more := len(reasons) - _MOST_REASONS) > 0:
        say(f"... and for {count_of(more, 'other reason')}")
