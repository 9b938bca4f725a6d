"""`milepost mail`: what waits and what failed; lets it go, cancels it, sends it again; holds mail and frees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any

import typer

from milepost.actor import actor
from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError
from milepost.cli.support.intake_access import OpenIntake, open_intake
from milepost.cli.support.local_timezone import local_time, local_timezone
from milepost.cli.support.mail_text import message_named, print_line, show_message
from milepost.cli.support.output import AsJson, aside, print_json, say, table
from milepost.explain.people_names import colleague_name
from milepost.intake import mail as mail_orders
from milepost.intake import mail_hold
from milepost.intake.mail import MOST, MailAction, MailOrder, MailResult
from milepost.intake.mail_list import CAUSES, MailFilter, MailStatus, mail_lines
from milepost.planner.enums import HoldReason, MailSwitch
from milepost.planner.fact_errors import RefusedError
from milepost.planner.instants import Instant
from milepost.planner.instants import text as instant_text
from milepost.store import held_mail, mail_switches, messages
from milepost.store.mail_switches import Scope, Switch, Turn
from milepost.store.messages import FailureCause
from milepost.text import count_of

_EXAMPLE = "milepost mail release CUSTOMER MESSAGE"
_ORDERS = {action.value: action for action in MailAction}
_DEPARTURES = 20  # messages that are told one by one
_DONE = {
    MailAction.RELEASE: "released",
    MailAction.SEND_NOW: "sent now",
    MailAction.CANCEL: "cancelled",
    MailAction.RETRY: "sent again",
}


_Template = Annotated[
    str | None, typer.Option("--message", metavar="FILE", help="Only this message of a map, such as welcome.md.")
]
_Why = Annotated[
    str | None, typer.Option(help="Only what waits, or failed, for this reason: release, window, address, ...")
]
_By = Annotated[
    str | None, typer.Option(metavar="EMAIL", help="Who does it; by default whoever works on this machine.")
]
_First = Annotated[
    int | None,
    typer.Option(min=1, max=mail_switches.MOST_FIRST, metavar="N", help="Hold only the first N of each text."),
]


class ListedStatus(StrEnum):
    """The statuses that can be listed."""

    HELD = "held"
    RELEASED = "released"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: a message, or whose mail."""

    customer: str | None
    message: str | None
    filter: MailFilter
    all: bool
    first: int | None
    by: str | None
    why: str | None
    as_json: bool


async def mail(
    action: Annotated[
        str | None,
        typer.Argument(metavar="[ACTION]", help="list, show, release, send-now, cancel, retry, hold, free, switches."),
    ] = None,
    customer: Annotated[str | None, typer.Argument(metavar="[CUSTOMER]", help="The customer's id.")] = None,
    message: Annotated[str | None, typer.Argument(metavar="[MESSAGE]", help="Its id, or how that begins.")] = None,
    *,
    context: typer.Context,
    status: Annotated[ListedStatus, typer.Option(help="Which messages are listed.")] = ListedStatus.HELD,
    of_customer: Annotated[
        str | None, typer.Option("--customer", metavar="ID", help="Only mail to this customer.")
    ] = None,
    of_map: Annotated[str | None, typer.Option("--map", metavar="ID", help="Only mail of this map.")] = None,
    template: _Template = None,
    why: _Why = None,
    all_: Annotated[bool, typer.Option("--all", help="All that the filters leave, instead of one message.")] = False,
    first: _First = None,
    reason: Annotated[str | None, typer.Option(help="Why it is cancelled, held or freed.")] = None,
    by: _By = None,
    as_json: AsJson = False,
) -> None:
    """List mail that waits or failed, let it go, cancel it, send it again; hold all mail until people release it.

    Without ACTION it lists what is held. `show` prints a message as its recipient gets it. `release` lets one go that a
    person was to look at, in the contact's hours; `send-now` at once. `cancel` drops it. `retry` sends a failed one
    again. With --all these are about all that the filters leave. `hold` holds mail from now on, with --map or
    --customer some of it, and what was let go and hasn't left; `free` lets it go. `switches` lists who did which.
    """
    wanted = _filter(status, of_customer, of_map, template, why)
    typed = Typed(customer, message, wanted, all_, first, by or actor(), reason, as_json)
    settings = settings_of(context)
    async with open_intake(settings) as opened:
        match action:
            case None | "list":
                await _list(opened, typed)
            case "switches" if not customer:
                await _switches(opened, as_json=as_json)
            case "show" if customer and message:
                await show_message(opened, customer, message, settings.links_begin_with, as_json=as_json)
            case "hold" | "free" if not customer:
                await _turn(opened, MailSwitch.HELD if action == "hold" else MailSwitch.FREE, typed)
            case str() if action in _ORDERS:
                await _order(opened, _ORDERS[action], typed)
            case _:
                said = " ".join(each for each in (action, customer, message) if each)
                raise CommandError(
                    f"{said!r} is nothing that can be done with mail.",
                    f"Write `{_EXAMPLE}`, or list, show, send-now, cancel, retry, hold, free or switches.",
                )


def _filter(
    status: ListedStatus, customer: str | None, map_id: str | None, template: str | None, why: str | None
) -> MailFilter:
    holds, causes = set(HoldReason), set(FailureCause)
    if why is not None and why not in holds | causes:
        raise CommandError(f"--why {why!r} is no reason.", f"Write one of {', '.join(sorted(holds | causes))}.")
    return MailFilter(
        status=MailStatus(status),
        customer=customer,
        map=map_id,
        template=template,
        why=HoldReason(why) if why in holds else None,
        cause=FailureCause(why) if why in causes else None,
    )


async def _list(opened: OpenIntake, typed: Typed) -> None:
    lines = await mail_lines(opened.intake.context, typed.filter, local_timezone(), MOST)
    if typed.as_json:
        for line in lines:
            print_json(line.to_json())
        return
    now = opened.intake.context.now()
    for line in lines:
        print_line(line, now)
    if not lines:
        say(f"No mail is {typed.filter.status} here.")
    elif typed.filter.status is MailStatus.HELD:
        say(f"{count_of(len(lines), 'message')}. Next: `milepost mail show CUSTOMER MESSAGE`, `{_EXAMPLE}`.")
    elif typed.filter.status is MailStatus.RELEASED:
        say(f"{count_of(len(lines), 'message')}, released by name. `milepost mail hold` holds what hasn't left again.")
    elif typed.filter.status is MailStatus.FAILED:
        await _by_cause(opened)
    if typed.filter.status is MailStatus.HELD:
        await _say_released(opened, typed.filter)
    await _say_switches(opened)


async def _say_released(opened: OpenIntake, wanted: MailFilter) -> None:
    """Says what else waits: what people have let go, and what goes by itself."""
    async with opened.intake.context.store.reading() as session:
        released = await held_mail.count(session, replace(wanted.held, released=True))
    if released:
        says = "was released and waits to go" if released == 1 else "were released and wait to go"
        say(f"{count_of(released, 'message')} {says}: `milepost mail --status released`.")


async def _by_cause(opened: OpenIntake) -> None:
    async with opened.intake.context.store.reading() as session:
        causes = await messages.count_by_cause(session)
    table("By cause", ["Why", "Count", ""], [(why, count, CAUSES[FailureCause(why)]) for why, count in causes.items()])
    say("Mend the cause, then `milepost mail retry CUSTOMER MESSAGE`.")


async def _say_switches(opened: OpenIntake) -> None:
    async with opened.intake.context.store.reading() as session:
        turns = await mail_switches.current(session)
    for each in turns:
        say(_switch_text(each))


async def _switches(opened: OpenIntake, *, as_json: bool) -> None:
    """Prints who held and freed what, the latest first."""
    async with opened.intake.context.store.reading() as session:
        turns = await mail_switches.history(session)
    if as_json:
        for each in turns:
            print_json(_turn_data(each) | {"at": instant_text(each.at), "current": each.current})
        return
    if not turns:
        say("Nobody has held or freed mail: it goes by itself.")
        return
    headings = ("When", "What", "By", "Why", "Counts")
    rows = [
        (
            local_time(each.at),
            _position(each),
            each.by and colleague_name(each.by),
            each.why,
            "yes" if each.current else "no",
        )
        for each in turns
    ]
    table("Who held and freed mail", headings, rows)


def _position(turn: Turn) -> str:
    first = f", the first {turn.switch.first} of each text" if turn.switch.first else ""
    return f"{_of(turn.scope)} {'held' if turn.switch.is_held else 'free'}{first}"


def _switch_text(turn: Turn) -> str:
    position = "is held" if turn.switch.is_held else "goes by itself"
    first = f", the first {turn.switch.first} of each text" if turn.switch.first else ""
    by = f" by {colleague_name(turn.by)}" if turn.by else ""
    why = f": {turn.why}" if turn.why else ""
    return f"{_of(turn.scope)} {position}{first}, since {local_time(turn.at)}{by}{why}."


def _of(scope: Scope) -> str:
    if scope.customer is not None:
        return f"Mail to {scope.customer}"
    return "All mail" if scope.map is None else f"Mail of the map {scope.map}"


async def _turn(opened: OpenIntake, position: MailSwitch, typed: Typed) -> None:
    wanted = typed.filter
    if wanted.customer is not None and wanted.map is not None:
        raise CommandError("Mail of a map to one customer can't be held by itself.", "Give --customer or --map.")
    if typed.first is not None and position is MailSwitch.FREE:
        raise CommandError("--first is for `milepost mail hold`.", "Leave it out.")
    scope = Scope(wanted.customer, wanted.map)
    turned = await mail_hold.turn(
        opened.intake.context, scope, Switch(position, typed.first), by=typed.by, why=typed.why
    )
    if typed.as_json:
        print_json(_turn_data(turned.turn) | {"waiting": turned.waiting, "held_again": turned.held_again})
        return
    say(_switch_text(turned.turn))
    if position is MailSwitch.HELD:
        _say_held_again(turned.held_again, typed.first)
        say("Next: `milepost mail` lists what waits.")
    elif turned.waiting:
        say(f"{count_of(turned.waiting, 'message')} that waited will go, in the contacts' hours.")
    if opened.away is not None:
        aside(f"Journeys hear of it {opened.later}")


def _say_held_again(count: int, first: int | None) -> None:
    """Says what becomes of mail that was let go before, by name or with all."""
    free = ", unless people have released enough of its text" if first else ""
    if count:
        what = "was let go and hasn't left waits" if count == 1 else "were let go and haven't left wait"
        say(f"{count_of(count, 'message')} that {what} for a release{free}.")
    else:
        say(f"What was let go and hasn't left waits for a release{free}.")
    say("Mail that is on its way comes back, unless the mail server has it by then.")


def _turn_data(turn: Turn) -> dict[str, Any]:
    return {
        "customer": turn.scope.customer,
        "map": turn.scope.map,
        "mail": str(turn.switch.mail),
        "first": turn.switch.first,
        "by": turn.by,
        "why": turn.why,
    }


async def _order(opened: OpenIntake, action: MailAction, typed: Typed) -> None:
    context = opened.intake.context
    keys = await _keys(opened, action, typed)
    if typed.as_json or keys:
        given = MailOrder(action, typed.by, typed.why, source="cli")
        results = await mail_orders.order(context, given, keys)
    else:
        say("There is nothing that the filters leave.")
        return
    refused = _print_results(action, results, context.now(), as_json=typed.as_json)
    if opened.away is not None and len(refused) < len(results):
        aside(f"They go {opened.later}")
    if len(refused) == len(results) and results:
        raise typer.Exit(1)


async def _keys(opened: OpenIntake, action: MailAction, typed: Typed) -> list[tuple[str, str]]:
    if typed.customer and typed.message and not typed.all:
        return [(typed.customer, await message_named(opened, typed.customer, typed.message))]
    if not typed.all or typed.customer:
        hint = f"Write `milepost mail {action} CUSTOMER MESSAGE`, or --all for everything that the filters leave."
        raise CommandError("Which message is meant is missing.", hint)
    if action is MailAction.RETRY:
        wanted = MailFilter(
            MailStatus.FAILED, typed.filter.customer, typed.filter.map, typed.filter.template, cause=typed.filter.cause
        )
        failed = await mail_lines(opened.intake.context, wanted, local_timezone(), MOST)
        return [(line.customer, line.message) for line in failed]
    held = typed.filter.held
    if action is not MailAction.CANCEL and held.why is None:
        held = MailFilter(why=HoldReason.RELEASE, customer=held.customer, map=held.map, template=held.template).held
    async with opened.intake.context.store.reading() as session:
        return await held_mail.keys(session, held, MOST)


def _print_results(
    action: MailAction, results: Sequence[MailResult], now: Instant, *, as_json: bool
) -> list[MailResult]:
    """Prints what became of an order; returns what was refused."""
    refused = [each for each in results if isinstance(each.outcome, RefusedError)]
    for each in results:
        error = each.outcome if isinstance(each.outcome, RefusedError) else None
        if as_json:
            data = {"customer": each.customer, "message": each.message, "done": error is None}
            data |= {"goes_at": instant_text(each.departure.at)} if each.departure else {}
            print_json(data | ({"why": error.message, "hint": error.hint} if error else {}))
        elif error is not None:
            aside(f"{error.message}{f' {error.hint}' if error.hint else ''}")
    done = len(results) - len(refused)
    leaving = [each for each in results if each.departure is not None]
    for each in leaving[: 0 if as_json else _DEPARTURES]:
        assert each.departure is not None
        say(f"{each.customer}  {each.message}  {each.departure.sentence(now)}")
    if not as_json and done:
        say(f"{count_of(done, 'message')} {_DONE[action]}; `milepost mail` shows what still waits.")
    if not as_json and done and action is MailAction.RELEASE:
        say("Until it has left, `milepost mail hold` holds it again, and `milepost undo CUSTOMER` undoes the release.")
    return refused
