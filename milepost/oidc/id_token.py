"""Checks the token in which the provider says who has signed in."""

from __future__ import annotations

from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from milepost.oidc.discovery import Document
from milepost.oidc.errors import ClocksDifferError, UntrueAnswerError

LEEWAY = 120
"""The clock of the provider may be wrong by as many seconds."""
_OF_TIME = ("exp", "iat", "nbf")


def verified(
    token: Any,
    *,
    keys: Any,
    document: Document,
    client_id: str,
    nonce: str,
    access_token: str | None,
    provider: str,
    now: int,
) -> dict[str, Any]:
    """Returns the claims of a token that the provider has signed for us and for this sign-in; `now` is of the wall.

    Raises:
        UntrueAnswerError: it isn't that.
        ClocksDifferError: it is over, or of the future.
    """
    try:
        registry = JWSRegistry(algorithms=list(document.algorithms), strict_check_header=False)
        decoded = jwt.decode(str(token), KeySet.import_key_set(keys), registry=registry)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": document.issuer},
                "aud": {"essential": True, "value": client_id},
                "sub": {"essential": True},
            },
            {"nonce": nonce, "client_id": client_id, "access_token": access_token},
        )
        claims.validate(now=now, leeway=LEEWAY)
    except ClaimError as error:
        if isinstance(error, ExpiredTokenError) or error.claim in _OF_TIME:
            raise ClocksDifferError(provider, f"claim {error.claim}") from error
        raise UntrueAnswerError(provider, f"the claim {error.claim} is wrong") from error
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise UntrueAnswerError(provider, f"its signature isn't right ({type(error).__name__})") from error
    return dict(claims)
