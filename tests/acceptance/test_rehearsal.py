"""A rehearsal of one's own book on a real Temporal: nothing is sent, whatever settings say, and nothing is left."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.web.example import FILES
from tests.web.test_entered_midway import TWO_STAGES

BOOK = """id,name,timezone,country,contacts,team,tier,enters.stage
acme,Acme,America/New_York,US,Sam Poe <sam@acme.example> sponsor+coordinator,csm=ana@vendor.example,pilot,
nobody,Nobody,Europe/Berlin,DE,Tal Ng <tal@nobody.example> sponsor,csm=ana@vendor.example,other,
old,Old Ltd,Europe/Berlin,DE,Kim Lo <kim@old.example> sponsor+coordinator,csm=ana@vendor.example,pilot,start
lost,Lost Ltd,Europe/Berlin,DE,Kim Lo <kim@lost.example> sponsor+coordinator,csm=ana@vendor.example,pilot,renewal
broken,Broken,Nowhere/Else,DE,,,pilot,
"""
OF_A_CRM = "Key,Company,Zone,Land,People,Owners,Size,Phase"
MAPPING = """mapping: Ours
columns:
  {Key: id, Company: name, Zone: timezone, Land: country, People: contacts, Owners: team, Size: attributes.tier,
   Phase: {to: enters.stage, values: {In use: value}}}
"""

pytestmark = pytest.mark.server


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        file = tmp_path / "pilot" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    (tmp_path / "book.csv").write_text(BOOK)
    return tmp_path


def start(files: Path, *options: str, **variables: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-P", "-m", "milepost", "rehearse", "--map", "pilot", "--book", "book.csv", *options]
    environment = {**os.environ, "TMPDIR": str(files / "temporary"), **variables}
    (files / "temporary").mkdir(exist_ok=True)
    return subprocess.Popen(argv, cwd=files, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_nothing_is_sent_and_nothing_is_left_whatever_the_settings_say(files: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mail_server:
        mail_server.settimeout(0)
        process = start(
            files, "--days", "45", "--speed", "9", "--json",
            MILEPOST_CHANNEL="smtp", MILEPOST_SMTP_HOST="127.0.0.1", MILEPOST_SMTP_FROM="us@vendor.example",
            MILEPOST_SMTP_PORT=str(mail_server.getsockname()[1]), MILEPOST_SMTP_SECURITY="none",
            MILEPOST_DATA=str(files / "real"), MILEPOST_DATABASE_URL=f"sqlite:///{files / 'real.db'}",
            TEMPORAL_ADDRESS="127.0.0.1:1",
        )  # fmt: skip
        output, errors = process.communicate(timeout=170)
        with pytest.raises(BlockingIOError):
            mail_server.accept()

    assert process.returncode == 0, errors[-3000:]
    account: dict[str, Any] = json.loads(output)
    assert account["complete"]
    assert account["customers"] == 3
    assert sum(each["sent"] for each in account["mails"]) > 0
    assert {each["role"] for each in account["tasks"]} >= {"csm", "solutions"}
    assert ("no map", "Nobody") in {(each["what"], each["customer"]) for each in account["concerns"]}
    assert "Nowhere/Else" in str(account["refused"])
    assert "enters" in str(account["refused"])
    assert not (files / "real").exists()
    assert not (files / "real.db").exists()
    assert list((files / "temporary").glob("milepost-rehearsal-*")) == []


def test_stopped_it_says_what_happened_so_far_and_keeps_the_folder_if_told_so(files: Path) -> None:
    process = start(files, "--days", "3000", "--json", "--keep")
    assert process.stderr is not None
    for line in process.stderr:
        if "began" in line or "is now" in line:
            break
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)

    account = json.loads(output)
    assert not account["complete"]
    assert account["customers"] > 0
    assert (Path(account["folder"]) / "milepost.db").exists()


def test_it_ends_as_a_step_opens_with_made_up_people_and_says_who_entered_in_the_middle(files: Path) -> None:
    (files / "pilot" / "map.yaml").write_text(TWO_STAGES["map.yaml"])
    rows = BOOK.partition("\n")[2].replace(",start\n", ",In use\n")
    (files / "book.csv").write_text(f"{OF_A_CRM}\n{rows}")
    (files / "ours.yaml").write_text(MAPPING)
    ends = ("--days", "3000", "--until", "connect")
    process = start(files, "--mapping", "ours.yaml", *ends, "--people", "1", "--report", "r.json", "--json")
    output, errors = process.communicate(timeout=170)

    assert process.returncode == 0, errors[-3000:]
    account = json.loads(output)
    assert account["complete"]
    assert account["entered"]["customers"] == 1
    assert account["entered"]["sentence"].startswith("1 customer entered in the middle; no message")
    assert json.loads((files / "r.json").read_text()) == {"over": True, "account": account}


@pytest.mark.parametrize(
    ("until", "says"),
    [("conect", "did you mean 'connect'?"), ("2020-01-01", "2020-01-01 is over")],
)
def test_an_end_that_never_comes_is_refused(files: Path, until: str, says: str) -> None:
    process = start(files, "--until", until)
    _, errors = process.communicate(timeout=60)

    assert process.returncode != 0
    assert says in errors


@pytest.mark.parametrize(
    ("break_it", "says"),
    [
        (("pilot/map.yaml", "map: pilot\nstages: []\n"), "can't be rehearsed"),
        (("book.csv", "name,country\nAcme,US\n"), "can't be rehearsed"),
    ],
)
def test_a_wrong_map_or_book_is_refused_before_anything_starts(
    files: Path, break_it: tuple[str, str], says: str
) -> None:
    (files / break_it[0]).write_text(break_it[1])

    process = start(files)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert says in errors
    assert list((files / "temporary").iterdir()) == []
