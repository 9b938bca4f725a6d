"""What was said about a step of the plan: by the reader, by their colleagues, and by us. Notes of ours stay ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from milepost.customer import name_of
from milepost.explain import local_time
from milepost.explain.people_names import colleague_name
from milepost.planner.enums import Response, Wish
from milepost.planner.instants import Instant
from milepost.planner.open_tasks import open_tasks
from milepost.planner.request_tasks import request_about
from milepost.planner.spoken_entries import Noted, Replied, Requested, Responded
from milepost.planner.state import State
from milepost.planner.timeline import Entry
from milepost.translations.reader import translatable
from milepost.web.portal.plan_link import Opened

_MOST = 4
"""So much of what was said last about a step is shown."""
_SAID = Requested | Replied | Responded | Noted
KINDS = tuple(each.kind for each in (Requested, Replied, Responded, Noted))
SAY = "say"
"""The kind of the forms in which something is said about a step."""
NOTE = "note"
"""What such a form is for that holds a note; others are for a `Wish`."""
_YOU = {
    Wish.HELP: translatable("You asked for help on %(day)s."),
    Wish.DATE: translatable("You proposed %(date)s, on %(day)s."),
    Wish.PERSON: translatable("You said on %(day)s that %(name)s does it."),
}
_THEY = {
    Wish.HELP: translatable("%(who)s asked for help on %(day)s."),
    Wish.DATE: translatable("%(who)s proposed %(date)s, on %(day)s."),
    Wish.PERSON: translatable("%(who)s said on %(day)s that %(name)s does it."),
}


@dataclass(frozen=True, slots=True)
class SayForm:
    """What somebody says about a step: `wish` is a `Wish`, or that of a note. `wrong` says what is wrong, by field.

    The field `form` stands for all of it.
    """

    wish: str
    due: str = ""
    name: str = ""
    email: str = ""
    note: str = ""
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said: a sentence on who did, and the words; `ours` where a colleague of ours said them."""

    sentence: str
    words: str | None
    ours: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said about the steps of a journey, as the reader of the plan sees it."""

    opened: Opened
    entries: tuple[Entry, ...]

    def about(self, step: str) -> list[Said]:
        """Returns what was said last about the present occurrence of a step, in its order."""
        state = self.opened.state
        occurrence = state.step(step).occurrence or 1
        about = (each for each in self.entries if isinstance(each, _SAID) and each.step == step)
        present = (
            each for each in about if each.place is not None and getattr(each.place, "occurrence", 0) == occurrence
        )
        return [self._said(each) for each in _theirs(present, state)][-_MOST:]

    def waiting(self, step: str, now: Instant) -> str | None:
        """Returns who has what the customer wants of a step, and by when they answer; None where nothing waits."""
        opened, reader = self.opened, self.opened.reader
        request = request_about(opened.state, step)
        tasks = open_tasks(opened.compiled_map, opened.state) if request else ()
        task = next((each for each in tasks if each.task == request), None)
        if task is None:
            return None
        stand_in = opened.stand_ins.for_task(task.person, task.role, opened.state.customer.id)
        person = stand_in.delegate if stand_in else task.person
        who = colleague_name(person) if person else reader.gettext("Our team")
        if task.due_at is None or opened.state.paused:  # a pause moves the day, once it is over
            return reader.gettext("%(who)s has this and will answer you here.", who=who)
        if now <= task.due_at:
            day = reader.weekday(local_time.due_date(task.due_at, opened.zone))
            return reader.gettext("%(who)s has this and will answer you by %(day)s.", who=who, day=day)
        if task.escalated_to is None:
            return reader.gettext("%(who)s has this. Our answer is late, and we are sorry.", who=who)
        roles, above = opened.compiled_map.map.roles, opened.state.customer.team.get(task.escalated_to)
        lead = colleague_name(above) if above else roles[task.escalated_to].title
        return reader.gettext(
            "%(who)s has this. Our answer is late, and we are sorry; %(lead)s looks after it now, too.",
            who=who,
            lead=lead,
        )

    def _said(self, entry: _SAID) -> Said:
        match entry:
            case Responded():
                return Said(self._response(entry), entry.note, ours=True)
            case Requested():
                return Said(self._wish(entry), entry.note, ours=False)
            case Replied():
                return Said(self._wrote(entry), entry.note, ours=False)
            case Noted():
                return Said(self._wrote(entry), entry.text, ours=False)

    def _wish(self, entry: Requested) -> str:
        texts = _YOU if self._is_reader(entry.by) else _THEY
        return self.opened.reader.gettext(
            texts[Wish(entry.wish)],
            who=self._name(entry.by),
            day=self._day(entry),
            date=self._date(entry.day),
            name=entry.name or name_of(entry.person or ""),
        )

    def _wrote(self, entry: Replied | Noted) -> str:
        day = self._day(entry)
        if self._is_reader(entry.by):
            return self.opened.reader.gettext("You wrote on %(day)s:", day=day)
        return self.opened.reader.gettext("%(who)s wrote on %(day)s:", who=self._name(entry.by), day=day)

    def _response(self, entry: Responded) -> str:
        reader, who = self.opened.reader, self._name(entry.by)
        if entry.response == Response.ACCEPTED and entry.day:
            return reader.gettext("%(who)s: %(date)s works for us.", who=who, date=self._date(entry.day))
        if entry.response == Response.ACCEPTED:
            return reader.gettext(
                "%(who)s: thank you, from now on %(name)s does it.", who=who, name=self._person(entry)
            )
        if entry.response == Response.DECLINED:
            return reader.gettext("%(who)s, on %(day)s: I'm sorry, that doesn't work.", who=who, day=self._day(entry))
        if entry.response == Response.ELSEWHERE:
            return self._elsewhere(entry, who)
        return reader.gettext("%(who)s answered on %(day)s:", who=who, day=self._day(entry))

    def _elsewhere(self, entry: Responded, who: str) -> str:
        reader, day = self.opened.reader, self._day(entry)
        pointer = self.opened.compiled_map.map.pointers.get(entry.elsewhere or "")
        if pointer is None:  # the map has no words for it, or has them no longer
            return reader.gettext("%(who)s, on %(day)s: others of us look after this.", who=who, day=day)
        return reader.gettext(
            "%(who)s, on %(day)s: please turn to %(title)s with this.", who=who, day=day, title=pointer.title
        )

    def _person(self, entry: Responded) -> str:
        contacts = self.opened.state.customer.contacts
        known = next((each.name for each in contacts if each.has_address(entry.person or "")), None)
        return known or name_of(entry.person or "")

    def _is_reader(self, address: str | None) -> bool:
        return address is not None and self.opened.contact.has_address(address)

    def _name(self, address: str | None) -> str:
        """Returns who said something: a contact or a colleague by name, else somebody."""
        if address is None:
            return self.opened.reader.gettext("Somebody")
        contacts = self.opened.state.customer.contacts
        return next((each.name for each in contacts if each.has_address(address)), None) or colleague_name(address)

    def _day(self, entry: Entry) -> str:
        return self.opened.reader.weekday(local_time.local(entry.at, self.opened.zone).date())

    def _date(self, day: str | None) -> str:
        return self.opened.reader.weekday(date.fromisoformat(day)) if day else ""


def _theirs(entries: Iterable[_SAID], state: State) -> Iterable[_SAID]:
    """Yields what the customer may see: of notes their own alone."""
    for entry in entries:
        if not isinstance(entry, Noted) or (entry.by is not None and state.customer.has_contact(entry.by)):
            yield entry
