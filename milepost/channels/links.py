"""Signed links to a customer's plan: they open one customer's plan, for one contact, and expire."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from itsdangerous import BadData, URLSafeSerializer

MIN_SECRET = 16
MAX_TOKEN = 1000
_SALT = "milepost.plan.1"
_DAY = 86_400


class LinkForgedError(Exception):
    """The link was not made by us, or was changed."""


class LinkExpiredError(Exception):
    """The link was ours, but its time is over; `link` says whose it was, so that a new one can be sent."""

    def __init__(self, link: PlanLink) -> None:
        """Say whose link it was."""
        super().__init__(f"the link expired at {link.expires_at:%Y-%m-%d %H:%M} UTC")
        self.link = link


@dataclass(frozen=True, slots=True)
class PlanLink:
    """What a link opens. `contact` is no address but a mark of one, to be compared with `LinkSigner.whose`."""

    journey: str
    customer: str
    contact: str
    expires_at: datetime


class LinkSigner:
    """Makes and reads links. A token holds ids and a keyed mark of the contact, nothing personal."""

    def __init__(self, secret: str, base_url: str, *, max_age_days: int = 90) -> None:
        """`base_url` is where the web application is reached, such as `https://plans.example.com`.

        Raises:
            ValueError: the secret is too short to protect anything, or the address is not http(s).
        """
        if len(secret) < MIN_SECRET:
            raise ValueError(f"The secret for links has {len(secret)} characters; give it at least {MIN_SECRET}")
        if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).netloc:
            raise ValueError(f"The base address {base_url!r} does not begin with http(s):// and a host")
        self._base_url, self._max_age_days = base_url.rstrip("/"), max_age_days
        self._contact_key = hashlib.sha256(f"{_SALT}.contact\n{secret}".encode()).digest()
        self._serializer = URLSafeSerializer(
            secret,
            salt=_SALT,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def plan_url(self, journey_id: str, customer_id: str, contact_email: str, *, now: datetime) -> str:
        """The address of the customer's plan for this contact; valid `max_age_days` from the day of `now` (UTC)."""
        return f"{self._base_url}/plan/{self.token(journey_id, customer_id, contact_email, now=now)}"

    def verify_url(
        self, journey_id: str, customer_id: str, contact_email: str, outcome: str, *, now: datetime,
    ) -> str:  # fmt: skip
        """The address of the question whether the outcome is there, on the same plan."""
        plan = self.plan_url(journey_id, customer_id, contact_email, now=now)
        return f"{plan}/outcomes/{quote(outcome, safe='')}"

    def token(self, journey_id: str, customer_id: str, contact_email: str, *, now: datetime) -> str:
        """The signed part of the address; all of a day's are the same, so a message sent twice reads the same."""
        expires = int(now.timestamp()) // _DAY + self._max_age_days + 1
        mark = self._mark(journey_id, contact_email)
        return str(self._serializer.dumps([journey_id, customer_id, mark, expires]))

    def read(self, token: str, *, now: datetime) -> PlanLink:
        """What a token opens.

        Raises:
            LinkForgedError: it is not ours, or was changed.
            LinkExpiredError: its time is over.
        """
        link = self._unpack(token)
        if now >= link.expires_at:
            raise LinkExpiredError(link)
        return link

    def whose(self, link: PlanLink, contact_emails: Iterable[str]) -> str | None:
        """The address, of these, that the link was made for; None where that contact is gone."""
        for email in contact_emails:
            if hmac.compare_digest(self._mark(link.journey, email), link.contact):
                return email
        return None

    def _unpack(self, token: str) -> PlanLink:
        if len(token) > MAX_TOKEN:
            raise LinkForgedError("the link is longer than any of ours")
        try:
            journey, customer, mark, expires = self._serializer.loads(token)
            return PlanLink(journey, customer, mark, datetime.fromtimestamp(expires * _DAY, UTC))
        except (BadData, ValueError, TypeError, OverflowError) as error:
            raise LinkForgedError("the link was not made by us, or was changed") from error

    def _mark(self, journey_id: str, contact_email: str) -> str:
        named = f"{journey_id}\n{contact_email.strip().casefold()}".encode()
        return hmac.digest(self._contact_key, named, "sha256").hex()[:20]
