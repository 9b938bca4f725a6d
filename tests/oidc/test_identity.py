"""Who somebody is, by the claims of the provider."""

from __future__ import annotations

from typing import Any

import pytest

from milepost.oidc.errors import NoAddressError, UnverifiedAddressError
from milepost.oidc.identity import identity_of, merged
from milepost.oidc_settings import OidcSettings
from milepost.roles import Role

CLAIMS = {"sub": "7", "email": "Ana@Vendor.example", "email_verified": True, "name": "Ana Ruiz"}


def settings(**more: Any) -> OidcSettings:
    values = {"oidc_issuer": "https://id.vendor.example", "oidc_client_id": "m", "oidc_client_secret": "s"}
    return OidcSettings(**(values | more))


def test_the_address_is_in_lower_case_and_the_name_as_it_is_told() -> None:
    identity = identity_of(CLAIMS, settings())
    assert (identity.address, identity.name, identity.role) == ("ana@vendor.example", "Ana Ruiz", None)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "  Ana \n Ruiz "}, "Ana Ruiz"),
        ({"name": None, "given_name": "Ana", "family_name": "Ruiz"}, "Ana Ruiz"),
        ({"name": "ana@vendor.example"}, None),
        ({"name": "x" * 201}, None),
        ({"name": 7}, None),
        ({"name": ""}, None),
    ],
)
def test_what_can_be_no_name_is_left_out(claims: dict[str, Any], name: str | None) -> None:
    assert identity_of(CLAIMS | claims, settings()).name == name


@pytest.mark.parametrize(
    "email", [None, "", "ana", "a b@c", 7, "ana@", "x" * 320 + "@c", "stra\N{LATIN SMALL LETTER SHARP S}e@v.example"]
)
def test_what_can_be_no_address_is_refused(email: Any) -> None:
    with pytest.raises(NoAddressError):
        identity_of(CLAIMS | {"email": email}, settings())


@pytest.mark.parametrize("verified", [False, "false", "", 1, "1", "yes", [True], {"a": True}])
def test_only_what_is_said_to_be_verified_is(verified: Any) -> None:
    for trusts in (False, True):
        with pytest.raises(UnverifiedAddressError):
            identity_of(CLAIMS | {"email_verified": verified}, settings(oidc_trust_addresses=trusts))


def test_a_text_of_the_word_true_counts_as_some_providers_write_it() -> None:
    assert identity_of(CLAIMS | {"email_verified": "true"}, settings()).address == "ana@vendor.example"


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"groups": ["it", "leads"]}, Role.ADMIN),
        ({"groups": ["leads", "it"]}, Role.ADMIN),
        ({"groups": "leads"}, Role.MANAGER),
        ({"groups": ["IT", "other", 7, None]}, Role.COLLEAGUE),
        ({"groups": {"it": True}}, Role.COLLEAGUE),
        ({}, Role.COLLEAGUE),
    ],
)
def test_the_highest_role_of_the_groups_counts(claims: dict[str, Any], role: Role) -> None:
    told = settings(oidc_role_claim="groups", oidc_roles="leads=manager,it=admin")
    assert identity_of(CLAIMS | claims, told).role is role


def test_groups_may_lie_deeper_and_names_may_have_points() -> None:
    deeper = settings(oidc_role_claim="realm_access.roles", oidc_roles="it=admin")
    with_points = settings(oidc_role_claim="https://vendor.example/roles", oidc_roles="it=admin")
    assert identity_of(CLAIMS | {"realm_access": {"roles": ["it"]}}, deeper).role is Role.ADMIN
    assert identity_of(CLAIMS | {"https://vendor.example/roles": ["it"]}, with_points).role is Role.ADMIN


def test_that_one_address_is_verified_is_not_said_of_another() -> None:
    told = merged(CLAIMS, {"sub": "7", "email": "bo@vendor.example"})
    assert (told["email"], told.get("email_verified")) == ("bo@vendor.example", None)
    same = merged(CLAIMS, {"sub": "7", "email": CLAIMS["email"], "groups": ["it"]})
    assert (same["email_verified"], same["groups"]) == (True, ["it"])
