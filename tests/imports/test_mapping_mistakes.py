"""The mistakes of a mapping are told at once, whatever kind they are of."""

from __future__ import annotations

from milepost.imports.mapping_file import read_mapping


def test_all_mistakes_of_a_mapping_are_told_at_once_each_with_its_line() -> None:
    text = """mapping: Ours
dates: DD/MM/YY/YY
columns:
  Number: nmae
  Owner: team.csm
  Keeper: team.csm
  Kind: {to: attributes.tier, persona: sponsor}
people:
  Ana Diaz: ""
  Bo Berg: bo
defaults: {country: Atlantis}
colour: red
"""
    read = read_mapping(text, "m.yaml")
    assert read.mapping is None
    assert [problem.line for problem in read.problems] == [2, 4, 6, 7, 9, 10, 11, 12]


def test_an_id_that_nothing_fills_is_told_beside_addresses_that_lack() -> None:
    read = read_mapping('mapping: Ours\ncolumns: {Name: name}\npeople: {Ana: ""}\n', "m.yaml")
    assert [problem.line for problem in read.problems] == [2, 3]
    assert "No column fills 'id'" in read.problems[0].message
