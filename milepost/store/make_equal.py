"""Makes the stored rows of one journey equal to the rows that a plan wants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import delete, tuple_, update
from sqlalchemy.orm import Session

from milepost.store.mail_tables import HeldMessageRow
from milepost.store.outcome_tables import AnswerRow, OutcomeRow
from milepost.store.table_types import table_of
from milepost.store.tables import MessageRow, OpenPlayRow, OpenStageRow, TaskRow
from milepost.store.upsert import upsert

JourneyPart = AnswerRow | HeldMessageRow | MessageRow | OpenPlayRow | OpenStageRow | OutcomeRow | TaskRow
Row = Mapping[str, Any]
_JOURNEY = "journey_id"


def make_equal(
    session: Session,
    kind: type[JourneyPart],
    journey: str,
    desired: Iterable[Row],
    *,
    stored: Iterable[Row] = (),
    fixed: Collection[str] = (),
) -> None:
    """Makes the journey's rows of one kind equal to `desired`: those that differ are changed, missing ones inserted.

    `stored` are rows that the journey has; those that aren't desired are deleted. Rows of neither stay. Each row has
    the key's columns and those to set, without the journey's id; those in `fixed` are set on insert only. One without
    all the columns that a row needs changes a row that exists, and inserts none.
    """
    table = table_of(kind)
    key = [column.name for column in table.primary_key if column.name != _JOURNEY]
    required = {column.name for column in table.c if not column.nullable} - {_JOURNEY}
    before = {tuple(row[name] for name in key): row for row in stored}
    after = {tuple(row[name] for name in key): row for row in desired}
    changed = [row for identity, row in after.items() if row != before.get(identity)]
    whole = [{_JOURNEY: journey, **row} for row in changed if required <= row.keys()]
    if whole:
        upsert(session, kind, whole, keep=fixed)
    for row in changed:
        if not required <= row.keys():
            is_row = [table.c[name] == row[name] for name in key]
            values = {name: value for name, value in row.items() if name not in {*key, *fixed}}
            session.execute(update(table).where(table.c[_JOURNEY] == journey, *is_row).values(values))
    gone = before.keys() - after.keys()
    if gone:
        has_key = tuple_(*(table.c[name] for name in key)).in_(sorted(gone))
        session.execute(delete(table).where(table.c[_JOURNEY] == journey, has_key))
