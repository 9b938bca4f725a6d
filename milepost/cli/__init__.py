"""The `milepost` command: parses what people type, calls the intake or a pure package, and shows the result.

Decides nothing about journeys, and holds no use case that a page or the API has too; those live in `milepost.intake`.
Begin with `main.py`, the list of commands; each command is a file of its own, what several share is in `support/`.
"""
