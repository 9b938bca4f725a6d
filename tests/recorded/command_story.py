"""Documents of what commands print with `--json`: one story, from writing a map to the end of a journey on it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from tests.recorded.command_line import DAY, START, House, copied_map
from tests.recorded.normal import ROOT

MAPS = ROOT / "maps"
MAP = MAPS / "enterprise-save-time"
SCENARIO = MAP / "scenarios" / "renewal_lost.yaml"
HEADER = "id,name,timezone,country,language,contacts,team,tier,goal,health,renews_on\n"
TEAM = "csm=ana@vendor.example; account_executive=bo@vendor.example"
ACME = f"acme,Acme,America/New_York,US,en,Sam <sam@acme.example> sponsor,{TEAM},enterprise,save_time,75,2026-09-01\n"
BOLT = f"bolt,Bolt,Europe/Berlin,DE,de,Kim <kim@bolt.example> boss,{TEAM},enterprise,save_time,55,\n"
LONELY = "lonely,Lonely,Europe/Berlin,DE,de,,,small,,50,\n"
BAD = ",Nobody,UTC,US,en,,,,,,\nbad,Bad,Europe/Berln,XX,en,,,Entreprise,,,\n"
RENAMED = (
    ("touchpoint: handoff\n", "touchpoint: baton\n"),
    ("after: handoff\n", "after: baton\n"),
    ("target: 8 weeks", "target: 9 weeks"),
)
BROKEN = (("role: csm\n", "role: cms\n"), ("target: 8 weeks", "target: 8 wekes"), ("after: recap\n", "after: recapp\n"))
FAILING = """expect:
  - {kind: journey_ended}
  - {kind: journey_started}
  - {at: 2026-01-09T10:00:00-05:00, kind: message_sent, template: book_kickoff.md, reason: reminder}
never:
  - {kind: stage_opened, stage: renewal}
"""


def documents() -> dict[str, Any]:
    """One document a command, and the rows that all of them left."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        try:
            os.chdir(ROOT)  # maps are looked for from here
            house = House(Path(folder).resolve())
            _maps_are_tried(house)
            _customers_come(house)
            _journeys_go_on(house)
            _the_map_changes(house)
            _journeys_pause_and_end(house)
            return house.documents()
        finally:
            os.chdir(before)


def _maps_are_tried(house: House) -> None:
    broken = copied_map(house.folder, "broken", *BROKEN)
    draft = copied_map(house.folder, "draft", *RENAMED)
    failing = copied_map(house.folder, "failing") / "scenarios" / SCENARIO.name
    failing.write_text(failing.read_text().partition("expect:")[0] + FAILING)
    book = house.folder / "forecast.csv"
    book.write_text(HEADER + ACME + BOLT)

    house.give("lint", "lint", MAP)
    house.give("lint_broken", "lint", broken)
    house.give("schema", "schema", form="")
    house.give("simulate_scenario", "simulate", SCENARIO, "--messages")
    for name in sorted(folder.name for folder in MAPS.iterdir()):
        for customer in ("prompt", "silent"):
            house.give(f"simulate_{customer}_{name}", "simulate", MAPS / name, "--customer", customer)
    house.give("test", "test", MAP)
    house.give("test_failing", "test", failing)
    house.give("new", "new", house.folder / "clinics", "--from", MAP, "--title", "Clinics")
    house.give("diff", "diff", MAP, draft)
    days = ("--from", "2026-03-02", "--to", "2026-05-31")
    house.give("forecast", "forecast", "--customers", book, *days, "--maps", MAPS, "--runs", "1", "--cores", "1")


def _customers_come(house: House) -> None:
    book = house.folder / "book.csv"
    house.give("publish", "publish", MAP, "--by", "ops@vendor.example", "--why", "first")
    house.give("publish_again", "publish", MAP, "--by", "somebody@vendor.example")
    book.write_text(HEADER + BAD + ACME + LONELY)
    house.give("import", "import", book)
    house.give("import_again", "import", book)
    book.write_text(HEADER + BOLT)
    house.give("import_more", "import", book)
    house.give("customers_before", "customers")
    house.give("show_before", "show", "acme")
    house.pass_time()
    house.give("customers", "customers")
    house.give("customers_unmatched", "customers", "--unmatched")
    house.give("enroll", "enroll", "lonely")
    house.give("enroll_all", "enroll", "--all")
    house.give("show", "show", "acme")
    house.give("show_unmatched", "show", "lonely")
    house.give("explain", "explain", "acme")
    house.give("explain_step", "explain", "acme", "kickoff")
    house.give("explain_unmatched", "explain", "lonely")
    house.give("tasks", "tasks", "--timezone", "America/New_York")


def _journeys_go_on(house: House) -> None:
    house.tell("step_done", "acme", "step_done", "handoff", "--by", "bo@vendor.example", "--note", "All there")
    house.give("tell_again", "tell", "acme", "step_done", "handoff", "--id", "told-step_done")
    house.tell("counted", "acme", "event", "logo_changed", "times=2")
    house.tell("set_unmatched", "lonely", "set", "health=12")
    house.give("show_untaken", "show", "acme")
    house.pass_time(START + DAY)
    house.tell("event", "acme", "event", "kickoff_booked")
    house.tell("agreed", "acme", "agreed", "kickoff", "due=2026-03-12", "person=ana@vendor.example")
    house.pass_time(START + 2 * DAY)
    house.tell("snoozed", "acme", "snoozed", "kickoff", "2026-03-13", "--reason", "Their freeze")
    house.tell("kickoff", "acme", "step_done", "kickoff", "--note", "Held")
    house.pass_time(START + 4 * DAY)
    house.give("show_on", "show", "acme", "--last", "5")
    house.tell("failed", "acme", "message_failed", "connect_sso/1/opening/1", "--why", "Address unknown")
    house.tell("set", "acme", "set", "health=35")
    house.pass_time(START + 21 * DAY)
    house.give("customers_at_risk", "customers", "--risk")
    house.give("show_at_risk", "show", "acme", "--last", "100")
    house.give("explain_at_risk", "explain", "acme")
    house.give("explain_mail", "explain", "acme", "connect_sso")
    house.give("tasks_late", "tasks", "--timezone", "America/New_York")


def _the_map_changes(house: House) -> None:
    draft = house.folder / "draft"
    house.give("diff_customers", "diff", f"{MAP.name}@1", draft, "--customers")
    house.give("publish_draft", "publish", draft, "--why", "second")
    house.give("diff_versions", "diff", f"{MAP.name}@1", f"{MAP.name}@2")
    house.tell("map_changed", "bolt", "map_changed", "2", "--by", "dana@vendor.example")
    house.tell("play_started", "bolt", "play_started", "rescue", "--reason", "Their champion left")
    house.pass_time(START + 22 * DAY)
    house.give("show_moved", "show", "bolt")
    house.give("explain_moved", "explain", "bolt")


def _journeys_pause_and_end(house: House) -> None:
    house.tell("paused", "acme", "paused", "--reason", "Merger")
    house.pass_time(START + 23 * DAY)
    house.tell("unblock", "acme", "play_started", "unblock")
    house.pass_time(START + 40 * DAY)
    house.give("show_paused", "show", "acme")
    house.give("explain_paused", "explain", "acme")
    house.tell("resumed", "acme", "resumed")
    house.tell("ended", "bolt", "ended", "churned")
    house.pass_time(START + 41 * DAY)
    house.tell("verdict", "acme", "answer", "hours_saved", "verified", "--value", "12", "--evidence", "Mail")
    house.pass_time(START + 130 * DAY)
    house.give("show_long", "show", "acme", "--last", "20")
    house.give("explain_long", "explain", "acme")
    house.give("show_ended", "show", "bolt")
    house.give("explain_ended", "explain", "bolt")
    house.give("customers_at_the_end", "customers")
    house.give("tasks_and_reviews", "tasks", "--timezone", "America/New_York")
