"""People by name: contacts as their record says, colleagues as their address spells it, others as they stand."""

from __future__ import annotations

import pytest

from milepost.customer import Contact, Customer
from milepost.explain.people_names import PeopleNames, colleague_name, initials_of
from milepost.explain.sentences import Wording
from milepost.planner import timeline
from milepost.planner.timeline import CustomerChanged

ANA, BO = "ana.ruiz@vendor.example", "bo.ek@vendor.example"
ACME = Customer("acme", "Acme", contacts=(Contact(name="Kim Lo", email="Kim@acme.example"),), team={"csm": ANA})
SAY = Wording(people=PeopleNames.around(ACME))


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("kim@acme.example", "Kim Lo"),
        (BO, "Bo Ek"),
        ("sam@elsewhere.example", "sam@elsewhere.example"),
        ("api", "api"),
        ("removed@forgotten.invalid", "removed@forgotten.invalid"),
    ],
)
def test_a_person_is_called_by_the_name_that_is_known(who: str, name: str) -> None:
    assert PeopleNames.around(ACME).of(who) == name


def test_a_colleague_who_was_forgotten_has_no_name() -> None:
    assert colleague_name("removed@forgotten.invalid") == "removed@forgotten.invalid"
    assert colleague_name("cs") == "cs"


@pytest.mark.parametrize(
    ("left", "came", "sentence"),
    [
        ((ANA,), (BO,), "The team changed by Kim Lo: Bo Ek follows Ana Ruiz as csm."),
        (("",), (BO,), "The team changed by Kim Lo: Bo Ek is csm now."),
        ((ANA,), ("",), "The team changed by Kim Lo: Ana Ruiz is no longer csm."),
        (None, None, "The team changed by Kim Lo: csm."),
    ],
)
def test_a_change_of_the_team_says_who_follows_whom(
    left: tuple[str, ...] | None, came: tuple[str, ...] | None, sentence: str
) -> None:
    entry = CustomerChanged(0, what="team", names=("csm",), left=left, came=came, by="kim@acme.example")

    assert SAY.sentence(entry) == sentence
    assert timeline.from_json(entry.to_json()) == entry


def test_a_hand_over_names_both() -> None:
    entry = timeline.HandedOver(0, former=ANA, to=BO, roles=("csm",), by=ANA)

    assert SAY.sentence(entry) == "Bo Ek took over from Ana Ruiz as csm, handed over by Ana Ruiz."


@pytest.mark.parametrize(("name", "letters"), [("Ana Maria Ruiz", "AR"), ("åsa", "Å"), ("", ""), (" ", "")])
def test_initials_are_the_first_letters_of_the_first_and_last_word(name: str, letters: str) -> None:
    assert initials_of(name) == letters
