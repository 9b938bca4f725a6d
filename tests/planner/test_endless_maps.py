"""A map that goes round in a circle at one instant is stopped, and the error says what goes round."""

from __future__ import annotations

import pytest

from milepost.planner.loop_guard import EndlessMapError
from tests.planner.test_fact_checks import MAP, map_of
from tests.planner.test_ignored_facts import CUSTOMER, START
from tests.simulation import simulate

CIRCLE = """
  - play: again
    kind: other
    title: Again
    starts_when: {if: customer.id != "" && plays.again != "open"}
    touchpoints: [{touchpoint: never, title: Never, role: csm, skip_when: customer.id != ""}]
    then: {play: again}
"""


def test_a_play_that_starts_itself_without_waiting_is_named() -> None:
    endless = map_of(MAP.rstrip() + CIRCLE)
    with pytest.raises(EndlessMapError, match="again") as error:
        simulate(endless, CUSTOMER, START, [], START + 3600)
    assert {kind for kind, _ in error.value.round} >= {"play_started", "play_ended"}
