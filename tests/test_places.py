"""Countries and regions: which codes there are, and which one was meant."""

from __future__ import annotations

import pytest

from milepost import places


@pytest.mark.parametrize("code", ["DE", "DE-BY", "GB-ENG", "CH-ZH", "CA-ON", "AX", "JE", "PL"])
def test_a_country_or_a_region_with_days_of_its_own_is_known(code: str) -> None:
    assert places.is_country(code)
    assert places.country(f" {code.lower()} ") == code


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("GB-EN", "GB-ENG"),
        ("DE-BAYERN", "DE-BY"),
        ("us-california", "US-CA"),
        ("DE-XX", "DE"),
        ("DE-", "DE"),
        ("PL-MZ", "PL"),  # a region of Poland, which has no days of its own
        ("DE-AUGSBURG", "DE"),
        ("England", "GB-ENG"),
        ("Scotland", "GB-SCT"),
        ("UK", "GB"),
        ("GBR", "GB"),
        ("DEU", "DE"),
        ("Germny", "DE"),
        ("XX", None),
        ("XX-YY", None),
        ("", None),
    ],
)
def test_another_code_is_refused_with_the_nearest(text: str, suggestion: str | None) -> None:
    assert not places.is_country(text)
    with pytest.raises(places.UnknownPlaceError) as caught:
        places.country(text)
    assert caught.value.suggestion == suggestion


def test_every_region_belongs_to_a_country_and_is_written_as_iso_writes_it() -> None:
    assert {places.without_region(code) for code in places.regions()} <= set(places.countries())
    assert "DE-AUGSBURG" not in {code.upper() for code in places.regions()}
    assert len(places.regions()) > 600


def test_a_country_without_a_region_is_itself() -> None:
    assert (places.without_region("GB-ENG"), places.without_region("GB"), places.without_region("")) == ("GB", "GB", "")


def test_a_region_that_is_not_near_any_names_those_that_there_are() -> None:
    with pytest.raises(places.UnknownPlaceError) as raised:
        places.country("DE-BAV")
    assert raised.value.hint is not None
    assert "Its regions are DE-BB, " in raised.value.hint
