"""Books at an address: a real HTTP server on loopback, which is slow, away, cut off or asks for a secret."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from milepost import limits
from milepost.intake.sync import source
from milepost.intake.sync.errors import BookRefusedError
from milepost.store.syncs import RunStatus
from tests.intake.sync.conftest import Export

BOOK = b"id,name,tier\na1,Acme,other\nb2,Bolt,\nc3,Cog,\n"


class Crm:
    """A server with a book; `asked` are the headers of the requests."""

    def __init__(self) -> None:
        self.content, self.etag, self.status = BOOK, '"1"', 200
        self.headers: dict[str, str] = {"content-type": "text/csv"}
        self.claims_to_send = 0
        self.asked: list[dict[str, str]] = []
        crm = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                crm.asked.append({name.lower(): value for name, value in self.headers.items()})
                if self.path == "/moved":
                    self.send_response(302)
                    self.send_header("location", f"http://localhost:{crm.port}/book.csv")
                    self.end_headers()
                    return
                same = crm.status == 200 and self.headers.get("if-none-match") == crm.etag
                self.send_response(304 if same else crm.status)
                for name, value in {**crm.headers, "etag": crm.etag}.items():
                    self.send_header(name, value)
                body = b"" if same else crm.content
                self.send_header("content-length", str(max(len(body), 0 if same else crm.claims_to_send)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/book.csv"

    def change(self, content: bytes) -> None:
        self.content, self.etag = content, f'"{len(content)}-{len(self.asked)}"'


@pytest.fixture
def crm(real_server: None) -> Iterator[Crm]:
    crm = Crm()
    thread = threading.Thread(target=crm.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield crm
    crm.server.shutdown()
    thread.join()
    crm.server.server_close()


async def test_what_did_not_change_at_an_address_is_not_sent_again(export: Export, crm: Crm) -> None:
    await export.keep(source=crm.address)
    assert (await export.run()).counts["new"] == 3
    assert (await export.run()).status == RunStatus.UNCHANGED
    assert [each.get("if-none-match") for each in crm.asked] == [None, '"1"']
    crm.change(BOOK.replace(b"Acme", b"Acme Inc"))
    assert (await export.run()).counts["changed"] == 1


async def test_each_host_is_sent_its_own_secret_and_no_other(export: Export, crm: Crm) -> None:
    export.secrets = {"127.0.0.1": "Bearer abc"}
    await export.keep(source=crm.address)
    await export.run()
    assert crm.asked[-1]["authorization"] == "Bearer abc"
    await export.keep(source=f"http://localhost:{crm.port}/book.csv")
    await export.run()
    assert "authorization" not in crm.asked[-1]
    await export.keep(source=f"http://127.0.0.1:{crm.port}/moved")
    await export.run()
    assert [each.get("authorization") for each in crm.asked[-2:]] == ["Bearer abc", None]
    row = await export.status()
    assert "abc" not in str(row)


@pytest.mark.parametrize(
    ("status", "says"),
    [(500, "127.0.0.1 answered 500"), (404, "answered 404"), (401, "MILEPOST_SYNC_AUTHORIZATION has what each host")],
)
async def test_an_address_that_does_not_answer_well_is_away_and_asked_again(
    export: Export, crm: Crm, status: int, says: str
) -> None:
    await export.keep(source=crm.address, every="1d")
    await export.run()
    crm.status = status
    result = await export.run()
    assert result.status == RunStatus.AWAY
    assert says in f"{result.why} {result.hint}"
    assert (await export.status())["vanished_count"] == 0
    crm.status = 200
    assert (await export.run()).status == RunStatus.UNCHANGED


async def test_an_answer_that_breaks_off_is_not_taken_for_the_book(export: Export, crm: Crm) -> None:
    await export.keep(source=crm.address)
    await export.run()
    crm.change(b"id,name,tier\na1,Acme Inc,other\nb2,Bolt,\n")
    crm.claims_to_send = len(BOOK)
    result = await export.run()
    assert (result.status, (await export.names())["a1"]) == (RunStatus.AWAY, "Acme")


async def test_nobody_there_and_too_slow(export: Export, crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    await export.keep(source="http://127.0.0.1:9/book.csv")
    assert "127.0.0.1 can't be read" in str((await export.run()).why)
    monkeypatch.setattr(source, "WITHIN", 0.0)
    await export.keep(source=crm.address)
    assert "127.0.0.1 took too long to answer" in str((await export.run()).why)


async def test_a_web_page_is_no_book(export: Export, crm: Crm) -> None:
    crm.headers = {"content-type": "text/html; charset=utf-8"}
    await export.keep(source=crm.address)
    result = await export.run()
    assert (result.status, result.why) == (RunStatus.REFUSED, "127.0.0.1 answered with a web page, not with a file.")


async def test_a_file_that_is_too_large_is_refused(export: Export, crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SYNC_FILE", 20)
    await export.keep(source=crm.address)
    assert "has more than" in str((await export.run()).why)
    export.put(BOOK)
    await export.keep()
    assert (await export.run()).status == RunStatus.REFUSED


async def test_a_file_that_is_being_written_is_not_read(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    file = export.put(BOOK)
    copyfile = source.shutil.copyfile

    def copy_while_it_grows(*args: Any) -> None:
        copyfile(*args)
        with file.open("ab") as more:
            more.write(b"d4,Dot,\n")

    monkeypatch.setattr(source.shutil, "copyfile", copy_while_it_grows)
    with pytest.raises(BookRefusedError, match=r"'book.csv' is being written"):
        await source.bring(str(export.folder), export.folder.parent, {}, {}, newest=False)
