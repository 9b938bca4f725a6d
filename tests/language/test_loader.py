from __future__ import annotations

import time
from pathlib import Path

import pytest

from milepost.language.lint import lint
from milepost.language.loader import content_hash, from_files, load
from milepost.language.schema import json_schema
from tests.language.broken import EXAMPLE, SIDE_FILES


def write_map(folder: Path, text: str | bytes = EXAMPLE) -> Path:
    for name, content in SIDE_FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "map.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def test_a_map_is_loaded_from_its_folder_or_its_file(tmp_path: Path) -> None:
    write_map(tmp_path)
    by_folder, by_file = load(tmp_path), load(tmp_path / "map.yaml")
    assert by_folder.map is not None
    assert by_folder == by_file
    assert lint(by_folder) == ()
    assert set(by_folder.files or ()) == {"map.yaml", *SIDE_FILES}


def test_steps_keep_the_order_of_the_file() -> None:
    text = "touchpoints:\n      - {touchpoint: a, title: A, role: csm}\n"
    later = EXAMPLE.replace("  - stage: value\n", f"  - stage: value\n    {text}", 1)
    loaded = from_files({"map.yaml": later})
    assert loaded.map is not None
    assert [step.id for step in loaded.map.stages[1].steps] == ["a", "hours_saved"]


def test_a_missing_file_is_a_problem_rather_than_an_exception(tmp_path: Path) -> None:
    (problem,) = load(tmp_path / "nowhere").problems
    assert (problem.code, problem.line, problem.column) == ("M102", 1, 1)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("", 1, 1, "doesn't hold a map"),
        ("- a\n- b\n", 1, 1, "doesn't hold a map"),
        ("map: a\n\ttitle: b\n", 2, 1, "tabs"),
        ("map: a: b\n", 1, 6, "quotes"),
        ("map: [a\n", 1, 8, "never closed"),
        ("map: a\n---\nmap: b\n", 2, 1, "a file holds one"),
        ("map: *x\n", 1, 6, "put it in quotes"),
        (BOMB, 1, 4, "values"),
        ("a: &x [*x]\n", 1, 4, "nested"),
        ("a: " + "[" * 90 + "]" * 90, 1, 63, "nested"),
        ("[" * 20000, 1, 61, "nested"),
        ("- a\n" * 200_000, 20_000, 3, "values"),
        ("a: 1\n" * 150_000, 10_000, 4, "values"),
        ("# " + "x" * 1_000_000, 1, 1, "1 MB"),
        ("map: a\x00b\n", 1, 7, "control"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_hostile_or_broken_yaml_is_refused_quickly_with_a_place(
    tmp_path: Path, text: str, line: int, column: int, word: str
) -> None:
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    begun = time.perf_counter()
    loaded = load(tmp_path)
    assert time.perf_counter() - begun < 10
    (problem,) = loaded.problems
    assert (problem.code, problem.line, problem.column) == ("M103", line, column)
    assert word in problem.message
    assert loaded.map is None


def test_another_encoding_is_a_problem_at_its_first_odd_byte(tmp_path: Path) -> None:
    write_map(tmp_path, "map: a\ntitle: Größe\n".encode("latin-1"))
    (problem,) = load(tmp_path).problems
    assert (problem.code, problem.line, problem.column) == ("M103", 2, 10)
    assert "UTF-8" in problem.message


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(tmp_path: Path) -> None:
    write_map(tmp_path, b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode())
    assert load(tmp_path).problems == ()


def test_the_hash_is_that_of_map_messages_and_playbooks() -> None:
    files = {"map.yaml": EXAMPLE, **SIDE_FILES}
    assert content_hash(files) == content_hash({**dict(reversed(files.items())), "scenarios/a.yaml": "x"})
    for name, text in files.items():
        assert content_hash(files) != content_hash({**files, name: f"{text} "})
    assert len(content_hash(files)) == 64


def test_the_json_schema_knows_every_field_by_the_name_that_maps_use() -> None:
    schema = json_schema()
    assert {"map", "stages", "plays", "working_time"} <= set(schema["properties"])
    assert {"from", "to"} <= set(schema["$defs"]["Window"]["properties"])
    assert schema["$defs"]["Touchpoint"]["additionalProperties"] is False
    assert {each["type"] for each in schema["$defs"]["Touchpoint"]["properties"]["after"]["anyOf"]} == {
        "string",
        "object",
        "array",
    }
