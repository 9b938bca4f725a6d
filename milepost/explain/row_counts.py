"""How many rows of which tables something is about, in words."""

from __future__ import annotations

from collections.abc import Mapping

from milepost.explain.sentences import spaced
from milepost.text import count_of, listing

NAMES = {
    "absence_customers": ("absence", "absences"),
    "absences": ("absence", "absences"),
    "agreements": ("answer to an agreement", "answers to agreements"),
    "answers": ("answer", "answers"),
    "api_key_uses": ("use of a key", "uses of keys"),
    "api_keys": ("key", "keys"),
    "audit": ("line of the audit", "lines of the audit"),
    "calendar_data": ("set of calendar data", "sets of calendar data"),
    "calendar_feeds": ("colleague's calendar", "colleagues' calendars"),
    "clock": ("clock", "clocks"),
    "contacts": ("contact", "contacts"),
    "customer_aliases": ("earlier id", "earlier ids"),
    "customer_mail_switches": ("switch of mail", "switches of mail"),
    "customers": ("customer", "customers"),
    "desk_messages": ("choice of a colleague's messages", "choices of colleagues' messages"),
    "desk_news": ("piece of news for a colleague", "pieces of news for colleagues"),
    "earlier_ends": ("journey that ended before the import", "journeys that ended before the import"),
    "event_counts": ("count of events", "counts of events"),
    "events": ("product event", "product events"),
    "facts": ("fact", "facts"),
    "file_leftovers": ("leftover of a file", "leftovers of files"),
    "files": ("file", "files"),
    "form_drafts": ("draft of a form", "drafts of forms"),
    "former_colleagues": ("former colleague", "former colleagues"),
    "hand_over_customers": ("customer of a hand-over", "customers of hand-overs"),
    "hand_over_orders": ("hand-over", "hand-overs"),
    "held_messages": ("message that waits", "messages that wait"),
    "import_files": ("file of an import", "files of imports"),
    "import_refusals": ("refused row", "refused rows"),
    "imports": ("import", "imports"),
    "journeys": ("journey", "journeys"),
    "links": ("link", "links"),
    "mail_choices": ("choice about mail", "choices about mail"),
    "mail_switches": ("switch of mail", "switches of mail"),
    "map_candidates": ("map that was uploaded", "maps that were uploaded"),
    "map_reviews": ("review of a map", "reviews of maps"),
    "map_versions": ("version of a map", "versions of maps"),
    "messages": ("message", "messages"),
    "open_plays": ("open play", "open plays"),
    "open_stages": ("open stage", "open stages"),
    "morning_mail_lines": ("line of a morning mail", "lines of morning mails"),
    "morning_mails": ("morning mail", "morning mails"),
    "outcomes": ("outcome", "outcomes"),
    "people": ("colleague", "colleagues"),
    "rehearsals": ("rehearsal", "rehearsals"),
    "released_texts": ("released text", "released texts"),
    "retention": ("run of retention", "runs of retention"),
    "rollout_moves": ("move of a rollout", "moves of rollouts"),
    "rollouts": ("rollout", "rollouts"),
    "saved_views": ("saved view", "saved views"),
    "sessions": ("session of a colleague", "sessions of colleagues"),
    "sign_in_links": ("link to sign in with", "links to sign in with"),
    "successors": ("successor of a colleague", "successors of colleagues"),
    "sync_runs": ("run of a sync", "runs of syncs"),
    "synced_customers": ("row of a book in step", "rows of books in step"),
    "syncs": ("book in step", "books in step"),
    "tasks": ("task", "tasks"),
    "team_members": ("member of the team", "members of the team"),
    "wall_links": ("link to a map", "links to maps"),
    "timeline": ("entry on the timeline", "entries on the timeline"),
    "undo_points": ("point to undo to", "points to undo to"),
}
"""One row of each table, and several."""


def rows_text(rows: Mapping[str, int], nothing: str = "nothing") -> str:
    """The rows by table, such as `1 journey, 3 tasks and 12 entries on the timeline`; `nothing` without any."""
    counts = {table: number for table, number in rows.items() if number}
    return listing([_count(table, number) for table, number in counts.items()]) or nothing


def _count(table: str, number: int) -> str:
    one, more = NAMES.get(table, (f"row of {spaced(table)}", f"rows of {spaced(table)}"))
    return count_of(number, one, more)
