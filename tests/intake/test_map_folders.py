"""A map's folder as people send it is bounded, stays inside of itself, and is read as the command line reads it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from milepost import limits
from milepost.intake.candidates.folder import MapUploadError, read_folder
from milepost.intake.uploads import UploadedFile
from milepost.language.loader import load

MAP = Path("maps/small-business-save-money")
FILES = {"map.yaml": "map: x\n", "messages/a.md": "---\nsubject: A\n---\nHello"}


def packed(files: Mapping[str, str | bytes], folder: str = "ours/", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, text in files.items():
            archive.writestr(f"{folder}{name}", text)
    return out.getvalue()


def sent(data: bytes, name: str = "my-map.zip") -> list[UploadedFile]:
    return [UploadedFile(name, data)]


def refusal(files: list[UploadedFile]) -> str:
    with pytest.raises(MapUploadError) as refused:
        read_folder(files)
    return str(refused.value)


@pytest.mark.parametrize("folder", ["", "ours/", "repo/maps/ours/"])
def test_a_folder_is_found_wherever_it_was_packed(folder: str) -> None:
    read = read_folder(sent(packed(FILES, folder)))
    assert (read.name, read.files) == ("ours" if folder else "my-map", FILES)


@pytest.mark.parametrize(
    ("archive", "name"),
    [("...zip", "map"), ("..", "map"), (".zip", "zip"), ("../..zip", "map"), (" .. .zip", "map"), ("a.b.zip", "a.b")],
)
def test_an_archive_never_names_a_folder_outside_of_its_own(archive: str, name: str) -> None:
    assert read_folder(sent(packed(FILES, ""), archive)).name == name


def test_an_archive_with_a_long_name_gives_one_that_a_folder_can_have() -> None:
    name = read_folder(sent(packed(FILES, ""), f"{'顧客成功の地図' * 14}.zip")).name
    assert name.startswith("顧客成功")
    assert len(name.encode()) <= 200


def test_a_shipped_map_is_read_as_from_its_folder() -> None:
    files = {str(path.relative_to(MAP)): path.read_bytes() for path in MAP.rglob("*") if path.is_file()}
    read = read_folder(sent(packed(files)))
    assert {name: text for name, text in read.files.items() if not name.startswith("scenarios/")} == load(MAP).files
    assert any(name.startswith("scenarios/") for name in read.files)


def test_files_may_come_one_by_one() -> None:
    files = [UploadedFile(f"ours/{name}", text.encode()) for name, text in FILES.items()]
    assert read_folder(files).files == FILES


def test_what_no_map_has_is_left_out_and_named_and_what_is_hidden_is_passed_over() -> None:
    more = {"logo.png": b"\x89PNG", ".git/config": "x", "__MACOSX/map.yaml": "x", "messages/.DS_Store": "x"}
    read = read_folder(sent(packed({**FILES, **more})))
    assert (read.files, read.left_out) == (FILES, ("ours/logo.png",))


def test_marks_and_line_ends_of_other_systems_are_taken_off() -> None:
    read = read_folder(sent(packed({"map.yaml": b"\xef\xbb\xbfmap: x\r\n"})))
    assert read.files == {"map.yaml": "map: x\n"}


@pytest.mark.parametrize(
    "name",
    [
        *("../map.yaml", "/etc/map.yaml", "a/../../map.yaml", "C:/map.yaml", "..\\map.yaml"),
        *("x" * 300 + ".yaml", "deep/" * 500 + "a.md"),
    ],
)
def test_a_name_that_leads_out_of_the_folder_is_refused(name: str) -> None:
    assert "leads out of the folder" in refusal(sent(packed({**FILES, name: "x"}, "")))
    assert "leads out of the folder" in refusal([UploadedFile("map.yaml", b"map: x"), UploadedFile(name, b"x")])


def test_what_unpacks_to_more_than_a_map_is_not_unpacked() -> None:
    bomb = {f"messages/{number}.md": b"0" * 1_000_000 for number in range(25)}
    data = packed({"map.yaml": "map: x", **bomb})
    assert len(data) < 50_000
    assert f"more than {limits.MAP_TEXTS // 1024**2} MB unpacked" in refusal(sent(data))


def test_one_file_that_is_too_large_is_named_as_the_checker_names_it() -> None:
    data = packed({"map.yaml": b"0" * 3_000_000})
    assert "map.yaml:1:1 M103 The file is larger than 1 MB" in refusal(sent(data))


def test_too_many_files_are_refused() -> None:
    data = packed({f"{number}.md": "" for number in range(limits.MAP_FILES + 1)})
    assert f"has {limits.MAP_FILES + 1} files" in refusal(sent(data))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed({"readme.md": "x"}), "There is no map.yaml in it."),
        (packed({"a/map.yaml": "x", "b/map.yaml": "x"}, ""), "It has 2 maps: a and b. Send one map at a time."),
        (packed(FILES, method=zipfile.ZIP_BZIP2), "packed in a way that isn't read here"),
        (packed(FILES, method=zipfile.ZIP_LZMA), "packed in a way that isn't read here"),
        (b"PK\x03\x04 and nothing more", "The .zip can't be read"),
        (packed({"map.yaml": b"title: \xe4"}), "M103 The file isn't UTF-8; save it in that encoding"),
    ],
)
def test_what_is_no_folder_of_one_map_is_refused(data: bytes, words: str) -> None:
    assert words in refusal(sent(data))


def test_an_archive_that_was_damaged_on_its_way_is_refused() -> None:
    data = packed(FILES, method=zipfile.ZIP_STORED).replace(b"map: x", b"map: y")
    assert "The .zip can't be read: Bad CRC-32" in refusal(sent(data))


def test_nothing_is_refused_with_what_to_do() -> None:
    assert refusal([]) == "Nothing was chosen. Choose a .zip of the map's folder, or the folder itself."
