"""The hours that the team has, and what is said where they are too few."""

from __future__ import annotations

from datetime import date

import pytest

from milepost.capacity.capacity import capacities
from milepost.capacity.report import build_report
from milepost.capacity.tally import Weeks
from milepost.capacity.verdict import verdict
from tests.capacity.conftest import QUARTER, SMALL, behaving, chart_from, forecast_of, gold

FULL = Weeks(date(2026, 3, 2), date(2026, 3, 15))


def test_the_team_has_the_people_that_the_book_names(small):
    people = {("small", "csm", "ana@v.example"), ("small", "csm", "cem@v.example"), ("small", "ae", "bo@v.example")}
    team = capacities([small], people, behaving(), FULL)
    assert (team["csm"].people, team["csm"].hours, team["csm"].source) == (2, 50, "book")
    assert team["ae"].by_week == (25, 25)


def test_somebody_with_two_roles_has_a_part_of_the_week_for_each(small):
    people = {("small", "csm", "ana@v.example"), ("small", "ae", "ana@v.example"), ("small", "csm", "cem@v.example")}
    team = capacities([small], people, behaving(), FULL)
    assert (team["csm"].hours, team["ae"].hours) == (37.5, 12.5)


def test_the_behaviour_says_otherwise(small):
    people = {("small", "csm", "ana@v.example")}
    team = capacities([small], people, behaving(team={"csm": {"people": 3, "hours_per_week": 24}}), FULL)
    assert (team["csm"].people, team["csm"].hours, team["csm"].source) == (3, 72, "behaviour")


def test_an_unnamed_team_is_unknown_rather_than_empty(small):
    report = build_report(*forecast_of((small,), [gold(1).having(team={})]))
    csm = next(work for work in report.roles if work.role == "csm")
    assert csm.capacity.source == "nowhere"
    assert csm.over == []
    assert "nobody knows of any people" in verdict(csm, report)


def test_a_role_that_is_known_to_have_nobody_has_no_hours(small):
    report = build_report(*forecast_of((small,), [gold(1)], behaving(team={"ae": {"people": 0}})))
    ae = next(work for work in report.roles if work.role == "ae")
    assert ae.over


def test_there_are_fewer_hours_in_weeks_with_holidays_and_in_parts_of_weeks():
    compiled_map = chart_from(
        SMALL.replace("personas:", "working_time: {country: US, timezone: America/New_York}\npersonas:")
    )
    weeks = Weeks(date(2026, 7, 1), date(2026, 7, 12))  # 3 July is observed for 4 July, a Saturday
    team = capacities([compiled_map], {("small", "csm", "ana@v.example")}, behaving(), weeks)
    assert team["csm"].by_week == (10, 25)


def test_too_few_hours_are_reported_with_the_worst_week(small):
    behaviour = behaving(team={"csm": {"people": 0.1, "hours_per_week": 10}}, colleagues={"pace": {"early": 1}})
    report = build_report(*forecast_of((small,), [gold(number) for number in range(12)], behaviour, weeks=QUARTER))
    csm = next(work for work in report.roles if work.role == "csm")
    assert csm.over[0] == 0
    assert report.mondays[0] == date(2026, 3, 2)
    worst = max(csm.over, key=lambda week: csm.hours[week].mean)
    text = verdict(csm, report)
    assert "more hours than there are" in text
    assert f"{report.mondays[worst].day} {report.mondays[worst]:%b}" in text
    assert "where there are 1" in text


def test_one_person_can_look_after_as_many_customers_as_their_work_leaves_hours_for(small):
    behaviour = behaving(colleagues={"pace": {"early": 1}}, other_events=0)
    report = build_report(*forecast_of((small,), [gold(number) for number in range(10)], behaviour))
    load = next(each for each in report.loads if each.role == "csm")
    hours = next(work.total.mean for work in report.roles if work.role == "csm")
    weeks = 13
    assert load.minutes * 10 * weeks / 60 == pytest.approx(hours)
    assert load.allows == 25 * 60 / load.minutes
    assert load.busiest < load.allows
    assert (load.customers, load.people) == (10, 2)
