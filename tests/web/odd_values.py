"""Values that programs and people send by mistake, or to see what happens, and requests with one of them inside."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from tests.web.example import ANA, KIM, SAM

TEXTS = (
    "", " ", "\0", "a\0b", "\ud83d", "a\udc00b", "\U0001f642", "\u202e", "\ue000\ue001", "é" * 200,
    "x" * 201, "x" * 60_000, "a/b", "../..", "%", "_", "\\", "'", '"', "{{ 7 }}", "<b>", "null", "NaN", "-1",
    "1" * 23, "1" * 5000, "1e999", "0001-01-01", "1900-01-01", "2999-12-31", "9999-12-31", "2026-02-30",
    "2027-03-01T00:00:00Z", "2999-12-31T23:59:59-14:00", "1900-01-01T00:00:00+14:00", "2026-03-04T05:06:07",
    "Europe/Berlin", "DE", "de-AT", "nobody@nowhere.example",
)  # fmt: skip
NUMBERS = (
    0, -1, 1.5, 2**31, 2**63, -(2**63), 10**30, 10**400, 1e308, float("inf"), float("-inf"), float("nan"), -0.0, 1e-320
)  # fmt: skip
DEEP: Any = 1
for _ in range(400):
    DEEP = [DEEP]
WIDE = {f"k{number}": number for number in range(300)}
PLAIN = (None, True, False, [], {}, [1], {"a": 1}, {"": ""}, DEEP, WIDE, list(range(2000)))

texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=40))
values = st.one_of(
    texts, st.sampled_from(NUMBERS), st.sampled_from(PLAIN), st.dictionaries(texts, texts | st.sampled_from(NUMBERS))
)

FACTS: tuple[dict[str, Any], ...] = (
    {"step_done": "kickoff", "result": "held", "note": "Good", "by": ANA, "id": "f1", "at": "2026-03-03T09:00:00Z"},
    {"step_skipped": "set_up", "reason": "not needed"},
    {"step_reopened": "set_up", "reason": "after all"},
    {"snoozed": "set_up", "until": "2026-03-20", "reason": "holidays"},
    {"event": "connected", "properties": {"rows": 120, "deep": {"x": 1}, "tags": ["a"]}},
    {"event": "nobody_asks", "properties": {"rows": 120}},
    {"answer": "faster", "verdict": "partial", "value": 3, "comment": "x", "evidence": "y", "method": "recorded"},
    {"revoked": "faster", "reason": "measured again"},
    {"set": {"health": 30, "renews_on": "2026-06-01", "trial": True, "name": "Acme", "timezone": "UTC"}},
    {"contacts": [{"name": "Sam", "email": SAM, "personas": ["sponsor"], "timezone": "UTC", "country": "DE"}]},
    {"team": {"csm": ANA}},
    {"agreed": {"set_up": {"due": "2026-04-01", "person": ANA}, "connect": {"person": KIM}}},
    {"play_started": "rescue", "reason": "they said so"},
    {"paused": True, "reason": "merger"},
    {"resumed": True, "reason": "merged"},
    {"map_changed": "1"},
    {"message_failed": "connect/1/opening/1", "why": "bounced"},
    {"message_released": "set_up/1/opening/1", "now": True},
    {"message_cancelled": "set_up/1/opening/1", "reason": "they know"},
    {"message_retried": "connect/1/opening/1"},
    {"task_done": "contact/1", "note": "called"},
    {"task_added": "Send the list", "due": "2 business days", "role": "csm", "effort": "30 minutes"},
    {"requested": "set_up", "wish": "date", "due": "2026-03-20", "note": "Our freeze"},
    {"requested": "set_up", "wish": "person", "person": {"name": "Bo Lee", "email": "bo@acme.example"}},
    {"replied": "set_up/1/opening/1", "note": "When?", "needs_answer": True},
    {"responded": "set_up", "note": "On Monday", "declined": True},
    {"note": "They merge", "about": "kickoff"},
)  # fmt: skip
RECORD: dict[str, Any] = {
    "id": "globex",
    "name": "Globex",
    "timezone": "Europe/Berlin",
    "country": "DE",
    "language": "de",
    "attributes": {"tier": "pilot", "health": 50, "renews_on": "2027-03-01", "trial": False, "crm_owner": "Ana"},
    "contacts": [{"name": "Sam Poe", "email": "sam@globex.example", "personas": ["sponsor"], "language": "de"}],
    "team": {"csm": ANA, "lead": "lea@vendor.example"},
}


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _places(each, (*path, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _places(each, (*path, number))


def _changed(template: Any, path: tuple[Any, ...], value: Any, name: str | None) -> Any:
    """A copy with another value at a place, or with one more value there, under a name of its own."""
    changed = copy.deepcopy(template)
    if not path:
        return value
    holder = changed
    for part in path[:-1]:
        holder = holder[part]
    if name is not None and isinstance(holder, dict):
        holder[name] = value
    else:
        holder[path[-1]] = value
    return changed


@st.composite
def odd(draw: st.DrawFn, *templates: Any) -> Any:
    """One of the templates, as it is, or with up to two odd values or names in it."""
    changed = draw(st.sampled_from(templates))
    for _ in range(draw(st.integers(0, 2))):
        path = draw(st.sampled_from(list(_places(changed))))
        changed = _changed(changed, path, draw(values), draw(st.none() | texts))
    return changed
