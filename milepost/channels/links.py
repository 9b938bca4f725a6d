"""Addresses for customers: of a plan, signed over the row of a link; of somebody's preferences, which never expire.

A message is written with addresses that open nothing (`MessageLinks`); only what leaves is signed (`LinkSigner`), so
that nothing that is stored opens anything.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from itsdangerous import BadData, BadSignature, Signer, URLSafeSerializer

from milepost.customer import Mail, address_key
from milepost.errors import MilepostError

MIN_SECRET = 16
MAX_TOKEN = 1000
_SALT = "milepost.plan.1"
_LINK_SALT = "milepost.link.1"
_PREFERENCES_SALT = "milepost.preferences.1"
_DAY = 86_400


class LinkForgedError(MilepostError):
    """The link wasn't made by this installation, or was changed."""

    code = "link_forged"


@dataclass(frozen=True, slots=True)
class EarlierLink:
    """A plan's link of the form before 0.1, which has no row; it is read for one release.

    `contact` is a keyed mark of an address; `LinkSigner.whose` finds the address.
    """

    journey: str
    contact: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PreferencesLink:
    """Whose preferences a link opens: `contact` is a keyed mark of somebody the journey wrote to.

    `stops` is what is left after one click: `essential`, or `none` where the mail itself is one that `essential` lets
    through.
    """

    journey: str
    contact: str
    stops: Mail


@dataclass(frozen=True, slots=True)
class MessageLinks:
    """The addresses in a message as it is written and stored: `mark` stands where the signed part comes at sending.

    The mark is the id of the link's row; without its signature it opens nothing.
    """

    base_url: str
    mark: str

    @property
    def plan_url(self) -> str:
        """The address of the customer's plan for the recipient."""
        return f"{self.base_url}/plan/{self.mark}"

    @property
    def agreement_url(self) -> str:
        """The address of what was agreed, on the same plan."""
        return f"{self.plan_url}/agreement"

    @property
    def preferences_url(self) -> str:
        """The address of the page on which the recipient chooses which mail to get."""
        return f"{self.base_url}/preferences/{self.mark}"

    def verify_url(self, outcome: str) -> str:
        """Returns the address of the question about an outcome, on the same plan."""
        return f"{self.plan_url}/outcomes/{quote(outcome, safe='')}"


class LinkSigner:
    """Signs and reads links. What it signs is an id, or ids and a keyed mark of the contact: nothing personal."""

    def __init__(self, secret: str, base_url: str) -> None:
        """`base_url` is the address of the web application, such as `https://plans.example.com`.

        Raises:
            ValueError: the secret is too short to protect anything, or the address is not http(s).
        """
        if len(secret) < MIN_SECRET:
            raise ValueError(f"The secret for links has {len(secret)} characters; give it at least {MIN_SECRET}")
        if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).netloc:
            raise ValueError(f"The base address {base_url!r} doesn't begin with http(s):// and a host")
        self.base_url = base_url.rstrip("/")
        self._contact_key = hashlib.sha256(f"{_SALT}.contact\n{secret}".encode()).digest()
        self._earlier, self._preferences = (_serializer(secret, salt) for salt in (_SALT, _PREFERENCES_SALT))
        self._links = Signer(secret, salt=_LINK_SALT, key_derivation="hmac", digest_method=hashlib.sha256)

    def token(self, link: str) -> str:
        """Returns the part of an address that opens what the link of this id is for."""
        return self._links.sign(link).decode()

    def plan_url(self, link: str) -> str:
        """Returns the address of the plan that the link of this id opens."""
        return f"{self.base_url}/plan/{self.token(link)}"

    def proof_url(self, link: str) -> str:
        """Returns the address of the results that the link of this id opens."""
        return f"{self.base_url}/proof/{self.token(link)}"

    def wall_url(self, link: str) -> str:
        """Returns the address of the map on the wall that the link of this id opens."""
        return f"{self.base_url}/wall/{self.token(link)}"

    def calendar_url(self, link: str) -> str:
        """Returns the address of the colleague's calendar that the link of this id opens."""
        return f"{self.base_url}/calendar/{self.token(link)}"

    def read(self, token: str) -> str:
        """Returns the id of the link that a token is of; whether it may still be used, its row says.

        Raises:
            LinkForgedError: it isn't ours, or was changed.
        """
        if len(token) > MAX_TOKEN:
            raise LinkForgedError("The link is longer than any of ours.")
        try:
            return self._links.unsign(token).decode()
        except (BadSignature, ValueError) as error:
            raise LinkForgedError("The link wasn't made by us, or was changed.") from error

    def preferences_url(self, journey_id: str, contact_email: str) -> str:
        """Returns the address of the page on which a contact chooses which mail to get; it never expires."""
        return f"{self.base_url}/preferences/{self.preferences_token(journey_id, contact_email)}"

    def unsubscribe_url(self, journey_id: str, contact_email: str, stops: Mail) -> str:
        """Returns the address that takes one click in a mail program; it never expires."""
        return f"{self.base_url}/unsubscribe/{self.preferences_token(journey_id, contact_email, stops)}"

    def preferences_token(self, journey_id: str, contact_email: str, stops: Mail = Mail.ESSENTIAL) -> str:
        """Returns the signed part of these addresses, always the same."""
        return str(self._preferences.dumps([journey_id, self.mark(journey_id, contact_email), stops.value]))

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

    def read_earlier(self, token: str) -> EarlierLink:
        """Returns what a token of the form before opens.

        Raises:
            LinkForgedError: it isn't ours, or was changed.
        """
        if len(token) > MAX_TOKEN:
            raise LinkForgedError("The link is longer than any of ours.")
        try:
            journey, _, mark, expires = self._earlier.loads(token)
            return EarlierLink(journey, mark, datetime.fromtimestamp(expires * _DAY, UTC))
        except (BadData, ValueError, TypeError, OverflowError) as error:
            raise LinkForgedError("The link wasn't made by us, or was changed.") from error

    def whose(self, link: EarlierLink | PreferencesLink, contact_emails: Iterable[str]) -> str | None:
        """Returns the one of these addresses that the link was made for; None if it is gone."""
        for email in contact_emails:
            if hmac.compare_digest(self.mark(link.journey, email), link.contact):
                return email
        return None

    def mark(self, journey_id: str, contact_email: str) -> str:
        """Returns what stands for a contact in an address: keyed, so that nobody learns the mail address from it."""
        contact = f"{journey_id}\n{address_key(contact_email)}".encode()
        return hmac.digest(self._contact_key, contact, "sha256").hex()[:20]


def _serializer(secret: str, salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        secret, salt=salt, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
    )
