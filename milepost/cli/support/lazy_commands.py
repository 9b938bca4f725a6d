"""Commands that are imported when somebody runs them, so that `milepost --help` answers at once."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from milepost.actor import acts_at_terminal
from milepost.cli.support.errors import reported_errors
from milepost.cli.support.options import SHARED


@dataclass(frozen=True, slots=True)
class ListedCommand:
    """A command as the list of commands shows it: `module` holds a function of the module's own name, async or not."""

    name: str
    help: str
    panel: str
    module: str

    def load(self, shared: list[Any]) -> Any:
        """The command itself. One that asks for its context takes the `shared` options too."""
        function = getattr(importlib.import_module(self.module), self.module.rpartition(".")[2])
        app = typer.Typer(add_completion=False, rich_markup_mode="markdown")
        app.command(self.name)(_blocking(function))
        command: Any = typer.main.get_command(app)
        if "context" in inspect.signature(function).parameters:
            command.params += shared
        return command


def _blocking(function: Any) -> Any:
    """The function as Typer can call it: one that is async is run to its end."""
    if not inspect.iscoroutinefunction(function):
        return function

    @wraps(function)
    def run(*args: Any, **options: Any) -> Any:
        import asyncio  # noqa: PLC0415 - slow to load, and a command that asks a running Milepost doesn't need it

        return asyncio.run(function(*args, **options))

    return run


class LazyCommand(TyperCommand):
    """Stands for a command in the list until somebody runs it."""

    def __init__(self, listed: ListedCommand, shared: list[Any]) -> None:
        super().__init__(listed.name, help=listed.help, rich_help_panel=listed.panel)
        self.load = partial(listed.load, shared)

    def make_context(self, *args: Any, **more: Any) -> Any:
        return self.load().make_context(*args, **more)


class Commands(TyperGroup):
    """A group that lists its commands without importing them, and reports their errors as messages."""

    listed: tuple[ListedCommand, ...] = ()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        shared = [param for param in self.params if param.name in SHARED]
        for listed in self.listed:
            self.add_command(LazyCommand(listed, shared))

    def invoke(self, ctx: Any) -> Any:
        acts_at_terminal()
        with reported_errors(debug=bool(ctx.params.get("debug"))):
            return super().invoke(ctx)
