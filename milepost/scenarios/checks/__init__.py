"""Checking scenarios: whether what they say can be at all, so that no test of a map passes because of a misspelling."""
