from __future__ import annotations

import json
from pathlib import Path

from milepost.imports.mapping_file import mapping_schema
from milepost.language.schema import json_schema
from tests.cli.conftest import Milepost


def test_the_schema_goes_to_stdout_and_nothing_else_does(milepost: Milepost) -> None:
    result = milepost("schema")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json_schema()


def test_mappings_have_a_schema_of_their_own(milepost: Milepost, tmp_path: Path) -> None:
    assert json.loads(milepost("schema", "mapping").stdout) == mapping_schema() != json_schema()
    written = milepost("schema", "mapping", "-o", tmp_path / "mapping.schema.json")
    assert "A mapping names it in its first line" in written.stderr


def test_the_schema_goes_to_a_file_with_the_line_that_maps_name_it_by(milepost: Milepost, tmp_path: Path) -> None:
    file = tmp_path / "map.schema.json"
    result = milepost("schema", "-o", file)
    assert (result.exit_code, result.stdout) == (0, "")
    assert json.loads(file.read_text()) == json_schema()
    assert "# yaml-language-server: $schema=../map.schema.json" in result.stderr


def test_a_folder_that_does_not_exist_is_reported(milepost: Milepost, tmp_path: Path) -> None:
    result = milepost("schema", "-o", tmp_path / "nowhere" / "map.schema.json")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: Can't write")
