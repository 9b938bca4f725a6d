"""Tests of `milepost.files`."""
