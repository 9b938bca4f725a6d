"""Links of the form before they had rows, as mails that are out still have them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from itsdangerous import URLSafeSerializer

from milepost.channels.links import LinkSigner

_SALT = "milepost.plan.1"


def earlier_token(secret: str, journey: str, customer: str, email: str, *, now: datetime, days: int = 90) -> str:
    """Returns what such a link has after `/plan/`; it works for so many days after that of `now`."""
    signing = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    serializer = URLSafeSerializer(secret, salt=_SALT, signer_kwargs=signing)
    mark = LinkSigner(secret, "https://plans.example.com").mark(journey, email)
    return str(serializer.dumps([journey, customer, mark, int(now.timestamp()) // 86_400 + days + 1]))
