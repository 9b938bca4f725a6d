"""Milepost: customer journey maps that run. Begin with `docs/architecture.md`."""

from milepost import calendar_data as calendar_data  # first: every process reads zones from the pinned package
