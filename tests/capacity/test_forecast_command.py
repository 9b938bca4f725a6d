"""`milepost forecast` as people give it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from milepost.cli.main import app
from milepost.shipped import shipped_maps
from tests.capacity.conftest import ROOT

BOOK = ROOT / "milepost" / "demo" / "book.csv"
DAYS = ("--from", "2026-03-02", "--to", "2026-04-30")
HEADER = "id,name,timezone,country,language,contacts,team,tier,goal,health,renews_on\n"
ACME = (
    "acme,Acme,America/New_York,US,en,Sam Poe <sam@acme.example> sponsor,csm=ana@vendor.example,"
    "enterprise,save_time,75,2030-09-01\n"
)

Forecast = Callable[..., Result]


@pytest.fixture
def forecast(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Forecast:
    """Give the command in the project's folder, on one core unless it says so, with a data folder of the test's own."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("MILEPOST_DATA", str(tmp_path / "data"))
    for name in ("MILEPOST_DATABASE_URL", "MILEPOST_SETTINGS"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: Any, days: tuple[str, ...] = DAYS) -> Result:
        given = [str(word) for word in (*days, *words)]
        more = [] if "--cores" in given else ["--cores", "1"]
        return CliRunner().invoke(app, ["forecast", *given, *more])

    return run


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    def write(*rows: str, header: str = HEADER) -> Path:
        path = tmp_path / "book.csv"
        path.write_bytes((header + "".join(rows)).encode())
        return path

    return write


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_shipped_book_is_forecast_role_by_role(forecast):
    result = forecast("--customers", BOOK, "--runs", 1)
    assert result.exit_code == 0, result.output
    assert "40 customers, 2026-03-02 to 2026-04-30, 1 run of chance (seed 1)." in result.stdout
    assert "No map is for 2 customers: marlow-defence and nettle-tea" in result.stdout
    for heading in (
        "Work by role",
        "Hours by role and week",
        "How many customers one person",
        "Messages to one contact",
        "Outcomes expected",
        "Journeys",
        "What stands out",
        "What is assumed",
    ):
        assert heading in result.stdout
    assert "the book names 7 people, each taken to have 25 hours" in result.stdout


def test_programs_get_lines_that_add_up(forecast):
    figures = lines(forecast("--customers", BOOK, "--runs", 2, "--json"))
    roles = {each["role"]: each for each in figures if each["kind"] == "role"}
    assert figures[0]["kind"] == "forecast"
    assert figures[0]["customers"] == 40
    for role, each in roles.items():
        weeks = [week for week in figures if week["kind"] == "role_week" and week["role"] == role]
        assert len(weeks) == 9
        assert sum(week["hours"]["mean"] for week in weeks) == pytest.approx(each["hours"]["mean"], abs=0.1)
        assert sum(week["tasks"] for week in weeks) == pytest.approx(each["tasks"]["done"], abs=0.1)
        assert [week["week"] for week in weeks if week["over"]] == each["weeks_over"]
    assert {each["customer"] for each in figures if each["kind"] == "unmatched"} == {"marlow-defence", "nettle-tea"}


def test_all_cores_and_one_core_say_the_same(forecast):
    days = ("--from", "2026-03-02", "--to", "2026-03-20")
    one, two = (
        forecast("--customers", BOOK, "--runs", 8, "--json", "--cores", cores, days=days).stdout for cores in (1, 2)
    )
    assert one == two
    assert len(one.splitlines()) > 10


def test_missing_hours_are_reported(forecast, tmp_path):
    behaviour = tmp_path / "b.yaml"
    behaviour.write_text("team: {csm: {people: 0.1}}\n")
    result = forecast("--customers", BOOK, "--runs", 1, "--behaviour", behaviour)
    assert "more hours than there are; worst is the week of" in result.stdout


def test_a_picture_is_written_before_anything_is_printed(forecast, book, tmp_path, monkeypatch):
    def nobody_reads(*_: Any, **__: Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("milepost.cli.forecasts.tables.show", nobody_reads)
    forecast("--customers", book(ACME), "-o", tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text().startswith("<svg")


def test_a_date_that_maps_wait_for_and_nobody_has_is_reported(forecast, book):
    header = HEADER.replace("renews_on", "renewal_date")
    result = forecast("--customers", book(ACME, header=header), "--json")
    (undated,) = lines(result)[0]["undated"]
    assert (undated["attribute"], undated["customers"]) == ("renews_on", 1)
    assert "1 customer has no 'renews_on'; stage 'Renewal'" in result.stderr
    assert "did you mean 'renews_on'?" in result.stderr
    assert lines(forecast("--customers", book(ACME), "--json"))[0]["undated"] == []


def test_pictures_are_written_as_their_names_end(forecast, book, tmp_path):
    result = forecast("--customers", book(ACME), "-o", tmp_path / "a.svg", "-o", tmp_path / "a.png", "--json")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert lines(result)[0]["kind"] == "forecast"


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (("--from", "2026-05-01", "--to", "2026-04-30"), "2026-04-30 is before --from 2026-05-01"),
        (("--from", "2026-13-01", "--to", "2026-04-30"), "'2026-13-01' isn't a date"),
        (("--to", "2026-04-30"), "Missing option '--from'"),
        (("--from", "1026-01-01", "--to", "2026-04-30"), "isn't between 2000 and 2100"),
        (("--from", "2026-01-01", "--to", "2066-04-30"), "longer than 5 years"),
    ],
)
def test_days_that_make_no_sense_are_refused(forecast, days, message):
    result = forecast("--customers", BOOK, days=days)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--runs", 0), "--runs"),
        (("--runs", 100_000), "--runs"),
        (("-o", "hours.gif"), "ends in neither .svg nor .png"),
        (("-o", "nowhere/hours.svg"), "there is no folder 'nowhere'"),
    ],
)
def test_impossible_options_are_refused(forecast, words, message):
    result = forecast("--customers", BOOK, *words)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())


def test_a_column_that_is_nearly_one_of_a_map_is_taken_for_a_mistake(forecast, book):
    result = forecast("--customers", book(ACME, header=HEADER.replace("health", "helth")))
    assert result.exit_code == 1
    assert "No map knows the column 'helth'" in result.stderr
    assert "did you mean 'health'?" in result.stderr


def test_a_column_that_no_map_looks_at_is_named(forecast, book):
    result = forecast("--customers", book(ACME.replace("\n", ",x\n"), header=HEADER.replace("\n", ",crm_owner\n")))
    assert result.exit_code == 0, result.output
    assert "No map uses 'crm_owner'." in result.stderr


def test_a_book_that_no_map_is_for_is_an_error_that_names_the_missing_column(forecast, book):
    row = ",".join(part for number, part in enumerate(ACME.split(",")) if number != 7)
    result = forecast("--customers", book(row, header=HEADER.replace("tier,", "")))
    assert result.exit_code == 1
    assert "The book has no column 'tier', which enterprise-save-time, " in result.stderr
    assert "No map is for any of the 1 customer in the book, so there is no work to forecast." in result.stderr
    assert "acme: enterprise-save-time: " in result.stderr


def test_rows_that_can_not_be_read_are_refused_and_the_others_forecast(forecast, book):
    result = forecast(
        "--customers", book(ACME, ACME.replace("acme,", "bolt,").replace("America/New_York", "Mars")), "--json"
    )
    assert result.exit_code == 1
    assert "Refused: row 3, column timezone" in result.stderr
    assert "1 row of 2 refused" in result.stderr
    assert lines(result)[0]["customers"] == 1


def test_many_bad_rows_are_reported_in_few_lines(forecast, book):
    result = forecast("--customers", book(ACME, *(f"c{number},C,Mars,,,,,,,,\n" for number in range(500))), "--json")
    assert result.stderr.count("Refused:") == 20
    assert "500 rows of 501 refused" in result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the first row must name the columns"),
        ("name\nAcme\n", "the first row must name the columns"),
        (HEADER, "holds no customer that can be read"),
        ('id\n"acme\n', "holds no customer that can be read"),
    ],
)
def test_a_file_that_is_not_a_book_is_refused(forecast, tmp_path, text, message):
    path = tmp_path / "book.csv"
    path.write_text(text)
    result = forecast("--customers", path)
    assert result.exit_code == 1
    assert message in result.stderr.lower()


def test_missing_files_are_named(forecast, book, tmp_path):
    missing = tmp_path / "missing"
    for words, message in (
        (("--customers", missing), "Can't read"),
        (("--customers", book(ACME), "--maps", missing), "There is no folder"),
        (("--customers", book(ACME), "--behaviour", missing), "can't be read"),
    ):
        result = forecast(*words)
        assert result.exit_code == 1
        assert message in result.stderr


def test_a_value_that_no_map_allows_is_refused_with_its_row(forecast, book):
    result = forecast("--customers", book(ACME, ACME.replace("acme,", "bolt,").replace("enterprise,", "Entreprise,")))
    assert result.exit_code == 1
    assert "Refused: row 3, column tier: 'Entreprise' is not among the values that the maps allow" in result.stderr
    assert "did you mean 'enterprise'?" in result.stderr
    assert "1 customer, 2026-03-02" in result.stdout
    assert "Simulated on the maps in the folder 'maps'." in result.stdout


@pytest.fixture
def published(database_url: str, monkeypatch: pytest.MonkeyPatch, forecast: Forecast) -> Callable[..., None]:
    """Publish maps, in SQLite and in PostgreSQL; the forecast finds them."""
    monkeypatch.setenv("MILEPOST_DATABASE_URL", database_url)

    def publish(*maps: Path) -> None:
        assert CliRunner().invoke(app, ["publish", *map(str, maps)]).exit_code == 0

    return publish


def test_what_is_published_is_forecast_as_the_same_maps_in_a_folder(forecast, book, published, tmp_path):
    published(ROOT / "maps")
    folder, store = (lines(forecast("--customers", book(ACME), "--json", *more)) for more in ((), ("--published",)))
    assert folder[0].pop("maps") == {"folder": "maps", "published": {}}
    numbers = store[0].pop("maps")
    assert numbers["folder"] is None
    assert numbers["published"]["enterprise-save-time"] == 1
    assert len(numbers["published"]) == len(shipped_maps())
    assert folder == store

    shutil.copytree(ROOT / "maps" / "enterprise-save-time", tmp_path / "draft")
    file = tmp_path / "draft" / "map.yaml"
    file.write_text(re.sub(r"effort: \d+ minutes", "effort: 9 hours", file.read_text()))
    published(tmp_path / "draft")
    changed = forecast("--customers", book(ACME), "--published", "--json")
    assert lines(changed)[0]["maps"]["published"]["enterprise-save-time"] == 2
    before, after = (
        sum(each["hours"]["mean"] for each in figures if each["kind"] == "role") for figures in (store, lines(changed))
    )
    assert after > 2 * before
    message = forecast("--customers", book(ACME), "--published").stdout
    assert re.search(r"Simulated on what is published: enterprise-save-time version 2 \([0-9a-f]{12}\), ", message)


def test_where_nothing_is_published_it_says_so(forecast, book, published):
    result = forecast("--customers", book(ACME), "--published")
    assert result.exit_code == 1
    assert "No map is published." in result.stderr
    assert "milepost publish MAP_FOLDER" in result.stderr


def test_without_a_database_nothing_is_created_and_it_says_so(forecast, book, tmp_path):
    result = forecast("--customers", book(ACME), "--published")
    assert result.exit_code == 1
    assert "There is no Milepost database" in result.stderr
    assert not (tmp_path / "data").exists()


def test_a_folder_and_what_is_published_are_not_forecast_at_once(forecast, book):
    result = forecast("--customers", book(ACME), "--published", "--maps", "maps")
    assert result.exit_code == 2
    assert "'maps' can't go with --published" in " ".join(result.stderr.replace("│", " ").split())


def test_without_a_folder_of_maps_the_shipped_ones_are_forecast(forecast, book, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = forecast("--customers", book(ACME))
    assert result.exit_code == 0
    assert f"the maps in the folder {str(ROOT / 'maps')!r}" in result.stdout


def test_a_behaviour_with_an_unknown_field_is_refused_with_its_place(forecast, book, tmp_path):
    behaviour = tmp_path / "b.yaml"
    behaviour.write_text("seed: 2\ncolleages: {}\n")
    result = forecast("--customers", book(ACME), "--behaviour", behaviour)
    assert result.exit_code == 1
    assert f"{behaviour}:2:1 M101 Unknown field 'colleages'; did you mean 'colleagues'?" in result.stderr


def test_a_start_that_the_book_has_no_column_for_is_refused(forecast, book, tmp_path):
    behaviour = tmp_path / "b.yaml"
    behaviour.write_text("seed: 1\nstarts: {attribute: signed_on}\n")
    result = forecast("--customers", book(ACME), "--behaviour", behaviour)
    assert result.exit_code == 1
    text = f"{behaviour}:2:21 M105 The book has no column 'signed_on', which 'starts' names; did you mean 'renews_on'?"
    assert text in result.stderr


def test_a_misspelt_start_is_a_mistake_of_the_behaviour_and_not_of_the_book(forecast, book, tmp_path):
    behaviour = tmp_path / "b.yaml"
    behaviour.write_text("starts:\n  attribute: customer_sinc\n")
    path = book(ACME.replace("\n", ",2025-05-01\n"), header=HEADER.replace("\n", ",customer_since\n"))
    result = forecast("--customers", path, "--behaviour", behaviour)
    assert result.exit_code == 1
    assert f"{behaviour}:2:14 M105 The book has no column 'customer_sinc'" in result.stderr
    assert "did you mean 'customer_since'?" in result.stderr
    assert "Rename it" not in result.stderr
    behaviour.write_text("starts:\n  attribute: customer_since\n")
    assert forecast("--customers", path, "--behaviour", behaviour).exit_code == 0


def test_maps_with_errors_are_not_forecast(forecast, book, tmp_path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "map.yaml").write_text("map: broken\n")
    result = forecast("--customers", book(ACME), "--maps", tmp_path / "maps")
    assert result.exit_code == 1
    assert "M102" in result.stderr
    assert "Maps with errors can't be forecast." in result.stderr


def test_a_book_in_utf_16_is_read_too(forecast, tmp_path):
    path = tmp_path / "book.csv"
    path.write_text(HEADER + ACME.replace("Acme", "Ačmé"), "utf-16")
    result = forecast("--customers", path, "--json")
    assert result.exit_code == 0, result.output
    assert lines(result)[0]["customers"] == 1


def stands_out(result: Result) -> str:
    return "\n".join(result.stdout.split("What stands out\n", 1)[1].splitlines()[:2])


def test_a_book_that_begins_all_at_once_is_pointed_out(forecast, book, tmp_path):
    two = (ACME, ACME.replace("acme", "bolt"))
    plain = stands_out(forecast("--customers", book(*two)))
    assert "All 2 journeys begin on 2026-03-02: the first weeks hold everybody's kickoff." in plain
    assert "starts: {attribute: COLUMN}" in plain
    more = [
        row.replace("\n", f",{note},2025-05-0{day}\n")
        for row, note, day in zip(two, ("2025-01-01", "x"), (1, 2), strict=True)
    ]
    dated = book(*more, header=HEADER.replace("\n", ",note,since\n"))
    assert "starts: {attribute: since}" in stands_out(forecast("--customers", dated))
    behaviour = tmp_path / "b.yaml"
    behaviour.write_text("starts: {attribute: since}\n")
    assert "begin on" not in stands_out(forecast("--customers", dated, "--behaviour", behaviour))
