"""`milepost files`: which files a customer has, the content of one, and deleting it."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from milepost.files.places import Folder
from milepost.store.database import open_store
from milepost.store.file_tables import FileRow
from tests.cli.conftest import Milepost, lines

pytestmark = pytest.mark.usefixtures("with_acme")
SAM, ANA = "sam@acme.example", "ana@vendor.example"
FILE = "aB3aB3aB3aB3aB3aB3aB"
CONTENT = b"%PDF-1.7 the contract"


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """The content of a file that Sam sent."""
    data = tmp_path / "data"
    row = FileRow(
        id=FILE, journey_id="acme/1", step="connect", field="contract", contact=SAM, type="pdf", name="contract.pdf",
        size=len(CONTENT), sha256="0" * 64, status="ready", at=0, received_at=0,
    )  # fmt: skip

    async def keep() -> None:
        async with open_store(f"sqlite:///{data / 'milepost.db'}") as store:
            await store.write(lambda session: session.add(row))
        await Folder(data / "files").put(FILE, CONTENT)

    asyncio.run(keep())
    return data / "files" / FILE


def test_files_are_listed_and_the_content_of_one_is_written(milepost: Milepost, contract: Path, tmp_path: Path) -> None:
    [listed] = lines(milepost("files", "acme", "--json"))
    assert (listed["file"], listed["name"], listed["by"], listed["step"], listed["field"]) == (
        FILE, "contract.pdf", SAM, "connect", "contract",
    )  # fmt: skip
    assert listed["answer"] == f"file:{FILE}/contract.pdf"
    assert f"milepost files acme --get {FILE}" in milepost("files", "acme").stdout

    to = tmp_path / "mine.pdf"
    assert milepost("files", "acme", "--get", FILE, "--to", str(to)).exit_code == 0
    assert (to.read_bytes(), stat.S_IMODE(to.stat().st_mode)) == (CONTENT, 0o600)
    again = milepost("files", "acme", "--get", FILE, "--to", str(to))
    assert (again.exit_code, "There is a file" in again.stderr) == (1, True)
    assert contract.exists()


def test_a_file_is_deleted_once_and_the_timeline_says_why(milepost: Milepost, contract: Path) -> None:
    told = ("files", "acme", "--forget", FILE, "--reason", "Sent by mistake", "--by", ANA)
    first = milepost(*told)
    assert (first.exit_code, "its content is deleted" in first.stdout) == (0, True)
    assert not contract.exists()

    [again] = lines(milepost(*told, "--json"))
    assert again["status"] == "removed"
    gone = milepost("files", "acme", "--get", FILE)
    assert (gone.exit_code, "can't be had: it is deleted" in gone.stderr) == (1, True)


def test_what_is_not_there_is_said_with_the_way_to_what_is(milepost: Milepost) -> None:
    assert "There is no file of acme." in milepost("files", "acme").stdout
    unknown, nobody = milepost("files", "acme", "--get", "nothing"), milepost("files", "acne")
    assert (unknown.exit_code, "Customer 'acme' has no file 'nothing'." in unknown.stderr) == (1, True)
    assert (nobody.exit_code, "acme" in nobody.stderr) == (1, True)
    for options in (("--to", "x"), ("--reason", "x"), ("--get", "x", "--forget", "x")):
        assert milepost("files", "acme", *options).exit_code == 1
