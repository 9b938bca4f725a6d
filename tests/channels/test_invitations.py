"""Invitations as mails: what a mail server gets, and what a calendar program reads in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from milepost.channels.invitations import Invitation, calendar_file, words
from milepost.channels.protocol import CalendarFile, OutgoingMessage
from milepost.channels.smtp import SmtpChannel, SmtpServer
from milepost.customer import Contact
from milepost.explain.people_names import colleagues_named
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
BOOKING = "https://book.vendor.example/ana-lopez/success,europe?length=45;topic=how-the-plan-goes-on"
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


def file_of(invitation: Invitation, language: str = "en") -> CalendarFile:
    return calendar_file(invitation, shipped().reader(language))


def event_of(invitation: Invitation):
    (event,) = Calendar.from_ical(file_of(invitation).content).walk("VEVENT")
    return event


def test_the_entry_is_a_calendar_object_of_rfc_5545():
    content = file_of(INVITATION).content

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


@pytest.mark.parametrize("language", shipped().tags)
def test_the_entry_says_who_invites_and_how_to_get_another_time_in_every_language(language: str):
    """Google shows DESCRIPTION and no URL; Outlook reads it as the text of the entry; Apple shows both."""
    with colleagues_named({}, {"ana.lopez@vendor.example": BOOKING}):
        file = file_of(INVITATION, language)
    lines = [line.decode() for line in file.content.encode().split(b"\r\n")]  # raises if a fold cuts a letter in two
    assert max(len(line.encode()) for line in lines) <= 75
    whole = file.content.replace("\r\n ", "").split("\r\n")
    (description,) = (line.removeprefix("DESCRIPTION:") for line in whole if line.startswith("DESCRIPTION"))

    assert f"URL:{BOOKING}" in whole, "an address isn't escaped, as text is"
    assert r"the plan\, the people\; and what “done” means\, for" in description
    assert description.count(r"\n\n") == 2
    text = str(Calendar.from_ical(file.content).walk("VEVENT")[0]["description"])
    who, plan, booking = text.split("\n\n")
    assert "Ana Lopez" in who
    assert ENTRY.title in who
    assert len(plan) > 10
    assert booking.endswith(f": {BOOKING}")


def test_an_entry_of_somebody_without_a_page_for_bookings_has_no_address():
    event = event_of(INVITATION)

    assert "url" not in event
    assert "http" not in str(event["description"])
    assert str(event["description"]).splitlines() == [
        f"Ana Lopez invites you: “{ENTRY.title}”.",
        "",
        "The link to your plan is in the mail that this invitation came with.",
    ]


def test_an_entry_that_is_called_off_says_so_and_nobody_invites_to_it():
    event = event_of(with_entry(title="Kickoff", cancelled=True, at=None))

    assert str(event["description"]) == "“Kickoff” on March 11, 2026 doesn't take place."


@pytest.mark.parametrize("cancelled", [False, True])
async def test_a_mail_server_gets_text_html_entry_and_file(*, cancelled: bool):
    file, mailbox = file_of(with_entry(cancelled=cancelled)), Mailbox()
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


@pytest.mark.parametrize("control", ["\v", "\f", "\x1b", "\x7f", "\x85", "\u2028"])
@pytest.mark.parametrize("cancelled", [False, True])
def test_control_characters_in_names_and_titles_leave_an_entry_that_calendars_read(control: str, *, cancelled: bool):
    told = with_entry(title=f"Kick{control}off", cancelled=cancelled)
    content = file_of(replace(told, contact=Contact(f"Sam{control}Poe", "sam@acme.example", ("lead",)))).content

    assert all(each.isprintable() for each in content.split("\r\n"))
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["summary"] == "Kick off"
    assert event["attendee"].params["CN"] == "Sam Poe"
