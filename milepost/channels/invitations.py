"""Invitations as their reader gets them: the words of the mail, and the entry for the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event, vCalAddress, vText

from milepost.channels.protocol import CalendarFile
from milepost.customer import Contact
from milepost.explain.local_time import local
from milepost.explain.people_names import booking_link_of, colleague_name
from milepost.language.templates.renderer import Rendered
from milepost.planner.commands import CalendarEntry
from milepost.planner.instants import Instant, moment
from milepost.text import one_line
from milepost.translations.reader import Reader

PRODUCT = "-//Milepost//Milepost//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One invitation: whose journey (its id and begin), to whom, from whom (an address), and since when.

    `timezone` is the reader's, an IANA name.
    """

    journey: str
    begun_at: Instant
    entry: CalendarEntry
    contact: Contact
    timezone: str
    organizer: str
    at: Instant

    @property
    def uid(self) -> str:
        """The event's name in every calendar: the same for all mails about it, and of no other journey anywhere."""
        return str(uuid5(NAMESPACE_URL, f"milepost:{self.journey}/{self.begun_at}/{self.entry.uid}"))

    @property
    def day(self) -> date:
        return date.fromisoformat(self.entry.day)


def words(invitation: Invitation, reader: Reader) -> Rendered:
    """Writes the mail in the reader's language, with day and time as their clock has it."""
    entry = invitation.entry
    values = {"title": invitation.entry.title, "when": _when(invitation, reader)}
    if entry.cancelled:
        subject = reader.gettext("Called off: %(title)s, %(when)s", **values)
        first = _called_off(invitation, reader)
    elif entry.moved:
        subject = reader.gettext("New date: %(title)s, %(when)s", **values)
        first = reader.gettext("There is a new date for “%(title)s”: %(when)s.", **values)
    else:
        subject = reader.gettext("Invitation: %(title)s, %(when)s", **values)
        first = reader.gettext("The date for “%(title)s” is agreed: %(when)s.", **values)
    paragraphs = [first, _what_next(invitation, reader)]
    html = "".join(f"<p>{escape(each)}</p>\n" for each in paragraphs)
    return Rendered(subject, "\n\n".join(paragraphs) + "\n", html, reader.tag)


def _called_off(invitation: Invitation, reader: Reader) -> str:
    values = {"title": invitation.entry.title, "when": _when(invitation, reader)}
    return reader.gettext("“%(title)s” on %(when)s doesn't take place.", **values)


def _what_next(invitation: Invitation, reader: Reader) -> str:
    if invitation.entry.cancelled:
        return reader.gettext("The entry for your calendar that comes with this mail takes it out.")
    name = colleague_name(invitation.organizer)
    return reader.gettext(
        "Your calendar can say yes or no with the entry in this mail; %(name)s hears of it.", name=name
    )


def _when(invitation: Invitation, reader: Reader) -> str:
    """Says when: `10 March 2026, 09:00 to 09:45 (Central European Standard Time)`, or the day alone."""
    at = invitation.entry.at
    if at is None:
        return reader.day(invitation.day)
    begin, end = local(at, invitation.timezone), local(_end(invitation.entry, at), invitation.timezone)
    values = {"from": reader.time(begin), "to": reader.time(end), "zone": reader.zone_name(begin)}
    return reader.gettext("%(day)s, %(from)s to %(to)s (%(zone)s)", day=reader.day(begin.date()), **values)


def calendar_file(invitation: Invitation, reader: Reader) -> CalendarFile:
    """Returns the entry as an iCalendar object: instants in UTC, which every program shows in its reader's zone.

    Its address is where the colleague's time can be booked. It has no link to the plan: that is the reader's own, and
    calendars are often open to a whole company.
    """
    entry, method = invitation.entry, "CANCEL" if invitation.entry.cancelled else "REQUEST"
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", moment(invitation.at))
    for name, value in _times(invitation).items():
        event.add(name, value)
    event.add("summary", one_line(invitation.entry.title))
    event.add("description", _description(invitation, reader))
    if booking := booking_link_of(invitation.organizer):
        event.add("url", booking)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.at is None else "OPAQUE")
    event.add("organizer", _person(invitation.organizer, colleague_name(invitation.organizer)), encode=False)
    event.add("attendee", _guest(invitation.contact), encode=False)
    calendar = Calendar()
    for name, text in (("prodid", PRODUCT), ("version", "2.0"), ("method", method)):
        calendar.add(name, text)
    calendar.add_component(event)
    return CalendarFile(method, calendar.to_ical().decode())


def _description(invitation: Invitation, reader: Reader) -> str:
    """Says what it is, who invites, where the plan is, and how to get another time: Google and Outlook show no URL."""
    name, title = colleague_name(invitation.organizer), invitation.entry.title
    if invitation.entry.cancelled:
        paragraphs = [_called_off(invitation, reader)]
    else:
        paragraphs = [reader.gettext("%(name)s invites you: “%(title)s”.", name=name, title=title)]
        paragraphs.append(reader.gettext("The link to your plan is in the mail that this invitation came with."))
    if booking := booking_link_of(invitation.organizer):
        paragraphs.append(f"{reader.gettext('Book a time with %(name)s', name=name)}: {booking}")
    return "\n\n".join(map(one_line, paragraphs))


def _times(invitation: Invitation) -> dict[str, date | datetime]:
    at = invitation.entry.at
    if at is None:
        return {"dtstart": invitation.day, "dtend": invitation.day + timedelta(days=1)}
    return {"dtstart": moment(at), "dtend": moment(_end(invitation.entry, at))}


def _end(entry: CalendarEntry, at: Instant) -> Instant:
    return at + 60 * (entry.minutes or 0)


def _person(address: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    person.params["CN"] = vText(one_line(name))
    return person


def _guest(contact: Contact) -> vCalAddress:
    guest = _person(contact.email, contact.name)
    for name, text in (("ROLE", "REQ-PARTICIPANT"), ("PARTSTAT", "NEEDS-ACTION"), ("RSVP", "TRUE")):
        guest.params[name] = vText(text)
    return guest
