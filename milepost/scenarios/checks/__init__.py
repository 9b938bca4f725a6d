"""Checks of scenarios before they run, so that no test of a map passes because of a misspelling.

Each module checks one part of a file and yields findings with the path of the field; `scenario.py` calls them all.
Comparing a timeline with what is expected is not done here, but in `milepost.scenarios.expectations`.
"""
