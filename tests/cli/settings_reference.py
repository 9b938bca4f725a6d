"""Generates the page of all settings from their model: `python -m tests.cli.settings_reference`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from milepost.settings import FILE_VARIABLE, PREFIX, Settings

_HEAD = f"""\
# Settings

Generated from the model that reads them, by
`python -m tests.cli.settings_reference > docs/reference/settings.md`; don't edit it by hand.

Each is an environment variable. `{FILE_VARIABLE}=FILE`, or `--settings FILE` on any command, names a file of such
lines. The environment overrides the file; options on the command line override both. A variable that begins with
`{PREFIX}` but isn't a setting is an error.

| variable | default | meaning |
|---|---|---|
"""


def markdown() -> str:
    """The whole page."""
    inherited_last = sorted(Settings.model_fields.items(), key=lambda each: each[0] not in Settings.__annotations__)
    rows = (
        f"| `{PREFIX}{name.upper()}` | {_default(field)} | {_description(field)} |" for name, field in inherited_last
    )
    return _HEAD + "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value in (None, (), PydanticUndefined):
        return ""
    if isinstance(value, bool):
        value = str(value).lower()
    return f"`{value.as_posix() if isinstance(value, Path) else value}`"


def _description(field: FieldInfo) -> str:
    description = " ".join((field.description or "").split())
    return f"{description}{' *Secret.*' if 'SecretStr' in str(field.annotation) else ''}"


if __name__ == "__main__":
    sys.stdout.write(markdown())
