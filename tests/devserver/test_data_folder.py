from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from milepost.devserver.data_folder import DataFolder, FolderInUseError, FolderUnusableError, owner_of
from milepost.devserver.locks import acquire

OWNER = """
import pathlib, time
from milepost.devserver.data_folder import DataFolder
folder = DataFolder.open(pathlib.Path({path!r}))
print("mine", flush=True)
time.sleep(600)
"""


def test_a_new_folder_is_for_its_user_alone(tmp_path: Path) -> None:
    with DataFolder.open(tmp_path / "deep" / "data") as folder:
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_second_owner_is_told_who_the_first_is_and_what_to_do(folder: DataFolder) -> None:
    with pytest.raises(FolderInUseError) as refused:
        DataFolder.open(folder.path)
    assert refused.value.holder.pid == os.getpid()
    assert refused.value.holder.since is not None
    assert f"kill {os.getpid()}" in str(refused.value)
    assert "--data" in str(refused.value)


def test_a_closed_folder_can_be_opened_again(tmp_path: Path) -> None:
    DataFolder.open(tmp_path).close()
    DataFolder.open(tmp_path).close()


def test_kill_9_of_the_owner_frees_the_folder(tmp_path: Path, other_process) -> None:
    owner = other_process(OWNER.format(path=str(tmp_path)))
    assert owner.stdout.readline() == "mine\n"
    with pytest.raises(FolderInUseError) as refused:
        DataFolder.open(tmp_path)
    assert refused.value.holder.pid == owner.pid
    owner.kill()
    owner.wait()
    with DataFolder.open(tmp_path):
        assert owner_of(tmp_path).pid == os.getpid()


def test_the_owner_says_where_its_parts_listen(folder: DataFolder) -> None:
    folder.announce(temporal="127.0.0.1:7233", web="http://127.0.0.1:8080")
    owner = owner_of(folder.path)
    assert owner.listens == {"temporal": "127.0.0.1:7233", "web": "http://127.0.0.1:8080"}


def test_a_folder_without_owner_has_none_even_when_there_was_one(folder: DataFolder, tmp_path: Path) -> None:
    folder.close()
    assert owner_of(folder.path) is None
    assert owner_of(tmp_path / "never") is None


def test_asking_for_the_owner_does_not_keep_one_out(folder: DataFolder) -> None:
    folder.close()
    for _ in range(50):
        owner_of(folder.path)
        DataFolder.open(folder.path).close()


def test_a_temporal_server_left_over_keeps_the_folder_closed(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milepost.devserver.data_folder._ORPHAN_DIES_WITHIN", 0.1)
    folder.close()
    left_over = acquire(folder.temporal_lock)
    with pytest.raises(FolderInUseError, match="Temporal server of an earlier `milepost up`"):
        DataFolder.open(folder.path)
    left_over.release()
    DataFolder.open(folder.path).close()


def test_a_path_that_can_not_be_a_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusableError, match="--data"):
        DataFolder.open(tmp_path / "file" / "data")
