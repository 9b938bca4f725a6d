"""Scenario files: what is refused, with its place, and what runs all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from milepost.people.sample_year import load_made_up
from milepost.planner.segment_match import matches
from milepost.planner.timeline import json_keys
from milepost.scenarios.discovery import map_of, scenario_files, sort_of
from milepost.scenarios.runs import run_on_planner
from milepost.scenarios.scenario import load_scenario

ROOT = Path(__file__).parents[2]

MAP = """\
map: small
title: Small
outcome: save_time
owner: ops@example.com
segment: {where: '!has(customer.tier) || customer.tier == "small"'}
attributes: {health: {type: number}, tier: {type: text, one_of: [small, large]}, renews_on: {type: date}}
roles: {csm: {title: CSM, escalate: {after: 1 week, to: boss_of_csm}}, boss_of_csm: {title: Head}}
personas: {lead: {title: Lead}}
stages:
  - stage: one
    title: One
    touchpoints:
      - {touchpoint: hello, title: Hello, message: hello.md, to: lead}
      - touchpoint: call
        title: Call
        role: csm
        after: hello
        results: {held: {end: done_well}, missed: {play: rescue}}
  - stage: two
    title: Two
    actions:
      - {action: connect, title: Connect, persona: lead, done_when: {event: connected}}
    outcomes:
      - {outcome: saved, type: save_time, statement: Saved., persona: lead, message: hello.md, within: 2 weeks}
plays:
  - {play: rescue, kind: risk, title: Rescue, touchpoints: [{touchpoint: ask, title: Ask, role: csm}]}
"""

SCENARIO = """\
scenario: Small
map: ../map.yaml
start: 2026-03-02T10:00:00Z
customer: {id: acme, name: Acme, contacts: [{name: Lee, email: lee@acme.example, personas: [lead]}]}
facts:
  - {at: 2026-03-03T10:00:00Z, step_done: call, result: held}
until: 2026-03-04T00:00:00Z
expect:
  - {kind: step_done, step: call, at: "2026-03-03T11:00:00+01:00"}
"""


@pytest.fixture
def written(tmp_path):
    """Writes a map with a scenario, changed by replacing text; returns the scenario's path."""

    def write(*changes, texts=("hello.md",)):
        text = SCENARIO
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "map.yaml").write_text(MAP)
        (tmp_path / "messages").mkdir(exist_ok=True)
        for name in texts:
            (tmp_path / "messages" / name).write_text("---\nsubject: Hello\n---\nHello\n")
        (tmp_path / "scenarios").mkdir(exist_ok=True)
        file = tmp_path / "scenarios" / "small.yaml"
        file.write_text(text)
        return file

    return write


def problems(file):
    loaded = load_scenario(file)
    assert loaded.scenario is None
    return [(problem.line, problem.column, problem.code, problem.message) for problem in loaded.problems]


CUSTOMER = "{id: acme, name: Acme,"
FACT = "step_done: call, result: held"
EXPECTED = '{kind: step_done, step: call, at: "2026-03-03T11:00:00+01:00"}'


@pytest.mark.parametrize(
    ("old", "new", "line", "code", "said"),
    [
        ("facts:", "fakts:", 5, "M101", "did you mean 'facts'"),
        (FACT, "step_done: cal", 6, "M105", "Did you mean 'call'?"),
        (FACT, "step_don: call", 6, "M101", "did you mean 'step_done'"),
        (FACT, "done: call", 6, "M101", "did you mean 'step_done'"),
        (FACT, "verified: gain", 6, "M101", "did you mean 'answer'"),
        (FACT, "set: {helth: 3}", 6, "M105", "Did you mean 'health'"),
        (FACT, "set: {health: good}", 6, "M103", "'health' is 'good', which is no number"),
        (FACT, "set: {timezone: Berlin}", 6, "M103", "Write an IANA name"),
        (FACT, "step_done: call", 6, "M102", "'call' ends in a result. Say which: held, missed"),
        (FACT, "step_done: call, result: hold", 6, "M105", "Did you mean 'held'"),
        (FACT, "step_done: saved", 6, "M103", "'saved' is an outcome, which is answered"),
        (FACT, "answer: connect, verdict: verified", 6, "M105", "Unknown outcome 'connect'"),
        (FACT, "play_started: resque", 6, "M105", "Did you mean 'rescue'"),
        (FACT, "agreed: {conect: {due: 2026-03-09}}", 6, "M105", "Did you mean 'connect'"),
        (FACT, "team: {cms: ana@x.example}", 6, "M105", "did you mean 'csm'"),
        (FACT, "snoozed: call, until: someday", 6, "M103", "'until' is 'someday'. Write a date"),
        (FACT, "map_changed: ../newer.yaml", 6, "M105", "There is no map at '../newer.yaml'"),
        (FACT, "nothing: {}", 6, "M101", "Unknown field 'nothing' of a fact"),
        ("2026-03-03T10:00:00Z", "2026-03-01T10:00:00Z", 6, "M103", "dated before 'start'"),
        ("2026-03-03T10:00:00Z", "2026-03-05T10:00:00Z", 6, "M103", "dated after 'until'"),
        ("2026-03-03T10:00:00Z", "3 March", 6, "M103", "'3 March' isn't an instant; write 2026-03-02T09:00:00+00:00"),
        ("start: 2026-03-02T10:00:00Z", "start: 2026-03-02T10:00:00", 3, "M103", "write 2026-03-02T10:00:00+00:00"),
        ("start: 2026-03-02T10:00:00Z", "start: 20260302", 3, "M103", "20260302 isn't an instant"),
        ("until: 2026-03-04T00:00:00Z\n", "", 1, "M102", "'until' is missing"),
        ("until: 2026-03-04T00:00:00Z", "until: 2026-02-04T00:00:00Z", 7, "M103", "'until' is before 'start'"),
        ("../map.yaml", "../maps.yaml", 2, "M105", "There is no map at '../maps.yaml'"),
        (CUSTOMER, f"{CUSTOMER} attributes: {{helth: 3}},", 4, "M105", "Did you mean 'health'"),
        (CUSTOMER, f"{CUSTOMER} attributes: {{health: '3'}},", 4, "M103", "which is no number"),
        (CUSTOMER, f"{CUSTOMER} attributes: {{tier: smal}},", 4, "M103", "It is one of: small, large"),
        (
            CUSTOMER,
            f"{CUSTOMER} attributes: {{renews_on: 1.3.2026}},",
            4,
            "M103",
            "which is no date. Write it as 2026-03-02",
        ),
        (CUSTOMER, f"{CUSTOMER} attributes: {{country: DE}},", 4, "M105", "write it beside 'attributes'"),
        (CUSTOMER, f"{CUSTOMER} country: Germany,", 4, "M103", "Unknown country 'Germany'; write the ISO 3166 code"),
        (CUSTOMER, f"{CUSTOMER} team: {{cms: ana@x.example}},", 4, "M105", "did you mean 'csm'"),
        ("[lead]", "[lad]", 4, "M105", "did you mean 'lead'"),
        ("[lead]", "[csm]", 4, "M105", "'csm' is a role"),
        (CUSTOMER, f"{CUSTOMER} team: {{lead: ana@x.example}},", 4, "M105", "'lead' is a persona"),
        (EXPECTED, "{kind: done}", 9, "M103", "did you mean 'step_done'"),
        ("lee@acme.example", "lee", 4, "M103", "takes an address, such as ana@vendor.example, not 'lee'"),
        (EXPECTED, "{kind: step_don}", 9, "M103", "did you mean 'step_done'"),
        (EXPECTED, "{kin: step_done}", 9, "M101", "did you mean 'kind'"),
        (EXPECTED, "{}", 9, "M102", "The entry says nothing"),
        (EXPECTED, "step_done", 9, "M103", "takes fields, each with a name and a colon, not 'step_done'"),
        (EXPECTED, "{kind: [step_done]}", 9, "M103", "'kind' takes a single value, not ['step_done']"),
        (EXPECTED, "{kind: step_done, step: {call: 1}}", 9, "M103", "'step' takes a single value"),
        (EXPECTED, "{kind: step_done, step: cal}", 9, "M105", "did you mean 'call'"),
        (EXPECTED, "{kind: step_done, step: call, stage: two}", 9, "M105", "but in stage 'one'"),
        (EXPECTED, "{kind: play_started, play: resque}", 9, "M105", "did you mean 'rescue'"),
        (EXPECTED, "{kind: play_started, step: call}", 9, "M101", "'play_started' never has 'step'"),
        (EXPECTED, "{kind: stage_opened, stage: tow}", 9, "M105", "did you mean 'two'"),
        (EXPECTED, "{kind: message_sent, template: helo.md}", 9, "M105", "did you mean 'hello.md'"),
        (EXPECTED, "{kind: message_sent, contact: le@acme.example}", 9, "M105", "did you mean 'lee@acme.example'"),
        (EXPECTED, "{kind: message_sent, step: call}", 9, "M105", "'call' has no message"),
        (EXPECTED, "{kind: message_sent, reason: remind}", 9, "M103", "did you mean 'reminder'"),
        (EXPECTED, "{kind: outcome_answered, verdict: verifed}", 9, "M103", "did you mean 'verified'"),
        (EXPECTED, "{kind: outcome_asked, step: call}", 9, "M105", "Unknown outcome 'call'"),
        (EXPECTED, "{kind: step_opened, role: cms}", 9, "M105", "did you mean 'csm'"),
        (EXPECTED, "{kind: step_opened, persona: lad}", 9, "M105", "did you mean 'lead'"),
        (EXPECTED, "{kind: step_opened, occurrence: 0}", 9, "M103", "a whole number from 1 on"),
        (EXPECTED, "{kind: step_opened, due: tomorrow}", 9, "M103", "'tomorrow' isn't an instant"),
        (EXPECTED, "{kind: step_done, result: hold}", 9, "M105", "did you mean 'held'"),
        (EXPECTED, "{kind: journey_ended, reason: done_wel}", 9, "M105", "did you mean 'done_well'"),
        (EXPECTED, "{at: 2026-03-01T00:00:00Z}", 9, "M103", "before 'start'"),
        (EXPECTED, "{at: 2026-03-09T00:00:00Z}", 9, "M103", "after 'until'"),
        (EXPECTED, "{at: 2026-03-03}", 9, "M103", "lacks its offset from UTC; write 2026-03-03T09:00:00+00:00"),
    ],
)
def test_what_is_wrong_with_a_scenario_is_said_with_its_place(written, *, old, new, line, code, said):
    found = problems(written((old, new)))
    assert [(at, what) for at, _, what, message in found if said in message] == [(line, code)], found


@pytest.mark.parametrize(
    "never",
    ["{kind: play_started, play: resque}", "{step: cal}", "{template: verify.md}", "{at: 2026-03-09T00:00:00Z}"],
)
def test_what_can_never_come_is_no_test_that_it_does_not(written, never):
    ((line, _, code, _),) = problems(written((EXPECTED, f"{EXPECTED}\nnever:\n  - {never}")))
    assert (line, code) in {(11, "M105"), (11, "M103")}


@pytest.mark.parametrize(
    ("never", "code", "said"),
    [
        ("{kind: step_escalated, step: call, role: csm}", "M105", "has role 'csm'; 'boss_of_csm' is possible there"),
        ("{kind: step_escalated, step: connect}", "W211", "neither the step nor its role has 'escalate'"),
        ("{kind: step_overdue, step: connect}", "W211", "of step 'connect' is possible: it has no 'due'"),
        ("{kind: step_overdue, step: hello}", "W211", "of step 'hello' is possible: it has no 'due'"),
        ("{kind: step_overdue, step: saved}", "W211", "no answer is 'outcome_silent'"),
        ("{kind: stage_stuck, stage: one}", "W211", "of stage 'one' is possible: it has no 'target'"),
        ("{kind: play_ended, play: rescue, why: deadline}", "M105", "'completed' is possible there"),
        ("{kind: play_ended, play: rescue, why: ends_when}", "M105", "of play 'rescue' has why 'ends_when'"),
        ("{kind: play_ended, why: deadline}", "M105", "No 'play_ended' of this map has why 'deadline'"),
        ("{kind: play_started, play: rescue, why: condition}", "M105", "'fact' or 'branch' is possible there"),
        ("{kind: play_blocked, play: rescue, why: cooldown}", "M105", "'open' is possible there"),
        ("{kind: message_sent, step: hello, reason: reminder}", "M105", "'touchpoint' is possible there"),
        ("{kind: message_sent, reason: reminder}", "M105", "'touchpoint' or 'request' is possible there"),
        (
            "{kind: message_sent, step: saved, template: bye.md}",
            "M105",
            "Unknown message 'bye.md'; did you mean 'hello.md'?",
        ),
        ("{kind: step_opened, step: call, track: customer}", "M105", "'company' is possible there"),
        ("{kind: step_opened, step: call, role: boss_of_csm}", "M105", "'csm' is possible there"),
        ("{kind: step_opened, step: call, persona: lead}", "M105", "it has none"),
    ],
)
def test_what_the_map_excludes_is_no_test_that_it_does_not_come(written, never, code, said):
    file = written((EXPECTED, f"{EXPECTED}\nnever:\n  - {never}"))
    found = load_scenario(file)
    assert [(each.line, each.code) for each in found.problems if said in each.message] == [(11, code)], found.problems
    assert (found.scenario is None) == (code == "M105")


@pytest.mark.parametrize(
    "never",
    [
        "{kind: step_escalated, step: call, role: boss_of_csm}",
        "{kind: step_overdue, step: call}",
        "{kind: play_ended, play: rescue, why: completed}",
        "{kind: play_started, play: rescue, why: branch}",
        "{kind: message_sent, step: saved, reason: request, template: hello.md, persona: lead}",
        "{kind: step_opened, step: call, track: company, role: csm}",
    ],
)
def test_what_the_map_allows_may_be_forbidden(written, never):
    assert load_scenario(written((EXPECTED, f"{EXPECTED}\nnever:\n  - {never}"))).problems == ()


def test_a_due_date_that_people_agree_on_can_be_overdue(written):
    agreed = "agreed: {connect: {due: 2026-03-03}}"
    never = f"{EXPECTED}\nnever:\n  - {{kind: step_overdue, step: connect}}"
    assert load_scenario(written((FACT, agreed), (EXPECTED, never))).problems == ()


def test_expectations_in_another_order_than_their_dates_cannot_be_met(written):
    later = EXPECTED.replace("11:00", "10:30")
    ((line, _, code, said),) = problems(written((EXPECTED, f"{EXPECTED}\n  - {later}")))
    assert (line, code) == (10, "M103")
    assert "before one above it" in said


def test_a_date_as_germans_write_it_is_written_as_the_customer_s_zone_has_it(written):
    file = written(
        ("start: 2026-03-02T10:00:00Z", "start: 02.07.2026 09:00"), (CUSTOMER, f"{CUSTOMER} timezone: Europe/Berlin,")
    )
    ((line, _, code, said),) = problems(file)
    assert (line, code) == (3, "M103")
    assert said == "'02.07.2026 09:00' isn't an instant; write 2026-07-02T09:00:00+02:00"


def test_an_instant_without_its_offset_is_one_error(written):
    file = written(("at: 2026-03-03T10:00:00Z, step_done", "at: 2026-03-03T10:00:00, step_done"))
    ((line, _, code, said),) = problems(file)
    assert (line, code) == (6, "M103")
    assert "lacks its offset from UTC; write 2026-03-03T10:00:00+00:00" in said


def test_a_problem_of_the_map_names_its_file_without_a_detour(written):
    file = written(texts=())
    (problem, *_) = load_scenario(file).problems
    assert problem.file == str(file.parents[1] / "map.yaml")


def test_a_fact_that_is_wrong_on_purpose_is_taken(written):
    ignored = "{kind: fact_ignored, at: 2026-03-03T10:00:00Z}"
    assert load_scenario(written((FACT, "set: {health: good}"), (EXPECTED, ignored))).problems == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "code", "said"),
    [
        (CUSTOMER, f"{CUSTOMER} attributes: {{tier: large}},", 4, "W210", "The map isn't for this customer"),
        (f"expect:\n  - {EXPECTED}\n", "", 1, "W211", "it can't fail"),
        (FACT, "event: conected", 6, "W212", "did you mean 'connected'"),
    ],
)
def test_what_may_be_meant_is_warned_of_and_runs(written, *, old, new, line, code, said):
    loaded = load_scenario(written((old, new)))
    assert loaded.scenario is not None
    ((problem),) = loaded.problems
    assert (problem.line, problem.code, problem.severity) == (line, code, "warning")
    assert said in problem.message


def test_a_map_without_its_texts_can_be_tried_all_the_same(written):
    loaded = load_scenario(written(texts=()))
    assert {problem.code for problem in loaded.problems} == {"M110"}
    assert loaded.scenario is not None
    assert "messages/hello.md" in loaded.scenario.files
    assert "step_done" in [entry.kind for entry in run_on_planner(loaded.scenario)]


def test_a_map_runs_with_a_customer_who_is_made_up_and_goes_on(written):
    loaded = load_made_up(written().parents[1], "prompt")
    assert loaded.scenario is not None
    kinds = [entry.kind for entry in run_on_planner(loaded.scenario)]
    assert kinds[0] == "journey_started"
    assert kinds[-1] == "journey_ended"
    assert not {"step_overdue", "fact_ignored"} & set(kinds)


def test_a_silent_customer_leaves_undone_what_is_the_customer_s(written):
    file = written()
    (file.parents[1] / "map.yaml").write_text(
        MAP.replace("held: {end: done_well}, missed", "held: {set: {health: 3}}, missed")
    )
    done = {}
    for manner in ("prompt", "silent"):
        scenario = load_made_up(file.parents[1], manner).scenario
        assert scenario is not None
        done[manner] = {entry.subject for entry in run_on_planner(scenario) if entry.kind == "step_done"}
    assert done == {"prompt": {"hello", "call", "connect"}, "silent": {"hello", "call"}}


def test_the_customer_who_is_made_up_is_one_whom_the_map_is_for(written):
    file = written()
    where = 'customer.tier == "large" && customer.health < 40 && customer.renews_on != ""'
    text = MAP.replace('!has(customer.tier) || customer.tier == "small"', where)
    (file.parents[1] / "map.yaml").write_text(text)
    scenario = load_made_up(file.parents[1], "prompt").scenario
    assert scenario is not None
    assert matches(scenario.compiled_map, scenario.customer, scenario.start)


def test_every_scenario_below_a_folder_is_found_and_no_map(written):
    file = written()
    assert scenario_files(file.parents[1]) == [file]


def test_a_file_is_told_by_what_stands_in_it(written):
    file = written()
    other = file.parent.parent / "behaviour.yaml"
    other.write_text("seed: 3\n")
    assert [sort_of(each) for each in (file, file.parents[1] / "map.yaml", other)] == ["scenario", "map", "other"]
    assert scenario_files(file.parents[1]) == [file]
    assert map_of(file) == file.parents[1]


def test_every_entry_that_is_ever_written_has_only_fields_that_scenarios_may_expect():
    for file in sorted((ROOT / "maps").glob("*/scenarios/*.yaml")):
        scenario = load_scenario(file).scenario
        assert scenario is not None
        for entry in run_on_planner(scenario):
            assert set(entry.to_json()) <= set(json_keys(type(entry)))
