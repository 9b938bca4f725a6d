"""What a provider may say about itself."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.oidc.discovery import DocumentError, document_of

ISSUER = "https://id.vendor.example"
WHOLE = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}


def test_the_least_that_a_provider_says_is_enough() -> None:
    document = document_of(WHOLE, ISSUER)
    assert (document.algorithms, document.client_auth) == (("RS256",), "client_secret_basic")
    assert document.userinfo_endpoint is None
    assert document.end_session_endpoint is None


def test_a_slash_at_the_end_makes_no_difference_and_the_providers_own_word_counts() -> None:
    assert document_of({**WHOLE, "issuer": f"{ISSUER}/"}, ISSUER).issuer == f"{ISSUER}/"
    assert document_of(WHOLE, f"{ISSUER}/").issuer == ISSUER


def test_the_secret_goes_in_the_form_where_the_provider_takes_it() -> None:
    methods = ["private_key_jwt", "client_secret_basic", "client_secret_post"]
    document = document_of({**WHOLE, "token_endpoint_auth_methods_supported": methods}, ISSUER)
    assert document.client_auth == "client_secret_post"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"issuer": "https://evil.example"}, "calls itself 'https://evil.example'"),
        ({"issuer": None}, "calls itself None"),
        ({"token_endpoint": None, "jwks_uri": None}, "nothing of token_endpoint, jwks_uri"),
        ({"token_endpoint": "http://id.vendor.example/token"}, "its token_endpoint isn't an https address"),
        ({"token_endpoint": "http://127.0.0.1/token"}, "its token_endpoint isn't an https address"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "its authorization_endpoint isn't an https address"),
        ({"end_session_endpoint": "javascript:alert(1)"}, "its end_session_endpoint isn't an https address"),
        ({"jwks_uri": ["https://id.vendor.example"]}, "its jwks_uri isn't an https address"),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, "none of the known algorithms"),
    ],
)
def test_what_is_not_safe_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(DocumentError) as raised:
        document_of(WHOLE | changes, ISSUER)
    assert why in str(raised.value)


def test_on_this_machine_http_does() -> None:
    here = {name: value.replace(ISSUER, "http://localhost:5000") for name, value in WHOLE.items()}
    assert document_of(here, "http://localhost:5000").token_endpoint == "http://localhost:5000/token"
    with pytest.raises(DocumentError):
        document_of({**here, "jwks_uri": "http://10.0.0.5/keys"}, "http://localhost:5000")
