"""The settings of signing in by OpenID Connect, which `milepost.settings` takes in."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from milepost.roles import Role
from milepost.text import listing

_FOR_EVERYBODY = ("accounts.google.com", "appleid.apple.com", "gitlab.com")
"""Hosts of providers at which anybody in the world can have an account."""
_MANY_TENANTS = ("/common", "/organizations", "/consumers")
_PRIVATE_MICROSOFT_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad"


def is_this_machine(host: str) -> bool:
    """Returns whether a host is a name or address of the machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class OidcSettings(BaseSettings):
    """What a provider of identities is asked, and what it is believed."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    oidc_issuer: str | None = None
    """The provider with which colleagues sign in by OpenID Connect: its issuer, such as https://accounts.google.com.
    What it says about itself is read at /.well-known/openid-configuration below that. Unset: nobody signs in so."""
    oidc_client_id: str | None = Field(None, min_length=1)
    """The client id that the provider gave to Milepost. Required with MILEPOST_OIDC_ISSUER."""
    oidc_client_secret: SecretStr | None = Field(None, min_length=1)
    """The client secret that the provider gave to Milepost. Required with MILEPOST_OIDC_ISSUER."""
    oidc_name: str | None = Field(None, min_length=1, max_length=60)
    """What the provider is called on the page to sign in: `Sign in with NAME`. Unset: the host of the issuer."""
    oidc_domains: Annotated[tuple[str, ...], NoDecode] = ()
    """The mail domains whose people may sign in with the provider, separated by commas. Unset: all whom the provider
    knows; required where anybody in the world can have an account, as at Google."""
    oidc_trust_addresses: bool = False
    """Whether a mail address is believed of which the provider doesn't say whether it was verified, as Microsoft Entra
    never does. Only for a provider whose accounts are made by your own company."""
    oidc_role_claim: str | None = Field(None, min_length=1, max_length=200)
    """The claim with the groups that MILEPOST_OIDC_ROLES gives roles: a text or a list of texts. Unset: roles are given
    in Milepost alone."""
    oidc_roles: Annotated[dict[str, Role], NoDecode] = Field(default_factory=dict)
    """The roles of the provider's groups, GROUP=ROLE, separated by commas: `cs-leads=manager,it=admin`. At each time
    that somebody signs in with the provider their role becomes the highest of their groups, or colleague."""
    oidc_scopes: str = Field("openid email profile", pattern=r"^\S+( \S+)*$")
    """What the provider is asked for, separated by spaces. Some need one more for groups."""

    @field_validator("oidc_issuer")
    @classmethod
    def _is_safe(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("write the provider's issuer, such as https://accounts.google.com")
        if parts.scheme == "http" and not is_this_machine(parts.hostname):
            raise ValueError("over http anybody on the way could sign in as anybody; write an https address")
        if parts.hostname == "login.microsoftonline.com" and parts.path.startswith(_MANY_TENANTS):
            raise ValueError("write the id of your tenant: https://login.microsoftonline.com/TENANT/v2.0")
        return value.removesuffix("/.well-known/openid-configuration")

    @field_validator("oidc_domains", mode="before")
    @classmethod
    def _domains(cls, value: Any) -> Any:
        names = [each.strip().lower() for each in value.split(",") if each.strip()] if isinstance(value, str) else value
        if any("@" in each or "." not in each or any(char.isspace() for char in each) for each in names):
            raise ValueError("write domains such as vendor.example, several separated by commas")
        return tuple(names)

    @field_validator("oidc_roles", mode="before")
    @classmethod
    def _by_group(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [pair.rpartition("=") for pair in value.split(",") if pair.strip()]
        if any(not group.strip() or role.strip() not in tuple(Role) for group, _, role in pairs):
            raise ValueError(f"write GROUP=ROLE, several separated by commas; the roles are {listing(tuple(Role))}")
        return {group.strip(): Role(role.strip()) for group, _, role in pairs}

    @field_validator("oidc_scopes")
    @classmethod
    def _has_openid(cls, value: str) -> str:
        if "openid" not in value.split(" "):
            raise ValueError("`openid` has to be among the scopes")
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> OidcSettings:
        if self.oidc_issuer is None:
            fields = {name: each for name, each in type(self).model_fields.items() if name.startswith("oidc_")}
            if any(getattr(self, name) != each.get_default(call_default_factory=True) for name, each in fields.items()):
                raise ValueError("MILEPOST_OIDC_... without MILEPOST_OIDC_ISSUER does nothing; set it, or none of them")
            return self
        if self.oidc_client_id is None or self.oidc_client_secret is None:
            raise ValueError("MILEPOST_OIDC_ISSUER needs MILEPOST_OIDC_CLIENT_ID and MILEPOST_OIDC_CLIENT_SECRET")
        if (self.oidc_role_claim is None) != (not self.oidc_roles):
            raise ValueError("MILEPOST_OIDC_ROLE_CLAIM and MILEPOST_OIDC_ROLES go together; set both or none")
        if _is_for_everybody(self.oidc_issuer):
            if not self.oidc_domains:
                raise ValueError("anybody can have an account at that issuer: MILEPOST_OIDC_DOMAINS says who gets in")
            if self.oidc_trust_addresses:
                raise ValueError(
                    "anybody can have an account at that issuer: MILEPOST_OIDC_TRUST_ADDRESSES can't be set"
                )
        return self

    @property
    def oidc_called(self) -> str:
        """What people know the provider by; empty where there is none."""
        return self.oidc_name or urlsplit(self.oidc_issuer or "").hostname or ""


def _is_for_everybody(issuer: str) -> bool:
    return urlsplit(issuer).hostname in _FOR_EVERYBODY or _PRIVATE_MICROSOFT_ACCOUNTS in issuer
