"""What a provider says about itself, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from milepost.errors import MilepostError
from milepost.oidc_settings import is_this_machine

PATH = "/.well-known/openid-configuration"
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures by a key of which the provider alone has the secret half."""
_REQUIRED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_OPTIONAL = ("userinfo_endpoint", "end_session_endpoint")


class DocumentError(MilepostError):
    """The document can't be used; the message says why, as the end of a sentence."""

    code = "document"


@dataclass(frozen=True, slots=True)
class Document:
    """The addresses of a provider, and how it wants to be spoken to; what is None it doesn't have."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    algorithms: tuple[str, ...]
    client_auth: str


def document_of(data: Mapping[str, Any], issuer: str) -> Document:
    """Reads the document of the issuer that is in the settings.

    Raises:
        DocumentError: it is another's, lacks something, or leads over an unsafe connection.
    """
    theirs = data.get("issuer")
    if not isinstance(theirs, str) or theirs.rstrip("/") != issuer.rstrip("/"):
        raise DocumentError(f"it calls itself {theirs!r} and not {issuer!r}")
    addresses = {name: data.get(name) for name in (*_REQUIRED, *_OPTIONAL)}
    missing = [name for name in _REQUIRED if addresses[name] is None]
    if missing:
        raise DocumentError(f"it says nothing of {', '.join(missing)}")
    for name, address in addresses.items():
        if address is not None and not _is_safe(address, issuer):
            raise DocumentError(f"its {name} isn't an https address")
    offered = _texts(data, "id_token_signing_alg_values_supported", ["RS256"])
    algorithms = tuple(each for each in _ALGORITHMS if each in offered)
    if not algorithms:
        raise DocumentError("it signs with none of the known algorithms")
    methods = _texts(data, "token_endpoint_auth_methods_supported", ["client_secret_basic"])
    # As a form the secret is taken alike everywhere; as HTTP Basic providers disagree on how to escape it.
    client_auth = "client_secret_post" if "client_secret_post" in methods else "client_secret_basic"
    return Document(issuer=theirs, algorithms=algorithms, client_auth=client_auth, **addresses)  # type: ignore[arg-type]


def _is_safe(address: Any, issuer: str) -> bool:
    """Returns whether an address is https; plain http does where the provider is on this machine."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    is_local = urlsplit(issuer).scheme == "http" and is_this_machine(parts.hostname or "")
    return bool(parts.hostname) and parts.scheme in (("http", "https") if is_local else ("https",))


def _texts(data: Mapping[str, Any], name: str, default: list[str]) -> list[Any]:
    value = data.get(name)
    return value if isinstance(value, list) else default
