"""Scenarios: the tests of a map. A customer, what happens to it, and what the journey must and must not report.

Reads and checks scenario files, runs them on the planner, and compares the timeline with what they expect. Running them
on Temporal is not done here (`milepost.cli` does). Begin with `scenario.py`, then `expectations.py`.
"""
