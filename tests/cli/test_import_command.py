"""`milepost import`, `publish`, `enroll`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ACME, HEADER, LONELY, MAPS, Milepost, lines

Book = Callable[..., Path]


def test_importing_stores_and_enrols_although_temporal_is_away(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS)
    result = milepost("import", book(ACME, LONELY))
    assert result.exit_code == 0
    assert "1 journey begins as soon as Temporal is back. Can't reach Temporal at 127.0.0.1:" in result.stdout
    assert "No map is for lonely" in result.stdout


def test_without_a_named_server_the_hint_is_to_run_up(
    milepost: Milepost, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MILEPOST_TEMPORAL_ADDRESS")
    milepost("publish", MAPS)
    result = milepost("import", book(ACME))
    assert "All customers are stored; 1 journey begins as soon as `milepost up` runs." in result.stdout
    assert "7233" not in result.output
    milepost("import", book(LONELY))
    begun = milepost("enroll", "lonely", "--map", "small-business-save-money")
    assert "It begins as soon as `milepost up` runs." in begun.stdout


def test_a_column_that_is_nearly_one_of_a_map_refuses_the_file(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS)
    result = milepost("import", book(ACME, header=HEADER.replace("health", "helth")))
    assert result.exit_code == 1
    assert "Refused: row 1, column helth: No map knows the column 'helth'; did you mean 'health'?" in result.stderr
    assert lines(milepost("customers", "--json")) == []


def test_columns_that_maps_need_and_the_book_lacks_are_noted_for_new_customers(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS)
    short = "id,timezone,contacts\n"
    new = book("acme,UTC,Sam <sam@acme.example> boss\n", header=short)
    output = milepost("import", new).stderr
    assert "The book has no column 'tier', which enterprise-save-time, " in output
    assert "No map has the persona 'boss', which the book names once" in output
    assert milepost("import", new).stderr == ""
    objects = lines(milepost("import", book("bolt,UTC,\n", header=short), "--json"))
    assert {each["kind"] for each in objects} == {"customer", "note", "summary"}


def test_a_date_that_maps_wait_for_and_nobody_has_is_reported(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS / "enterprise-save-time")
    path = book(ACME, LONELY, header=HEADER.replace("renews_on", "renewal_date"))
    objects = lines(milepost("import", path, "--json"))
    (undated,) = (each["undated"] for each in objects if "undated" in each)
    assert undated == {
        "map": "enterprise-save-time",
        "attribute": "renews_on",
        "customers": 1,
        "stages": ["Renewal"],
        "steps": [],
    }
    again = book(ACME.replace("acme", "bolt"), header=HEADER.replace("renews_on", "renewal_date"))
    output = milepost("import", again).stderr
    assert "1 customer has no 'renews_on'; stage 'Renewal'" in output
    assert "of enterprise-save-time never opens for it." in output
    assert "No map uses 'renewal_date'; did you mean 'renews_on'?" in output


def test_changes_are_reported_by_customer(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS)
    milepost("import", book(ACME, LONELY))
    output = milepost("import", book("acme,Acme,42\n", "lonely,Alone,50\n", header="id,name,health\n")).stdout
    assert "Changed:\n  acme: health 75 -> 42\n  lonely: name\n" in output
    objects = lines(milepost("import", book("acme,\n", header="id,health\n"), "--json"))
    assert objects[0]["changes"] == ["health 42 -> nothing"]


def test_importing_again_changes_nothing(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS)
    path = book(ACME, LONELY)
    first, second = (lines(milepost("import", path, "--json"))[-1] for _ in range(2))
    assert (first["imported"], first["enrolled"], first["unmatched"]) == (2, 1, 1)
    assert (second["imported"], second["changed"], second["unchanged"]) == (0, 0, 2)


def test_bad_rows_are_refused_with_row_and_column_and_the_others_imported(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS)
    path = book(",Nobody,UTC,US,en,,,,,,\n", ACME, "bad,Bad,Europe/Berln,XX,en,,,,,,\n")
    objects = lines(milepost("import", path, "--json"))
    problems = {(each["row"], each["column"]) for each in objects if each["kind"] == "problem"}
    assert problems == {(2, "id"), (4, "timezone"), (4, "country")}
    assert [each["customer"] for each in objects if each["kind"] == "customer"] == ["acme"]
    assert objects[-1]["refused"] == 2

    people = milepost("import", path)
    assert people.exit_code == 1
    assert "Refused: row 4, column timezone: Unknown time zone 'Europe/Berln'" in people.stderr
    assert [each["customer"] for each in lines(milepost("customers", "--json"))] == ["acme"]


def test_beside_rows_that_were_refused_the_others_are_stored(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS)
    output = milepost("import", book(",Nobody,UTC,US,en,,,,,,\n", ACME)).stdout
    assert "The others are stored; 1 journey begins" in output


def test_a_value_that_no_map_allows_is_refused_with_the_nearest(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS)
    result = milepost("import", book(ACME.replace("enterprise,", "Entreprise,"), LONELY))
    assert result.exit_code == 1
    assert "Refused: row 2, column tier: 'Entreprise' is not among the values that the maps allow" in result.stderr
    assert "did you mean 'enterprise'?" in result.stderr
    assert [each["customer"] for each in lines(milepost("customers", "--json"))] == ["lonely"]


def test_data_without_a_column_in_the_file_stays(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS)
    milepost("import", book(ACME))
    result = milepost("import", book("acme,42\n", header="id,health\n"), "--json")
    assert lines(result)[-1]["changed"] == 1
    customer = lines(milepost("show", "acme", "--json"))[0]["customer"]
    assert customer["name"] == "Acme"
    assert customer["timezone"] == "America/New_York"
    assert customer["contacts"][0]["email"] == "sam@acme.example"
    assert customer["attributes"]["tier"] == "enterprise"


def test_without_maps_it_says_to_publish_first(milepost: Milepost, book: Book) -> None:
    result = milepost("import", book(ACME))
    assert result.exit_code == 0
    assert "milepost publish MAP_FOLDER" in result.stdout


def test_a_file_that_is_not_a_book_is_refused(milepost: Milepost, tmp_path: Path) -> None:
    (tmp_path / "book.csv").write_text("name\nAcme\n")
    result = milepost("import", tmp_path / "book.csv")
    assert result.exit_code == 1
    assert "'id' is not among them" in result.stderr
    missing = milepost("import", tmp_path / "none.csv")
    assert missing.exit_code == 1
    assert "Can't read" in missing.stderr


def test_standard_input_is_a_book_too(milepost: Milepost) -> None:
    result = milepost("import", "-", "--json", input=HEADER + LONELY)
    assert lines(result)[-1]["imported"] == 1


def test_publishing_says_number_and_hash_and_the_same_content_is_the_same_version(milepost: Milepost) -> None:
    first = lines(milepost("publish", MAPS / "enterprise-save-time", "--json", "--by", "ops", "--why", "first"))[-1]
    assert (first["map"], first["number"], first["became"]) == ("enterprise-save-time", 1, "new")
    again = milepost("publish", MAPS / "enterprise-save-time")
    assert "already version 1" in again.stdout
    assert first["hash"][:12] in again.stdout


def test_changed_content_is_the_next_version_and_the_old_can_come_back(milepost: Milepost, tmp_path: Path) -> None:
    shutil.copytree(MAPS / "enterprise-save-time", tmp_path / "map")
    old = lines(milepost("publish", tmp_path / "map", "--json"))[-1]
    file = tmp_path / "map" / "map.yaml"
    before = file.read_text()
    file.write_text(before.replace("title: Onboarding", "title: Welcome", 1))
    new = lines(milepost("publish", tmp_path / "map", "--json"))[-1]
    assert (new["number"], new["became"]) == (2, "new")
    file.write_text(before)
    back = lines(milepost("publish", tmp_path / "map", "--json"))[-1]
    assert (back["number"], back["became"], back["hash"]) == (1, "current_again", old["hash"])


def test_two_maps_of_one_id_are_not_published_together(milepost: Milepost, tmp_path: Path) -> None:
    for name in ("maps", "backup"):
        shutil.copytree(MAPS / "enterprise-save-time", tmp_path / name / "enterprise-save-time")
    one, two = (tmp_path / name / "enterprise-save-time" / "map.yaml" for name in ("maps", "backup"))
    result = milepost("publish", tmp_path / "maps", tmp_path / "backup")
    assert result.exit_code == 1
    assert f"{two}:" in result.stderr
    assert f"M104 '{one}' has the id 'enterprise-save-time' too" in result.stderr
    assert milepost("customers").exit_code == 1  # not even a database was made
    linted = milepost("lint", tmp_path)
    assert linted.exit_code == 1
    assert "M104" in linted.stdout
    twice = lines(milepost("publish", tmp_path / "maps", one, "--json"))
    assert [each["became"] for each in twice if each["kind"] == "version"] == ["new"]


def test_a_map_with_errors_is_never_published(milepost: Milepost, tmp_path: Path) -> None:
    shutil.copytree(MAPS / "enterprise-save-time", tmp_path / "maps" / "bad")
    shutil.copytree(MAPS / "small-business-save-money", tmp_path / "maps" / "good")
    file = tmp_path / "maps" / "bad" / "map.yaml"
    file.write_text(file.read_text().replace("after: book_kickoff", "after: book_kickof", 1))
    result = milepost("publish", tmp_path / "maps")
    assert result.exit_code == 1
    assert "M105" in result.stderr
    assert "Nothing was published" in result.stderr
    assert milepost("customers").exit_code == 1  # not even a database was made


def test_publishing_says_who_could_begin_and_enrolling_begins_them(milepost: Milepost, book: Book) -> None:
    milepost("import", book(ACME, LONELY))
    published = milepost("publish", MAPS)
    assert "1 customer without a journey match" in published.stdout
    objects = lines(milepost("enroll", "--all", "--json"))
    assert [(each["customer"], each["map"]) for each in objects] == [("acme", "enterprise-save-time"), ("lonely", None)]
    assert "tier is 'small'" in objects[1]["why_not"]


def test_one_customer_is_enrolled_on_a_named_map(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS)
    milepost("import", book(LONELY))
    refused = milepost("enroll", "lonely")
    assert refused.exit_code == 1
    assert "No map is for 'lonely'" in refused.stderr
    assert "Did you mean" in milepost("enroll", "lonely", "--map", "enterprise-save-tim").stderr
    begun = milepost("enroll", "lonely", "--map", "small-business-save-money")
    assert begun.exit_code == 0
    assert "lonely/1" in begun.stdout
    twice = milepost("enroll", "lonely")
    assert twice.exit_code == 1
    assert "has the open journey 'lonely/1'" in twice.stderr


@pytest.mark.parametrize("words", [[], ["acme", "--all"], ["--all", "--map", "x"]])
def test_enrolling_wants_one_customer_or_all(milepost: Milepost, words: list[str]) -> None:
    assert milepost("enroll", *words).exit_code == 2


CRM = """
mapping: Our CRM
dates: DD/MM/YYYY
columns:
  Record ID: id
  Company name: name
  Renewal Date: attributes.renews_on
  Company owner: team.csm
people: {Ana Diaz: ana@vendor.example}
contacts:
  columns: {Company ID: customer, Mail: email, Name: name, Part: personas}
"""


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    """A folder with the export of a CRM, the contacts beside it, and their mapping."""
    (tmp_path / "crm.yaml").write_text(CRM)
    rows = ["Record ID;Company name;Renewal Date;Company owner", "1;Müller;31/12/2026;Ana Diaz", "2;Bolt;soon;Bo Berg"]
    (tmp_path / "companies.csv").write_bytes("\r\n".join(rows).encode("cp1252"))
    (tmp_path / "contacts.csv").write_text("Company ID,Name,Mail,Part\n1,Sam Poe,sam@acme.example,sponsor\n9,X,,\n")
    return tmp_path


def test_a_book_is_imported_by_a_mapping_and_refused_rows_are_written_to_be_mended(
    milepost: Milepost, crm: Path
) -> None:
    milepost("publish", MAPS)
    options = ("--mapping", crm / "crm.yaml", "--contacts", crm / "contacts.csv")
    result = milepost("import", crm / "companies.csv", *options)
    assert result.exit_code == 1
    (customer,) = lines(milepost("customers", "--json"))
    assert customer["name"] == "Müller"
    assert "Company owner" in result.stdout
    refused = crm / "companies.refused.csv"
    assert f"mend the refused rows in {refused}" in result.stdout.replace("\n", " ")
    text = refused.read_text("utf-8-sig")
    assert text.splitlines()[0] == "refused because;Record ID;Company name;Renewal Date;Company owner"
    assert "Renewal Date: 'soon' isn't a date" in text

    refused.write_text(text.replace("soon;Bo Berg", "30/06/2027;Ana Diaz"))
    assert milepost("import", refused, *options).exit_code == 0
    assert len(lines(milepost("customers", "--json"))) == 2
    assert milepost("import", refused, *options, "--json").stdout.count('"unchanged"') == 2


def test_what_a_book_says_of_one_role_changes_that_role_alone(milepost: Milepost, book: Book, crm: Path) -> None:
    header = "id,timezone,country,contacts,team,tier\n"
    before = "1,Europe/Paris,FR,Uli <uli@acme.example> end_user,csm=eve@vendor.example;lead=lea@vendor.example,a\n"
    milepost("import", book(before, header=header))
    milepost("import", crm / "companies.csv", "--mapping", crm / "crm.yaml")
    shown = milepost("show", "1", "--json").stdout
    for kept in ("lea@vendor.example", "ana@vendor.example", "uli@acme.example", "Europe/Paris", '"FR"'):
        assert kept in shown
    assert "eve@vendor.example" not in shown


def test_a_mapping_is_proposed_and_nothing_is_imported(milepost: Milepost, crm: Path) -> None:
    milepost("publish", MAPS)
    result = milepost("import", crm / "companies.csv", "--propose")
    assert result.exit_code == 0
    assert '"Record ID": id' in result.stdout
    assert "contacts:" not in result.stdout
    both = milepost("import", crm / "companies.csv", "--contacts", crm / "contacts.csv", "--propose").stdout
    assert '    "Company ID": customer' in both
    assert '    "Mail": email' in both
    assert lines(milepost("customers", "--json")) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--mapping", "hubspt"), "There is no mapping 'hubspt'; did you mean 'hubspot'?"),
        (("--mapping", "hubspot.yaml"), "There is no file 'hubspot.yaml'. Write `--mapping hubspot` for the mapping"),
        (("--mapping", "ours/salesforce.yaml"), "Write `--mapping salesforce` for the mapping that Milepost ships"),
        (("--mapping", "crm.yaml", "--contacts", "none.csv"), "Can't read 'none.csv'"),
        (("--contacts", "contacts.csv"), "needs a mapping with a section 'contacts'"),
        (("--mapping", "crm.yaml", "--refused", "companies.csv"), "would overwrite the book"),
    ],
)
def test_options_that_cannot_be_used_say_why(
    milepost: Milepost, crm: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(crm)
    result = milepost("import", "companies.csv", *options)
    assert result.exit_code == 1
    assert says in " ".join(result.stderr.split())


def test_a_mapping_with_mistakes_lists_them_and_imports_nothing(milepost: Milepost, crm: Path) -> None:
    (crm / "crm.yaml").write_text(CRM.replace("team.csm", "tema.csm"))
    result = milepost("import", crm / "companies.csv", "--mapping", crm / "crm.yaml")
    assert result.exit_code == 1
    assert "crm.yaml:8:18 M103 'tema.csm' is no field of a customer" in result.stderr
    lint = milepost("lint", crm / "crm.yaml")
    assert (lint.exit_code, "a mapping with errors can't be used" in lint.stderr) == (1, True)


def test_the_file_of_refused_rows_is_written_in_the_form_that_the_mapping_names(
    milepost: Milepost, tmp_path: Path
) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text('mapping: X\nencoding: cp1250\nseparator: "|"\nheader_row: 3\ncolumns: {ID: id, Firma: name}\n')
    path = tmp_path / "book.csv"
    path.write_bytes("Export\n\nID|Firma\nx/1|Žofie\n".encode("cp1250"))
    assert milepost("import", path, "--mapping", mapping).exit_code == 1
    refused = tmp_path / "book.refused.csv"
    refused.write_bytes(refused.read_bytes().replace(b"x/1|", b"x1|"))
    assert milepost("import", refused, "--mapping", mapping).exit_code == 0
    assert [each["name"] for each in lines(milepost("customers", "--json"))] == ["Žofie"]


def test_a_dry_run_says_what_would_happen_and_imports_nothing(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS)
    path = book(ACME, LONELY, "x/1,X\n", "x/2,X\n")
    result = milepost("import", path, "--dry-run")
    assert result.exit_code == 0
    for words in (
        "journeys that would begin",
        "account_executive",
        "Nothing was written",
        "No journey for 1 customer",
        "by column",
        "For whom",
        "Sales-to-success handoff",
    ):
        assert words in result.stdout
    objects = lines(milepost("import", path, "--dry-run", "--json"))
    customers = [each for each in objects if each["kind"] == "customer"]
    summary = objects[-1]
    assert [each["customer"] for each in customers] == ["acme", "lonely"]
    assert (summary["customers"]["new"], summary["customers"]["journeys"], summary["refused"]) == (2, 1, 2)
    assert [each["role"] for each in summary["tasks"]] == [each["role"] for each in customers[0]["tasks"]]
    assert lines(milepost("customers", "--json")) == []
    assert not path.with_suffix(".refused.csv").exists()


def test_a_book_that_was_exported_changes_nothing_when_it_is_imported(
    milepost: Milepost, book: Book, tmp_path: Path
) -> None:
    milepost("publish", MAPS)
    milepost("import", book(ACME, LONELY))
    exported = tmp_path / "exported.csv"
    result = milepost("export", "--output", exported)
    assert (result.exit_code, result.stderr) == (0, "2 customers written.\n")
    assert milepost("export").stdout.splitlines() == exported.read_text().splitlines()
    summary = lines(milepost("import", exported, "--json"))[-1]
    assert (summary["unchanged"], summary["changed"], summary["refused"]) == (2, 0, 0)


def test_customers_of_long_standing_enter_where_they_stand(milepost: Milepost, book: Book) -> None:
    milepost("publish", MAPS)
    path = book(ACME)
    assert milepost("import", path, "--since", "2026-03-02").exit_code == 2
    assert "Unknown stage 'valeu'" in milepost("import", path, "--stage", "valeu").stderr
    summary = lines(milepost("import", path, "--stage", "value", "--dry-run", "--json"))[-1]
    assert [each["stage"] for each in summary["stages"]][:1] == ["value"]
    assert lines(milepost("import", path, "--stage", "value", "--json"))[-1]["enrolled"] == 1
