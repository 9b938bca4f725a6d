"""`milepost schema`: prints the JSON Schema of map.yaml, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.errors import file_errors
from milepost.cli.support.output import aside
from milepost.language.schema import json_schema


def schema(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it to this file instead of stdout.")
    ] = None,
) -> None:
    """Print the JSON Schema of map.yaml, so that editors complete and check maps while you write.

    Editors with the YAML language server use it if the first line of map.yaml is
    `# yaml-language-server: $schema=../map.schema.json`.
    """
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    if output is None:
        typer.echo(text)
        return
    with file_errors("write", output, "Name a file in a folder that exists."):
        output.write_text(text + "\n", "utf-8")
    aside(f"Written to {output}. A map names it in its first line, relative to its own folder, such as:")
    aside(f"  # yaml-language-server: $schema=../{output.name}")
