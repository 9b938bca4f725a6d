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

    @property
    def subject(self) -> str:
        """The id of the step, play or stage that the entry is about; empty where it is about none."""
        return ""

    def to_json(self) -> dict[str, Any]:
        """The entry as `milepost simulate --json` prints it: instants in UTC."""
        return {"at": text(self.at), "kind": self.kind, **self.data()}

    def data(self) -> dict[str, Any]:
        """The fields of the kind as plain data, without `at` and `kind`."""
        return dict(_plain(self))


@dataclass(frozen=True, slots=True)
class StageEntry(BaseEntry):
    stage: str

    @property
    def subject(self) -> str:
        return self.stage


@dataclass(frozen=True, slots=True)
class PlayEntry(BaseEntry):
    play: str

    @property
    def subject(self) -> str:
        return self.play


@dataclass(frozen=True, slots=True)
class StepEntry(BaseEntry):
    place: StepPlace

    @property
    def step(self) -> str:
        return self.place.step

    @property
    def occurrence(self) -> int:
        return self.place.occurrence

    @property
    def subject(self) -> str:
        return self.place.step


@dataclass(frozen=True, slots=True)
class PlacedEntry(BaseEntry):
    """An entry about a step, a stage or neither."""

    place: StepPlace | StagePlace | None

    @property
    def step(self) -> str | None:
        return self.place.step if isinstance(self.place, StepPlace) else None

    @property
    def subject(self) -> str:
        return self.step or (self.place.stage if self.place else None) or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyStarted(BaseEntry):
    kind: ClassVar[str] = "journey_started"
    map: str
    version: str


@dataclass(frozen=True, slots=True)
class StageOpened(StageEntry):
    kind: ClassVar[str] = "stage_opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageClosed(StageEntry):
    """`why` is `map_changed` for a stage that the new version no longer has."""

    kind: ClassVar[str] = "stage_closed"
    why: str | None = None


@dataclass(frozen=True, slots=True)
class StageStuck(StageEntry):
    kind: ClassVar[str] = "stage_stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOpened(StepEntry):
    """`role` is whose task a touchpoint is; `persona` whose action, outcome or mail."""

    kind: ClassVar[str] = "step_opened"
    track: str
    role: str | None = None
    persona: str | None = None
    due: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDueChanged(StepEntry):
    kind: ClassVar[str] = "step_due_changed"
    due: Instant | None = None
    why: str


@dataclass(frozen=True, slots=True)
class StepOverdue(StepEntry):
    kind: ClassVar[str] = "step_overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEscalated(StepEntry):
    kind: ClassVar[str] = "step_escalated"
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone(StepEntry):
    """`by` is a person's address, `milepost` for a mail that went out, or `product`."""

    kind: ClassVar[str] = "step_done"
    by: str | None = None
    result: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped(StepEntry):
    kind: ClassVar[str] = "step_skipped"
    why: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWithdrawn(StepEntry):
    kind: ClassVar[str] = "step_withdrawn"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSnoozed(StepEntry):
    kind: ClassVar[str] = "step_snoozed"
    until: Instant
    why: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(StepEntry):
    """One mail went out; `steps` are all that it is about, the entry's own first."""

    kind: ClassVar[str] = "message_sent"
    message: str
    template: str
    persona: str | None = None
    contact: str
    reason: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHeld(StepEntry):
    kind: ClassVar[str] = "message_held"
    message: str
    why: str
    until: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDropped(PlacedEntry):
    kind: ClassVar[str] = "message_dropped"
    message: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeAsked(StepEntry):
    """The customer was asked; `due` is until when an answer counts."""

    kind: ClassVar[str] = "outcome_asked"
    due: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeAnswered(StepEntry):
    kind: ClassVar[str] = "outcome_answered"
    verdict: str
    value: float | str | None = None
    by: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class OutcomeSilent(StepEntry):
    kind: ClassVar[str] = "outcome_silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRevoked(StepEntry):
    kind: ClassVar[str] = "outcome_revoked"
    why: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayStarted(PlayEntry):
    kind: ClassVar[str] = "play_started"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayBlocked(PlayEntry):
    kind: ClassVar[str] = "play_blocked"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayEnded(PlayEntry):
    kind: ClassVar[str] = "play_ended"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOpened(PlacedEntry):
    """A system task was opened; `message` is the one that failed, where that is why."""

    kind: ClassVar[str] = "task_opened"
    role: str
    why: str
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyPaused(BaseEntry):
    kind: ClassVar[str] = "journey_paused"
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyResumed(BaseEntry):
    kind: ClassVar[str] = "journey_resumed"
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapChanged(BaseEntry):
    """The journey moved from one version of its map to another, both named by their hashes."""

    kind: ClassVar[str] = "map_changed"
    from_: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactIgnored(PlacedEntry):
    """A fact changed nothing; `fact` is its kind, `by` who reported it."""

    kind: ClassVar[str] = "fact_ignored"
    why: str
    fact: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyEnded(BaseEntry):
    kind: ClassVar[str] = "journey_ended"
    reason: str


Entry = (
    JourneyStarted | StageOpened | StageClosed | StageStuck | StepOpened | StepDueChanged | StepOverdue | StepEscalated
    | StepDone | StepSkipped | StepWithdrawn | StepSnoozed | MessageSent | MessageHeld | MessageDropped
    | OutcomeAsked | OutcomeAnswered | OutcomeSilent | OutcomeRevoked | PlayStarted | PlayBlocked | PlayEnded
    | TaskOpened | JourneyPaused | JourneyResumed | MapChanged | FactIgnored | JourneyEnded
)  # fmt: skip

ENTRIES: dict[str, type[Entry]] = {entry.kind: entry for entry in get_args(Entry)}
"""Every class of entry by its kind."""

_FIELDS = {entry: tuple(each.name for each in fields(entry) if each.name != "at") for entry in ENTRIES.values()}
_INSTANTS = frozenset({"due", "until"})
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
            values[name] = parse(value) if name in _INSTANTS else tuple(value) if name == "steps" else value
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
            yield _key(name), list(value) if name == "steps" else value


def _key(field: str) -> str:
    """The JSON key of a field: `from_` can't be `from` in Python."""
    return field.rstrip("_")
