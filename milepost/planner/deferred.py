"""Things that a paused journey keeps for its resume. A closed union of frozen values with one JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from milepost.planner.enums import MessageReason, StartReason, SystemTaskReason
from milepost.planner.ids import MessageId


@dataclass(frozen=True, slots=True)
class OpenStage:
    """Open a stage, unless it is open by then.

    `triggers` are the keys of the conditions that turned true in the pause: one of them must be true at the resume. It
    is None where something else than a condition opens the stage.
    """

    stage: str
    triggers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class GoTo:
    """Leave the stages of the sequence for this one."""

    stage: str


@dataclass(frozen=True, slots=True)
class StartPlay:
    """Try to start a play.

    `triggers` are the keys of the conditions that turned true in the pause: one of them must be true at the resume. It
    is None where something else than a condition starts the play.
    """

    play: str
    why: StartReason
    triggers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class FinishPlay:
    """End a play: its `ends_when` came in the pause."""

    play: str


@dataclass(frozen=True, slots=True)
class MessageFailed:
    """Give a colleague a task: a message could not be delivered."""

    message: MessageId


@dataclass(frozen=True, slots=True)
class ReachOtherwise:
    """Give a colleague a task: somebody who gets no mail about a step is to be reached otherwise."""

    message: MessageId
    why: SystemTaskReason


Deferred = OpenStage | GoTo | StartPlay | FinishPlay | MessageFailed | ReachOtherwise


def to_json(item: Deferred) -> dict[str, Any]:
    """The item as plain data."""
    match item:
        case OpenStage(triggers=None):
            return {"open": item.stage}
        case OpenStage():
            return {"open": item.stage, "triggers": list(item.triggers or ())}
        case GoTo():
            return {"go_to": item.stage}
        case StartPlay(triggers=None):
            return {"play": item.play, "why": str(item.why)}
        case StartPlay():
            return {"play": item.play, "why": str(item.why), "triggers": list(item.triggers or ())}
        case FinishPlay():
            return {"finish": item.play}
        case MessageFailed():
            return {"failed": str(item.message)}
        case ReachOtherwise():
            return {str(item.why): str(item.message)}
        case _:
            assert_never(item)


def from_json(data: Mapping[str, Any]) -> Deferred:
    """Read what `to_json` wrote.

    Raises:
        ValueError: it is nothing of the kind.
    """
    match data:
        case {"open": stage}:
            return OpenStage(stage, _triggers(data))
        case {"go_to": stage}:
            return GoTo(stage)
        case {"play": play, "why": why}:
            return StartPlay(play, StartReason(why), _triggers(data))
        case {"finish": play}:
            return FinishPlay(play)
        case {"failed": message}:
            return MessageFailed(_message(message))
        case {"opted_out": message}:
            return ReachOtherwise(_message(message), SystemTaskReason.OPTED_OUT)
        case {"cancelled": message}:
            return ReachOtherwise(_message(message), SystemTaskReason.CANCELLED)
        case _:
            raise ValueError(f"{data!r} isn't anything that a pause defers")


def _message(text: str) -> MessageId:
    return MessageId.parse(text) or MessageId(text, 1, MessageReason.OPENING, 1)


def _triggers(data: Mapping[str, Any]) -> tuple[str, ...] | None:
    return tuple(data["triggers"]) if "triggers" in data else None
