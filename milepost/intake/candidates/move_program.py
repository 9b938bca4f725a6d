"""Counts what moving journeys to another version would do, as a program of its own: thousands take minutes.

The first line that it gets has both versions and the instant as JSON; each other one is a customer with the state of a
journey. It answers with the counts, without the customers' ids.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from milepost.language.loader import from_files
from milepost.planner.compiled_map import CompiledMap
from milepost.versions.move_counts import MoveCounts, move_of

SECONDS = 1800
"""The time of a processor that it may take."""
_MEMORY = 2 * 1024**3
_NICE = 10


def count(lines: Iterable[str]) -> MoveCounts:
    """Returns the counts of the moves that come line by line."""
    each = iter(lines)
    order = json.loads(next(each))
    old, new = _compiled(order["old"]), _compiled(order["new"])
    counts = MoveCounts()
    for line in each:
        customer, state = json.loads(line)
        counts.add(move_of(customer, state, old, new, order["now"]))
    return counts.without_names()


def _compiled(version: Mapping[str, Any]) -> CompiledMap:
    loaded = from_files(version["files"])
    assert loaded.map is not None
    return CompiledMap.of(loaded.map, version["hash"], version["files"])


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    os.nice(_NICE)  # whoever opens a page comes first
    found = count(sys.stdin)
    json.dump({"journeys": found.journeys, "moves": found.to_json()}, sys.stdout)
