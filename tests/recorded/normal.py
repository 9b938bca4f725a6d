"""Makes what differs from run to run the same: random ids, links, folders, hashes of maps, releases."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from milepost.calendar_data import calendar_data

ROOT = Path(__file__).parents[2]
HASH = re.compile(r"\b[0-9a-f]{64}\b")
SHORT_HASH = re.compile(r"(\d \()[0-9a-f]{12}(\))")
LINK = re.compile(r"(/(?:plan|preferences|unsubscribe)/)[A-Za-z0-9_.\-]+")
LINK_ID = re.compile(r'("link": "|"link/)[A-Za-z0-9]{14}(?=["/])')
PORT = re.compile(r"127\.0\.0\.1:(?!8080)\d+")


def normal(data: Any, folders: Mapping[str, Path] | None = None) -> Any:
    """The same data with volatile text replaced by placeholders.

    The hash of a map version becomes its place in the order of appearance, still in the form of a hash: then a
    reworded mail in a shipped map changes `versions.json` alone, which records the hashes themselves.
    """
    text = json.dumps(data, ensure_ascii=False)
    for name, folder in {"ROOT": ROOT, **(folders or {})}.items():
        text = text.replace(str(folder), f"<{name}>")
    for number, known in enumerate(dict.fromkeys(HASH.findall(text)), 1):
        text = text.replace(known, f"{number:012x}{'0' * 52}").replace(known[:12], f"{number:012x}")
    text = text.replace(calendar_data(), "<calendar data>")
    text = SHORT_HASH.sub(rf"\g<1>{'0' * 12}\2", text)
    text = LINK.sub(r"\1<token>", text)
    text = LINK_ID.sub(r"\1<link>", text)
    return json.loads(PORT.sub("127.0.0.1:<port>", text))


def without_random_ids(data: Any, ids: Mapping[str, str]) -> Any:
    """The same data with each random id replaced by the name that it is given here."""
    text = json.dumps(data, ensure_ascii=False)
    for known, name in ids.items():
        text = text.replace(json.dumps(known), json.dumps(name))
    return json.loads(text)
