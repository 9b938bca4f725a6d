"""The JSON of states as other versions of Milepost wrote it."""

from __future__ import annotations

import pytest

from milepost.planner.plan import plan
from milepost.planner.state import FORMAT, NewerStateError, State
from tests.planner.test_fact_checks import MAP, map_of
from tests.planner.test_ignored_facts import CUSTOMER, START


def test_the_fact_ids_that_earlier_versions_remembered_are_dropped() -> None:
    state = plan(map_of(MAP), State.begin(CUSTOMER, "small", "v1", START), (), START).state
    written = state.to_json()
    assert "seen" not in written
    earlier = {**written, "seen": ["dpKVSV8ZaN4", "Zq3vUaXb1Yc"]}
    assert State.from_json(earlier) == state
    assert State.from_json(earlier).to_json() == written
    assert "seen" in earlier


def test_a_state_of_a_later_form_is_refused() -> None:
    written = State.begin(CUSTOMER, "small", "v1", START).to_json()
    with pytest.raises(NewerStateError, match="Update Milepost"):
        State.from_json({**written, "format": FORMAT + 1})
