"""Links that sign a colleague in once: made for whoever is one, mailed or printed."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from sqlalchemy.orm import Session

from milepost.actor import actor
from milepost.brand.brand import Brand
from milepost.channels.protocol import Channel, OutgoingMessage
from milepost.customer import address_key
from milepost.explain.people_names import colleague_name
from milepost.intake.context import IntakeContext
from milepost.store import customers, people, sessions
from milepost.store.sessions import LINK_WORKS, Way

PATH = "/sign-in/link/"
_MINUTES = LINK_WORKS // 60


async def make(context: IntakeContext, address: str, way: Way, *, admins: Collection[str] = ()) -> str | None:
    """Makes a link; returns its secret. None for strangers, for who has left, and for who has three that still work.

    Colleagues are those of whom something was told, those on a team, and the `admins`, addresses in lower case.
    """
    return await context.store.write(
        partial(_make, address=address, way=way, admins=admins, now=int(context.wall()), by=actor())
    )


def _make(session: Session, *, address: str, way: Way, admins: Collection[str], now: int, by: str | None) -> str | None:
    key, told = address_key(address), people.find(session, address)
    if told is not None and told.left_at is not None:
        return None
    is_colleague = told is not None or key in admins or customers.is_on_a_team(session, key)
    return sessions.make_link(session, key, way, now, by) if is_colleague else None


def url_of(secret: str, links_begin_with: str) -> str:
    """Returns the address that a colleague opens."""
    return f"{links_begin_with}{PATH}{secret}"


async def mail_one(
    context: IntakeContext, channel: Channel, address: str, links_begin_with: str, *, admins: Collection[str]
) -> bool:
    """Mails a colleague a link; returns whether one was made, as `make` does.

    It goes to the address that is known and never to what was typed: letters that are compared alike name other hosts.

    Raises:
        DeliveryError: the channel didn't take the mail.
    """
    secret = await make(context, address, Way.MAIL, admins=admins)
    if secret is None:
        return False
    await channel.deliver(_mail(address_key(address), url_of(secret, links_begin_with), secret, context.brand))
    return True


def _mail(address: str, url: str, secret: str, brand: Brand) -> OutgoingMessage:
    """Returns the mail with the link to its colleague. It must not be stored: the link in it works."""
    sender = brand.name or "Milepost"
    lines = (
        "Hello,",
        f"open this link to sign in to Milepost as {address}:",
        url,
        f"It works once, for {_MINUTES} minutes. If you didn't ask for it, do nothing: without it nobody gets in.",
    )
    return OutgoingMessage(
        journey="sign-in",
        message=secret,
        customer="",
        to_name=colleague_name(address),
        to_address=address,
        subject=f"Sign in to Milepost ({sender})" if brand.name else "Sign in to Milepost",
        text="\n\n".join(lines) + "\n",
        from_name=sender,
    )
