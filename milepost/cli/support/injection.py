"""Giving commands their settings: from the options before and after their name, the environment and a file."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

import typer

from milepost.cli.support.options import OPTIONS, SPELLED, parameters, show
from milepost.settings import PREFIX, Settings, SettingsError, load


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that has a parameter `settings` the options instead of it; others stay as they are."""
    signature = inspect.signature(command, eval_str=True)
    if "settings" not in signature.parameters:
        return command
    own = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in signature.parameters.items()
        if name != "settings"
    ]
    context = inspect.Parameter("_context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)

    def run(*, _context: typer.Context, **given: Any) -> Any:
        here = {name: given.pop(name) for name in OPTIONS}
        return command(settings=_settings(_context, here), **given)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    show(run, signature, [*own, *parameters(), context])
    return run


def _settings(context: typer.Context, here: Mapping[str, Any]) -> Settings:
    """The settings; what stands after the command counts before what stands before it."""
    before = context.find_root().obj or {}
    given = {name: here[name] if here[name] is not None else before.get(name) for name in OPTIONS}
    file = given.pop("settings_file")
    try:
        return load(file, **given)
    except SettingsError as error:
        raise SettingsError(_as_typed(line, given) for line in error.problems) from None


def _as_typed(problem: str, given: Mapping[str, Any]) -> str:
    """The problem in the words of the command line, where it is about an option that was given there."""
    typed = {PREFIX + name.upper(): name for name in SPELLED}
    named = [word for word in re.findall(r"\w+", problem) if word in typed]
    if any(given.get(typed[word]) is not None for word in named):
        for word in named:
            problem = problem.replace(word, SPELLED[typed[word]])
    return problem
