from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Milepost


def test_the_languages_are_listed_with_what_each_lacks(milepost: Milepost) -> None:
    rows = json.loads(milepost("languages", "--json").stdout)

    assert {row["language"] for row in rows} >= {"en", "de", "es", "fr", "it", "ja", "nl", "pt"}
    assert [row["missing"] for row in rows] == [[]] * len(rows)
    assert "German" in milepost("languages").stdout


def test_a_language_is_begun_filled_in_and_counted(milepost: Milepost, tmp_path: Path) -> None:
    environment = {"MILEPOST_LANGUAGES": str(tmp_path)}
    begun = milepost("languages", "--init", "fi", env=environment)
    file = tmp_path / "fi.po"
    text = file.read_text().replace('msgid "Save"\nmsgstr ""', 'msgid "Save"\nmsgstr "Tallenna"')
    file.write_text(text)
    [finnish] = [
        row for row in json.loads(milepost("languages", "--json", env=environment).stdout) if row["language"] == "fi"
    ]
    listed = milepost("languages", "--missing", env=environment).stdout

    assert f"Written to {file}" in begun.stderr
    assert finnish["name"] == "Finnish"
    assert len(finnish["missing"]) == finnish["texts"] - 1
    assert "fi: Send\n" in listed
    assert "fi: Save\n" not in listed


def test_a_language_is_not_begun_twice_nor_one_that_there_is_not(milepost: Milepost, tmp_path: Path) -> None:
    environment = {"MILEPOST_LANGUAGES": str(tmp_path)}
    milepost("languages", "--init", "fi", env=environment)
    twice = milepost("languages", "--init", "fi", env=environment)
    unknown = milepost("languages", "--init", "finnish", env=environment)

    assert (twice.exit_code, unknown.exit_code) == (1, 1)
    assert "fi.po already" in twice.stderr
    assert "'finnish' is no language" in unknown.stderr


def test_a_file_that_can_not_be_used_is_an_error_with_its_place(milepost: Milepost, tmp_path: Path) -> None:
    (tmp_path / "fi.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "For %(who)s"\nmsgstr "Teille"\n')
    result = milepost("languages", env={"MILEPOST_LANGUAGES": str(tmp_path)})

    assert result.exit_code == 1
    assert f"The translations in {tmp_path / 'fi.po'} can't be used" in result.stderr
    assert "line 4, 'For %(who)s': the translation lacks %(who)s" in result.stderr


def test_a_map_is_translated_step_by_step(milepost: Milepost, tmp_path: Path) -> None:
    folder = tmp_path / "our-map"
    milepost("new", str(folder), "--pattern", "chasm")
    untranslated = milepost("languages", "--map", str(folder), "--update")
    begun = milepost("languages", "--map", str(folder), "--init", "de-AT")
    file = folder / "languages" / "de-AT.po"
    twice = milepost("languages", "--map", str(folder), "--init", "de-AT")
    listed = json.loads(milepost("languages", "--map", str(folder), "--json").stdout)
    text = file.read_text()
    file.write_text(
        text.replace(
            'msgid "Customer success manager"\nmsgstr ""', 'msgid "Customer success manager"\nmsgstr "Betreuung"'
        )
    )
    updated = milepost("languages", "--map", str(folder), "--update")
    missing = milepost("languages", "--map", str(folder), "--missing").stdout
    warned = milepost("lint", str(folder))

    [row] = listed
    assert untranslated.exit_code == 1
    assert "has no translations" in untranslated.stderr
    assert f"Written to {file}: {row['texts']} texts to translate." in begun.stderr
    assert twice.exit_code == 1
    assert "by --update" in twice.stderr
    assert (row["language"], len(row["missing"])) == ("de-AT", row["texts"])
    assert f"{file}: {row['texts'] - 1} texts to translate." in updated.stderr
    assert 'msgstr "Betreuung"' in file.read_text()
    assert "de-AT: Customer success manager\n" not in missing
    assert missing.count("de-AT: ") == row["texts"] - 1
    assert "W220 languages/de-AT.po lacks" in warned.stdout


def test_updating_needs_a_map_and_a_sound_one(milepost: Milepost, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("map: x\n")
    no_map = milepost("languages", "--update")
    wrong = milepost("languages", "--map", str(tmp_path), "--init", "de")

    assert (no_map.exit_code, wrong.exit_code) == (1, 1)
    assert "--update needs a map" in no_map.stderr
    assert "Correct the map first" in wrong.stderr
    assert not (tmp_path / "languages").exists()


@pytest.mark.parametrize("program", ["web", "worker"])
def test_a_program_does_not_start_with_translations_that_it_can_not_use(
    milepost: Milepost, tmp_path: Path, program: str
) -> None:
    result = milepost(program, env={"MILEPOST_LANGUAGES": str(tmp_path / "nowhere")})

    assert result.exit_code == 1
    assert f"There is no folder of translations at {tmp_path / 'nowhere'}." in result.stderr
