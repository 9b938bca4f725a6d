"""Holds mail until a person releases it, and lets it go again: all of it, that of a map, or that of a customer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from milepost.actor import actor
from milepost.audit_kinds import Kind
from milepost.intake import queued_mail
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.errors import UnknownMapError
from milepost.planner.enums import HoldReason, MailSwitch
from milepost.store import audit, held_mail, mail_switches, maps
from milepost.store.audit import Entry
from milepost.store.held_mail import HeldFilter
from milepost.store.mail_switches import Scope, Switch, Turn

_TOLD_AT_ONCE = 500
"""Journeys that are told at once when mail is held or freed; the sweeper and deliveries see to the others."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What turning a switch did: `waiting` messages waited for a release in its scope just before.

    Of those that had been let go, by name or with all, `held_again` wait for a person.
    """

    turn: Turn
    waiting: int
    held_again: int = 0


async def turn(
    context: IntakeContext, scope: Scope, switch: Switch, *, by: str | None = None, why: str | None = None
) -> Turned:
    """Turns the switch of a scope.

    Raises:
        UnknownCustomerError: there is no such customer.
        UnknownMapError: no such map is published.
    """
    waits = HeldFilter(scope.customer, scope.map, why=HoldReason.RELEASE)
    concerned = HeldFilter(scope.customer, scope.map, let_go=True) if switch.is_held else waits
    async with context.store.reading() as session:
        if scope.customer is not None:
            await customer_of(session, scope.customer)
        if scope.map is not None:
            known = [row.map for row in await maps.current(session)]
            if scope.map not in known:
                raise UnknownMapError(scope.map, known)
        waiting = await held_mail.count(session, waits)
        count = await held_mail.count(session, concerned)
        told = await held_mail.keys(session, concerned, _TOLD_AT_ONCE)
        journeys = await held_mail.find(session, told) if told else {}
    new = Turn(scope, switch, context.now(), by, why)
    await context.store.write(partial(_turn, new=new, said=_said(context, new)))
    for journey in sorted({row.id for _, row in journeys.values()}):
        await context.journey_client.nudge(journey)
    if not switch.is_held:
        return Turned(new, waiting)
    taken_back = await queued_mail.hold_back(context, mail_switches.journeys_of(scope), _TOLD_AT_ONCE)
    return Turned(new, waiting, count + taken_back)


def _turn(session: Session, *, new: Turn, said: Entry) -> None:
    mail_switches.turn(session, new)
    if new.scope.customer is None:  # that of a customer goes when the customer is forgotten
        audit.record(session, said)


def _said(context: IntakeContext, new: Turn) -> Entry:
    details = {"mail": new.switch.mail, "first": new.switch.first}
    return Entry(int(context.wall()), new.by or actor(), Kind.MAIL_SWITCHED, new.scope.map, new.why, details)


async def hold_again(context: IntakeContext, *, by: str | None = None, why: str | None = None) -> int:
    """Turns all switches once more that hold mail, so that what was released and hasn't left waits again.

    Returns how many messages do.
    """
    async with context.store.reading() as session:
        holding = [each for each in await mail_switches.current(session) if each.switch.is_held]
    turned = [await turn(context, each.scope, each.switch, by=by, why=why) for each in holding]
    return sum(each.held_again for each in turned)


async def hold_all(context: IntakeContext, first: int | None) -> None:
    """Holds everybody's mail, or the `first` messages of each text, unless that is so already."""
    switch = Switch(MailSwitch.HELD, first)
    async with context.store.reading() as session:
        counting = {each.scope: each.switch for each in await mail_switches.current(session)}
    if counting.get(Scope()) != switch:
        await turn(context, Scope(), switch, why="milepost up --hold-mail")
