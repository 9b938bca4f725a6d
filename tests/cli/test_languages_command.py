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


@pytest.mark.parametrize("program", ["web", "worker"])
def test_a_program_does_not_start_with_translations_that_it_can_not_use(
    milepost: Milepost, tmp_path: Path, program: str
) -> None:
    result = milepost(program, env={"MILEPOST_LANGUAGES": str(tmp_path / "nowhere")})

    assert result.exit_code == 1
    assert f"There is no folder of translations at {tmp_path / 'nowhere'}." in result.stderr
