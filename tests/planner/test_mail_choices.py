"""A fact says which mail somebody gets from now on: what waits is dropped, the timeline says how it came to that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from milepost.customer import Contact, Mail
from milepost.explain.sentences import Wording
from milepost.planner.facts import ContactsGiven, MailChosen, MessageFailed, from_json, to_json
from milepost.planner.plan import Plan
from milepost.planner.timeline import CustomerChanged, FactIgnored
from tests.planner.test_opting_out import BO, DAY, LEE, START, after, begun

SAM = Contact("Sam Poe", "Sam@acme.example", ("lead",))
CONTACTS = (SAM, BO)


def chosen(mail: str = "none", how: str | None = "page", **more: Any) -> MailChosen:
    return MailChosen(id=f"{mail}/{how}", at=START + 3 * DAY, contact="sam@ACME.example", mail=mail, how=how, **more)


def changes(made: Plan) -> list[CustomerChanged]:
    return [entry for entry in made.timeline if isinstance(entry, CustomerChanged)]


def mail_of(made: Plan) -> dict[str, tuple[Mail, bool]]:
    return {each.name: (each.mail, each.refused) for each in made.state.customer.contacts}


def test_a_choice_changes_that_contact_alone_and_may_be_taken_back() -> None:
    made = after(begun(contacts=CONTACTS), chosen())
    assert mail_of(made) == {"Sam Poe": (Mail.NONE, False), "Bo": (Mail.ALL, False)}
    [entry] = changes(made)
    assert (entry.names, entry.mail, entry.how) == (("Sam@acme.example",), "none", "page")
    later = after(made, chosen("all", "colleague", by="ana@vendor.example", reason="Asked on the phone"))
    assert mail_of(later)["Sam Poe"] == (Mail.ALL, False)


def test_the_same_choice_again_is_no_news_and_a_stranger_is_ignored() -> None:
    made = after(begun(contacts=CONTACTS), chosen())
    assert changes(after(made, replace(chosen(), id="again"))) == []
    ignored = after(made, replace(chosen(), id="other", contact="eve@acme.example"))
    assert [entry.why for entry in ignored.timeline if isinstance(entry, FactIgnored)] == ["unknown"]
    odd = after(made, replace(chosen(), id="odd", mail="some"))
    assert [entry.why for entry in odd.timeline if isinstance(entry, FactIgnored)] == ["value"]


def test_a_bounce_refuses_the_address_until_the_contact_is_changed_or_somebody_opts_in() -> None:
    bounced = after(begun(contacts=CONTACTS), chosen(how="bounce", by="milepost"))
    assert mail_of(bounced)["Sam Poe"] == (Mail.ALL, True)
    again = after(bounced, ContactsGiven(id="c", at=START + 4 * DAY, contacts=(replace(SAM, name="Sam"), BO)))
    assert mail_of(again)["Sam"] == (Mail.ALL, False)
    assert mail_of(after(bounced, chosen("all")))["Sam Poe"] == (Mail.ALL, False)


def test_a_message_that_failed_for_good_says_so_in_the_same_words() -> None:
    failed = MessageFailed(
        id="f",
        at=START + 3 * DAY,
        by="milepost",
        message="seats/1/opening/1",
        permanent=True,
        contact="bo@acme.example",
    )
    [entry] = changes(after(begun(contacts=(LEE, BO)), failed))
    assert (entry.names, entry.mail, entry.how) == (("bo@acme.example",), "none", "bounce")


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        (chosen(), "Sam@acme.example gets no more mail: they chose so."),
        (chosen("essential", "one_click"), "they unsubscribed in their mail program"),
        (chosen(how="complaint"), "gets no more mail: they reported a mail as spam."),
        (chosen(how="bounce"), "gets no more mail: the address was refused for good."),
        (chosen(how=None), "Sam@acme.example gets no more mail."),
        (
            chosen("essential", "colleague", by="ana@vendor.example", reason="On the phone"),
            "gets only essential mail and questions about results: ana@vendor.example set it so. Note: On the phone",
        ),
    ],
)
def test_the_timeline_says_how_it_came_to_that(fact: MailChosen, sentence: str) -> None:
    [entry] = changes(after(begun(contacts=CONTACTS), fact))
    assert sentence in Wording().sentence(entry)


def test_the_fact_survives_json() -> None:
    assert from_json(to_json(chosen(reason="On the phone"))) == chosen(reason="On the phone")
