"""`milepost undo`: undoes what somebody just told a journey."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.intake_access import OpenIntake, open_intake
from milepost.cli.support.output import AsJson, print_json, say, table
from milepost.intake.undo import Undone
from milepost.planner.instants import optional_text, text
from milepost.store.undo_points import UndoableFact


async def undo(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id.")],
    fact: Annotated[str | None, typer.Argument(metavar="FACT", help="The id of the fact to undo.")] = None,
    *,
    context: typer.Context,
    by: Annotated[str | None, typer.Option(metavar="EMAIL", help="Who undoes it; it stands on the timeline.")] = None,
    as_json: AsJson = False,
) -> None:
    """Undo what somebody just told a customer's journey: it counts as never told, whatever else came since stays.

    Without FACT, lists what can be undone and until when. That is what people did themselves, on a page, by
    `milepost tell` or through the API, for as long as MILEPOST_UNDO_MINUTES says. A message that has left, and what
    fell due by itself since, is not taken back.
    """
    async with open_intake(settings_of(context)) as opened:
        if fact is None:
            _list(customer, await opened.intake.undoable(customer), as_json=as_json)
            return
        undone = await opened.intake.undo_fact(customer, fact, by=by)
    if as_json:
        print_json(_to_json(undone))
    else:
        _print(undone, opened)


def _list(customer: str, facts: list[UndoableFact], *, as_json: bool) -> None:
    if as_json:
        for each in facts:
            print_json(_line(customer, each))
        return
    if not facts:
        say(f"Nothing can be undone at {customer} now.")
        return
    headings = ("Fact", "What", "About", "By", "At", "Can be undone until")
    lines = [_line(customer, each) for each in facts]
    rows = [
        (line["fact"], line["kind"], line["step"], line["by"], line["at"], line["until"] or "its journey has it")
        for line in lines
    ]
    table(f"What can be undone at {customer}", headings, rows)
    say(f"Next: `milepost undo {customer} {lines[0]['fact']}`.")


def _line(customer: str, undoable: UndoableFact) -> dict[str, Any]:
    fact = undoable.fact
    return {
        "customer": customer,
        "fact": fact.id,
        "kind": fact.kind,
        "step": undoable.step,
        "by": fact.told_by,
        "at": text(fact.at),
        "until": optional_text(undoable.until),
    }


def _print(undone: Undone, opened: OpenIntake) -> None:
    about = f" about {undone.step}" if undone.step else ""
    say(f"Undone: {undone.kind}{about}, as if it had not been told. What else was told stays.")
    if not undone.reached:
        say(f"The journey goes on {opened.later}")
    say(f"Next: `milepost show {undone.customer}`.")


def _to_json(undone: Undone) -> dict[str, Any]:
    return {
        "customer": undone.customer,
        "fact": undone.fact_id,
        "kind": undone.kind,
        "step": undone.step,
        "journey": undone.journey,
        "reached": undone.reached,
    }
