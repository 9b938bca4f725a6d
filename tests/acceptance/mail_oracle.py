"""Whether a mail that was taken fits where its customer stood: by the book, the map's file and the timeline alone.

Nothing here asks Milepost what it holds for right: it reads the rows of the CRM's export, `map.yaml` and the texts of
the mails, and what the timeline says happened before the mail left.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

Entry = Mapping[str, Any]
_BEGUN = ("step_opened", "step_reopened", "outcome_revoked")
_OVER = ("step_done", "step_skipped", "step_withdrawn", "outcome_answered", "outcome_silent")
_LONG = 25  # signs of a line that tells a text from its translations
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Reader:
    """A person as the book has them; `wants` is `all`, `essential` or `none`."""

    address: str
    persona: str
    language: str
    timezone: str
    wants: str = "all"


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What the book says of a customer.

    `stage` is where it stands, None at the beginning; `done` are steps, `verified` outcomes, `counts` product events
    from before.
    """

    readers: tuple[Reader, ...]
    stage: str | None = None
    done: frozenset[str] = frozenset()
    verified: frozenset[str] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TakenMail:
    """A mail that the mail server took; `at` is when the journey let it go, `before` its timeline up to there."""

    customer: str
    message: str
    steps: tuple[str, ...]
    templates: tuple[str, ...]
    persona: str
    address: str
    language: str
    text: str
    at: datetime
    before: tuple[Entry, ...]


class MapFacts:
    """What the files of a map say of its steps, people, hours and texts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        data = YAML(typ="safe").load(folder / "map.yaml")
        self.sequence = [each["stage"] for each in data["stages"] if "opens" not in each]
        self.personas: Mapping[str, Any] = data["personas"]
        self.window: Mapping[str, Any] = data["contact_policy"]["window"]
        self.containers: dict[str, tuple[str, str]] = {}
        self.steps: dict[str, Mapping[str, Any]] = {}
        self.outcomes: set[str] = set()
        for kind, containers in (("stage", data["stages"]), ("play", data["plays"])):
            for container in containers:
                for track in ("touchpoint", "action", "outcome"):
                    for step in container.get(f"{track}s", ()):
                        self.steps[step[track]] = step
                        self.containers[step[track]] = kind, container[kind]
                        self.outcomes |= {step[track]} if track == "outcome" else set()

    def personas_for(self, step: str) -> Iterator[str]:
        """Yields the persona that a step's mail is for, and then whoever stands in."""
        persona = self.steps[step].get("persona") or self.steps[step].get("to")
        while persona:
            yield persona
            persona = self.personas[persona].get("fallback")

    def is_essential(self, step: str) -> bool:
        """Returns whether a step's mail goes to whoever wants essential mail alone."""
        return step in self.outcomes or bool(self.steps[step].get("essential"))

    def language_of(self, template: str, reader: str) -> str:
        """Returns the language in which a reader of another one gets a text."""
        return reader if (self._folder / "messages" / _variant(template, reader)).exists() else "en"

    def telltale(self, template: str, language: str) -> str:
        """Returns a line of a text in a language that none of its values changes; empty if it has none."""
        file = self._folder / "messages" / _variant(template, language)
        lines = (file if file.exists() else file.with_name(template)).read_text("utf-8").split("---", 2)[2].splitlines()
        plain = [line.strip() for line in lines if not re.search(r"[{}\[\]*_#|>]", line)]
        return max((line for line in plain if len(line) >= _LONG), key=len, default="")


def _variant(template: str, language: str) -> str:
    return f"{template.removesuffix('.md')}.{language}.md"


@dataclass(frozen=True)
class _Case:
    """One mail beside what is known; each method yields what is wrong with it in one respect."""

    mail: TakenMail
    book: BookFacts
    map: MapFacts

    @cached_property
    def past(self) -> list[Entry]:
        """What happened before the mail, and wasn't undone."""
        past: list[Entry] = []
        for entry in self.mail.before:
            if entry["kind"] == "fact_undone" and entry["fact"] == "ended":
                past = [each for each in past if each["kind"] != "journey_ended"]
            past.append(entry)
        return past

    def _open(self, kind: str) -> list[str]:
        """The stages, or plays, that were open, in the order in which they opened."""
        begins, ends = {"stage": ("stage_opened", "stage_closed"), "play": ("play_started", "play_ended")}[kind]
        opened: list[str] = []
        for entry in self.past:
            if entry["kind"] in (begins, ends):
                opened = [each for each in opened if each != entry[kind]]
                opened += [entry[kind]] if entry["kind"] == begins else []
        return opened

    def behind(self) -> Iterator[str]:
        stood = [each for each in (self.book.stage, *self._open("stage")) if each in self.map.sequence]
        farthest = max(map(self.map.sequence.index, stood), default=0)
        for step in self.mail.steps:
            kind, name = self.map.containers[step]
            if kind == "stage" and name in self.map.sequence and self.map.sequence.index(name) < farthest:
                yield f"is about {name}, long past in {self.map.sequence[farthest]}"

    def closed(self) -> Iterator[str]:
        for step in self.mail.steps:
            kind, name = self.map.containers[step]
            if name not in self._open(kind):
                yield f"is about the {kind} {name}, which wasn't open"

    def done(self) -> Iterator[str]:
        for step in self.mail.steps:
            latest = next(
                (
                    each["kind"]
                    for each in reversed(self.past)
                    if each.get("step") == step and each["kind"] in _BEGUN + _OVER
                ),
                "never opened",
            )
            if latest not in _BEGUN:
                yield f"is about {step}, which was {latest}"
            if step in self.book.done and not self.map.steps[step].get("every"):
                yield f"is about {step}, done before by the book"
            event = self.map.steps[step].get("done_when", {})
            if "event" in event and self.book.counts.get(event["event"], 0) >= event.get("count", 1):
                yield f"is about {step}, for which the book counts enough of {event['event']}"

    def ended(self) -> Iterator[str]:
        if any(each["kind"] == "journey_ended" for each in self.past):
            yield "left after the journey's end"

    def recipient(self) -> Iterator[str]:
        known = {each.persona: each for each in self.book.readers}
        for step in self.mail.steps:
            meant = next((known[each] for each in self.map.personas_for(step) if each in known), None)
            if meant is None or meant.address != self.mail.address:
                yield f"went to {self.mail.address}, and not to {meant and meant.address}, whom {step} is for"
        reader = self._reader
        wants = self._chosen() or (reader.wants if reader else "none")
        is_essential = all(map(self.map.is_essential, self.mail.steps))
        if wants == "none" or (wants == "essential" and not is_essential):
            yield f"went to somebody who wants {wants} mail"

    def _chosen(self) -> str | None:
        """The mail that the reader has chosen, as the timeline has it."""
        chosen = (
            each["mail"]
            for each in reversed(self.past)
            if each["kind"] == "customer_changed" and each.get("mail") and self.mail.address in each["names"]
        )
        return next(chosen, None)

    @property
    def _reader(self) -> Reader | None:
        return next((each for each in self.book.readers if each.address == self.mail.address), None)

    def language(self) -> Iterator[str]:
        if self._reader is None:
            return
        for template in self.mail.templates:
            expected = self.map.language_of(template, self._reader.language)
            if self.mail.language.partition("-")[0] != expected:
                yield f"says that it is in {self.mail.language}, and its reader reads {expected}"
            if _squeezed(self.map.telltale(template, expected)) not in _squeezed(self.mail.text):
                yield f"isn't the text of {template} in {expected}"

    def clock(self) -> Iterator[str]:
        reader = self._reader
        if reader is None or self._was_sent_at_once:
            return
        local, window = self.mail.at.astimezone(ZoneInfo(reader.timezone)), self.map.window
        is_open = time.fromisoformat(window["from"]) <= local.time() <= time.fromisoformat(window["to"])
        if _WEEKDAYS[local.weekday()] not in window["days"] or not is_open:
            yield f"left on {local:%A, %H:%M} by its reader's clock"

    @property
    def _was_sent_at_once(self) -> bool:
        """Whether a person said so, against the clock."""
        released = (each for each in self.past if each["kind"] == "message_released")
        return any(each.get("now") and each["message"] == self.mail.message for each in released)

    def welcome(self) -> Iterator[str]:
        if self.book.stage is not None and "welcome" in self.mail.steps:
            yield "welcomes somebody who has been there for long"

    def verified(self) -> Iterator[str]:
        for step in self.book.verified & set(self.mail.steps):
            yield f"asks for {step}, confirmed before by the book"


_RESPECTS = (
    *(_Case.behind, _Case.closed, _Case.done, _Case.ended, _Case.recipient, _Case.language, _Case.clock),
    *(_Case.welcome, _Case.verified),
)


def why_not(mail: TakenMail, book: BookFacts, of_map: MapFacts) -> list[str]:
    """Returns what is wrong with a mail, by where its customer stood when it left."""
    case = _Case(mail, book, of_map)
    return [why for respect in _RESPECTS for why in respect(case)]


def misfits(
    mails: Sequence[tuple[TakenMail, MapFacts]], books: Mapping[str, BookFacts], unknown: Collection[str] = ()
) -> list[str]:
    """Returns what is wrong with all mails: each by itself, those taken twice, and those that nobody knows of."""
    found = [f"{each}: nobody knows of this mail" for each in unknown]
    seen: set[tuple[str, str, datetime]] = set()
    for mail, of_map in mails:
        key = mail.customer, mail.message, mail.at
        found += [f"{mail.customer}: {mail.message} was taken twice"] if key in seen else []
        seen.add(key)
        found += [f"{mail.customer}: {mail.message} {why}" for why in why_not(mail, books[mail.customer], of_map)]
    return found


def _squeezed(text: str) -> str:
    return " ".join(text.split())
