"""Which tokens are believed. The keys are made here; the provider's own tokens are believed in tests/web."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest
from authlib.oidc.core.util import create_half_hash
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import JWSRegistry

from milepost.oidc.discovery import Document
from milepost.oidc.errors import ClocksDifferError, OidcError, UntrueAnswerError
from milepost.oidc.id_token import LEEWAY, verified

ISSUER, CLIENT, NONCE, NOW = "https://id.vendor.example", "milepost", "n-0S6_WzA2Mj", 1_800_000_000
KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
STRANGE_KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
KEYS = {"keys": [{**KEY.as_dict(private=False), "kid": "1"}]}
CLAIMS: dict[str, Any] = {"iss": ISSUER, "sub": "7", "aud": CLIENT, "nonce": NONCE, "iat": NOW, "exp": NOW + 300}
ALL = JWSRegistry(algorithms=["RS256", "ES256", "HS256", "none"])


def signed(key: Any = KEY, alg: str = "RS256", kid: str | None = "1", **changes: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return jwt.encode({"alg": alg, **({"kid": kid} if kid else {})}, claims, key, registry=ALL)


def check(token: Any, **changes: Any) -> dict[str, Any]:
    document = Document(ISSUER, ISSUER, ISSUER, ISSUER, None, None, ("RS256", "ES256"), "client_secret_post")
    values: dict[str, Any] = {"keys": KEYS, "nonce": NONCE, "access_token": None, "now": NOW} | changes
    return verified(token, document=document, client_id=CLIENT, provider="Vendor accounts", **values)


def refusal(token: Any, **changes: Any) -> OidcError:
    with pytest.raises(OidcError) as raised:
        check(token, **changes)
    return raised.value


def part(data: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def test_a_token_of_the_provider_for_us_and_this_sign_in_is_believed() -> None:
    assert check(signed(email="ana@vendor.example"))["email"] == "ana@vendor.example"


def test_a_token_may_be_for_others_too_if_it_was_made_for_us() -> None:
    assert check(signed(aud=[CLIENT, "other"], azp=CLIENT))["sub"] == "7"


def test_the_key_is_found_by_its_id_among_several() -> None:
    other = ECKey.generate_key("P-256", {"kid": "2"})
    keys = {"keys": [{**other.as_dict(private=False), "kid": "2"}, *KEYS["keys"]]}
    assert check(signed(), keys=keys)["sub"] == "7"
    assert check(signed(other, "ES256", "2"), keys=keys)["sub"] == "7"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "another"}, "aud"),
        ({"aud": ["another"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [CLIENT, "another"]}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"iss": "https://id.evil.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"sub": None}, "sub"),
        ({"exp": None}, "exp"),
    ],
)
def test_a_token_for_somebody_else_is_not_believed(changes: dict[str, Any], why: str) -> None:
    error = refusal(signed(**changes))
    assert why in error.why
    assert "Vendor accounts" in error.message


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW - LEEWAY},
        {"iat": NOW + LEEWAY + 1, "exp": NOW + 900},
        {"nbf": NOW + LEEWAY + 1},
    ],
)
def test_a_token_of_another_time_tells_that_the_clocks_differ(changes: dict[str, Any]) -> None:
    assert isinstance(refusal(signed(**changes)), ClocksDifferError)


@pytest.mark.parametrize("changes", [{"exp": NOW - LEEWAY + 1}, {"iat": NOW + LEEWAY}])
def test_clocks_may_differ_a_little(changes: dict[str, Any]) -> None:
    assert check(signed(**changes))["sub"] == "7"


def test_a_token_that_was_changed_is_not_believed() -> None:
    head, _, signature = signed().split(".")
    assert "BadSignature" in refusal(f"{head}.{part(CLAIMS | {'sub': '8'})}.{signature}").why


def test_a_token_that_another_key_signed_is_not_believed() -> None:
    assert "BadSignature" in refusal(signed(STRANGE_KEY)).why
    assert "InvalidKeyId" in refusal(signed(STRANGE_KEY, kid="2")).why


def test_a_token_without_a_signature_is_not_believed() -> None:
    token = f"{part({'alg': 'none', 'kid': '1'})}.{part(CLAIMS)}."
    assert isinstance(refusal(token), UntrueAnswerError)


def test_a_token_that_is_signed_with_a_shared_secret_is_not_believed() -> None:
    """The published key as that secret is the known forgery; a secret among the published keys is no better."""
    public = KEY.as_pem(private=False)
    head, body = part({"alg": "HS256", "kid": "1"}), part(CLAIMS)
    mac = hmac.digest(public, f"{head}.{body}".encode(), "sha256")
    forged = f"{head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    shared = OctKey.generate_key(256, {"kid": "1"})
    assert "UnsupportedAlgorithm" in refusal(forged).why
    keys = {"keys": [{**shared.as_dict(private=True), "kid": "1"}]}
    assert "UnsupportedAlgorithm" in refusal(signed(shared, "HS256"), keys=keys).why


def test_an_access_token_that_is_not_the_tokens_is_not_believed() -> None:
    half = create_half_hash("access", "RS256").decode()
    assert check(signed(at_hash=half), access_token="access")["sub"] == "7"
    assert "at_hash" in refusal(signed(at_hash=half), access_token="another").why


@pytest.mark.parametrize("token", [None, "", "x", "a.b", "a.b.c", 7, {"a": 1}, "é.é.é"])
def test_what_is_no_token_is_not_believed(token: Any) -> None:
    assert isinstance(refusal(token), UntrueAnswerError)


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": "x"}, {"keys": [{"kty": "RSA"}]}, {"keys": [7]}])
def test_without_keys_nothing_is_believed(keys: Any) -> None:
    assert isinstance(refusal(signed(), keys=keys), UntrueAnswerError)
