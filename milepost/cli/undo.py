"""`milepost undo`: undoes what somebody just told a journey."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.intake_access import OpenIntake, open_intake
from milepost.cli.support.local_timezone import local_time
from milepost.cli.support.output import AsJson, print_json, say
from milepost.explain.people_names import colleague_name
from milepost.intake.undo import LatestRefused, Undone, latest_refused
from milepost.planner.instants import optional_text, text
from milepost.store.undo_points import UndoableFact

_NOTHING_TOLD = (
    "Nothing was told lately that can be. Instead: `milepost mail hold` holds again what was released and hasn't left; "
    "preferences and hand-overs are told anew, the other way round."
)


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
    settings = settings_of(context)
    async with open_intake(settings) as opened:
        if fact is None:
            facts = await opened.intake.undoable(customer)
            _list(customer, facts, as_json=as_json)
            if not facts:
                latest = await latest_refused(opened.intake.context, customer)
                if as_json:
                    print_json(_why(customer, latest, settings.grace))
                else:
                    _say_why(customer, latest, settings.grace)
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
        return
    for each in facts:
        about = f" about {each.step}" if each.step else ""
        by = f" by {colleague_name(each.fact.told_by)}" if each.fact.told_by else ""
        until = "its journey has it" if each.until is None else local_time(each.until)
        say(f"{each.fact.id}  {each.fact.kind}{about}, told{by} {local_time(each.fact.at)}")
        say(f"    can be undone until {until}")
    say(f"Next: `milepost undo {customer} {facts[0].fact.id}`.")


def _say_why(customer: str, latest: LatestRefused | None, grace: timedelta) -> None:
    say(f"Nothing can be undone at {customer} now.")
    if not grace:
        say("MILEPOST_UNDO_MINUTES is 0: what people tell counts at once, for good.")
    if latest is None:
        say(_NOTHING_TOLD)
        return
    told = latest.told
    about = f" about {told.step}" if told.step else ""
    by = f" by {colleague_name(told.fact.told_by)}" if told.fact.told_by else ""
    at = local_time(told.fact.at)
    say(f"The latest was {told.fact.kind}{about} ({told.fact.id}), told{by} {at}: {latest.why.why}.")
    say(f"Instead: {latest.why.instead}")


def _why(customer: str, latest: LatestRefused | None, grace: timedelta) -> dict[str, Any]:
    """Returns why nothing can be undone, and the latest that could be; without a fact that could be taken for one."""
    return {
        "customer": customer,
        "undoable": 0,
        "grace_minutes": int(grace.total_seconds()) // 60,
        "code": latest.why.code if latest else "nothing_told",
        "why": latest.why.message if latest else _NOTHING_TOLD,
        "instead": latest.why.instead if latest else None,
        "latest": _line(customer, latest.told) if latest else None,
    }


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
