"""The timeline: what a journey reports, past tense. A closed union of frozen values with one JSON form.

JSON: `{"at": "2026-03-02T15:00:00Z", "kind": "step_done", "stage": ..., "step": ..., "occurrence": 1, <the kind's own
fields>}`; what is None is left out. Facts have some of the same names: beside them, write `timeline.StepDone`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple, get_args

from milepost.planner.instants import Instant, parse, text


class StepPlace(NamedTuple):
    """A step, the stage or play it is in (neither, once a new version of the map dropped it), and which occurrence."""

    stage: str | None
    play: str | None
    step: str
    occurrence: int


class StagePlace(NamedTuple):
    stage: str


@dataclass(frozen=True, slots=True)
class BaseEntry:
    """Base of all entries; `at` is when it happened. `kind` is its name in JSON and in the database."""

    kind: ClassVar[str]
    at: Instant

    def __init_subclass__(cls, kind: str | None = None) -> None:
        if kind is not None:
            cls.kind = kind

    @property
    def subject(self) -> str:
        """The id of the step, play or stage that the entry is about; empty where it is about none."""
        return next((name for key in ("step", "play", "stage") if (name := getattr(self, key, None))), "")

    def to_json(self) -> dict[str, Any]:
        """The entry as `milepost simulate --json` prints it: instants in UTC."""
        return {"at": text(self.at), "kind": self.kind, **self.data()}

    def data(self) -> dict[str, Any]:
        """The fields of the kind as plain data, without `at` and `kind`."""
        return dict(_plain(self))


@dataclass(frozen=True, slots=True)
class StageEntry(BaseEntry):
    stage: str


@dataclass(frozen=True, slots=True)
class PlayEntry(BaseEntry):
    play: str


@dataclass(frozen=True, slots=True)
class StepEntry(BaseEntry):
    place: StepPlace

    @property
    def step(self) -> str:
        return self.place.step

    @property
    def occurrence(self) -> int:
        return self.place.occurrence


@dataclass(frozen=True, slots=True)
class PlacedEntry(BaseEntry):
    """An entry about a step, a stage or neither."""

    place: StepPlace | StagePlace | None

    @property
    def step(self) -> str | None:
        return self.place.step if isinstance(self.place, StepPlace) else None

    @property
    def stage(self) -> str | None:
        return self.place.stage if self.place else None


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyStarted(BaseEntry, kind="journey_started"):
    map: str
    version: str


@dataclass(frozen=True, slots=True)
class StageOpened(StageEntry, kind="stage_opened"):
    """A stage opened, on a new visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageClosed(StageEntry, kind="stage_closed"):
    """`why` is `map_changed` for a stage that the new version no longer has."""

    why: str | None = None


@dataclass(frozen=True, slots=True)
class StageStuck(StageEntry, kind="stage_stuck"):
    """A stage is open past its target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOpened(StepEntry, kind="step_opened"):
    """`role` is whose task a touchpoint is; `persona` whose action, outcome or mail."""

    track: str
    role: str | None = None
    persona: str | None = None
    due: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDueChanged(StepEntry, kind="step_due_changed"):
    due: Instant | None = None
    why: str


@dataclass(frozen=True, slots=True)
class StepOverdue(StepEntry, kind="step_overdue"):
    """The due date of an open step is past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEscalated(StepEntry, kind="step_escalated"):
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone(StepEntry, kind="step_done"):
    """`by` is a person's address, `milepost` for a mail that went out, or `product`."""

    by: str | None = None
    result: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersChanged(StepEntry, kind="answers_changed"):
    """The form of a step that is done was sent; `names` are the fields whose answers differ from those before."""

    names: tuple[str, ...]
    by: str | None = None


@dataclass(frozen=True, slots=True)
class TaskWarned(StepEntry, kind="task_warned"):
    """The due date of an open task is near: its person is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped(StepEntry, kind="step_skipped"):
    why: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWithdrawn(StepEntry, kind="step_withdrawn"):
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSnoozed(StepEntry, kind="step_snoozed"):
    until: Instant
    why: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(StepEntry, kind="message_sent"):
    """One mail went out; `steps` are all that it is about, the entry's own first."""

    message: str
    template: str
    persona: str | None = None
    contact: str
    reason: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHeld(StepEntry, kind="message_held"):
    """A message waits; `names` are the values that it lacks, where that is why."""

    message: str
    why: str
    until: Instant | None = None
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDropped(PlacedEntry, kind="message_dropped"):
    message: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeAsked(StepEntry, kind="outcome_asked"):
    """The customer was asked; `due` is until when an answer counts."""

    due: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeAnswered(StepEntry, kind="outcome_answered"):
    verdict: str
    value: float | str | None = None
    by: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class OutcomeSilent(StepEntry, kind="outcome_silent"):
    """Nobody answered in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRevoked(StepEntry, kind="outcome_revoked"):
    why: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayStarted(PlayEntry, kind="play_started"):
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayBlocked(PlayEntry, kind="play_blocked"):
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayEnded(PlayEntry, kind="play_ended"):
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOpened(PlacedEntry, kind="task_opened"):
    """A system task was opened: for a `role`, or a `person`, who is the map's owner.

    `message` is the one that failed, was dropped or waits, `names` are the values that it lacks, where that is why.
    """

    role: str | None = None
    person: str | None = None
    why: str
    message: str | None = None
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyPaused(BaseEntry, kind="journey_paused"):
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyResumed(BaseEntry, kind="journey_resumed"):
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapChanged(BaseEntry, kind="map_changed"):
    """The journey moved from one version of its map to another, both named by their hashes."""

    from_: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChanged(BaseEntry, kind="customer_changed"):
    """The customer's record differs from before: `what` is the part of it.

    `names` are those of the attributes, the addresses of the contacts, or the roles of the team. `by` is who reported
    it, or `map` for a branch.
    """

    what: str
    names: tuple[str, ...]
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(PlacedEntry, kind="note"):
    """Somebody noted something, perhaps about a step, or `about` a person (an address)."""

    text: str
    about: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactIgnored(PlacedEntry, kind="fact_ignored"):
    """A fact changed nothing; `fact` is its kind, `by` who reported it."""

    why: str
    fact: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyEnded(BaseEntry, kind="journey_ended"):
    reason: str
    note: str | None = None


Entry = (
    JourneyStarted | StageOpened | StageClosed | StageStuck | StepOpened | StepDueChanged | StepOverdue | StepEscalated
    | StepDone | StepSkipped | StepWithdrawn | StepSnoozed | MessageSent | MessageHeld | MessageDropped
    | AnswersChanged | TaskWarned
    | OutcomeAsked | OutcomeAnswered | OutcomeSilent | OutcomeRevoked | PlayStarted | PlayBlocked | PlayEnded
    | TaskOpened | JourneyPaused | JourneyResumed | MapChanged | CustomerChanged | Noted
    | FactIgnored | JourneyEnded
)  # fmt: skip

ENTRIES: dict[str, type[Entry]] = {entry.kind: entry for entry in get_args(Entry)}
"""Every class of entry by its kind."""

_FIELDS = {entry: tuple(each.name for each in fields(entry) if each.name != "at") for entry in ENTRIES.values()}
_INSTANTS = frozenset({"due", "until"})
_LISTS = frozenset({"steps", "names"})
_PLACE_KEYS = ("stage", "play", "step", "occurrence")


def json_keys(entry: type[Entry]) -> tuple[str, ...]:
    """Every key that entries of a class may have in JSON, in order."""
    keys: list[str] = ["at", "kind"]
    for name in _FIELDS[entry]:
        keys += _PLACE_KEYS if name == "place" else [_key(name)]
    return tuple(keys)


def from_json(data: Mapping[str, Any]) -> Entry:
    """The entry that `to_json` wrote.

    Raises:
        KeyError: the kind is unknown.
        TypeError: a field is missing.
    """
    return from_data(data["kind"], parse(data["at"]), data)


def from_data(kind: str, at: Instant, data: Mapping[str, Any]) -> Entry:
    """The entry of a kind and an instant whose `data()` is given; other keys are not looked at.

    Raises:
        KeyError: the kind is unknown.
        TypeError: a field is missing.
    """
    entry = ENTRIES[kind]
    values: dict[str, Any] = {}
    for name in _FIELDS[entry]:
        if name == "place":
            values[name] = _place(data)
        elif (value := data.get(_key(name))) is not None:
            values[name] = parse(value) if name in _INSTANTS else tuple(value) if name in _LISTS else value
    return entry(at=at, **values)


def _place(data: Mapping[str, Any]) -> StepPlace | StagePlace | None:
    if "step" in data:
        return StepPlace(data.get("stage"), data.get("play"), data["step"], data["occurrence"])
    return StagePlace(data["stage"]) if "stage" in data else None


def _plain(entry: Any) -> Iterator[tuple[str, Any]]:
    for name in _FIELDS[type(entry)]:
        value = getattr(entry, name)
        if value is None:
            continue
        if name == "place":
            yield from ((key, part) for key in _PLACE_KEYS if (part := getattr(value, key, None)) is not None)
        elif name in _INSTANTS:
            yield name, text(value)
        else:
            yield _key(name), list(value) if name in _LISTS else value


def _key(field: str) -> str:
    """The JSON key of a field: `from_` can't be `from` in Python."""
    return field.rstrip("_")
