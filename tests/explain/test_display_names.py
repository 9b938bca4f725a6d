"""The names by which people are called."""

from __future__ import annotations

import pytest

from milepost.customer import name_of


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("ana.ruiz@vendor.example", "Ana Ruiz"),
        ("ana-maria_ruiz@vendor.example", "Ana Maria Ruiz"),
        ("BO@vendor.example", "Bo"),
        ("Lea", "Lea"),
        ("..@vendor.example", "..@vendor.example"),
        ("", ""),
    ],
)
def test_somebody_is_called_by_what_the_address_says(address: str, name: str) -> None:
    assert name_of(address) == name
