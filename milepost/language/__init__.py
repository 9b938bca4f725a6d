"""The map language: reads a folder of files into a `Map`, and reports everything that is wrong with it.

It knows fields, durations, conditions and templates; it runs nothing and knows no customer's journey (that is
`milepost.planner`). Begin with `model.py` for what a map is, then `loader.py` for reading one, and
`lint/` for the checks.
"""
