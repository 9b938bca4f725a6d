"""Invitations as mails: what a mail server gets, and what a calendar program reads in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from milepost.channels.invitations import Invitation, calendar_file, words
from milepost.channels.protocol import OutgoingMessage
from milepost.channels.smtp import SmtpChannel, SmtpServer
from milepost.customer import Contact
from milepost.planner.commands import CalendarEntry
from milepost.planner.instants import parse
from milepost.translations.languages import shipped
from tests.channels.loopback_servers import Mailbox, mail_server

pytestmark = pytest.mark.server

GOLDEN = Path(__file__).parent / "invitation.ics"
ENTRY = CalendarEntry(
    uid="kickoff/1",
    sequence=3,
    title="Kickoff: the plan, the people; and what “done” means, for all who take part in it",
    day="2026-03-11",
    at=parse("2026-03-11T08:00:00Z"),
    minutes=45,
    organizer="ana.lopez@vendor.example",
)
INVITATION = Invitation(
    journey="acme/1",
    begun_at=parse("2026-03-02T10:00:00Z"),
    entry=ENTRY,
    contact=Contact("Poe, Sam", "sam@acme.example", ("lead",)),
    timezone="Europe/Berlin",
    organizer="ana.lopez@vendor.example",
    at=parse("2026-03-02T15:00:00Z"),
)


def with_entry(**changes: object) -> Invitation:
    return replace(INVITATION, entry=replace(ENTRY, **changes))


def event_of(invitation: Invitation):
    (event,) = Calendar.from_ical(calendar_file(invitation).content).walk("VEVENT")
    return event


def test_the_entry_is_a_calendar_object_of_rfc_5545():
    content = calendar_file(INVITATION).content

    assert content.encode() == GOLDEN.read_bytes()
    lines = content.split("\r\n")
    assert lines[-1] == ""
    assert "\n" not in "".join(lines)
    assert max(len(line.encode()) for line in lines) <= 75
    assert any(line.startswith(" ") for line in lines), "one is folded"


def test_a_time_is_an_instant_and_a_day_is_the_whole_of_it():
    timed, all_day = event_of(INVITATION), event_of(with_entry(at=None, minutes=None))

    assert timed.decoded("dtstart") == datetime(2026, 3, 11, 8, tzinfo=UTC)
    assert timed.decoded("dtend") - timed.decoded("dtstart") == timedelta(minutes=45)
    assert (all_day.decoded("dtstart"), all_day.decoded("dtend")) == (date(2026, 3, 11), date(2026, 3, 12))
    assert all_day["dtstart"].params["VALUE"] == "DATE"


def test_all_mails_about_one_event_have_its_uid_and_no_other_event_has_it():
    moved = with_entry(day="2026-03-12", at=None, sequence=4)
    others = [
        with_entry(uid="kickoff/2"),
        replace(INVITATION, journey="acme/2"),
        replace(INVITATION, begun_at=INVITATION.begun_at + 1),
    ]

    assert event_of(moved)["uid"] == event_of(INVITATION)["uid"]
    assert len({INVITATION.uid, *(each.uid for each in others)}) == 4
    assert event_of(moved)["sequence"] == 4


def test_who_invites_and_who_is_asked_for_an_answer():
    event = event_of(INVITATION)

    assert event["organizer"] == "mailto:ana.lopez@vendor.example"
    assert event["attendee"] == "mailto:sam@acme.example"
    assert event["attendee"].params["CN"] == "Poe, Sam"
    assert event["attendee"].params["RSVP"] == "TRUE"


@pytest.mark.parametrize("cancelled", [False, True])
async def test_a_mail_server_gets_text_html_entry_and_file(*, cancelled: bool):
    file, mailbox = calendar_file(with_entry(cancelled=cancelled)), Mailbox()
    message = OutgoingMessage(
        journey="acme/1",
        message="kickoff/1/invitation/3",
        customer="acme",
        to_name="Sam Poe",
        to_address="sam@acme.example",
        subject="Invitation",
        text="The date is agreed.\n",
        html="<!DOCTYPE html><p>The date is agreed.</p>",
        calendar=file,
    )
    async with mail_server(mailbox) as port:
        server = SmtpServer(host="localhost", port=port, security="none", timeout=5.0)
        await SmtpChannel(server, sender="Vendor <success@vendor.example>").deliver(message)
    (mail,) = mailbox.mails
    alternatives, attachment = mail.iter_parts()
    text, html, entry = alternatives.iter_parts()
    method = "CANCEL" if cancelled else "REQUEST"

    assert (mail.get_content_type(), alternatives.get_content_type()) == ("multipart/mixed", "multipart/alternative")
    assert [each.get_content_type() for each in (text, html, entry)] == ["text/plain", "text/html", "text/calendar"]
    assert (entry.get_param("method"), entry.get_content_charset()) == (method, "utf-8")
    assert (attachment.get_content_type(), attachment.get_filename()) == ("application/ics", "invite.ics")
    assert entry.get_payload(decode=True) == attachment.get_payload(decode=True) == file.content.encode()
    calendar = Calendar.from_ical(entry.get_payload(decode=True))
    assert calendar["method"] == method
    assert calendar.walk("VEVENT")[0]["status"] == ("CANCELLED" if cancelled else "CONFIRMED")


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({}, "Invitation: Kickoff, March 11, 2026, 9:00 AM to 9:45 AM (Central European Standard Time)"),
        ({"moved": True, "at": None}, "New date: Kickoff, March 11, 2026"),
        ({"cancelled": True, "at": None}, "Called off: Kickoff, March 11, 2026"),
    ],
)
def test_the_mail_says_what_when_by_the_readers_clock_and_from_whom(changes: dict[str, object], subject: str):
    mail = words(with_entry(title="Kickoff", **changes), shipped().reader("en"))

    assert mail.subject.replace("\u202f", " ") == subject
    assert ("Ana Lopez" in mail.text) is not changes.get("cancelled", False)


def test_the_mail_is_in_the_readers_language():
    mail = words(with_entry(title="Auftakt"), shipped().reader("de"))

    assert mail.subject == "Einladung: Auftakt, 11. März 2026, 09:00 bis 09:45 (Mitteleuropäische Normalzeit)"
    assert mail.language == "de"


def test_a_title_with_markup_stays_text():
    assert "<b>" not in words(with_entry(title="<b>x</b>"), shipped().reader("en")).html
