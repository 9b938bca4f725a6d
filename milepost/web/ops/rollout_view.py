"""A rollout as pages show it: how far it is, who is stuck and why, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from milepost.explain.people_names import person_or_terminal
from milepost.intake.rollout_words import NOBODY, NOBODY_BACK, STATES, target_text
from milepost.store import maps, rollouts
from milepost.store.rollouts import MovePolicy, MoveState, RolloutStatus, StuckMove
from milepost.store.tables import MapVersionRow, RolloutRow
from milepost.web.services import Services

STATUS = {
    RolloutStatus.RUNNING: "goes on",
    RolloutStatus.PAUSED: "paused",
    RolloutStatus.CANCELLING: "is being cancelled",
    RolloutStatus.CANCELLED: "cancelled",
    RolloutStatus.DONE: "done",
}
STUCK = 50
"""Journeys that a page names; it counts the others."""
_SETTLED = (MoveState.MOVED, MoveState.ENDED, MoveState.PARKED, MoveState.BLOCKED, MoveState.KEPT)
"""Where a journey stays by itself."""
_TOLD = (MoveState.MOVED, MoveState.TOLD, MoveState.AT_NEXT_STAGE, MoveState.BLOCKED)


@dataclass(frozen=True, slots=True)
class RolloutView:
    """A rollout with the versions of its map, by hash, and its journeys, counted by their state."""

    row: RolloutRow
    versions: Mapping[str, MapVersionRow]
    counts: Mapping[str, int]
    stuck: Sequence[StuckMove] = ()

    @property
    def title(self) -> str:
        """The title of its map."""
        return next(iter(self.versions.values())).title

    @property
    def target(self) -> str:
        return target_text(self.row, self.versions)

    @property
    def status(self) -> str:
        return STATUS[RolloutStatus(self.row.status)]

    @property
    def by(self) -> str:
        return person_or_terminal(self.row.started_by)

    @property
    def when(self) -> str:
        """When a journey moves."""
        when = "its next stage opens" if self.row.policy == MovePolicy.NEXT_STAGE else "it is told"
        return f"each moves when {when}"

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def lines(self) -> Iterator[tuple[int, str, str]]:
        """Yields how many journeys are in which state, in words and as a kind of figure."""
        for state, words in STATES.items():
            if count := self.counts.get(state, 0):
                kind = "good" if state == MoveState.MOVED else "bad" if state in rollouts.STUCK else ""
                yield count, words.removesuffix(": see below"), kind

    @property
    def percent(self) -> int:
        """How much of it is settled."""
        return 100 * sum(self.counts.get(state, 0) for state in _SETTLED) // max(self.total, 1)

    @property
    def moved(self) -> int:
        return self.counts.get(MoveState.MOVED, 0)

    @property
    def stuck_count(self) -> int:
        return sum(self.counts.get(state, 0) for state in rollouts.STUCK)

    @property
    def nobody(self) -> str:
        """Says that it is about nobody; empty where it isn't so."""
        return "" if self.total else NOBODY_BACK if self.row.back_of else NOBODY

    @property
    def is_at_work(self) -> bool:
        return self.row.status in rollouts.AT_WORK

    @property
    def is_open(self) -> bool:
        return self.row.status in rollouts.OPEN

    @property
    def changes_by_itself(self) -> bool:
        """Whether somebody moves now, or is about to."""
        return self.is_at_work or MoveState.TOLD in self.counts

    @property
    def may_be_cancelled(self) -> bool:
        """Whether there is somebody left whom cancelling leaves where they are."""
        is_waiting = self.row.status == RolloutStatus.DONE and MoveState.AT_NEXT_STAGE in self.counts
        return is_waiting or self.row.status in (RolloutStatus.RUNNING, RolloutStatus.PAUSED)

    @property
    def may_go_back(self) -> bool:
        """Whether there is somebody to move back."""
        return any(state in self.counts for state in _TOLD)


async def view_of(served: Services, number: int) -> RolloutView:
    """Returns a rollout with all that its page shows.

    Raises:
        UnknownRolloutError: there is none of this number.
    """
    async with served.store.reading() as session:
        row = await rollouts.get(session, number)
        versions = {each.hash: each for each in await maps.versions(session, row.map)}
        counts = (await rollouts.counts(session, [number]))[number]
        stuck = await rollouts.stuck(session, number, limit=STUCK) if counts.keys() & rollouts.STUCK else []
    return RolloutView(row, versions, counts, stuck)
