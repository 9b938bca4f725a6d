"""Documents of what commands print with `--json`: one story, from writing a map to the end of a journey on it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from tests.recorded.command_line import DAY, START, IntakeContext, copied_map
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
            context = IntakeContext(Path(folder).resolve())
            _maps_are_tried(context)
            _customers_come(context)
            _journeys_go_on(context)
            _the_map_changes(context)
            _journeys_pause_and_end(context)
            return context.documents()
        finally:
            os.chdir(before)


def _maps_are_tried(context: IntakeContext) -> None:
    broken = copied_map(context.folder, "broken", *BROKEN)
    draft = copied_map(context.folder, "draft", *RENAMED)
    failing = copied_map(context.folder, "failing") / "scenarios" / SCENARIO.name
    failing.write_text(failing.read_text().partition("expect:")[0] + FAILING)
    book = context.folder / "forecast.csv"
    book.write_text(HEADER + ACME + BOLT)

    context.give("lint", "lint", MAP)
    context.give("lint_broken", "lint", broken)
    context.give("schema", "schema", form="")
    context.give("simulate_scenario", "simulate", SCENARIO, "--messages")
    for name in sorted(folder.name for folder in MAPS.iterdir()):
        for customer in ("prompt", "silent"):
            context.give(f"simulate_{customer}_{name}", "simulate", MAPS / name, "--customer", customer)
    context.give("test", "test", MAP)
    context.give("test_failing", "test", failing)
    context.give("new", "new", context.folder / "clinics", "--from", MAP, "--title", "Clinics")
    context.give("diff", "diff", MAP, draft)
    days = ("--from", "2026-03-02", "--to", "2026-05-31")
    context.give("forecast", "forecast", "--customers", book, *days, "--maps", MAPS, "--runs", "1", "--cores", "1")


def _customers_come(context: IntakeContext) -> None:
    book = context.folder / "book.csv"
    context.give("publish", "publish", MAP, "--by", "ops@vendor.example", "--why", "first")
    context.give("publish_again", "publish", MAP, "--by", "somebody@vendor.example")
    book.write_text(HEADER + BAD + ACME + LONELY)
    context.give("import", "import", book)
    context.give("import_again", "import", book)
    book.write_text(HEADER + BOLT)
    context.give("import_more", "import", book)
    context.give("customers_before", "customers")
    context.give("show_before", "show", "acme")
    context.pass_time()
    context.give("customers", "customers")
    context.give("customers_unmatched", "customers", "--unmatched")
    context.give("enroll", "enroll", "lonely")
    context.give("enroll_all", "enroll", "--all")
    context.give("show", "show", "acme")
    context.give("show_unmatched", "show", "lonely")
    context.give("explain", "explain", "acme")
    context.give("explain_step", "explain", "acme", "kickoff")
    context.give("explain_unmatched", "explain", "lonely")
    context.give("tasks", "tasks", "--timezone", "America/New_York")


def _journeys_go_on(context: IntakeContext) -> None:
    context.tell("step_done", "acme", "step_done", "handoff", "--by", "bo@vendor.example", "--note", "All there")
    context.give("tell_again", "tell", "acme", "step_done", "handoff", "--id", "told-step_done")
    context.tell("counted", "acme", "event", "logo_changed", "times=2")
    context.tell("set_unmatched", "lonely", "set", "health=12")
    context.give("show_untaken", "show", "acme")
    context.pass_time(START + DAY)
    context.tell("event", "acme", "event", "kickoff_booked")
    context.tell("agreed", "acme", "agreed", "kickoff", "due=2026-03-12", "person=ana@vendor.example")
    context.pass_time(START + 2 * DAY)
    context.tell("snoozed", "acme", "snoozed", "kickoff", "2026-03-13", "--reason", "Their freeze")
    context.tell("kickoff", "acme", "step_done", "kickoff", "--note", "Held")
    context.pass_time(START + 4 * DAY)
    context.give("show_on", "show", "acme", "--last", "5")
    context.tell("failed", "acme", "message_failed", "connect_sso/1/opening/1", "--why", "Address unknown")
    context.tell("set", "acme", "set", "health=35")
    context.pass_time(START + 21 * DAY)
    context.give("customers_at_risk", "customers", "--risk")
    context.give("show_at_risk", "show", "acme", "--last", "100")
    context.give("explain_at_risk", "explain", "acme")
    context.give("explain_mail", "explain", "acme", "connect_sso")
    context.give("tasks_late", "tasks", "--timezone", "America/New_York")


def _the_map_changes(context: IntakeContext) -> None:
    draft = context.folder / "draft"
    context.give("diff_customers", "diff", f"{MAP.name}@1", draft, "--customers")
    context.give("publish_draft", "publish", draft, "--why", "second", "--anyway")
    context.give("diff_versions", "diff", f"{MAP.name}@1", f"{MAP.name}@2")
    context.tell("map_changed", "bolt", "map_changed", "2", "--by", "dana@vendor.example")
    context.tell("play_started", "bolt", "play_started", "rescue", "--reason", "Their champion left")
    context.pass_time(START + 22 * DAY)
    context.give("show_moved", "show", "bolt")
    context.give("explain_moved", "explain", "bolt")


def _journeys_pause_and_end(context: IntakeContext) -> None:
    context.tell("paused", "acme", "paused", "--reason", "Merger")
    context.pass_time(START + 23 * DAY)
    context.tell("unblock", "acme", "play_started", "unblock")
    context.pass_time(START + 40 * DAY)
    context.give("show_paused", "show", "acme")
    context.give("explain_paused", "explain", "acme")
    context.tell("resumed", "acme", "resumed")
    context.tell("ended", "bolt", "ended", "churned")
    context.pass_time(START + 41 * DAY)
    context.tell("verdict", "acme", "answer", "hours_saved", "verified", "--value", "12", "--evidence", "Mail")
    context.pass_time(START + 130 * DAY)
    context.give("show_long", "show", "acme", "--last", "20")
    context.give("explain_long", "explain", "acme")
    context.give("show_ended", "show", "bolt")
    context.give("explain_ended", "explain", "bolt")
    context.give("customers_at_the_end", "customers")
    context.give("tasks_and_reviews", "tasks", "--timezone", "America/New_York")
