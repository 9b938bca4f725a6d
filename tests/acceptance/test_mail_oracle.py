"""The judge of the first month's mail, itself before a court: each kind of wrong mail is named, a right one passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.mail_oracle import BookFacts, MapFacts, Reader, TakenMail, misfits, why_not

MAPS = Path(__file__).parents[2] / "maps"
MIDMARKET = MapFacts(MAPS / "midmarket-make-money")
TUESDAY = datetime(2026, 6, 2, 9, tzinfo=UTC)
OWNER = Reader("renee@acme.example", "owner", "de", "Europe/Berlin")
LEAD = Reader("asa@acme.example", "sales_lead", "en", "America/Chicago")
BOOK = BookFacts((OWNER,), stage="value", done=frozenset({"win_review"}))
OPEN = ({"kind": "stage_opened", "stage": "value"}, {"kind": "step_opened", "step": "more_wins", "stage": "value"})
TEXT = {
    language: MIDMARKET.telltale(f"verify_more_wins.{suffix}", language)
    for language, suffix in (("de", "md"), ("en", "md"))
}
ASKED = TakenMail(
    "acme",
    "more_wins/1",
    ("more_wins",),
    ("verify_more_wins.md",),
    "owner",
    OWNER.address,
    "de",
    f"Guten Tag,\n{TEXT['de']}\nBis bald",
    TUESDAY,
    OPEN,
)


def sent(step: str, template: str, *before: Mapping[str, Any], **fields: Any) -> TakenMail:
    """A mail about a step that has opened, in the right language."""
    opened = {"kind": "step_opened", "step": step}
    mail = replace(ASKED, message=f"{step}/1", steps=(step,), templates=(template,), before=(*OPEN, *before, opened))
    return replace(mail, text=MIDMARKET.telltale(template, "de"), **fields)


def test_a_mail_that_fits_passes() -> None:
    assert why_not(ASKED, BOOK, MIDMARKET) == []
    assert TEXT["de"] != TEXT["en"] != ""


def wrong() -> Iterator[tuple[str, TakenMail, BookFacts, str]]:
    """Yields a mail of each kind that must not leave, with what has to be said of it."""
    first_quotes = {"kind": "stage_opened", "stage": "first_quotes"}
    closed = {"kind": "stage_closed", "stage": "value"}
    quotes = sent("send_quotes", "send_quotes.md", first_quotes)
    early = replace(quotes, before=(first_quotes, quotes.before[-1]))
    counted = BookFacts((OWNER,), stage="first_quotes", counts={"quote_sent": 20})
    lead = replace(BOOK, readers=(OWNER, LEAD))
    chosen = {"kind": "customer_changed", "what": "mail", "names": [OWNER.address]}
    rescue = sent("agree_fix", "agree_fix.md")
    welcome = sent("welcome", "welcome.md", {"kind": "stage_opened", "stage": "setup"})

    def after(*entries: Mapping[str, Any]) -> TakenMail:
        return replace(ASKED, before=(*OPEN, *entries))

    yield "of a stage behind, by the timeline", quotes, BOOK, "is about first_quotes, long past in value"
    yield "of a stage behind, by the book", early, BOOK, "is about first_quotes, long past in value"
    yield "of a stage that closed", after(closed), BOOK, "is about the stage value, which wasn't open"
    yield "of a stage that never opened", replace(ASKED, before=OPEN[1:]), BOOK, "value, which wasn't open"
    yield "of a play that didn't run", rescue, BOOK, "is about the play rescue, which wasn't open"
    yield "of an answered outcome", after({"kind": "outcome_answered", "step": "more_wins"}), BOOK, "outcome_answered"
    yield "of a step that is done", replace(early, before=(*early.before, done("send_quotes"))), counted, "step_done"
    yield "of a step that didn't open", replace(ASKED, before=OPEN[:1]), BOOK, "was never opened"
    yield "done before", ASKED, replace(BOOK, done=frozenset({"more_wins"})), "more_wins, done before by the book"
    yield "counted before", early, counted, "for which the book counts enough of quote_sent"
    yield "after the end", after({"kind": "journey_ended", "reason": "churned"}), BOOK, "after the journey's end"
    yield "to a stranger", replace(ASKED, address="who@acme.example"), BOOK, "went to who@acme.example, and not to"
    yield "to another persona", replace(ASKED, address=LEAD.address), lead, f"and not to {OWNER.address}"
    yield "to a stand-in", sent("agree_new_date", "agree_new_date.md", UNBLOCK), lead, f"and not to {LEAD.address}"
    yield "unwanted, by the book", ASKED, replace(BOOK, readers=(replace(OWNER, wants="none"),)), "wants none mail"
    yield "unwanted, by a word", after({**chosen, "mail": "none"}), BOOK, "wants none mail"
    yield (
        "not essential",
        sent("confirm_renewal", "confirm_renewal.md", RENEWAL, {**chosen, "mail": "essential"}),
        BOOK,
        ("wants essential mail"),
    )
    yield "in a language that isn't theirs", replace(ASKED, language="en"), BOOK, "in en, and its reader reads de"
    yield "with another language's words", replace(ASKED, text=TEXT["en"]), BOOK, "isn't the text of verify_more_wins"
    yield "at night", replace(ASKED, at=TUESDAY.replace(hour=20)), BOOK, "left on Tuesday, 22:00"
    yield "on a Sunday", replace(ASKED, at=TUESDAY.replace(day=7)), BOOK, "left on Sunday"
    yield "a welcome", welcome, BOOK, "welcomes somebody who has been there for long"
    yield "confirmed before", ASKED, replace(BOOK, verified=frozenset({"more_wins"})), "confirmed before by the book"


def done(step: str) -> Mapping[str, Any]:
    return {"kind": "step_done", "step": step, "by": "product"}


UNBLOCK = {"kind": "play_started", "play": "unblock"}
RENEWAL = {"kind": "stage_opened", "stage": "renewal"}


@pytest.mark.parametrize(("mail", "book", "says"), [each[1:] for each in wrong()], ids=[each[0] for each in wrong()])
def test_a_wrong_mail_is_named(mail: TakenMail, book: BookFacts, says: str) -> None:
    found = why_not(mail, book, MIDMARKET)
    assert any(says in each for each in found), found


def test_a_night_in_chicago_is_told_by_its_readers_clock() -> None:
    book = replace(BOOK, readers=(OWNER, LEAD))
    mail = sent(
        "agree_new_date", "agree_new_date.md", UNBLOCK, address=LEAD.address, language="en", persona="sales_lead"
    )
    mail = replace(mail, text=MIDMARKET.telltale("agree_new_date.md", "en"))
    assert why_not(mail, book, MIDMARKET) == ["left on Tuesday, 04:00 by its reader's clock"]


def test_what_was_undone_or_said_at_once_is_no_misfit() -> None:
    back = ({"kind": "journey_ended", "reason": "churned"}, {"kind": "fact_undone", "fact": "ended"})
    assert why_not(replace(ASKED, before=(*OPEN, *back)), BOOK, MIDMARKET) == []
    now = {"kind": "message_released", "step": "more_wins", "message": ASKED.message, "now": True}
    assert why_not(replace(ASKED, at=TUESDAY.replace(hour=3), before=(*OPEN, now)), BOOK, MIDMARKET) == []


def test_mails_that_were_taken_twice_or_that_nobody_ordered_are_named() -> None:
    found = misfits([(ASKED, MIDMARKET), (ASKED, MIDMARKET)], {"acme": BOOK}, ["<x@y> to z@acme.example"])
    assert found == ["<x@y> to z@acme.example: nobody knows of this mail", "acme: more_wins/1 was taken twice"]
