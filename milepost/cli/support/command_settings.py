"""The settings of a command: from its options, the environment and a settings file."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import typer

from milepost.cli.support.options import SHARED
from milepost.settings import PREFIX, Settings, SettingsError, load


def settings_of(context: typer.Context, **more: Any) -> Settings:
    """The settings of the command that is being run, with `more` from its own options where they aren't None.

    Raises:
        SettingsError: some are unknown or can't be used; those typed as options are named as they were typed.
    """
    options = {**(context.obj or {}), **more}
    file = options.pop("settings_file", None)
    try:
        return load(file, **options)
    except SettingsError as error:
        raise SettingsError(_as_typed(line, options) for line in error.problems) from None


def _as_typed(problem: str, options: Collection[str]) -> str:
    """The problem with options in place of variables, where it is about an option that was typed."""
    spelled = {PREFIX + name.upper(): option for name, option in SHARED.items()}
    typed = {PREFIX + name.upper() for name in options}
    variables = set(re.findall(r"\w+", problem))
    if not variables & typed:
        return problem
    return re.sub(r"\w+", lambda word: spelled.get(word[0], word[0]), problem)
