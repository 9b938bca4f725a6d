"""Trying maps: the output that `simulate`, `test` and `publish` share."""
