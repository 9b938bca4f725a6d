"""Checks whether the provider with which colleagues sign in can be asked."""

from __future__ import annotations

from milepost.intake.check import Check, failed, ok
from milepost.oidc.errors import OidcError
from milepost.oidc.provider import provider_of
from milepost.settings import Settings

_NAME = "Sign-in"
_TO_DO = "Look at MILEPOST_OIDC_ISSUER, and at whether this machine reaches it; docs/people.md has examples."


async def check_sign_in(settings: Settings) -> Check:
    """Asks the provider what it says about itself, and for its keys; nobody signs in."""
    provider = provider_of(settings)
    if provider is None:
        return ok(_NAME, "No provider of identities is set; docs/people.md says how people sign in.")
    try:
        await provider.check()
    except OidcError as error:
        return failed(_NAME, error.message, _TO_DO)
    return ok(_NAME, f"{provider.name} answers; people come back to {provider.back}, which it has to know.")
