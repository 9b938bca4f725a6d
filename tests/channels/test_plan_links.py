from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.channels.links import LinkForgedError, LinkSigner, MessageLinks
from tests.channels.earlier_links import earlier_token

SECRET = "a secret of enough length"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SIGNER = LinkSigner(SECRET, "https://plans.example.com/")
LINK = "b7kQ2mZx90aPqR"


def test_a_link_is_the_id_of_a_row_with_a_signature():
    url = SIGNER.plan_url(LINK)

    assert url.startswith(f"https://plans.example.com/plan/{LINK}.")
    assert len(url.rpartition("/")[2]) < 60
    assert SIGNER.read(url.rpartition("/")[2]) == LINK


def test_the_id_alone_opens_nothing():
    for token in (LINK, f"{LINK}.", f"{LINK}.{LINK}"):
        with pytest.raises(LinkForgedError):
            SIGNER.read(token)


def test_a_message_is_written_with_addresses_that_open_nothing():
    links = MessageLinks("https://plans.example.com", LINK)

    assert links.verify_url("hours saved") == f"https://plans.example.com/plan/{LINK}/outcomes/hours%20saved"
    for url in (links.plan_url, links.preferences_url):
        with pytest.raises(LinkForgedError):
            SIGNER.read(url.rpartition("/")[2])
        with pytest.raises(LinkForgedError):
            SIGNER.read_preferences(url.rpartition("/")[2])


def test_a_link_of_another_secret_is_forged():
    other = LinkSigner("another secret of enough length", "https://plans.example.com")

    with pytest.raises(LinkForgedError):
        SIGNER.read(other.token(LINK))


def test_no_character_of_a_token_can_be_changed_and_none_left_out():
    token = SIGNER.token(LINK)

    for place, character in enumerate(token[:-1]):  # the last one holds unused bits
        changed = token[:place] + ("A" if character != "A" else "B") + token[place + 1 :]
        with pytest.raises(LinkForgedError):
            SIGNER.read(changed)
    for length in range(len(token)):
        with pytest.raises(LinkForgedError):
            SIGNER.read(token[:length])


@given(st.text(max_size=2000))
def test_whatever_else_is_read_is_forged(text: str):
    for read in (SIGNER.read, SIGNER.read_earlier):
        with pytest.raises(LinkForgedError):
            read(text)


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60), st.emails())
def test_links_of_the_form_before_can_be_read(journey: str, customer: str, email: str):
    link = SIGNER.read_earlier(earlier_token(SECRET, journey, customer, email, now=NOW))

    assert (link.journey, SIGNER.whose(link, ["eve@acme.example", email])) == (journey, email)
    assert link.expires_at == datetime(2026, 6, 1, tzinfo=UTC)


def test_the_two_forms_are_not_taken_for_each_other():
    with pytest.raises(LinkForgedError):
        SIGNER.read(earlier_token(SECRET, "acme/1", "acme", "sam@acme.example", now=NOW))
    with pytest.raises(LinkForgedError):
        SIGNER.read_earlier(SIGNER.token(LINK))


def test_a_contact_has_another_mark_in_every_journey():
    assert SIGNER.mark("j1", "Sam@Acme.example") == SIGNER.mark("j1", "sam@acme.example")
    assert SIGNER.mark("j1", "sam@acme.example") != SIGNER.mark("j2", "sam@acme.example")


def test_a_short_secret_or_an_address_that_is_none_is_refused():
    with pytest.raises(ValueError, match="at least 16"):
        LinkSigner("short", "https://plans.example.com")
    with pytest.raises(ValueError, match="base address"):
        LinkSigner(SECRET, "plans.example.com")
