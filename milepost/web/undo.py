"""What the reader of a page just did and can undo: a line each with what followed, and the form that undoes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.explain import local_time
from milepost.explain.people_names import PeopleNames
from milepost.explain.sentences import Wording, quoted, spaced
from milepost.explain.vocabulary import FACTS
from milepost.intake.release_counts import order_of
from milepost.planner.facts import Agreed, MessageReleased, Noted
from milepost.planner.instants import Instant
from milepost.planner.map_in_language import in_language
from milepost.planner.spoken_entries import CALL
from milepost.planner.timeline import (
    Entry,
    JourneyEnded,
    MessageSent,
    PlayStarted,
    StageOpened,
    StepOpened,
    TaskOpened,
)
from milepost.store import customers, journeys, timeline, undo_points
from milepost.store.errors import UnknownJourneyError, UnreadableVersionError
from milepost.store.tables import FactRow
from milepost.store.undo_points import UndoableFact
from milepost.translations.reader import Reader, translatable
from milepost.web import forms
from milepost.web.services import Services

KIND = "undo"
"""The kind of the forms."""
_BY_CONTACT = {
    "step_done": translatable("A step is done: “%(step)s”"),
    "answer": translatable("An answer: “%(step)s”"),
    "answer_completed": translatable("What you added: “%(step)s”"),
    "requested": translatable("What you wrote about “%(step)s”"),
    "note": translatable("A note about “%(step)s”"),
}
_BY_CONTACT_ALONE = {
    "note": translatable("What you said"),
    "task_added": translatable("What you proposed"),
}
"""What is about no step."""
BATCH = "undo-together"
"""The kind of the forms that undo what was done together."""
_TOGETHER = "desk/together/"
_FOLLOWS = JourneyEnded | PlayStarted | StageOpened | StepOpened | TaskOpened
_MOST_SHOWN = 3
_MOST = 10


@dataclass(frozen=True, slots=True)
class UndoLine:
    """Something that can be undone `until` a clock time; None while its journey has yet to take it in.

    `who` is the name of whoever told it, where it is known; `by` the address.

    `follows` are sentences on what followed; `mails` tells whether a mail waits for that time to be over. `many` is
    at how many customers it was done together, `action` where the form of that is sent to.
    """

    customer: str
    customer_name: str
    what: str
    by: str | None
    who: str | None
    until: str | None
    form: str
    follows: tuple[str, ...]
    mails: bool
    many: int = 1
    action: str | None = None


def id_in_batch(batch: str, number: int) -> str:
    """Returns the id of a fact that a colleague told together with others."""
    return f"{_TOGETHER}{batch}.{number}"


def _batch_of(fact: FactRow) -> str | None:
    return fact.id.removeprefix(_TOGETHER).partition(".")[0] if fact.id.startswith(_TOGETHER) else None


async def of_batch(served: Services, person: str, batch: str) -> list[FactRow]:
    """Returns what a colleague told in one batch and can undo."""
    async with served.store.reading() as reading:
        facts = await reading.run_sync(partial(undo_points.undoable, now=served.now(), by=person))
    return [each.fact for each in facts if _batch_of(each.fact) == batch]


async def by_colleague(served: Services, person: str, session: str, zone: str) -> list[UndoLine]:
    """Returns what a colleague (an address) just did and can undo; `session` is that of their forms.

    What was done together is one line.
    """
    async with served.store.reading() as reading:
        facts = await reading.run_sync(partial(undo_points.undoable, now=served.now(), by=person))
        sizes = Counter(_batch_of(each.fact) for each in facts)
        one_each = {_batch_of(each.fact) or each.fact.serial: each for each in reversed(facts)}
        shown = sorted(one_each.values(), key=lambda each: -each.fact.serial)
        lines = []
        for each in _few_of_each_order(shown)[:_MOST]:
            line, batch = await _line(served, reading, each, session, zone), _batch_of(each.fact)
            lines.append(_together(served, line, session, batch, sizes[batch]) if batch else line)
        return lines


def _together(served: Services, line: UndoLine, session: str, batch: str, many: int) -> UndoLine:
    """Returns a line that stands for all that was done together with it."""
    form = forms.token(served, session, BATCH, batch)
    return replace(line, form=form, many=many, action="/desk/together/undo", follows=())


async def of_customer(served: Services, customer: str, session: str, zone: str) -> list[UndoLine]:
    """Returns what anybody just did about a customer and a colleague can undo."""
    async with served.store.reading() as reading:
        facts = await reading.run_sync(partial(undo_points.undoable, now=served.now(), customer=customer))
        return await _lines(served, reading, facts, session, zone)


async def by_contact(
    served: Services, customer: str, address: str, link: str, zone: str, *, reader: Reader, language: str
) -> list[UndoLine]:
    """Returns what a contact just did on the plan that a link opens, and can take back, in their `language`."""
    async with served.store.reading() as reading:
        facts = await reading.run_sync(partial(undo_points.undoable, now=served.now(), customer=customer))
        own = [each for each in facts if undo_points.is_own(each.fact, address)]
        return await _lines(served, reading, own, link, zone, reader=reader, language=language)


async def _lines(
    served: Services,
    session: AsyncSession,
    facts: Iterable[UndoableFact],
    owner: str,
    zone: str,
    *,
    reader: Reader | None = None,
    language: str | None = None,
) -> list[UndoLine]:
    shown = _few_of_each_order(facts)[:_MOST]
    return [await _line(served, session, each, owner, zone, reader=reader, language=language) for each in shown]


def _few_of_each_order(facts: Iterable[UndoableFact]) -> list[UndoableFact]:
    """Leaves out most of what was released in one order: the page of mail undoes that in one go."""
    shown, of_order = list[UndoableFact](), Counter[str]()
    for each in facts:
        order = order_of(each.fact.id, each.fact.data["message"]) if each.fact.kind == MessageReleased.kind else None
        if order is not None:
            of_order[order] += 1
        if order is None or of_order[order] <= _MOST_SHOWN:
            shown.append(each)
    return shown


async def _line(
    served: Services,
    session: AsyncSession,
    undoable: UndoableFact,
    owner: str,
    zone: str,
    *,
    reader: Reader | None = None,
    language: str | None = None,
) -> UndoLine:
    fact, is_taken = undoable.fact, undoable.until is not None
    record = await customers.get(session, fact.customer_id)
    say = await _wording(served, session, undoable, Wording(zone=zone, people=PeopleNames.around(record)), language)
    reported = await timeline.at_instant(session, fact.journey_id or "", fact.at) if is_taken else []
    entries = _after(reported, fact.told_by)
    return UndoLine(
        customer=fact.customer_id,
        customer_name=record.name,
        what=_what(fact, undoable.step, say, reader),
        by=fact.told_by,
        who=fact.told_by and say.person(fact.told_by),
        until=None if undoable.until is None else _until(undoable.until, served.now(), zone, reader),
        form=forms.token(served, owner, KIND, fact.customer_id, fact.id),
        follows=tuple(say.sentence(each) for each in entries if isinstance(each, _FOLLOWS))[:_MOST_SHOWN],
        mails=any(isinstance(each, MessageSent) for each in entries),
    )


def _until(until: Instant, now: Instant, zone: str, reader: Reader | None) -> str:
    """Says until when something can be undone: the time of day, with its day where that isn't today's."""
    there = local_time.local(until, zone)
    if reader:
        return reader.time(there)
    is_today = there.date() == local_time.local(now, zone).date()
    return f"{there:%H:%M}" if is_today else local_time.time_of(until, zone)


def _what(fact: FactRow, about: str | None, say: Wording, reader: Reader | None) -> str:
    """Says what a fact is; `about` is its step or outcome, `reader` a contact."""
    kind, step = fact.kind, say.step(about) if about else None
    if reader and step and kind in _BY_CONTACT:
        return reader.gettext(_BY_CONTACT[kind], step=step)
    if reader and kind in _BY_CONTACT_ALONE:
        return reader.gettext(_BY_CONTACT_ALONE[kind])
    result = fact.data.get("result")
    ending = f", with the result {quoted(spaced(result))}" if result else ""
    return f"{_begins(fact, about, say)}{f': {quoted(step)}' if step else ''}{ending}"


def _begins(fact: FactRow, about: str | None, say: Wording) -> str:
    """Says what was done, as its form calls it: a task that was handed over is an agreement on who does it."""
    agreed = fact.data.get("steps", {}).get(about, {}) if fact.kind == Agreed.kind else {}
    if isinstance(person := agreed.get("person"), str):
        return "Taken over" if person == fact.told_by else f"Handed to {say.person(person)}"
    if fact.kind == Noted.kind and fact.data["text"].startswith(CALL):
        return "A call"
    return FACTS.get(fact.kind, fact.kind).capitalize()


def _after(entries: list[Entry], by: str | None) -> list[Entry]:
    """Returns the entries after the first one that names who told the fact; all, where none does."""
    own = next((place for place, each in enumerate(entries, 1) if by and getattr(each, "by", None) == by), 0)
    return entries[own:]


async def _wording(
    served: Services, session: AsyncSession, undoable: UndoableFact, without_map: Wording, language: str | None
) -> Wording:
    """Returns the words of a fact's map: as they are written, or in a contact's language."""
    try:
        row = await journeys.get(session, undoable.fact.journey_id or "")
        written = await served.compiled_maps.of(row.version)
        return replace(without_map, compiled_map=in_language(written, language) if language else written)
    except (UnknownJourneyError, UnreadableVersionError):
        return without_map
