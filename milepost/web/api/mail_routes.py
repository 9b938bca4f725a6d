"""The addresses under `/api/v1/mail`: what waits and what failed, and what to do with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from milepost import limits
from milepost.intake import mail as mail_orders
from milepost.intake import mail_hold
from milepost.intake.mail import MailAction, MailOrder
from milepost.intake.mail_list import MailFilter, MailStatus, mail_page
from milepost.planner.enums import HoldReason, MailSwitch
from milepost.planner.fact_errors import RefusedError
from milepost.planner.instants import text
from milepost.store import mail_switches
from milepost.store.keyset import Cursor
from milepost.store.mail_switches import Scope, Switch, Turn
from milepost.store.messages import FailureCause
from milepost.web.api.keys import KeyUsed
from milepost.web.api.routes import CursorText, Limit, api_router
from milepost.web.api.shapes import (
    CustomerId,
    ErrorDetail,
    Filter,
    PageShown,
    RequestModel,
    Shown,
    Text,
)
from milepost.web.problems import ProblemError
from milepost.web.services import Served

router = api_router()


class TogetherShown(Shown):
    """Another message that goes as one mail with a message."""

    message: str
    about: str


class MailShown(Shown):
    """A message. `at` is when it was first held or due out; `because` says what keeps it back or made it fail.

    One that is `released` still waits, for its reader's hours or for something else, and goes by itself.
    """

    customer: str
    customer_name: str
    journey: str
    message: str
    about: str
    reason: str
    template: str
    status: MailStatus
    at: str
    to: str | None
    to_name: str | None = Field(description="the name of the contact who gets it, while it waits")
    timezone: str | None = Field(description="that of its reader, where `goes_at` is known")
    until: str | None
    goes_at: str | None = Field(
        description="the earliest at which one that waits goes; one that waits for a release, if it is released now"
    )
    why: str | None
    because: str | None
    outdated: bool
    subject: str | None
    attempts: int
    sent_at: str | None
    together: tuple[TogetherShown, ...] = Field(
        description="the other messages that wait for the same as this one and will be one mail with it"
    )


class SwitchShown(Shown):
    """A turn of a switch: of a customer's mail, a map's, or with neither of all."""

    customer: str | None
    map: str | None
    mail: MailSwitch
    first: int | None = Field(description="so many messages of each text are held; null: all")
    at: str
    by: str | None
    why: str | None

    @classmethod
    def of_turn(cls, turn: Turn) -> SwitchShown:
        scope, switch = turn.scope, turn.switch
        return cls(
            customer=scope.customer,
            map=scope.map,
            mail=switch.mail,
            first=switch.first,
            at=text(turn.at),
            by=turn.by,
            why=turn.why,
        )


class TurnShown(SwitchShown):
    current: bool = Field(description="false once a later or a wider switch counts")


class SwitchedShown(SwitchShown):
    held_again: int = Field(description="messages that had been let go and hadn't left: they wait for a release")


class SwitchList(Shown):
    switches: tuple[TurnShown, ...]


class MailList(PageShown):
    mail: tuple[MailShown, ...]
    switches: tuple[SwitchShown, ...] = Field(description="those that count; none: all mail goes by itself")


class MessageNamed(RequestModel):
    customer: CustomerId
    message: Annotated[str, Field(min_length=1, max_length=limits.NAME)]


class OrderRequest(RequestModel):
    """What to do with messages: `release`, `send-now`, `cancel` or `retry`."""

    action: MailAction
    messages: Annotated[tuple[MessageNamed, ...], Field(min_length=1, max_length=1000)]
    by: Annotated[str, Field(min_length=1, max_length=limits.ADDRESS)] | None = Field(
        None, description="by default the key"
    )
    reason: Text | None = None
    id: Annotated[str, Field(min_length=1, max_length=limits.NAME)] | None = Field(
        None, description="sent again with the same id, it counts once"
    )


class OrderedShown(Shown):
    """What became of an order for one message; `error` says why nothing was done."""

    customer: str
    message: str
    done: bool
    error: ErrorDetail | None
    goes_at: str | None = Field(
        description="the earliest at which a released message goes, in its reader's hours; the limit of mails to a "
        "person may delay it further"
    )


class OrdersShown(Shown):
    messages: tuple[OrderedShown, ...]


class SwitchRequest(RequestModel):
    """Hold or free the mail of a customer, of a map, or, with neither, all."""

    mail: MailSwitch
    customer: CustomerId | None = None
    map: Annotated[str, Field(min_length=1, max_length=limits.NAME)] | None = None
    first: Annotated[int, Field(ge=1, le=1000)] | None = None
    by: Annotated[str, Field(min_length=1, max_length=limits.ADDRESS)] | None = Field(
        None, description="by default the key"
    )
    reason: Text | None = None


@router.get("/mail", summary="List mail", tags=["mail"])
async def list_mail(
    served: Served,
    *,
    status: MailStatus = MailStatus.HELD,
    customer: Filter = None,
    map: Filter = None,  # noqa: A002 - the field's word
    template: Filter = None,
    why: Annotated[HoldReason | FailureCause | None, Query(description="why it waits, or failed")] = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> MailList:
    """Messages that wait, the one that waits longest first; or those that are queued, sent or failed, latest first."""
    cause = why if isinstance(why, FailureCause) else None
    wanted = MailFilter(status, customer, map, template, why if isinstance(why, HoldReason) else None, cause)
    place = Cursor.read(cursor) if cursor else None
    page = await mail_page(served.intake.context, wanted, await served.zone(), cursor=place, limit=limit)
    async with served.store.reading() as session:
        turns = await mail_switches.current(session)
    return MailList(
        mail=tuple(MailShown.model_validate(each.to_json()) for each in page.lines),
        switches=tuple(SwitchShown.of_turn(each) for each in turns),
        next=None if page.next is None else str(page.next),
    )


@router.get("/mail/switches", summary="List who held and freed mail", tags=["mail"])
async def list_switches(served: Served, limit: Limit = 100) -> SwitchList:
    """The latest turns of all switches that hold mail or let it go, the latest first; `current` ones count."""
    async with served.store.reading() as session:
        turns = await mail_switches.history(session, limit)
    return SwitchList(
        switches=tuple(TurnShown(**SwitchShown.of_turn(each).model_dump(), current=each.current) for each in turns)
    )


@router.post("/mail", summary="Release, send, cancel or retry mail", tags=["mail"])
async def order_mail(served: Served, request: OrderRequest, key: KeyUsed) -> OrdersShown:
    """Do something with up to 1,000 messages. Each is answered for itself: done, or why not.

    Released mail goes in the contact's hours and within the limit; `send-now` doesn't wait for them. A failed message
    that is retried is written anew and goes to whoever gets the step's mail now.
    """
    given = MailOrder(request.action, request.by or key.teller, request.reason, request.id, source="api")
    keys = [(each.customer, each.message) for each in request.messages]
    results = await mail_orders.order(served.intake.context, given, keys)
    shown = []
    for each in results:
        refused = each.outcome if isinstance(each.outcome, RefusedError) else None
        error = ErrorDetail(code=refused.code, message=refused.message, hint=refused.hint) if refused else None
        goes_at = text(each.departure.at) if each.departure else None
        about = {"customer": each.customer, "message": each.message, "done": error is None}
        shown.append(OrderedShown(**about, error=error, goes_at=goes_at))
    return OrdersShown(messages=tuple(shown))


@router.post("/mail/switch", summary="Hold or free mail", tags=["mail"])
async def switch_mail(served: Served, request: SwitchRequest, key: KeyUsed) -> SwitchedShown:
    """Hold mail until people release it, or let it go by itself again; the narrowest switch counts.

    A hold takes back what was let go before, as long as it hasn't left.
    """
    if request.customer is not None and request.map is not None:
        message = "Mail of a map to one customer can't be held by itself."
        raise ProblemError(422, "invalid", message, "Send 'customer' or 'map'.")
    first = request.first if request.mail is MailSwitch.HELD else None
    scope = Scope(request.customer, request.map)
    context, switch = served.intake.context, Switch(request.mail, first)
    turned = await mail_hold.turn(context, scope, switch, by=request.by or key.teller, why=request.reason)
    return SwitchedShown(**SwitchShown.of_turn(turned.turn).model_dump(), held_again=turned.held_again)
