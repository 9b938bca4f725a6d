"""The attributes by which Temporal finds journeys. Nothing here may tell who the customer is."""

from __future__ import annotations

from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from milepost.wire.activities import Seen

MAP = SearchAttributeKey.for_keyword("MilepostMap")
"""The id of the map that the journey runs on."""

STAGES = SearchAttributeKey.for_keyword_list("MilepostStage")
"""The ids of the open stages: a stage with `opens:` runs beside the others."""

RISK = SearchAttributeKey.for_bool("MilepostRisk")
"""True while a risk play is open."""

ALL: tuple[SearchAttributeKey[Any], ...] = (MAP, STAGES, RISK)


def shown(seen: Seen | None) -> list[SearchAttributeUpdate[Any]]:
    """The changes that make a journey's search attributes say this."""
    if seen is None:
        return []
    return [MAP.value_set(seen.map), STAGES.value_set(seen.stages), RISK.value_set(seen.risk)]
