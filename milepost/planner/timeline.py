"""The timeline: what a journey reports, past tense. A closed union of frozen values with one JSON form.

JSON: `{"at": "2026-03-02T15:00:00Z", "kind": "step_done", "stage": ..., "step": ..., "occurrence": 1, <its own>}`; what
is None is left out. Facts have some of the same names: beside them, write `timeline.StepDone`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from milepost.planner.entry_bases import (
    INSTANTS,
    LISTS,
    PLACE_KEYS,
    BaseEntry,
    PlacedEntry,
    PlayEntry,
    StageEntry,
    StagePlace,
    StepEntry,
    StepPlace,
    fields_of,
    json_key,
)
from milepost.planner.instants import Instant, parse
from milepost.planner.spoken_entries import AnswerCompleted, Noted, Replied, Requested, RequestEscalated, Responded


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyStarted(BaseEntry, kind="journey_started"):
    """`stage` and `since` say where a customer entered in the middle, `again` why it was enrolled again by hand."""

    map: str
    version: str
    stage: str | None = None
    since: Instant | None = None
    again: str | None = None
    by: str | None = None


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
    """`role` is whose task a touchpoint is; `persona` whose action, outcome or mail.

    `begins` is the time of day that people agreed on before, if they did, and `minutes` how long it takes from then.
    """

    track: str
    role: str | None = None
    persona: str | None = None
    due: Instant | None = None
    begins: Instant | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDueChanged(StepEntry, kind="step_due_changed"):
    """`begins` and `minutes` are as those of `StepOpened`."""

    due: Instant | None = None
    why: str
    begins: Instant | None = None
    minutes: int | None = None


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
    """A message will not go; `by` is who cancelled it, `note` the reason given."""

    message: str
    why: str
    by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReleased(StepEntry, kind="message_released"):
    """A person let a message go that waited for that; with `now` at once, whatever hours and limit say."""

    message: str
    now: bool | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRetried(PlacedEntry, kind="message_retried"):
    """A message that couldn't be delivered goes out again."""

    message: str
    contact: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSwitched(BaseEntry, kind="mail_switched"):
    """Messages wait for a release from now on (`held`), or go by themselves again (`free`)."""

    to: str
    by: str | None = None


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
    on_behalf_of: str | None = None
    why: str | None = None


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
class TaskAdded(StepEntry, kind="task_added"):
    """A colleague added a task of this customer alone, for `person` or the team of `role`."""

    title: str
    role: str
    person: str | None = None
    due: Instant
    by: str | None = None


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

    `names` are those of the attributes, the addresses of the contacts, or the roles of the team: then `left` and `came`
    are who had and who has each of them, empty for nobody. `by` is who reported it, or `map` for a branch. Of a person
    who gets other mail from now on: `mail` is which, `how` the way of it (`ChoiceWay`), `note` somebody's reason.
    """

    what: str
    names: tuple[str, ...]
    left: tuple[str, ...] | None = None
    came: tuple[str, ...] | None = None
    by: str | None = None
    mail: str | None = None
    how: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(BaseEntry, kind="handed_over"):
    """From now on `to` looks after the customer instead of `former` (addresses), in these roles, or in single steps."""

    former: str
    to: str
    roles: tuple[str, ...]
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Away(BaseEntry, kind="away"):
    """The delegate stands in for a colleague, from the local date `first_day` to `last_day`, perhaps in one `role`."""

    person: str
    delegate: str
    first_day: str
    last_day: str
    role: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Back(BaseEntry, kind="back"):
    """A colleague is back earlier than was told, or not away after all."""

    person: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactIgnored(PlacedEntry, kind="fact_ignored"):
    """A fact changed nothing; `fact` is its kind, `by` who reported it."""

    why: str
    fact: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactUndone(PlacedEntry, kind="fact_undone"):
    """A fact was undone: the journey was planned anew without it. `fact` is its kind, `by` who undid it."""

    fact: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyEnded(BaseEntry, kind="journey_ended"):
    reason: str
    note: str | None = None


Entry = (
    JourneyStarted | StageOpened | StageClosed | StageStuck | StepOpened | StepDueChanged | StepOverdue | StepEscalated
    | StepDone | StepSkipped | StepWithdrawn | StepSnoozed | MessageSent | MessageHeld | MessageDropped
    | MessageReleased | MessageRetried | MailSwitched | AnswersChanged | TaskWarned
    | OutcomeAsked | OutcomeAnswered | AnswerCompleted | OutcomeSilent | OutcomeRevoked | PlayStarted | PlayBlocked
    | PlayEnded
    | TaskOpened | TaskAdded | JourneyPaused | JourneyResumed | MapChanged | CustomerChanged | HandedOver | Away
    | Back | Requested | RequestEscalated | Replied | Responded | Noted | FactIgnored | FactUndone | JourneyEnded
)  # fmt: skip

ENTRIES: dict[str, type[Entry]] = {entry.kind: entry for entry in get_args(Entry)}
"""Every class of entry by its kind."""


def json_keys(entry: type[Entry]) -> tuple[str, ...]:
    """Every key that entries of a class may have in JSON, in order."""
    keys: list[str] = ["at", "kind"]
    for name in fields_of(entry):
        keys += PLACE_KEYS if name == "place" else [json_key(name)]
    return tuple(keys)


def from_json(data: Mapping[str, Any]) -> Entry:
    """The entry that `to_json` wrote; raises as `from_data` does."""
    return from_data(data["kind"], parse(data["at"]), data)


def from_data(kind: str, at: Instant, data: Mapping[str, Any]) -> Entry:
    """The entry of a kind and an instant whose `data()` is given; other keys are not looked at.

    Raises:
        KeyError: the kind is unknown.
        TypeError: a field is missing.
    """
    entry = ENTRIES[kind]
    values: dict[str, Any] = {}
    for name in fields_of(entry):
        if name == "place":
            values[name] = _place(data)
        elif (value := data.get(json_key(name))) is not None:
            values[name] = parse(value) if name in INSTANTS else tuple(value) if name in LISTS else value
    return entry(at=at, **values)


def _place(data: Mapping[str, Any]) -> StepPlace | StagePlace | None:
    if "step" in data:
        return StepPlace(data.get("stage"), data.get("play"), data["step"], data["occurrence"])
    return StagePlace(data["stage"]) if "stage" in data else None
