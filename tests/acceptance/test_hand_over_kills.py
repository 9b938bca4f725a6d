"""`kill -9` of the worker and of the web application while somebody on a page hands many customers over."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.acceptance.test_import_kills import Browser, browser, up  # noqa: F401 - two fixtures
from tests.acceptance.up_process import Up, environment
from tests.web.example import ANA, BO

HAND_OVER = "/desk/hand-over"
MANY, TOLD = 800, 40
ROW = "c{0:04},Kunde {0},Europe/Berlin,{1},Sam Poe <sam{0}@c.example> sponsor+coordinator,csm=" + ANA

pytestmark = pytest.mark.timeout(170)


def test_who_is_killed_in_the_middle_loses_nobody_and_tells_nobody_twice(up: Up, browser: Browser) -> None:  # noqa: F811
    book = up.folder.parent / "book.csv"
    rows = (ROW.format(number, "pilot" if number >= MANY - TOLD else "") for number in range(MANY))
    book.write_text("\n".join(["id,name,timezone,tier,contacts,team", *rows]), encoding="utf-8")
    command = [sys.executable, "-P", "-m", "milepost", "import", str(book), "--data", str(up.folder)]
    subprocess.run(command, env=environment(), check=True, timeout=120, capture_output=True)
    assert (up.count("customers"), up.count("journeys")) == (MANY, TOLD)

    page = browser.send(f"{HAND_OVER}?former={ANA}&to={BO}", HAND_OVER)
    assert "The hand-over goes on" in browser.reads(page)
    up.kill("worker")
    assert up.count("hand_over_customers", "status = 'left'")
    browser.loses_the_application()

    up.until(lambda: f"{MANY} customers went over" in browser.reads(page), within=90)
    up.until(lambda: not up.count("facts", "status = 'pending'"))
    assert up.count("team_members", f"address = '{BO}'") == MANY
    assert up.count("facts", "kind = 'handed_over'") == up.count("timeline", "kind = 'handed_over'") == TOLD
    assert up.count("(SELECT DISTINCT journey_id FROM timeline WHERE kind = 'handed_over')") == TOLD
