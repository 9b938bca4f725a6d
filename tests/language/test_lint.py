from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.language.lint import lint
from milepost.language.loader import from_data, from_files, load
from milepost.language.problem_codes import problem_codes
from milepost.language.problems import Problem
from milepost.language.yaml_text import read_yaml
from tests.language.broken import EXAMPLE, SIDE_FILES, address_of, example_with, problems_of, problems_with


def places_and_codes(problems: list[Problem]) -> list[tuple[int, int, str]]:
    return [(each.line, each.column, each.code) for each in problems]


def test_a_good_map_has_nothing_wrong() -> None:
    assert problems_of(EXAMPLE) == []


TASK = "      - {touchpoint: next_team, title: Explore, role: csm, due: 2 weeks, effort: 45 minutes}"
MAIL = "      - {touchpoint: next_team, title: Explore, message: recap.md, to: sponsor}"

# code, what is replaced, by what, the word at which the problem is reported (first of it after the change), suggestion
BREAKS: list[tuple[str, str, str, str, str | None]] = [
    ("M101", "    target: 30 days", "    taget: 30 days", "taget:", "target"),
    ("M101", "count: 2}", "cuont: 2}", "cuont", "count"),
    ("M101", "review: 1", "from_: 1\nreview: 1", "from_", None),
    ("M102", "owner: cs-operations@example.com\n", "", "map:", None),
    ("M102", "        statement: Paperwork takes ten hours less a week.\n", "", "outcome: hours", None),
    ("M102", "        wait: 2 weeks", "        wait: 2 weeks\n        at: on customer.renews_on", "at: on", None),
    ("M102", "        to: coordinator\n", "", "message: recap", None),
    ("M102", "        playbook: kickoff.md", "        message: recap.md", "message: recap", None),
    ("M102", "        due: 10 business days\n", "", "remind:", None),
    ("M102", "{play: expand}", "{play: expand, end: won}", "play: expand, end", None),
    ("M103", "priority: 20", "priority: high", "high", None),
    ("M103", "kind: risk", "kind: rsik", "rsik", "risk"),
    ("M103", "touchpoint: next_team", "touchpoint: Next-Team", "Next-Team", None),
    ("M103", "Europe/Vienna", "Europe/Viena", "Europe/Viena", "Europe/Vienna"),
    ("M103", "country: AT", "country: Austria", "Austria", "AT"),
    ("M103", "country: AT", "country: at", "at}", "AT"),
    ("M103", 'from: "08:00"', 'from: "18:00"', 'from: "18', None),
    ("M103", "one_of: [enterprise, small]", "one_of: [enterprise, 3]", "3]", None),
    ("M103", "pilot: true", "pilot: maybe", "maybe", None),
    ("M103", "{set: {pilot: true}}", "{set: {pilot: 3}}", "3}}", None),
    ("M103", "{set: {pilot: true}}", "{set: {tier: smal}}", "smal}}", "small"),
    ("M105", "{set: {pilot: true}}", "{set: {id: acme}}", "id: acme", None),
    ("M104", "touchpoint: unblock_call", "touchpoint: connect", "connect, title", None),
    ("M104", "stage: renewal", "stage: value", "value\n    title: Renewal", None),
    ("M104", "play: expand\n    kind", "play: unblock\n    kind", "unblock\n    kind: exp", None),
    ("M104", "unblock_call, title: Call,", "unblock_call, was: [a, a], title: Call,", "a], title: Call", None),
    ("M104", "pilot: {type: flag}", "language: {type: text}", "language:", None),
    ("M104", "review: 1 quarter", "review: 1 quarter\ntitle: Again", "title: Again", None),
    ("M105", "after: kickoff", "after: kickof", "kickof\n", "kickoff"),
    ("M105", "stage: renewal", "stage: renewal\n    was: [gone, value]", "value]", None),
    ("M105", "play: expand\n    kind", "play: expand\n    was: unblock\n    kind", "unblock\n    kind: exp", None),
    ("M105", "invite: [sponsor, coordinator]", "invite: [sponsor, cordinator]", "cordinator", "coordinator"),
    ("M105", "fallback: coordinator", "fallback: cordinator", "cordinator", "coordinator"),
    ("M105", "{title: Medical director}", "{title: X, fallback: sponsor}", "sponsor}", None),
    ("M105", "to: manager", "to: manger", "manger", "manager"),
    ("M105", "role: csm\n        invite", "role: cms\n        invite", "cms", "csm"),
    ("M105", "{go_to: value}", "{go_to: valu}", "valu}", "value"),
    ("M105", "do: {play: unblock}", "do: {play: unblok}", "unblok", "unblock"),
    ("M105", "{pilot: true}", "{pilott: true}", "pilott", "pilot"),
    ("M105", "fallback: coordinator", "fallback: csm", "csm}", None),
    ("M105", "to: coordinator", "to: manager", "manager\n        after", None),
    ("M105", "role: csm\n        invite", "role: sponsor\n        invite", "sponsor\n", None),
    ("M105", "value_from: customer.health", "value_from: customer.helth", "helth", "health"),
    ("M105", "before customer.renews_on", "before customer.renew_on", "renew_on", "renews_on"),
    ("M105", "before customer.renews_on", "before customer.goal", "goal}", None),
    ("M105", "after: {renewal_talk: renewed}", "after: {renewal_talk: renwed}", "renwed}", "renewed"),
    ("M105", "after: {renewal_talk: renewed}", "after: {renewal_talk: [renewed, won]}", "won]", None),
    ("M105", "after: {renewal_talk: renewed}", "after: {kickoff: any}", "kickoff: any", None),
    ("M105", "after: {renewal_talk: renewed}", "after: {hours_saved: verified}", "hours_saved: ver", None),
    ("M105", "after: {renewal_talk: renewed}", "after: [recap, {renewl_talk: lost}]", "renewl_talk", "renewal_talk"),
    ("M103", "after: {renewal_talk: renewed}", "after: [3]", "3]", None),
    ("M103", "after: {renewal_talk: renewed}", "after: {renewal_talk: []}", "[]}", None),
    ("M103", "lost: {end", "any: {end", "results:", None),
    ("M105", "{pilot: true}", "{renews_on: 1 year after customer.renew_on}", "renew_on}", "renews_on"),
    ("M105", "{pilot: true}", "{renews_on: 1 year after customer.goal}", "goal}", None),
    ("M103", "{pilot: true}", "{goal: 1 year after customer.renews_on}", "1 year after customer", None),
    ("M103", "{pilot: true}", "{renews_on: soon}", "soon}", None),
    ("M106", "{pilot: true}", "{renews_on: 1 year after renews_on}", "1 year after ren", None),
    ("M106", "{pilot: true}", "{renews_on: 4 hours after today}", "4 hours", None),
    ("M106", "{pilot: true}", "{renews_on: today}", "today}", None),
    ("M106", "due: 20 business days", "due: 20 busines days", "20 busines", None),
    ("M106", "due: 20 business days", "due: 20", "20\n        effort", None),
    ("M106", "[3 business days before, on the day]", "[3 business days befor]", "3 business days befor", None),
    ("M106", "at: 120 days before customer.renews_on", "at: 120 days before renewal", "120 days", None),
    ("M106", "limit: 3 per 7 days", "limit: 3 a week", "3 a week", None),
    ("M106", "reenter: after 90 days", "reenter: soon", "soon", None),
    ("M107", 'customer.goal == "save_time"', "customer.gaol == 3", "customer.gaol", "customer.goal"),
    ("M107", 'customer.goal == "save_time"', "customer.goal == 3", "== 3", None),
    ("M107", "customer.health < 40", "customer.health <", "}, {event: champ", None),
    ("M107", "customer.health < 40", "days_until(customer.renews_on) < 40", "days_until", None),
    ("M107", "{if: customer.health >= 90}", "{if: event.rooms > 2}", "event.rooms > 2}", None),
    ("M107", "outcomes.hours_saved ==", "outcomes.hours_save ==", "outcomes.hours_save", "outcomes.hours_saved"),
    ("M108", "invite: [sponsor, coordinator]", "after: recap", "recap\n        due", None),
    ("M109", "after: kickoff", "after: hours_saved", "hours_saved\n        essential", None),
    ("M109", "only_if: plays.unblock", "only_if: 1 > 2 && plays.unblock", "1 > 2", None),
    ("M110", "playbook: kickoff.md", "playbook: kickof.md", "kickof.md", "kickoff.md"),
    ("M110", "message: verify.md", "message: thanks.md", "thanks.md", None),
    ("M111", TASK, MAIL + "\n    then: {play: expand}  # again", "expand}  #", None),
    ("W201", "          silent: {play: unblock}\n", "", "then:\n          ver", None),
    ("W204", "kind: risk", "kind: other", "plays:", None),
    ("W206", "        effort: 90 minutes\n", "", "kickoff\n        title", None),
    ("W207", "    deadline: 30 business days\n", "", "", None),
    ("W208", "{renewal_talk: renewed}\n        due: 4 weeks", "{renewal_talk: renewed}", "sign\n", None),
    (
        "W213",
        "[{set: {renews_on: 1 year after customer.renews_on}}, {go_to: value}]",
        "{go_to: value}",
        "120 days",
        None,
    ),
    ("W215", "due: 4 weeks", "optional: true", "after: {ren", None),
    ("W216", "after: {renewal_talk: renewed}", "after: renewal_talk", "renewal_talk\n        due", None),
    ("W217", "[partial, disputed, silent]", "[partial, silent]", "then:\n          ver", None),
    ("W209", ", escalate: {after: 3 business days, to: manager}", "", "kickoff\n        title", None),
]


def _applied(code: str, old: str, new: str) -> str:
    if code == "M109" and "hours_saved" in new:
        return example_with((old, new), (", {go_to: value}]", "]"))
    if code == "M109":
        return example_with(
            ('only_if: plays.unblock != "open" && days_until(customer.renews_on) > 30', "only_if: 1 > 2")
        )
    if code == "W207":
        return example_with((old, new), ('    ends_when: {if: outcomes.hours_saved == "verified"}\n', ""))
    return example_with((old, new))


@pytest.mark.parametrize(("code", "old", "new", "word", "suggestion"), BREAKS)
def test_a_broken_map_gets_its_code_at_the_exact_place(
    code: str, old: str, new: str, word: str, suggestion: str | None
) -> None:
    text = _applied(code, old, new)
    word = word or "holds:"
    problems = problems_of(text)
    line, column = address_of(text, word)
    matches = [each for each in problems if each.code == code]
    assert (line, column) in [(each.line, each.column) for each in matches], "\n".join(map(str, problems))
    assert suggestion in [each.suggestion for each in matches]
    others = {each.code for each in problems if each.severity == "error"} - {code}
    assert not others or code == "M104", "\n".join(map(str, problems))


@pytest.mark.parametrize(
    "after",
    [
        "{renewal_talk: renewed}",
        "{renewal_talk: [renewed, lost]}",
        "{renewal_talk: any}",
        "[recap, {renewal_talk: renewed}]",
    ],
)
def test_a_step_may_wait_for_a_result(after: str) -> None:
    assert problems_of(example_with(("after: {renewal_talk: renewed}", f"after: {after}"))) == []


@pytest.mark.parametrize("date", ["1 year after customer.renews_on", "90 days before today", "2 quarters after today"])
def test_a_branch_may_set_a_date_that_is_relative(date: str) -> None:
    assert problems_of(example_with(("{pilot: true}", f"{{renews_on: {date}}}"))) == []


def test_a_stage_that_is_all_ours_is_a_sellers_journey() -> None:
    cut = EXAMPLE[EXAMPLE.index("    actions:\n      - action: sign") : EXAMPLE.index("plays:\n")]
    text = EXAMPLE.replace(cut, "\n")
    assert places_and_codes(problems_of(text)) == [(*address_of(text, "renewal\n"), "W202")]


def test_a_renewal_without_an_outcome_before_it_is_reported() -> None:
    start, end = EXAMPLE.index("  - stage: value"), EXAMPLE.index("  - stage: renewal")
    text = EXAMPLE[:start] + EXAMPLE[end:]
    text = text.replace(", {go_to: value}]", "]").replace(
        'outcomes.hours_saved == "verified"', 'steps.kickoff == "done"'
    )
    assert places_and_codes(problems_of(text)) == [(*address_of(text, "renewal\n"), "W203")]


def test_a_goal_whose_stage_leads_back_to_itself_is_asked_for_again() -> None:
    once = ("[partial, disputed, silent]", "[silent]")
    assert "W217" in {each.code for each in problems_with(once)}
    again = ("    title: Goal achievement\n", "    title: Goal achievement\n    then: {go_to: value}\n")
    assert "W217" not in {each.code for each in problems_with(once, again)}


def test_a_circle_of_after_is_reported_once_with_its_way() -> None:
    (problem,) = problems_with(("invite: [sponsor, coordinator]", "after: connect"))
    assert problem.code == "M108"
    assert "kickoff → connect → recap → kickoff" in problem.message


def test_a_stage_behind_one_that_never_closes_can_never_open() -> None:
    text = example_with(
        ("        wait: 2 weeks", "        wait: 2 weeks\n        optional: true"),
        ("    opens: {at: 120 days before customer.renews_on}\n", ""),
        (", {go_to: value}]", "]"),
    )
    assert places_and_codes(problems_of(text)) == [(*address_of(text, "renewal\n"), "M109")]


def test_a_stage_behind_one_that_goes_elsewhere_can_never_open() -> None:
    text = example_with(
        ("  - stage: value\n", "    then: {end: over}\n  - stage: value\n"),
        (", {go_to: value}]", "]"),
    )
    (problem,) = problems_of(text)
    assert places_and_codes([problem]) == [(*address_of(text, "value\n"), "M109")]
    assert "'onboarding' before it goes elsewhere when it closes" in problem.message


def test_a_stage_whose_condition_is_never_true_can_never_open() -> None:
    text = example_with(("opens: {at: 120 days before customer.renews_on}", "opens: {when: {if: 1 > 2}}"))
    assert places_and_codes(problems_of(text)) == [(*address_of(text, "{if: 1 > 2}"), "M109")]


@pytest.mark.parametrize(
    ("then", "problems"),
    [("go_to: news", [("news}\n", "M111")]), ("end: informed", []), ("go_to: onboarding", [])],
)
def test_a_stage_of_mails_alone_may_not_lead_back_to_itself(then: str, problems: list[tuple[str, str]]) -> None:
    news = "{touchpoint: news_mail, title: News, message: recap.md, to: sponsor}"
    stage = f"  - stage: news\n    title: News\n    touchpoints:\n      - {news}\n    then: {{{then}}}\n"
    text = example_with(("  - stage: renewal\n", f"{stage}  - stage: renewal\n"))
    errors = [each for each in problems_of(text) if each.severity == "error"]
    assert places_and_codes(errors) == [(*address_of(text, word), code) for word, code in problems]


def test_a_branch_may_forget_an_attribute_and_change_one_that_every_customer_has() -> None:
    assert problems_with(("{set: {pilot: true}}", "{set: {goal: null, name: Acme}}")) == []


@pytest.mark.parametrize(
    ("where", "word"),
    [
        ('>-\n    customer.tier == "small" && customer.helth < 3', "customer.helth"),
        ('"customer.tier == \\"small\\" && customer.helth < 3"', '"customer.tier'),
    ],
)
def test_a_condition_in_another_style_is_placed_as_well_as_can_be(where: str, word: str) -> None:
    text = example_with(('customer.tier == "enterprise" && customer.goal == "save_time"', where))
    assert places_and_codes(problems_of(text)) == [(*address_of(text, word), "M107")]


def test_a_message_that_can_not_be_read_is_reported_once(tmp_path: Path) -> None:
    for name, content in {"map.yaml": EXAMPLE, **SIDE_FILES}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "messages/recap.md").write_bytes("---\nsubject: Grüße\n---\n".encode("latin-1"))
    (problem,) = lint(load(tmp_path))
    assert (problem.file, problem.line, problem.code) == (str(tmp_path / "messages/recap.md"), 2, "M103")


def test_going_round_over_a_task_an_action_or_a_cooldown_is_no_circle() -> None:
    assert problems_with((TASK, TASK + "\n    then: {play: expand}")) == []
    assert problems_with((TASK, MAIL + "\n    cooldown: 1 day\n    then: {play: expand}")) == []
    assert problems_with((TASK, MAIL.replace("}", ", wait: 1 day}") + "\n    then: {play: expand}")) == []


def test_a_circle_over_stages_and_plays_is_reported_once() -> None:
    text = example_with((TASK, MAIL + "\n    then: {play: echo}"))
    text += (
        "  - play: echo\n    kind: other\n    title: Echo\n    touchpoints:\n"
        "      - {touchpoint: mail, title: Mail, message: recap.md, to: sponsor}\n    then: {play: expand}\n"
    )
    assert places_and_codes(problems_of(text)) == [(*address_of(text, "echo}"), "M111")]


def test_everything_wrong_is_reported_at_once() -> None:
    text = example_with(
        ("    target: 30 days", "    taget: 30 days"),
        ("owner: cs-operations@example.com\n", ""),
        ("priority: 20", "priority: high"),
        ("touchpoint: unblock_call", "touchpoint: connect"),
        ("after: kickoff", "after: kickof"),
        ("due: 20 business days", "due: 20 busines days"),
        ('customer.goal == "save_time"', "customer.goal == 3"),
        ("playbook: kickoff.md", "playbook: kickof.md"),
        ("invite: [sponsor, coordinator]", "after: kickoff"),
        ("kind: expansion", "kind: other"),
    )
    codes = {each.code for each in problems_of(text)}
    assert codes == {"M101", "M102", "M103", "M104", "M105", "M106", "M107", "M108", "M110", "W204"}


def test_every_unknown_name_of_a_condition_is_reported() -> None:
    problems = problems_with(("customer.health < 40", 'customer.helth < 40 && plays.expnd == "open"'))
    assert [each.suggestion for each in problems] == ["customer.health", "plays.expand"]


def test_consequences_of_a_mistake_are_not_reported_as_well() -> None:
    text = example_with(("personas:", "persona:"))
    assert places_and_codes(problems_of(text)) == [(*address_of(text, "persona:"), "M101")]
    text = example_with(("        due: 10 business days", "        due: 10 busines days"))
    assert places_and_codes(problems_of(text)) == [(*address_of(text, "10 busines"), "M106")]
    text = example_with(("health: {type: number}", "health: {type: numbr}"))
    assert places_and_codes(problems_of(text)) == [(*address_of(text, "numbr"), "M103")]


def test_an_item_that_can_not_be_read_leaves_the_places_of_the_others_right() -> None:
    text = example_with(
        ("      - touchpoint: kickoff", "      - 7\n      - touchpoint: kickoff"),
        ("after: kickoff", "after: [3, kickof]"),
    )
    assert places_and_codes(problems_of(text)) == [
        (*address_of(text, "7\n      -"), "M103"),
        (*address_of(text, "3, kickof"), "M103"),
        (*address_of(text, "kickof]"), "M105"),
    ]


def test_a_condition_over_several_lines_is_placed_on_the_right_one() -> None:
    text = example_with(
        (
            'where: customer.tier == "enterprise" && customer.goal == "save_time"',
            'where: |\n    customer.tier == "enterprise" &&\n    customer.gaol == "save_time"',
        )
    )
    (problem,) = problems_of(text)
    assert (problem.line, problem.column, problem.code) == (*address_of(text, "customer.gaol"), "M107")


def test_a_segment_can_not_look_at_a_journey_that_has_not_begun() -> None:
    (problem,) = problems_with(('customer.goal == "save_time"', 'steps.kickoff == "done"'))
    assert problem.code == "M107"
    assert "customer.ATTRIBUTE" in problem.message


def test_problems_of_messages_are_reported_in_their_own_files() -> None:
    files = {**SIDE_FILES, "messages/recap.md": "---\nsubject: Hi\n---\n\n{{ customer.naem }}\n", "map.yaml": EXAMPLE}
    (problem,) = lint(from_files(files, "maps/clinics/map.yaml"))
    assert (problem.file, problem.line, problem.code) == ("maps/clinics/messages/recap.md", 5, "M110")


def test_a_map_inside_a_scenario_is_not_asked_for_its_files() -> None:
    loaded = from_data(read_yaml(EXAMPLE).data)
    assert loaded.map is not None
    assert lint(loaded) == ()


junk: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, -1.5, True, "", "x", "on the day", "customer.health <", "5 days", [], [3], ["x"], {}, {"play": "x"}]
)


def places_in(data: Any) -> list[tuple[Any, Any]]:
    """Every container in a map's data with every key or index of it."""
    keys = list(data) if isinstance(data, dict) else list(range(len(data))) if isinstance(data, list) else []
    return [(data, key) for key in keys] + [place for key in keys for place in places_in(data[key])]


@settings(max_examples=80)
@given(st.data())
def test_nothing_written_in_a_map_makes_lint_raise(data: st.DataObject) -> None:
    data_of_map = read_yaml(EXAMPLE).data
    for _ in range(data.draw(st.integers(1, 6))):
        container, key = data.draw(st.sampled_from(places_in(data_of_map)))
        container[key] = copy.deepcopy(data.draw(junk))
    problems = lint(from_data(data_of_map, files=SIDE_FILES))
    assert all(each.line >= 1 and each.column >= 1 and each.code in problem_codes() for each in problems)


@settings(max_examples=40)
@given(st.lists(st.integers(0, EXAMPLE.count("\n")), max_size=12))
def test_lines_left_out_of_a_map_make_nothing_raise(left_out: list[int]) -> None:
    lines = [line for number, line in enumerate(EXAMPLE.splitlines()) if number not in left_out]
    assert all(each.code in problem_codes() for each in problems_of("\n".join(lines)))


def test_data_that_shares_its_parts_is_read_like_any_other() -> None:
    shared: list[Any] = [3]
    data = read_yaml(EXAMPLE).data
    data["stages"][2]["touchpoints"][0]["results"]["renewed"] = shared
    data["plays"][1]["touchpoints"] = shared
    assert [each.code for each in lint(from_data(data))].count("M103") == 2


def test_every_code_is_explained() -> None:
    page = Path(__file__).parents[2] / "docs" / "map-language.md"
    codes = re.findall(r"^\| ([MW]\d{3}) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(problem_codes()) == sorted(codes)
    assert all(len(code.explanation) > 80 for code in problem_codes().values())
