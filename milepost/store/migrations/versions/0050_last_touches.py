"""When each customer was last touched, and when the steps and stages of a journey closed; both read off timelines.

Revision: 0050, after 0044.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

revision = "0050"
down_revision = "0044"
branch_labels = None
depends_on = None

_CHUNK = 200
_SPOKEN = frozenset({"answers_changed", "answer_completed", "replied", "requested", "responded"})
_OPENED = frozenset({"step_opened", "task_added"})
_CLOSED = frozenset({"step_done", "step_skipped", "step_withdrawn", "outcome_answered", "outcome_silent"})
_ENDS = frozenset({"done", "skipped", "withdrawn", "verified", "partial", "disputed", "silent"})
_READ = (*_SPOKEN, *_OPENED, *_CLOSED, "note", "message_sent", "stage_closed")
_BY_ITSELF = ("product", "milepost")
_IS_SET = "kind = 'set'"
_JOURNEYS = sa.table(
    "journeys",
    *(sa.column(name) for name in ("id", "customer_id", "number", "map")),
    sa.column("state", sa.JSON()),
    *(sa.column(name) for name in ("touched_at", "touched_in", "touched_seq")),
)
_TIMELINE = sa.table(
    "timeline", *(sa.column(name) for name in ("journey_id", "seq", "at", "kind")), sa.column("data", sa.JSON())
)
_VERSIONS = sa.table("map_versions", sa.column("map"), sa.column("files", sa.JSON()))


def upgrade() -> None:
    op.add_column("journeys", sa.Column("touched_at", sa.BigInteger(), nullable=True))
    op.add_column("journeys", sa.Column("touched_in", sa.Text(), nullable=True))
    op.add_column("journeys", sa.Column("touched_seq", sa.Integer(), nullable=True))
    connection, unseen = op.get_bind(), _unseen()
    before: tuple[str, Any] = ("", None)
    for journeys in _chunks():
        timelines = _timelines([journey.id for journey in journeys])
        for journey in journeys:
            lines = timelines[journey.id]
            own = [line for line in lines if _is_touch(line, journey.state, unseen[journey.map])]
            touch = (own[-1].at, journey.id, own[-1].seq) if own else None
            if touch is None and before[0] == journey.customer_id:
                touch = before[1]  # of the journey before
            before = (journey.customer_id, touch)
            values = dict(zip(("touched_at", "touched_in", "touched_seq"), touch or (), strict=False))
            if own:
                journey.state.update(touched_at=own[-1].at, touched_entry=own[-1].seq)
            if _close(journey.state, lines) or own:
                values["state"] = journey.state
            if values:
                connection.execute(sa.update(_JOURNEYS).where(_JOURNEYS.c.id == journey.id).values(values))
    is_set = sa.text(_IS_SET)
    columns = ["customer_id", "serial"]
    op.create_index("ix_facts_set", "facts", columns, sqlite_where=is_set, postgresql_where=is_set)


def downgrade() -> None:
    op.drop_index("ix_facts_set", "facts")
    for journeys in _chunks():
        for journey in journeys:
            for record in _records(journey.state):
                for name in ("closed_at", "touched_at", "touched_entry"):
                    record.pop(name, None)
            changed = sa.update(_JOURNEYS).where(_JOURNEYS.c.id == journey.id).values(state=journey.state)
            op.get_bind().execute(changed)
    for name in ("touched_seq", "touched_in", "touched_at"):
        op.drop_column("journeys", name)


def _chunks() -> Iterator[Sequence[Any]]:
    """Yields the journeys in small batches, those of a customer one after the other."""
    columns = (_JOURNEYS.c.id, _JOURNEYS.c.customer_id, _JOURNEYS.c.number, _JOURNEYS.c.map, _JOURNEYS.c.state)
    place = sa.tuple_(_JOURNEYS.c.customer_id, _JOURNEYS.c.number)
    query = sa.select(*columns).order_by(_JOURNEYS.c.customer_id, _JOURNEYS.c.number).limit(_CHUNK)
    last = ("", 0)
    while rows := op.get_bind().execute(query.where(place > sa.tuple_(*last))).all():
        yield rows
        last = (rows[-1].customer_id, rows[-1].number)


def _timelines(journeys: Collection[str]) -> Mapping[str, list[Any]]:
    query = sa.select(_TIMELINE).where(_TIMELINE.c.journey_id.in_(journeys), _TIMELINE.c.kind.in_(_READ))
    lines: dict[str, list[Any]] = defaultdict(list)
    for line in op.get_bind().execute(query.order_by(_TIMELINE.c.journey_id, _TIMELINE.c.seq)):
        lines[line.journey_id].append(line)
    return lines


def _unseen() -> Mapping[str, set[str]]:
    """Returns the touchpoints of each map, of all its versions, that are mails or internal."""
    unseen: dict[str, set[str]] = defaultdict(set)
    for map_id, files in op.get_bind().execute(sa.select(_VERSIONS)):
        try:
            written = YAML(typ="safe", pure=True).load(files.get("map.yaml", ""))
        except YAMLError:
            continue
        for step in _touchpoints(written):
            if step.get("internal") is True or "role" not in step:
                unseen[map_id].add(str(step["touchpoint"]))
    return unseen


def _touchpoints(written: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(written, dict):
        if isinstance(written.get("touchpoint"), str):
            yield written
        written = list(written.values())
    for each in written if isinstance(written, list) else ():
        yield from _touchpoints(each)


def _is_touch(line: Any, state: Mapping[str, Any], unseen: Collection[str]) -> bool:
    data, added = line.data, state.get("added", {})
    by_itself = data.get("by") in _BY_ITSELF
    match line.kind:
        case "outcome_answered":
            return not by_itself and data.get("method") != "product"
        case "step_done" if data["step"] in added:
            return not by_itself and not added[data["step"]].get("internal")
        case "step_done":
            return not by_itself and data["step"] not in unseen
        case "note":
            is_call = str(data.get("text", "")).startswith("Call: ")
            return is_call or any(_is_contact(data.get(name), state["customer"]) for name in ("about", "by"))
        case "message_sent":
            return str(data.get("reason")) == "agreement"
    return str(line.kind) in _SPOKEN


def _is_contact(address: Any, customer: Mapping[str, Any]) -> bool:
    if not isinstance(address, str):
        return False
    known = {_key(each["email"]) for each in customer.get("contacts", ())}
    return _key(address) in known - {_key(each) for each in customer.get("team", {}).values()}


def _key(address: str) -> str:
    return address.strip().casefold()


def _close(state: dict[str, Any], lines: Sequence[Any]) -> bool:
    """Writes into a state when its steps and stages closed that had been open; returns whether there are any."""
    opened, closed, stages = set(), {}, {}
    for line in lines:
        if line.kind == "stage_closed":
            stages[line.data["stage"]] = line.at
        elif line.kind in _OPENED or line.kind in _CLOSED:
            of = (line.data["step"], line.data.get("occurrence"))
            if line.kind in _OPENED:
                opened.add(of)
            else:
                closed[of] = line.at
    found = 0
    for step, record in state.get("steps", {}).items():
        of = (step, record.get("occurrence"))
        if record.get("status") in _ENDS and of in closed and of in opened:
            record["closed_at"] = closed[of]
            found += 1
    for stage, record in state.get("stages", {}).items():
        opened_at = record.get("opened_at")
        if record.get("status") == "closed" and opened_at is not None and stages.get(stage, -1) >= opened_at:
            record["closed_at"] = stages[stage]
            found += 1
    return bool(found)


def _records(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield state
    for part in ("steps", "stages"):
        yield from state.get(part, {}).values()
