from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.channels.links import LinkExpiredError, LinkForgedError, LinkSigner

SECRET = "a secret of enough length"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SIGNER = LinkSigner(SECRET, "https://plans.example.com/", max_age_days=30)


def token_of(url: str) -> str:
    return url.split("/plan/")[1].split("/", maxsplit=1)[0]


def test_a_link_opens_the_plan_of_one_customer_for_one_contact():
    url = SIGNER.plan_url("j1", "acme", "Sam@Acme.example", now=NOW)

    assert url.startswith("https://plans.example.com/plan/")
    link = SIGNER.read(token_of(url), now=NOW)
    assert (link.journey, link.customer) == ("j1", "acme")
    assert SIGNER.whose(link, ["eve@acme.example", "sam@acme.example"]) == "sam@acme.example"
    assert SIGNER.whose(link, ["eve@acme.example"]) is None


def test_a_link_to_an_outcome_is_a_page_of_the_same_plan():
    url = SIGNER.verify_url("j1", "acme", "sam@acme.example", "hours_saved", now=NOW)

    assert url.endswith("/outcomes/hours_saved")
    assert SIGNER.read(token_of(url), now=NOW).customer == "acme"


def test_a_token_says_nothing_of_the_contact():
    token = SIGNER.token("j1", "acme", "sam@acme.example", now=NOW)

    payload = token.rpartition(".")[0]
    readable = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    assert b"acme" in readable
    assert b"sam" not in readable
    assert b"@" not in readable


def test_a_contact_has_another_mark_in_every_journey():
    first, second = (SIGNER.read(SIGNER.token(j, "acme", "sam@acme.example", now=NOW), now=NOW) for j in ("j1", "j2"))

    assert first.contact != second.contact


def test_a_link_expires_after_its_days_and_not_before():
    token = SIGNER.token("j1", "acme", "sam@acme.example", now=NOW)

    assert SIGNER.read(token, now=NOW + timedelta(days=30)).customer == "acme"
    with pytest.raises(LinkExpiredError) as caught:
        SIGNER.read(token, now=NOW + timedelta(days=31))
    assert caught.value.link.customer == "acme"


def test_a_message_that_is_sent_twice_on_a_day_has_the_same_link():
    later = NOW + timedelta(hours=3)

    first, again = (SIGNER.token("j1", "acme", "sam@acme.example", now=at) for at in (NOW, later))
    assert first == again


def test_a_link_of_another_secret_is_forged():
    other = LinkSigner("another secret of enough length", "https://plans.example.com")

    with pytest.raises(LinkForgedError):
        SIGNER.read(other.token("j1", "acme", "sam@acme.example", now=NOW), now=NOW)


def test_no_character_of_a_token_can_be_changed():
    token = SIGNER.token("j1", "acme", "sam@acme.example", now=NOW)

    for place, character in enumerate(token[:-1]):  # the last one holds unused bits
        changed = token[:place] + ("A" if character != "A" else "B") + token[place + 1 :]
        with pytest.raises(LinkForgedError):
            SIGNER.read(changed, now=NOW)


@given(st.text(max_size=2000))
def test_whatever_else_is_read_is_forged(text: str):
    with pytest.raises(LinkForgedError):
        SIGNER.read(text, now=NOW)


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60), st.emails())
def test_every_link_that_was_made_can_be_read(journey: str, customer: str, email: str):
    url = SIGNER.plan_url(journey, customer, email, now=NOW)

    link = SIGNER.read(token_of(url), now=NOW)
    assert (link.journey, link.customer, SIGNER.whose(link, [email])) == (journey, customer, email)


def test_a_short_secret_or_an_address_that_is_none_is_refused():
    with pytest.raises(ValueError, match="at least 16"):
        LinkSigner("short", "https://plans.example.com")
    with pytest.raises(ValueError, match="base address"):
        LinkSigner(SECRET, "plans.example.com")
