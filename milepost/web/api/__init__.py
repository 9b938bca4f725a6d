"""The JSON API under `/api/v1`: customers, facts, tasks and steps.

Its models are in `shapes`, which also makes the documentation. Pages for people are not here.
"""
