"""The parts of `milepost forecast`: its maps, its inputs and its tables, around the figures of `milepost.capacity`.

The command itself is `milepost/cli/forecast.py`; `tables.show` prints a report, and `layout` fits them to a window.
"""
