"""`milepost customers`, `show`, `tasks`, `tell`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ACME, MAPS, Milepost, advance, lines

pytestmark = pytest.mark.usefixtures("with_acme")


def test_customers_stand_in_a_table_that_fits_80_columns_without_colours(milepost: Milepost) -> None:
    result = milepost("customers")
    assert result.exit_code == 0
    assert "acme" in result.stdout
    assert "Acme" in result.stdout
    assert "Onboarding" in result.stdout
    assert "no map is for it" in result.stdout
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_customers_are_objects_for_programs(milepost: Milepost) -> None:
    acme, lonely = lines(milepost("customers", "--json"))
    assert (acme["customer"], acme["status"], acme["health"], acme["plays"]) == ("acme", "open", 75, [])
    assert [stage["stage"] for stage in acme["stages"]] == ["onboarding"]
    assert (lonely["status"], lonely["journey"]) == ("none", None)


def test_customers_are_filtered(milepost: Milepost) -> None:
    def found(*words: str) -> list[str]:
        return [each["customer"] for each in lines(milepost("customers", "--json", *words))]

    assert found("--stage", "onboarding") == ["acme"]
    assert found("--unmatched") == ["lonely"]
    assert found("--search", "LONE") == ["lonely"]
    assert found("--risk") == []
    assert "No customer matches." in milepost("customers", "--risk").stdout
    assert "tier is 'small'" in " ".join(milepost("customers", "--unmatched").stdout.split())


def test_an_unknown_stage_gets_the_nearest(milepost: Milepost) -> None:
    result = milepost("customers", "--stage", "onbording")
    assert result.exit_code == 1
    assert "Did you mean 'onboarding'?" in result.stderr


def test_show_tells_what_is_open_what_happened_and_what_comes_next(milepost: Milepost) -> None:
    output = milepost("show", "acme").stdout
    assert "Onboarding" in output
    assert "handoff/1" in output
    assert "The journey began" in output
    assert "What comes next, if nobody does anything" in output
    assert "will be overdue" in output


def test_show_is_one_object_for_programs(milepost: Milepost) -> None:
    [data] = lines(milepost("show", "acme", "--json", "--last", "2"))
    journey = data["journey"]
    assert (journey["status"], journey["stages"]) == ("open", ["onboarding"])
    assert [task["task"] for task in journey["tasks"]] == ["handoff/1"]
    assert len(journey["timeline"]) == 2
    assert {"at", "kind", "text"} <= set(journey["next"][0])


def test_show_says_that_a_journey_is_blocked(milepost: Milepost, tmp_path: Path) -> None:
    assert lines(milepost("show", "acme", "--json"))[0]["journey"]["blocked"] is None
    with sqlite3.connect(tmp_path / "data" / "milepost.db") as database:
        database.execute("UPDATE journeys SET blocked_since = 1772460000, blocked_why = 'KeyError: gone'")
    database.close()

    assert "Blocked since Mon 2 Mar 2026, 09:00: KeyError: gone" in milepost("show", "acme").stdout
    blocked = lines(milepost("show", "acme", "--json"))[0]["journey"]["blocked"]
    assert blocked == {"since": "2026-03-02T14:00:00Z", "why": "KeyError: gone"}


def test_show_of_a_customer_without_a_journey_says_why(milepost: Milepost) -> None:
    output = milepost("show", "lonely").stdout
    assert "tier is 'small'" in output
    assert "milepost enroll lonely" in output


@pytest.mark.parametrize("words", [["show", "acm"], ["tell", "acm", "paused"], ["tasks", "--customer", "acm"]])
def test_an_unknown_customer_gets_the_nearest(milepost: Milepost, words: list[str]) -> None:
    result = milepost(*words)
    assert result.exit_code == 1
    assert "Unknown customer 'acm'" in result.stderr
    assert "Did you mean 'acme'?" in result.stderr


def test_tasks_are_filtered_by_person_role_and_customer(milepost: Milepost) -> None:
    def found(*words: str) -> list[str]:
        return [each["task"] for each in lines(milepost("tasks", "--json", *words))]

    assert found() == found("--person", "BO@vendor.example") == found("--customer", "acme") == ["handoff/1"]
    assert found("--role", "account_executive", "--timezone", "Asia/Tokyo") == ["handoff/1"]
    assert found("--role", "csm") == found("--person", "ana@vendor.example") == found("--customer", "lonely") == []
    assert "No task is open" in milepost("tasks", "--role", "csm").stdout
    output = milepost("tasks").stdout
    assert "Next" in output
    assert "handoff/1" in output.replace("\n", " ")


def test_an_unknown_colleague_is_an_error_rather_than_an_empty_list(milepost: Milepost) -> None:
    result = milepost("tasks", "--person", "ana@vendor")
    assert result.exit_code == 1
    assert "Nobody with the address 'ana@vendor'" in result.stderr
    assert "Did you mean 'ana@vendor.example'?" in result.stderr
    assert "No task is open" in milepost("tasks", "--person", "Ana@vendor.example").stdout


def test_a_map_that_is_due_is_a_task_of_its_owner(milepost: Milepost, tmp_path: Path) -> None:
    owner = "cs-operations@vendor.example"
    assert lines(milepost("tasks", "--json", "--person", owner)) == []
    with sqlite3.connect(tmp_path / "data" / "milepost.db") as database:
        database.execute("UPDATE map_versions SET published_at = published_at - 200 * 86400")
    database.close()

    [review] = lines(milepost("tasks", "--json", "--person", owner.upper()))
    assert (review["task"], review["person"], review["why"]) == ("review/enterprise-save-time", owner, "review")
    output = milepost("tasks", "--person", owner).stdout
    assert "Maps to review" in output
    assert "No task is open" not in output
    assert "Maps to review" in milepost("tasks").stdout
    for words in (("--person", "ana@vendor.example"), ("--role", "csm"), ("--customer", "acme")):
        assert "Maps to review" not in milepost("tasks", *words).stdout


def test_a_fact_waits_for_temporal_and_takes_effect_then(milepost: Milepost, tmp_path: Path) -> None:
    result = milepost("tell", "acme", "step_done", "handoff", "--by", "bo@vendor.example")
    assert result.exit_code == 0
    assert "Temporal cannot be reached" in result.stdout
    advance(tmp_path / "data")
    [data] = lines(milepost("show", "acme", "--json"))
    assert any("done by Bo" in entry["text"] for entry in data["journey"]["timeline"])


def test_a_fact_sent_twice_changes_nothing_and_says_so(milepost: Milepost) -> None:
    first, second = (lines(milepost("tell", "acme", "set", "health=35", "--id", "x", "--json"))[0] for _ in range(2))
    assert (first["new"], second["new"]) == (True, False)
    assert "known already" in second["message"]


def test_an_event_that_no_map_asks_for_is_counted_only(milepost: Milepost) -> None:
    [data] = lines(milepost("tell", "acme", "event", "logo_changed", "times=2", "--json"))
    assert data["counted"] is True


def test_an_unknown_step_gets_the_nearest(milepost: Milepost) -> None:
    result = milepost("tell", "acme", "step_done", "handof")
    assert result.exit_code == 1
    assert "Did you mean 'handoff'?" in result.stderr


def test_a_fact_about_a_customer_without_a_journey_says_what_to_do(milepost: Milepost) -> None:
    result = milepost("tell", "lonely", "paused")
    assert result.exit_code == 1
    assert "milepost enroll lonely" in result.stderr
    assert milepost("tell", "lonely", "set", "health=12").exit_code == 0


def test_markup_in_a_name_is_only_a_name(milepost: Milepost) -> None:
    assert milepost("tell", "lonely", "set", "name=[red]Évil\x1b[2J").exit_code == 0
    assert "[red]Évil\ufffd[2J" in milepost("show", "lonely").stdout


def test_facts_that_have_not_reached_the_journey_are_shown(milepost: Milepost, tmp_path: Path) -> None:
    milepost("tell", "acme", "step_done", "handoff")
    milepost("tell", "acme", "set", "health=35")
    for words in (["show", "acme"], ["explain", "acme"], ["explain", "acme", "handoff"]):
        output = milepost(*words).stdout
        assert "2 recorded facts haven't reached the journey yet: step_done handoff; set health." in output
    [shown] = lines(milepost("show", "acme", "--json"))
    assert [fact["kind"] for fact in shown["journey"]["not_yet_taken_in"]] == ["step_done", "set"]
    advance(tmp_path / "data")
    assert "reached the journey" not in milepost("show", "acme").stdout


def test_an_event_that_is_nearly_asked_for_gets_the_nearest(milepost: Milepost) -> None:
    assert "Did you mean 'report_published'?" in milepost("tell", "acme", "event", "report_publishd").stdout


@pytest.mark.parametrize("how", ["2", "enterprise-save-time@2", "{hash}", "{short}"])
def test_a_version_is_named_by_number_map_and_number_or_the_beginning_of_its_hash(
    milepost: Milepost, draft: Path, how: str
) -> None:
    version = lines(milepost("publish", draft, "--json"))[-1]["hash"]
    output = how.format(hash=version, short=version[:12])
    result = milepost("tell", "acme", "map_changed", output)
    assert result.exit_code == 0, result.stderr
    [shown] = lines(milepost("show", "acme", "--json"))
    assert [fact["version"] for fact in shown["journey"]["not_yet_taken_in"]] == [version]


def test_an_unknown_version_lists_the_versions_that_exist(milepost: Milepost, draft: Path) -> None:
    first = lines(milepost("show", "acme", "--json"))[0]["journey"]["version"][:12]
    second = lines(milepost("publish", draft, "--json"))[-1]["hash"][:12]
    for output in ("3", "abcdef123", "enterprise-save-time@9", "small-business-save-money@1"):
        wrong = milepost("tell", "acme", "map_changed", output)
        assert wrong.exit_code == 1
        assert f"There are 1 ({first}) and 2 ({second})" in wrong.stderr


def test_versions_are_named_the_same_way_everywhere(milepost: Milepost) -> None:
    version = f"version 1 ({lines(milepost('show', 'acme', '--json'))[0]['journey']['version'][:12]})"
    for words in (["show", "acme"], ["explain", "acme"], ["publish", MAPS / "enterprise-save-time"]):
        assert version in milepost(*words).stdout


def test_a_journey_that_no_worker_took_up_is_about_to_begin(milepost: Milepost, book: Callable[..., Path]) -> None:
    milepost("import", book(ACME.replace("acme,Acme", "bolt,Bolt")))
    output = milepost("show", "bolt").stdout
    assert "about to begin" in output
    assert "between stages" not in output


def test_a_stage_that_is_ahead_is_called_a_stage(milepost: Milepost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    output = milepost("show", "acme").stdout
    ahead = [line for line in output.splitlines() if " ahead " in line]
    assert ahead
    assert all(line.lstrip().startswith("Stage: ") for line in ahead)


def test_an_unknown_role_gets_the_nearest(milepost: Milepost) -> None:
    result = milepost("tasks", "--role", "cms")
    assert result.exit_code == 1
    assert "No map has a role 'cms'. Did you mean 'csm'?" in " ".join(result.stderr.split())
    assert milepost("tasks", "--role", "account_executive").exit_code == 0


def test_a_customer_enters_where_the_file_says(milepost: Milepost, tmp_path: Path) -> None:
    file = tmp_path / "stands.yaml"
    file.write_text("stage: value\nsince: 2026-03-01\ndone: {kickoff: 2026-02-03}\n")

    assert (
        "lonely has begun journey lonely/1"
        in milepost("enroll", "lonely", "--map", "enterprise-save-time", "--enters", str(file)).stdout
    )


@pytest.mark.parametrize(
    ("text", "says"), [("since: soon", "stage: Field required"), ("stage: [", "doesn't say where")], ids=str
)
def test_a_file_that_says_no_place_is_refused(milepost: Milepost, tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "stands.yaml"
    file.write_text(text)
    result = milepost("enroll", "lonely", "--enters", str(file))
    assert result.exit_code == 1
    assert says in " ".join(result.stderr.split())


def test_beginning_again_takes_a_reason(milepost: Milepost) -> None:
    assert milepost("enroll", "acme", "--again").exit_code == 2
    assert milepost("enroll", "acme", "--reason", "x").exit_code == 2


def test_an_export_for_excel_begins_with_a_mark_and_is_imported_as_it_was(
    milepost: Milepost, with_acme: None, tmp_path: Path
) -> None:
    file = tmp_path / "book.csv"
    assert milepost("export", "--excel", "-o", str(file)).exit_code == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfid,name,")
    assert milepost("import", str(file)).exit_code == 0
    assert milepost("export").stdout.startswith("id,name,")
    assert milepost("export", "--excel", "--contact", "sam@acme.example").exit_code == 1


def test_enrolling_everybody_says_whom_it_left_alone(milepost: Milepost, book: Callable[..., Path]) -> None:
    header = "id,name,timezone,enters.ended\n"
    rows = ("over,Over,UTC,churned\n", "past,Past,UTC,churned\n", "sold,Sold,UTC,acquired\n")
    assert milepost("import", book(*rows, header=header)).exit_code == 0

    output = " ".join(milepost("enroll", "--all").stdout.split())
    reported = {each["customer"]: each["why_not"] for each in lines(milepost("enroll", "--all", "--json"))}

    assert "3 customers left alone: their journeys had ended before the import (2 churned, 1 acquired)." in output
    assert "No map is for over" not in output
    assert reported["past"] == "its journey had ended before it was imported (churned)"
