"""Commands that are imported when they are used, so that `milepost --help` answers at once."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from milepost.cli.support.errors import told_kindly


@dataclass(frozen=True, slots=True)
class Listed:
    """A command as the list of commands shows it, and where its function is."""

    name: str
    module: str
    function: str
    help: str
    panel: str


class LazyCommand(TyperCommand):
    """Stands for a command in the list; the command itself is made when somebody calls it."""

    def __init__(self, listed: Listed) -> None:
        super().__init__(listed.name, help=listed.help, rich_help_panel=listed.panel)
        self._listed = listed

    def real(self) -> Any:
        """The command itself."""
        from milepost.cli.support.injection import with_settings  # noqa: PLC0415 - what this module is for

        function = getattr(importlib.import_module(self._listed.module), self._listed.function)
        app = typer.Typer(add_completion=False, rich_markup_mode="markdown")
        app.command(self._listed.name)(with_settings(function))
        return typer.main.get_command(app)

    def make_context(self, *given: Any, **more: Any) -> Any:
        return self.real().make_context(*given, **more)


class Commands(TyperGroup):
    """A group whose commands are listed without being imported, and whose errors are told kindly."""

    listed: tuple[Listed, ...] = ()

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for listed in self.listed:
            self.add_command(LazyCommand(listed))

    def invoke(self, ctx: Any) -> Any:
        with told_kindly(debug=bool(ctx.params.get("debug"))):
            return super().invoke(ctx)
