"""`milepost tell` beside a running `milepost up`: the web application does the work, and the command says the same."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from milepost.devserver.data_folder import DataFolder
from tests.cli.conftest import Milepost, lines
from tests.ports import free_port

pytestmark = pytest.mark.server
TOLD = {
    "customer": "acme",
    "fact": "x",
    "new": True,
    "delivered": True,
    "counted": False,
    "became": "delivered",
    "message": "Recorded; the journey has been told.",
    "taken_in": True,
    "ignored": None,
}
KEY = "the-key-of-the-folder"


class Web(HTTPServer):
    """Stands for the web application: answers with `status` and `answer`, and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.answer: dict[str, Any] = {"told": TOLD}
        self.sent: list[dict[str, Any]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Web

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.sent.append({"path": self.path, "key": self.headers["Authorization"], **body})
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps(self.server.answer).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def folder(with_acme: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DataFolder]:
    """The data folder, owned as `milepost up` owns it; nothing else is set."""
    monkeypatch.delenv("MILEPOST_TEMPORAL_ADDRESS")
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    with DataFolder.open(tmp_path / "data") as owned:
        (owned.path / "api_key").write_text(KEY + "\n")
        yield owned


def test_the_web_application_is_asked_and_its_answer_told(milepost: Milepost, folder: DataFolder, web: Web) -> None:
    folder.announce(commands=web.address)

    told = milepost("tell", "acme", "set", "health=35", "--id", "x")

    assert told.exit_code == 0
    assert told.stdout == "Recorded; the journey has taken it in.\nNext: `milepost show acme`.\n"
    [sent] = web.sent
    assert (sent["path"], sent["key"]) == ("/api/v1/typed-facts", f"Bearer {KEY}")
    assert (sent["customer"], sent["kind"], sent["words"]) == ("acme", "set", ["health=35"])
    assert {name: text for name, text in sent["options"].items() if text} == {"id": "x"}
    assert lines(milepost("tell", "acme", "set", "health=35", "--json")) == [TOLD]


def test_nothing_of_the_engine_is_loaded_then(folder: DataFolder, web: Web) -> None:
    folder.announce(commands=web.address)
    program = (
        "import sys; from milepost.cli.main import app; app(standalone_mode=False);"
        "print(sorted({'sqlalchemy', 'temporalio', 'pydantic_settings', 'httpx'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, "tell", "acme", "paused"]

    ended = subprocess.run(command, capture_output=True, text=True, check=True)

    assert ended.stdout.splitlines()[-1] == "[]"
    assert len(web.sent) == 1


def test_a_refusal_reads_as_it_does_without(milepost: Milepost, folder: DataFolder, web: Web) -> None:
    alone = milepost("tell", "acme", "step_done", "handof")
    folder.announce(commands=web.address)
    message, hint = alone.stderr.removeprefix("Error: ").rstrip("\n").split("\n  ")
    web.answer = {"refused": {"message": message, "hint": hint}}

    refused = milepost("tell", "acme", "step_done", "handof")

    assert (refused.exit_code, refused.stderr) == (alone.exit_code, alone.stderr) == (1, alone.stderr)
    assert web.sent


@pytest.mark.parametrize("status", [401, 404, 422, 500, 503])
def test_where_it_can_not_answer_the_command_records_the_same_fact_itself(
    milepost: Milepost, folder: DataFolder, web: Web, status: int
) -> None:
    folder.announce(commands=web.address)
    web.status = status

    [told] = lines(milepost("tell", "acme", "set", "health=35", "--json"))

    assert (told["became"], told["new"]) == ("pending", True)
    assert [sent["options"]["id"] for sent in web.sent] == [told["fact"]]


@pytest.mark.parametrize("listens", [{}, {"commands": "http://127.0.0.1:1"}, {"commands": "http://:::8080"}])
def test_where_nobody_listens_the_command_does_the_work(
    milepost: Milepost, folder: DataFolder, listens: dict[str, str]
) -> None:
    folder.announce(**listens)

    assert "Temporal cannot be reached" in milepost("tell", "acme", "set", "health=35").stdout


def test_with_other_settings_nobody_is_asked(
    milepost: Milepost, folder: DataFolder, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.announce(commands=web.address)
    assert milepost("tell", "acme", "paused", "--server", f"127.0.0.1:{free_port()}").exit_code == 0
    monkeypatch.setenv("MILEPOST_DATABASE_URL", f"sqlite:///{tmp_path / 'data' / 'milepost.db'}")
    assert milepost("tell", "acme", "resumed").exit_code == 0
    monkeypatch.setenv("MILEPOST_DATBASE_URL", "x")
    assert "there is no such setting" in milepost("tell", "acme", "resumed").stderr

    assert not web.sent
