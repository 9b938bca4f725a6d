"""Signed links: to a customer's plan, for one contact, which expire; and to a contact's preferences, which don't."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from itsdangerous import BadData, URLSafeSerializer

from milepost.customer import Mail, address_key
from milepost.errors import MilepostError

MIN_SECRET = 16
MAX_TOKEN = 1000
_SALT = "milepost.plan.1"
_PREFERENCES_SALT = "milepost.preferences.1"
_DAY = 86_400


class LinkForgedError(MilepostError):
    """The link wasn't made by this installation, or was changed."""

    code = "link_forged"


class LinkExpiredError(MilepostError):
    """The link has expired; `link` says whose it was, so that a new one can be sent."""

    code = "link_expired"

    def __init__(self, link: PlanLink) -> None:
        self.link = link
        super().__init__(f"The link expired at {link.expires_at:%Y-%m-%d %H:%M} UTC.")


@dataclass(frozen=True, slots=True)
class PlanLink:
    """The plan that a link opens. `contact` is a keyed mark of an address; `LinkSigner.whose` finds the address."""

    journey: str
    customer: str
    contact: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PreferencesLink:
    """Whose preferences a link opens: `contact` is a keyed mark, as in a `PlanLink`, of somebody the journey wrote to.

    `stops` is what is left after one click: `essential`, or `none` where the mail itself is one that `essential` lets
    through.
    """

    journey: str
    contact: str
    stops: Mail


class LinkSigner:
    """Signs and reads links. A token holds ids and a keyed mark of the contact, nothing personal."""

    def __init__(self, secret: str, base_url: str, *, max_age_days: int = 90) -> None:
        """`base_url` is the address of the web application, such as `https://plans.example.com`.

        Raises:
            ValueError: the secret is too short to protect anything, or the address is not http(s).
        """
        if len(secret) < MIN_SECRET:
            raise ValueError(f"The secret for links has {len(secret)} characters; give it at least {MIN_SECRET}")
        if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).netloc:
            raise ValueError(f"The base address {base_url!r} doesn't begin with http(s):// and a host")
        self._base_url, self._max_age_days = base_url.rstrip("/"), max_age_days
        self._contact_key = hashlib.sha256(f"{_SALT}.contact\n{secret}".encode()).digest()
        self._serializer, self._preferences = (_serializer(secret, salt) for salt in (_SALT, _PREFERENCES_SALT))

    def plan_url(self, journey_id: str, customer_id: str, contact_email: str, *, now: datetime) -> str:
        """Returns the address of the customer's plan for this contact, valid `max_age_days` from the day of `now`."""
        return f"{self._base_url}/plan/{self.token(journey_id, customer_id, contact_email, now=now)}"

    def verify_url(
        self, journey_id: str, customer_id: str, contact_email: str, outcome: str, *, now: datetime,
    ) -> str:  # fmt: skip
        """Returns the address of the question about an outcome, on the same plan."""
        plan = self.plan_url(journey_id, customer_id, contact_email, now=now)
        return f"{plan}/outcomes/{quote(outcome, safe='')}"

    def token(self, journey_id: str, customer_id: str, contact_email: str, *, now: datetime) -> str:
        """Returns the signed part of the address; the same all day, so that a message sent twice reads the same."""
        expires = int(now.timestamp()) // _DAY + self._max_age_days + 1
        mark = self._mark(journey_id, contact_email)
        return str(self._serializer.dumps([journey_id, customer_id, mark, expires]))

    def preferences_url(self, journey_id: str, contact_email: str) -> str:
        """Returns the address of the page on which a contact chooses which mail to get; it never expires."""
        return f"{self._base_url}/preferences/{self.preferences_token(journey_id, contact_email)}"

    def unsubscribe_url(self, journey_id: str, contact_email: str, stops: Mail) -> str:
        """Returns the address that takes one click in a mail program; it never expires."""
        return f"{self._base_url}/unsubscribe/{self.preferences_token(journey_id, contact_email, stops)}"

    def preferences_token(self, journey_id: str, contact_email: str, stops: Mail = Mail.ESSENTIAL) -> str:
        """Returns the signed part of these addresses, always the same."""
        return str(self._preferences.dumps([journey_id, self._mark(journey_id, contact_email), stops.value]))

    def read_preferences(self, token: str) -> PreferencesLink:
        """Returns what a token opens.

        Raises:
            LinkForgedError: it isn't ours, or was changed.
        """
        if len(token) > MAX_TOKEN:
            raise LinkForgedError("The link is longer than any of ours.")
        try:
            journey, mark, stops = self._preferences.loads(token)
            return PreferencesLink(journey, mark, Mail(stops))
        except (BadData, ValueError, TypeError) as error:
            raise LinkForgedError("The link wasn't made by us, or was changed.") from error

    def read(self, token: str, *, now: datetime) -> PlanLink:
        """Returns what a token opens.

        Raises:
            LinkForgedError: it isn't ours, or was changed.
            LinkExpiredError: it has expired.
        """
        if len(token) > MAX_TOKEN:
            raise LinkForgedError("The link is longer than any of ours.")
        try:
            journey, customer, mark, expires = self._serializer.loads(token)
            link = PlanLink(journey, customer, mark, datetime.fromtimestamp(expires * _DAY, UTC))
        except (BadData, ValueError, TypeError, OverflowError) as error:
            raise LinkForgedError("The link wasn't made by us, or was changed.") from error
        if now >= link.expires_at:
            raise LinkExpiredError(link)
        return link

    def whose(self, link: PlanLink | PreferencesLink, contact_emails: Iterable[str]) -> str | None:
        """Returns the one of these addresses that the link was made for; None if it is gone."""
        for email in contact_emails:
            if hmac.compare_digest(self._mark(link.journey, email), link.contact):
                return email
        return None

    def _mark(self, journey_id: str, contact_email: str) -> str:
        contact = f"{journey_id}\n{address_key(contact_email)}".encode()
        return hmac.digest(self._contact_key, contact, "sha256").hex()[:20]


def _serializer(secret: str, salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        secret, salt=salt, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
    )
