"""All recorded documents: what makes them anew, how they are written, and where.

A document is plain JSON data. Its name is a path below `FOLDER`, which begins with the group that makes it; `.jsonl`
holds a list, one item a line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from difflib import unified_diff
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from tests.recorded import api_story, command_story, planner_runs, store_rows

MOST_LINES = 60
FOLDER = Path(__file__).parent / "json"
GROUPS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "planner": planner_runs.documents,
    "store": store_rows.documents,
    "commands": command_story.documents,
    "api": api_story.documents,
}


@cache
def made(group: str) -> dict[str, Any]:
    """What the code makes of a group's documents now, by their whole names."""
    return {f"{group}/{name}": data for name, data in GROUPS[group]().items()}


def recorded(name: str) -> Any:
    """What was recorded as the document of this name."""
    written = (FOLDER / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in written.splitlines()] if name.endswith(".jsonl") else json.loads(written)


def names() -> list[str]:
    """The names of all recorded documents."""
    return sorted(str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*.json*"))


def written(name: str, data: Any) -> str:
    """The text of a document: keys sorted, so that a difference is a difference of content."""
    if name.endswith(".jsonl"):
        return "".join(json.dumps(item, sort_keys=True, ensure_ascii=False) + "\n" for item in data)
    return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def difference(name: str, was: Any, now: Any) -> str:
    """How a document differs from what was recorded, as a unified diff; empty where it does not."""
    lines = (written(name, data).splitlines() for data in (was, now))
    return "\n".join(islice(unified_diff(*lines, "recorded", "made now", lineterm="", n=2), MOST_LINES))
