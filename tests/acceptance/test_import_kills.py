"""`kill -9` of the web application while a book that somebody sent on a page is looked at, imported or rehearsed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import httpx
import psutil
import pytest

from tests.acceptance.up_process import Up, environment
from tests.web.conftest import form_in, text_of
from tests.web.example import ANA, FILES

IMPORTS, REHEARSALS = "/ops/imports", "/ops/rehearsals"
ROWS = 250
ROW = "c{0},Kunde {0},Europe/Berlin,pilot,Sam Poe <sam{0}@c.example> sponsor+coordinator,csm=" + ANA
BOOK = "\n".join(["id,name,timezone,tier,contacts,team", *map(ROW.format, range(ROWS))])

pytestmark = pytest.mark.timeout(170)


class Browser:
    """Somebody at the pages of `up`, who goes on where they were when the application is back."""

    def __init__(self, up: Up) -> None:
        self._up = up
        self._client = httpx.Client(base_url=up.web(), timeout=30, trust_env=False, headers={"accept": "text/html"})
        who = {"address": ANA, "name": "Ana Ruiz"}
        assert self._client.post(up.sign_in_link(), data=who).status_code == 303

    def close(self) -> None:
        self._client.close()

    def get(self, path: str) -> httpx.Response:
        return self._client.get(path)

    def send(self, page: str, path: str, files: dict[str, tuple[str, bytes]] | None = None, **values: str) -> str:
        """Sends the form of a page that leads to a path; returns where it leads."""
        hidden = form_in(self.get(page), path)
        response = self._client.post(path, data={**hidden, **values}, files=files)
        assert response.status_code == 303, text_of(response)
        return response.headers["location"]

    def reads(self, path: str) -> str:
        """What a page says; nothing while nobody answers."""
        try:
            response = self.get(path)
        except httpx.TransportError:
            return ""
        return text_of(response) if response.is_success else ""

    def loses_the_application(self) -> None:
        """`kill -9` of the web application; returns when another one answers."""
        before = self._up.pid_of("web")
        self._up.kill("web")
        self._up.until(lambda: self._up.pid_of("web") != before and self.reads("/health"))


@pytest.fixture
def up(start: Callable[..., Up]) -> Up:
    """`milepost up` with the example's map published, and nobody in its book."""
    up = start()
    folder = up.folder.parent / "pilot"
    for name, content in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    up.web()
    publish = [sys.executable, "-P", "-m", "milepost", "publish", str(folder), "--data", str(up.folder)]
    subprocess.run(publish, env=environment(), check=True, timeout=60, capture_output=True)
    return up


@pytest.fixture
def browser(up: Up) -> Iterator[Browser]:
    browser = Browser(up)
    yield browser
    browser.close()


def test_an_import_goes_on_without_the_application_and_a_rehearsal_ends_with_it_and_the_pages_say_so(
    up: Up, browser: Browser
) -> None:
    book = browser.send(IMPORTS, IMPORTS, files={"book": ("book.csv", BOOK.encode())})
    onward = f"{REHEARSALS}/new?book={book.rpartition('/')[2]}"
    rehearsal = browser.send(onward, REHEARSALS, days="900", people="0")
    up.until(lambda: up.count("rehearsals", "played > 0"))
    programs = psutil.Process(up.pid_of("web")).children(recursive=True)
    browser.send(book, f"{book}/look")
    browser.loses_the_application()

    up.until(lambda: "ended with Milepost" in browser.reads(rehearsal), within=5)
    assert programs
    assert not any(each.is_running() for each in programs)
    assert not list((up.folder / "rehearsals").iterdir())
    assert "Rehearse it again" in browser.reads(rehearsal)
    up.until(lambda: f"{ROWS} new customers" in browser.reads(book))

    browser.send(book, f"{book}/go")
    up.until(lambda: up.count("imports", "status = 'running' AND done > 0"))
    browser.loses_the_application()

    up.until(lambda: f"{ROWS} new 0 changed 0 as they were {ROWS} journeys began" in browser.reads(book))
    assert up.count("customers") == up.count("journeys") == ROWS
