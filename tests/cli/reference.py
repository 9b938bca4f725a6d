"""Writes `docs/cli.md` from the commands themselves: `python -m tests.cli.reference`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from milepost.cli import main as cli
from milepost.cli.support.lazy_commands import LazyCommand, ListedCommand
from milepost.cli.support.options import SHARED

FILE = Path(__file__).parents[2] / "docs" / "cli.md"

_HEAD = """# The command line

*Written by `python -m tests.cli.reference` from the commands; a test keeps it up to date.*

{help}

Every command that works on data takes these options too, before its name or after it. Each of them, and every other
setting, can also be set in the environment or in a settings file.

{shared}

With `--json`, stdout has one JSON object per line and nothing else. Errors go to stderr: what is wrong, and what to
do about it. Exit codes: 0 success, 1 an error or something refused, 2 a command line that can't be read. `--debug`
before the command, or `MILEPOST_DEBUG=1`, shows the traceback of an error.
"""


def reference(listed: Iterable[ListedCommand] = cli.LISTED) -> str:
    """All commands with their arguments and options, as Markdown."""
    root: Any = typer.main.get_command(cli.app)
    shared = [param for param in root.params if param.name in SHARED]
    parts = [_HEAD.format(help=root.help, shared="\n".join(_table(shared)))]
    panel = None
    for each in listed:
        if each.panel != panel:
            panel = each.panel
            parts.append(f"## {panel}\n")
        parts.append("\n".join(_command(each)))
    return "\n".join(parts)


def _command(listed: ListedCommand) -> Iterator[str]:
    command = LazyCommand(listed, []).load()
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [
        param for param in command.params if param.param_type_name == "option" and param.name not in (*SHARED, "help")
    ]
    words = " ".join(_argument(param) for param in arguments)
    yield f"### milepost {listed.name}\n"
    yield f"    milepost {listed.name} {words}".rstrip() + (" [OPTIONS]" if options else "") + "\n"
    yield inspect.cleandoc(command.help or listed.help) + "\n"
    if arguments or options:
        yield from _table([*arguments, *options])
        yield ""


def _argument(param: Any) -> str:
    name = str(param.metavar or param.name.upper())
    return name if param.required else f"[{name}]"


def _table(params: Iterable[Any]) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    for param in params:
        yield _row(f"`{_spelled(param)}`", " ".join((param.help or "").split()))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _spelled(param: Any) -> str:
    if param.param_type_name == "argument":
        return _argument(param)
    names = ", ".join((*param.opts, *param.secondary_opts))
    if param.is_flag:
        return names
    return f"{names} {param.metavar or param.name.upper()}"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(reference(), "utf-8")
