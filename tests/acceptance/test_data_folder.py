from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.acceptance.up_process import LOG, Up, environment


def test_every_file_of_the_data_folder_is_for_its_owner_alone(start: Callable[..., Up], tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        up = start()
        up.web()
        up.until(lambda: list(up.folder.glob("logs/*")))
        backup = [
            sys.executable,
            "-P",
            "-m",
            "milepost",
            "backup",
            str(up.folder / "copy.db"),
            "--data",
            str(up.folder),
        ]
        subprocess.run(backup, env=environment(), check=True, timeout=60, capture_output=True)
        files = {path for path in up.folder.rglob("*") if path.name != LOG}  # ours, which the test itself made
    finally:
        os.umask(before)
    names = {path.name for path in files}
    assert names >= {
        "milepost.db",
        "milepost.db-wal",
        "temporal.db",
        "secret_key",
        "api_key",
        "copy.db",
        "milepost.lock",
    }
    open_to_others = {path: oct(path.stat().st_mode) for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077}
    assert open_to_others == {}
