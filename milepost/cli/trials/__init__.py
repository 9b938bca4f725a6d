"""Trying maps: what `simulate`, `test` and `publish` share."""
