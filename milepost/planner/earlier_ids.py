"""The ids that parts of a map had in earlier versions (`was`), and facts that still use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from milepost.language.model import Map, Play, Stage
from milepost.language.steps import AnyStep
from milepost.planner import facts
from milepost.planner.ids import MessageId


@dataclass(frozen=True, slots=True)
class EarlierIds:
    """The id of today by each earlier one; of the earlier ids of one part, the first written comes first."""

    steps: Mapping[str, str]
    stages: Mapping[str, str]
    plays: Mapping[str, str]

    @staticmethod
    def of(map: Map) -> EarlierIds:  # noqa: A002 - the field's word
        """Collects every `was` of a map."""
        return EarlierIds(_by_old(step for _, step in map.all_steps()), _by_old(map.stages), _by_old(map.plays))

    def __bool__(self) -> bool:
        return bool(self.steps or self.stages or self.plays)

    def today(self, fact: facts.Fact) -> facts.Fact:
        """The fact with the ids of today, if it names a step or a play by an earlier one."""
        match fact:
            case (
                facts.StepDone() | facts.StepSkipped() | facts.StepReopened() | facts.Snoozed()
                | facts.Requested() | facts.Replied() | facts.Responded()
            ):  # fmt: skip
                return replace(fact, step=self._step(fact.step))
            case facts.Answered() | facts.AnswerCompleted() | facts.Revoked():
                return replace(fact, outcome=self._step(fact.outcome))
            case facts.Agreed():
                return replace(fact, steps={self._step(step): agreed for step, agreed in fact.steps.items()})
            case facts.PlayStarted():
                return replace(fact, play=self.plays.get(fact.play, fact.play))
            case facts.MessageFailed() | facts.MessageReleased() | facts.MessageRetried():
                return replace(fact, message=self._message(fact.message))
            case facts.MessageCancelled():
                parts = None if fact.parts is None else tuple(map(self._message, fact.parts))
                return replace(fact, message=self._message(fact.message), parts=parts)
            case facts.MessageReturned():
                return replace(fact, message=self._message(fact.message), steps=tuple(map(self._step, fact.steps)))
            case facts.FactUndone():
                return fact if fact.step is None else replace(fact, step=self._step(fact.step))
            case facts.Noted():
                return fact if fact.about is None else replace(fact, about=self._step(fact.about))
            case _:
                return fact

    def message(self, message: MessageId) -> MessageId:
        """The message with the id of today of its step."""
        return replace(message, step=self._step(message.step))

    def _message(self, text: str) -> str:
        message = MessageId.parse(text)
        return text if message is None else str(self.message(message))

    def _step(self, step: str) -> str:
        return self.steps.get(step, step)


def _by_old(parts: Iterable[AnyStep | Stage | Play]) -> dict[str, str]:
    return {old: part.id for part in parts for old in part.was}
