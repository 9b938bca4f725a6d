"""Messages as `milepost mail` prints them."""

from __future__ import annotations

from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import OpenIntake
from milepost.cli.support.local_timezone import local_time, local_timezone
from milepost.cli.support.output import print_json, say
from milepost.explain.sentences import spaced
from milepost.intake.mail_list import MailLine, held_line, left_line
from milepost.intake.mail_text import NOT_MADE, draft
from milepost.intake.stored_links import in_words
from milepost.planner.instants import Instant
from milepost.store import customers, held_mail, journeys, messages
from milepost.store.errors import UnknownMessageError
from milepost.store.held_mail import HeldLine
from milepost.store.messages import MessageLine
from milepost.text import listing


def print_line(line: MailLine, now: Instant) -> None:
    """Prints a message in some lines: its ids, what it is and who gets it, why it waits or failed, when it goes."""
    say(f"{line.customer}  {line.message}  {line.status}{' since' if line.waits else ''} {local_time(line.at)}")
    about = f"“{line.about}”" if line.subject is None else f"“{line.subject}”"
    say(f"    {about}: {spaced(line.reason)}, {line.template}, to {_reader(line)} of {line.customer_name}")
    until = f", until {local_time(line.until)}" if line.until is not None and line.goes_at is None else ""
    why = f"waits: {line.because}{until}" if line.waits and line.because else line.because
    sentences = [each for each in (why, line.goes(now)) if each]
    if sentences:
        say(f"    {'; '.join(sentences)}")
    if line.goes_with:
        say(f"    It will be {line.goes_with}.")


def _reader(line: MailLine) -> str:
    if line.to is None:
        return "nobody yet"
    return line.to if line.to_name in (None, line.to) else f"{line.to_name} <{line.to}>"


async def message_named(opened: OpenIntake, customer: str, typed: str) -> str:
    """Returns the id of a customer's message that is typed whole, or by a beginning that only one has.

    Raises:
        CommandError: several begin so.
    """
    async with opened.intake.context.store.reading() as session:
        ids = await held_mail.ids_of_customer(session, customer)
    found = [each for each in ids if each.startswith(typed)]
    if typed in found or not found:
        return typed
    if len(found) > 1:
        raise CommandError(
            f"{typed!r} begins several messages of {customer!r}.", f"Write one of {listing(found[:10])}."
        )
    return found[0]


async def show_message(opened: OpenIntake, customer: str, message: str, base_url: str, *, as_json: bool) -> None:
    """Prints one message with its text, as its recipient gets it.

    Raises:
        CommandError: there is no such message, or several begin so.
    """
    context, message = opened.intake.context, await message_named(opened, customer, message)
    async with context.store.reading() as session:
        name = (await customers.get_row(session, customer)).name
        found = (await held_mail.find(session, [(customer, message)])).get((customer, message))
        journey = await journeys.latest_of(session, customer)
        try:
            row = None if found or journey is None else await messages.get(session, journey.id, message)
        except UnknownMessageError:
            row = None
    link: str | None = None
    if found is not None:
        line = await held_line(context, HeldLine(*found, name), local_timezone())
        written = await draft(context, *found, base_url)
        subject, text = (written.written.subject, written.written.text) if written.written else (None, None)
        problem, link = written.problem, NOT_MADE
    elif row is not None:
        line, subject, text, problem = left_line(MessageLine(row, name)), row.subject, row.text, None
        link = row.link
    else:
        line = None
    if line is None:
        hint = f"`milepost mail --customer {customer}` lists them."
        raise CommandError(f"Customer {customer!r} has no message {message!r}.", hint)
    text = None if text is None else in_words(text, link)
    if as_json:
        print_json(line.to_json() | {"subject": subject, "text": text, "problem": problem})
        return
    print_line(line, context.now())
    say("", f"Subject: {subject or '(not written yet)'}", "", text or problem or "It hasn't been written yet.")
