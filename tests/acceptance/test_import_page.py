"""A newcomer types the page "Bring in the customers you have", command by command, on the export of a CRM."""

from __future__ import annotations

import csv
import re
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from ruamel.yaml import YAML

from milepost.devserver.data_folder import owner_of
from tests.acceptance.typed_page import Terminal, TypedCommand, commands_of
from tests.acceptance.up_process import environment

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/import.md").read_text("utf-8")
DATA = "my-data"
HEADINGS = (
    *("Record ID", "Company name", "Country/Region", "Company owner", "Company size", "Success goal", "Renewal Date"),
    *("Journey stage", "In stage since", "Owner name", "Owner email"),
)
PLACES = ("Germany", "United Kingdom", "Ireland", "France")
SIZES = (("Enterprise", "Save time"), ("Small business", "Save money"))
HELD_AT_FIRST = {"welcome.md": 15, "launch_kit.md": 15, "first_finds.md": 15, "invite_bookkeeper.md": 15}
NEVER_RELEASED = HELD_AT_FIRST.keys() - {"welcome.md"}


class Newcomer:
    """Somebody with the page beside two terminals, in Milepost's folder; the time that each command took is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ours = {name: value for name, value in environment().items() if name not in ("VIRTUAL_ENV", "MAKEFLAGS")}
        # What `make setup` would install is what this test runs on: so it only says what it would do.
        self.first = Terminal(folder, ours | {"MAKEFLAGS": "--dry-run", "MILEPOST_PORT": "0", "COLUMNS": "80"})
        self.second = Terminal(folder, ours | {"COLUMNS": "80"})
        self.took: list[tuple[float, str]] = []

    def follow(self, command: TypedCommand) -> None:
        """Type a command of the page, with one's own names in it; it has to print what the page shows."""
        began = time.monotonic()
        typed = self._with_own_names(command.text)
        if " up " in typed:
            self.first.begin(typed)
            self.first.until(lambda: command.pattern.search(self.first.output))
        else:
            terminal = self.second if self._is_up else self.first
            printed = terminal.type(typed)
            assert command.pattern.search(printed), f"{typed}\n{printed}\nisn't as the page shows it:\n{command.shown}"
        self.took.append((time.monotonic() - began, typed))

    @property
    def _is_up(self) -> bool:
        return any(" up " in typed for _, typed in self.took)

    def _with_own_names(self, typed: str) -> str:
        """What the page leaves to its reader: whose mail, where Milepost is, and the names of columns in the file."""
        if "CUSTOMER MESSAGE" in typed:
            first, *_ = self.held()
            typed = typed.replace("CUSTOMER MESSAGE", f"{first['customer_id']} {first['message']}")
        if "$KEY" in typed:
            typed = f"KEY=$(cat {DATA}/api_key); {typed}".replace("https://milepost.example", self._web)
        return typed

    @property
    def _web(self) -> str:
        owner = owner_of(self.folder / DATA)
        assert owner is not None
        return owner.listens["web"]

    def held(self) -> list[sqlite3.Row]:
        """The mails that wait, read beside those who write."""
        with closing(sqlite3.connect(self.folder / DATA / "milepost.db", timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            return list(connection.execute("SELECT * FROM held_messages ORDER BY customer_id, message"))

    def waiting_for_a_person(self) -> set[str]:
        """The texts of which mails wait for a release."""
        return {each["template"] for each in self.held() if each["why"] == "release"}

    def close(self) -> None:
        for child in psutil.Process(self.first.process.pid).children():
            child.terminate()  # as Ctrl-C does: `up` ends what it has started
            child.wait(30)
        self.first.close()
        self.second.close()


@pytest.fixture
def newcomer(real_server: None, tmp_path: Path) -> Iterator[Newcomer]:
    """A folder with Milepost's own files, as the page asks for, and the exports in it."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    for name in ("Makefile", "pyproject.toml", "requirements-uv.txt", "uv.lock"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ("crm.csv", "companies.csv"):
        with (tmp_path / name).open("w", encoding="cp1252", newline="") as file:
            csv.writer(file, delimiter=";").writerows((HEADINGS, *map(_row, range(60))))
    (tmp_path / "contacts.csv").write_text("Record ID,Email,First Name\n9000000,kim@customer0.example,Kim\n")
    reader = Newcomer(tmp_path)
    yield reader
    reader.close()


def _row(number: int) -> tuple[str, ...]:
    """One of sixty: half of the customers have just signed, the others stand in the middle."""
    today = datetime.now(UTC).date()
    is_under_way = number % 4 >= 2
    return (
        str(9_000_000 + number),
        f"Müller & Söhne {number:02}",
        PLACES[number % len(PLACES)],
        "Ana Díaz",
        *SIZES[number % len(SIZES)],
        f"{today + timedelta(days=300 + number):%d/%m/%Y}",
        "Adoption" if is_under_way else "New",
        f"{today - timedelta(days=40 + number):%d/%m/%Y}" if is_under_way else "",
        f"Renée Poe-{number}",
        f"renee{number}@customer{number}.example",
    )


@pytest.mark.timeout(600)
def test_every_command_of_the_page_works_as_it_is_typed(newcomer: Newcomer) -> None:
    for command in commands_of(PAGE):
        if " lint " in command.text:
            _answer_the_doubts(newcomer.folder)
        if command.text == "milepost mail":
            newcomer.second.until(lambda: Counter(each["template"] for each in newcomer.held()) == HELD_AT_FIRST)
        if " --again " in command.text:
            _mend_the_stage(newcomer.folder)
        newcomer.follow(command)
        if " --first " in command.text:
            newcomer.second.until(lambda: newcomer.waiting_for_a_person() == NEVER_RELEASED)
    for seconds, typed in newcomer.took:
        print(f"{seconds:6.1f} s  {typed}")  # noqa: T201 - for docs/performance.md: pytest -rP shows it
    print(f"{sum(seconds for seconds, _ in newcomer.took):6.1f} s  in all")  # noqa: T201
    print(f"the commands' processor time, user and system: {newcomer.second.type('times')}")  # noqa: T201

    newcomer.second.type("milepost mail free")
    newcomer.second.until(lambda: newcomer.waiting_for_a_person() == set())
    newcomer.second.type("milepost mail hold --first 3")
    left = {each["template"] for each in newcomer.held()}  # the others have gone, if it is day where their readers are
    newcomer.second.until(lambda: newcomer.waiting_for_a_person() == left - {"welcome.md"})


def _answer_the_doubts(folder: Path) -> None:
    """Writes into the proposal what the page says that one writes there."""
    yaml = YAML(typ="safe")
    proposal = (folder / "ours.yaml").read_text("utf-8")
    mapping = yaml.load(proposal)
    [answered] = [
        yaml.load(block)
        for block in re.findall(r"^```yaml\n(people:.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
        if "# doubt" in block
    ]
    doubtful = [line for line in proposal.splitlines() if re.match(r" *[^#]+: *# doubt", line)]
    assert len(doubtful) == 3
    for part, entries in answered.items():
        assert entries.keys() <= mapping[part].keys()
        mapping[part].update(entries)
    with (folder / "ours.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(mapping, file)


def _mend_the_stage(folder: Path) -> None:
    yaml = YAML(typ="safe")
    mapping = yaml.load((folder / "ours.yaml").read_text("utf-8"))
    mapping["columns"]["Journey stage"]["per_map"]["small"] = {"Adoption": "value"}
    with (folder / "ours.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(mapping, file)
