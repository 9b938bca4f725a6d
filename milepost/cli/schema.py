"""`milepost schema`: prints the JSON Schema of map.yaml, or of mappings, for editors."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.errors import file_errors
from milepost.cli.support.output import aside
from milepost.imports.mapping_file import mapping_schema
from milepost.language.schema import json_schema


class Language(StrEnum):
    """What there is a schema of."""

    MAP = "map"
    MAPPING = "mapping"


_SCHEMAS = {Language.MAP: json_schema, Language.MAPPING: mapping_schema}


def schema(
    of: Annotated[Language, typer.Argument(metavar="[map|mapping]", help="What the files are.")] = Language.MAP,
    *,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it to this file instead of stdout.")
    ] = None,
) -> None:
    """Print the JSON Schema of map.yaml, or of mappings, so that editors complete and check while you write.

    Editors with the YAML language server use it if the first line of map.yaml is
    `# yaml-language-server: $schema=../map.schema.json`.
    """
    text = json.dumps(_SCHEMAS[of](), indent=2, ensure_ascii=False)
    if output is None:
        typer.echo(text)
        return
    with file_errors("write", output, "Name a file in a folder that exists."):
        output.write_text(text + "\n", "utf-8")
    aside(f"Written to {output}. A {of} names it in its first line, relative to its own folder, such as:")
    aside(f"  # yaml-language-server: $schema=../{output.name}")
