"""The built wheel, installed into an environment and run in a folder without a checkout."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.acceptance.up_process import environment

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PARTS = ("milepost", "workflows", "activities", "worker.py")
pytestmark = pytest.mark.server  # `milepost up` starts all of them


def run(*words: str | Path, cwd: Path) -> str:
    """Run a command to its end; returns what it printed."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as others install it."""
    folder = tmp_path_factory.mktemp("dist")
    build = ("build", "--offline", "--wheel", "--quiet", "--python", sys.executable, "--out-dir", folder, ROOT)
    run(BIN / "uv", *build, cwd=folder)
    [file] = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel; what the wheel needs is borrowed from ours."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    binary = folder / "bin" / "python"
    run(BIN / "uv", "pip", "install", "--offline", "--no-deps", "--quiet", "--python", binary, wheel, cwd=folder)
    # A plain path: the editable install in our own environment, itself such a file, isn't followed.
    (site_packages(binary) / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    (folder / "bin" / "temporal").symlink_to(BIN / "temporal")
    return binary


def site_packages(python: Path) -> Path:
    [folder] = (python.parents[1] / "lib").glob("python*/site-packages")
    return folder


def test_the_wheel_installs_our_four_names_and_no_others(python: Path) -> None:
    names = {path.name for path in site_packages(python).iterdir()} - {"borrowed.pth", "__pycache__"}
    assert {name for name in names if not name.endswith(".dist-info")} == set(PARTS)
    assert len(names) == len(PARTS) + 1


def test_the_wheel_has_every_file_of_its_packages_and_the_maps(wheel: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z", *PARTS, "maps"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode:
        pytest.skip("not a git checkout")
    names = set(zipfile.ZipFile(wheel).namelist())
    files = [name for name in tracked.stdout.split("\0") if name and (ROOT / name).exists()]
    assert files
    assert {f"milepost/{name}" if name.startswith("maps/") else name for name in files} <= names


def test_commands_work_in_an_empty_folder(python: Path, tmp_path: Path) -> None:
    milepost = python.with_name("milepost")
    assert "milepost " in run(milepost, "version", cwd=tmp_path)
    assert "Run Milepost" in run(python, "-m", "milepost", "--help", cwd=tmp_path)
    where = run(python, "-c", "import milepost, workflows, worker; print(milepost.__file__)", cwd=tmp_path)
    assert where.startswith(str(site_packages(python)))
    run(milepost, "new", "my-map", "--from", "small-business-save-money", cwd=tmp_path)
    assert "nothing wrong" in run(milepost, "lint", "my-map", cwd=tmp_path)
    run(milepost, "new", "our-map", "--pattern", "chasm", cwd=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my-map", "our-map"]


def test_everything_runs_from_the_wheel_alone(python: Path, tmp_path: Path) -> None:
    output = run(python.with_name("milepost"), "up", "--port", "0", "--for", "1s", cwd=tmp_path)
    assert "/desk" in output
    assert "milepost new" in output
    assert [path.name for path in tmp_path.iterdir()] == [".milepost"]
