"""The work of a week, day by day, against its hours."""

from __future__ import annotations

from datetime import date, timedelta

from milepost.explain.workload import Hours, workload

WEDNESDAY = date(2026, 3, 4)
HOUR = 60


def on(days: int) -> date:
    return WEDNESDAY + timedelta(days=days)


def test_a_week_has_the_days_that_are_left_and_the_next_one_all_of_them() -> None:
    this, following = workload(WEDNESDAY, (), Hours())
    assert [each.day.day for each in this.days] == [4, 5, 6]
    assert [each.day.day for each in following.days] == [9, 10, 11, 12, 13]
    assert (this.has, this.minutes, this.late) == (None, 0, None)


def test_each_working_day_has_a_fifth_of_the_hours_and_a_day_off_none() -> None:
    def off(day: date) -> str | None:
        return "away" if day == on(1) else Hours().off(day)

    this, following = workload(WEDNESDAY, (), Hours(20, off))
    assert [each.has for each in this.days] == [4 * HOUR, 0, 4 * HOUR]
    assert [each.off for each in this.days] == ["", "away", ""]
    assert (this.has, following.has) == (8 * HOUR, 20 * HOUR)


def test_work_falls_on_its_day_and_what_is_late_has_to_be_done_this_week_too() -> None:
    due = [(on(-9), 30), (on(0), 5 * HOUR), (on(0), None), (on(5), 60), (on(12), 999)]
    this, following = workload(WEDNESDAY, due, Hours(20))
    assert this.late is not None
    assert (this.late.tasks, this.late.minutes) == (1, 30)
    today = this.days[0]
    assert (today.tasks, today.minutes, today.unknown, today.is_too_much) == (2, 5 * HOUR, 1, True)
    assert (this.minutes, this.unknown, this.has, this.is_too_much) == (5 * HOUR + 30, 1, 12 * HOUR, False)
    assert (following.days[0].minutes, following.minutes, following.late) == (60, 60, None)


def test_a_weekend_is_there_if_something_falls_due_then() -> None:
    this, _ = workload(WEDNESDAY, [(on(3), 30)], Hours(20))
    assert [(each.day.day, each.has) for each in this.days] == [(4, 240), (5, 240), (6, 240), (7, 0)]
    assert this.days[-1].is_too_much


def test_the_last_day_of_the_week_is_sunday() -> None:
    this, following = workload(on(4), [(on(4), 5), (on(5), 7)], Hours(20))
    assert [each.minutes for each in this.days] == [5]
    assert following.days[0].minutes == 7
