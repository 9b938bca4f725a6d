"""The next move on a journey, in sentences: whose it is, since when, what mail they got, and what comes by itself.

It answers "Why is this customer silent?" before anything else is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from milepost.customer import Contact, Mail, address_key
from milepost.explain.held_messages import Held, held_messages
from milepost.explain.local_time import day_of, due_day_of, due_time_of, time_of
from milepost.explain.overview import JourneyOverview
from milepost.explain.sentences import Wording, outlook_sentence, quoted, spaced
from milepost.explain.waits import WaitingStep
from milepost.language.steps import Touchpoint
from milepost.planner import timeline
from milepost.planner.enums import StepStatus
from milepost.planner.instants import Instant
from milepost.planner.outlook import Outlook
from milepost.planner.silence import Silence, silences_at
from milepost.planner.spoken_entries import Replied, Requested
from milepost.planner.timeline import Entry
from milepost.text import count_of, listing

_DAY = 86_400
_HEARD = (timeline.StepDone, timeline.OutcomeAnswered, timeline.AnswersChanged, Requested, Replied)
_MOST = 2
"""Lines of a kind."""


@dataclass(frozen=True, slots=True)
class NextMove:
    """What a journey waits for, in one sentence, and what is known about that, a line each: a word, and a sentence."""

    sentence: str
    lines: tuple[tuple[str, str], ...] = ()


def next_move(journey: JourneyOverview | None, outlook: Outlook | None) -> NextMove:
    """Says whose move it is; `outlook` is the journey's."""
    if journey is None:
        return NextMove("No journey is open: nothing is awaited, and nothing comes by itself.")
    if journey.has_ended:
        ended = journey.record.ended_at
        since = f" on {day_of(ended, journey.zone)}" if ended is not None else ""
        return NextMove(f"The journey ended{since}: {spaced(journey.record.reason)}. Nothing is awaited any more.")
    return NextMove(_sentence(journey), tuple(_lines(journey, outlook)))


def _sentence(journey: JourneyOverview) -> str:
    blocked, zone = journey.record.blocked_since, journey.zone
    if blocked is not None:
        return f"It is blocked since {time_of(blocked, zone)}, so nobody is asked for anything until that is mended."
    if journey.state.paused:
        return _paused(journey)
    customers, ours = _open_steps(journey)
    if customers:
        return _awaited(journey, customers, "The customer has the next move: it waits for")
    if ours:
        return _awaited(journey, ours, "The next move is ours: it waits for")
    ahead = next((each for each in journey.waits if each.reasons), None)
    if ahead is None:
        return "Nothing is open, and nothing waits."
    what = f"the stage {quoted(ahead.title)}" if ahead.status == "ahead" else quoted(ahead.title)
    return f"Nobody has to do anything now: next is {what}, which waits for {ahead.waits_for}."


def _paused(journey: JourneyOverview) -> str:
    last = next((each for each in reversed(journey.entries) if isinstance(each, timeline.JourneyPaused)), None)
    at = journey.state.paused_at
    since = f" since {day_of(at, journey.zone)}" if at is not None else ""
    why = f" ({last.why})" if last is not None and last.why else ""
    return f"The journey is paused{since}{why}: nobody is asked for anything until somebody resumes it."


def _open_steps(journey: JourneyOverview) -> tuple[list[WaitingStep], list[WaitingStep]]:
    """Returns the steps that wait for the customer and those that wait for us, each the longest open first."""
    steps = [each for each in journey.waits if each.opened_at is not None and each.status != StepStatus.WAITING]
    steps.sort(key=lambda each: (each.opened_at or 0, each.id))
    ours = [each for each in steps if _is_ours(journey, each)]
    return [each for each in steps if each not in ours], ours


def _is_ours(journey: JourneyOverview, waiting: WaitingStep) -> bool:
    compiled = journey.compiled_map.steps.get(waiting.id) if journey.compiled_map else None
    return compiled is None or isinstance(compiled.step, Touchpoint)


def _awaited(journey: JourneyOverview, steps: Sequence[WaitingStep], beginning: str) -> str:
    first, zone = steps[0], journey.zone
    more = f", and {count_of(len(steps) - 1, 'more step')}" if len(steps) > 1 else ""
    return f"{beginning} {first.waits_for}: {quoted(first.title)}, {_since(first, journey.now, zone)}{more}."


def _since(step: WaitingStep, now: Instant, zone: str) -> str:
    opened = step.opened_at or now
    due = "" if step.due_at is None else f", {'was' if step.overdue else 'is'} due {due_time_of(step.due_at, zone)}"
    days = max(now - opened, 0) // _DAY
    return f"open since {day_of(opened, zone)} ({count_of(days, 'day') if days else 'today'}){due}"


def _lines(journey: JourneyOverview, outlook: Outlook | None) -> Iterator[tuple[str, str]]:
    if silences := silences_at(journey.state, journey.now):
        yield "Silent", _silent(silences, journey)
        yield (
            "Do",
            "Reach them otherwise, by phone say, and write down here what they say: an answer, a step done, a note.",
        )
    customers, ours = _open_steps(journey)
    if customers and ours and not journey.state.paused:
        yield "Ours", _awaited(journey, ours, "It also waits for")
    situation, say = journey.situation, journey.say
    if customers:
        yield "Asked", _asked(journey, customers[0], say)
    yield "Mail", _last_mail(journey, say)
    held = held_messages(situation, say) if situation is not None else ()
    if held:
        yield "Held", _held(held, journey.zone)
    for contact in journey.state.customer.contacts:
        if unwritten := _unwritten(contact):
            yield "Mail", unwritten
    yield "Heard", _heard(journey, say)
    if outlook is not None:
        yield "Next", _comes(outlook, say, journey)


def _silent(silences: Sequence[Silence], journey: JourneyOverview) -> str:
    """Says for how long the customer has been silent, and about what, the longest first."""
    days = max(journey.now - silences[0].since, 0) // _DAY
    words = [_unsaid(each, journey) for each in silences[:_MOST]]
    more = f"; and {count_of(len(silences) - _MOST, 'more step')}" if len(silences) > _MOST else ""
    return f"{'For ' + count_of(days, 'day') if days else 'Since today'}: {'; '.join(words)}{more}."


def _unsaid(silence: Silence, journey: JourneyOverview) -> str:
    title, day = quoted(journey.say.step(silence.step)), due_day_of(silence.since, journey.zone)
    if silence.is_unanswered:
        return f"nobody answered by {day} whether {title} is there"
    return f"{title} was due {day}, and they haven't done it"


def _asked(journey: JourneyOverview, step: WaitingStep, say: Wording) -> str:
    sent = [each for each in journey.entries if isinstance(each, timeline.MessageSent) and step.id in each.steps]
    about = quoted(step.title)
    if not sent:
        return f"Nobody has had a mail about {about} so far."
    people = listing([say.person(each) for each in dict.fromkeys(each.contact for each in sent)])
    last = sent[-1]
    if len(sent) == 1:
        return f"{people} had one mail about {about}, on {time_of(last.at, journey.zone)}."
    first = day_of(sent[0].at, journey.zone)
    return f"{people} had {len(sent)} mails about {about}: the first on {first}, the last on {_at(last, journey)}."


def _at(entry: Entry, journey: JourneyOverview) -> str:
    return time_of(entry.at, journey.zone)


def _last_mail(journey: JourneyOverview, say: Wording) -> str:
    last = next((each for each in reversed(journey.entries) if isinstance(each, timeline.MessageSent)), None)
    if last is None:
        return "No mail has left in this journey."
    sentence = say.sentence(last)
    if last.message in journey.undelivered:
        return f"The last, {_at(last, journey)}: {sentence}"
    return f"The last, {_at(last, journey)}: {sentence} It was handed over, and it hasn't come back."


def _held(held: Sequence[Held], zone: str) -> str:
    """Says what waits and why; a mail that was released or has an hour goes by itself."""
    words = []
    for each in held[:_MOST]:
        until = f", until {time_of(each.until, zone)}" if each.until is not None else ""
        words.append(f"about {quoted(each.title)}{until}: {each.because}")
    more = f"; and {count_of(len(held) - _MOST, 'more')}" if len(held) > _MOST else ""
    return f"{count_of(len(held), 'mail')} {'waits' if len(held) == 1 else 'wait'}, {'; '.join(words)}{more}."


def _unwritten(contact: Contact) -> str | None:
    """Says why a contact gets no mail or less of it; None for who gets all."""
    if contact.refused:
        return f"{contact.name} gets none: the mail server refused {contact.email} for good."
    match contact.mail:
        case Mail.NONE:
            return f"{contact.name} gets none, as they chose or a colleague set."
        case Mail.ESSENTIAL:
            return f"{contact.name} gets only essential mail and requests, as they chose or a colleague set."
        case _:
            return None


def _heard(journey: JourneyOverview, say: Wording) -> str:
    people = {address_key(each.email) for each in journey.state.customer.contacts}
    for entry in reversed(journey.entries):
        if isinstance(entry, _HEARD) and entry.by is not None and address_key(entry.by) in people:
            days = max(journey.now - entry.at, 0) // _DAY
            ago = f"{count_of(days, 'day')} ago, on {day_of(entry.at, journey.zone)}" if days else "today"
            return f"The customer was last heard {ago}: {say.sentence(entry)}"
    return f"Nothing was heard from the customer since the journey began on {day_of(_began(journey), journey.zone)}."


def _began(journey: JourneyOverview) -> Instant:
    return journey.record.started_at


def _comes(outlook: Outlook, say: Wording, journey: JourneyOverview) -> str:
    if outlook.paused:
        return "Nothing comes by itself before the journey is resumed."
    if not outlook.entries:
        return f"Nothing comes by itself until {day_of(outlook.until, journey.zone)}: it waits for people."
    first = outlook.entries[0]
    return f"If nobody does anything, {_at(first, journey)}: {outlook_sentence(say, first)}"
