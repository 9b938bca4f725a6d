"""How far a rollout is, in words, as the command line and the pages say it."""

from __future__ import annotations

from collections.abc import Mapping

from milepost.explain.sentences import version_text
from milepost.store.rollouts import MoveState
from milepost.store.tables import MapVersionRow, RolloutRow

NOBODY = "No open journey is on another version, so there is nobody to move."
NOBODY_BACK = "Nobody was moved by it, so there is nobody to move back."
STATES = {
    MoveState.MOVED: "moved",
    MoveState.TOLD: "told, and about to move",
    MoveState.AT_NEXT_STAGE: "told, and waiting for their next stage",
    MoveState.WAITING: "not told yet",
    MoveState.PARKED: "parked: they can't move, and stay",
    MoveState.BLOCKED: "told, but they can't be planned: see below",
    MoveState.KEPT: "left where they are, as it was cancelled",
    MoveState.ENDED: "ended before they moved",
}


def target_text(row: RolloutRow, versions: Mapping[str, MapVersionRow]) -> str:
    """Says to which version a rollout moves journeys; `versions` are those of its map, by hash."""
    if row.version is None:
        return f"where they were before rollout {row.back_of}"
    return version_text(versions[row.version].number, row.version)
