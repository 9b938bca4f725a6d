"""Who has signed in, by the claims of the provider."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from milepost import limits
from milepost.customer import ADDRESS_PATTERN, address_key
from milepost.oidc.errors import ForeignDomainError, NoAddressError, UnverifiedAddressError
from milepost.oidc_settings import OidcSettings
from milepost.roles import Role
from milepost.text import storable


@dataclass(frozen=True, slots=True)
class Identity:
    """A person whom the provider vouches for: the address in lower case, the name if it tells one.

    `role` is what the provider's groups say; None where the settings don't ask for them.
    """

    address: str
    name: str | None
    role: Role | None


def wanted(settings: OidcSettings) -> set[str]:
    """Returns the claims that a sign-in needs or uses."""
    return {"email", "email_verified", "name"} | ({settings.oidc_role_claim} if settings.oidc_role_claim else set())


def identity_of(claims: Mapping[str, Any], settings: OidcSettings) -> Identity:
    """Reads the claims, which are the provider's own.

    Raises:
        NoAddressError: no address is told, or one that is compared like another one.
        UnverifiedAddressError: it may be somebody else's.
        ForeignDomainError: its domain isn't let in.
    """
    address = claims.get("email")
    if not isinstance(address, str) or not _is_usable(address):
        raise NoAddressError(settings.oidc_called)
    if not _is_verified(claims.get("email_verified"), trusts=settings.oidc_trust_addresses):
        raise UnverifiedAddressError(settings.oidc_called, address)
    key = address_key(address)
    if settings.oidc_domains and key.rpartition("@")[2] not in settings.oidc_domains:
        raise ForeignDomainError(address)
    return Identity(key, _name(claims), _role(claims, settings))


def merged(token: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the claims of the token and those told beside it; only the address that was verified counts as that."""
    is_another = "email" in told and told["email"] != token.get("email")
    return {**{name: value for name, value in token.items() if not (is_another and name == "email_verified")}, **told}


def _is_usable(address: str) -> bool:
    """Tells whether an address is one, and can't be taken for another: some letters are compared like others."""
    is_itself = address_key(address) == address.lower() and storable(address) == address
    return is_itself and bool(re.fullmatch(ADDRESS_PATTERN, address)) and len(address) <= limits.ADDRESS


def _is_verified(claim: Any, *, trusts: bool) -> bool:
    if claim is None:
        return trusts
    return claim is True or (isinstance(claim, str) and claim.lower() == "true")  # some write it as a text


def _name(claims: Mapping[str, Any]) -> str | None:
    parts = [claims.get("given_name"), claims.get("family_name")]
    name = claims.get("name") or " ".join(each for each in parts if isinstance(each, str))
    words = " ".join(storable(name).split()) if isinstance(name, str) else ""
    return words if words and len(words) <= limits.NAME and "@" not in words else None


def _role(claims: Mapping[str, Any], settings: OidcSettings) -> Role | None:
    if settings.oidc_role_claim is None:
        return None
    groups = _claim(claims, settings.oidc_role_claim)
    told = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    roles = [role for group, role in settings.oidc_roles.items() if group in told]
    return max(roles, key=tuple(Role).index, default=Role.COLLEAGUE)


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """Returns a claim by its name or, with points, by its place: `realm_access.roles`."""
    if name in claims:
        return claims[name]
    first, _, rest = name.partition(".")
    inner = claims.get(first)
    return _claim(inner, rest) if rest and isinstance(inner, Mapping) else None
