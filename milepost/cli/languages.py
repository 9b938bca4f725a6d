"""`milepost languages`: lists the languages that customers can be written to in; begins a translation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError, file_errors
from milepost.cli.support.output import AsJson, aside, print_json, table
from milepost.text import count_of
from milepost.translations.catalogues import FOLDER, new_catalogue
from milepost.translations.languages import Languages, template_texts
from milepost.translations.reader import ENGLISH, locale_named

_HERE = Path()


def languages(
    context: typer.Context,
    *,
    init: Annotated[
        str | None, typer.Option(metavar="LANGUAGE", help="Write a file to translate, such as fr.po for fr.")
    ] = None,
    show_missing: Annotated[bool, typer.Option("--missing", help="List every text that a language lacks.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the languages that customers can be written to in, and how many texts each lacks.

    Files in the folder MILEPOST_LANGUAGES count too; one with a mistake is an error that says where. `--init` writes a
    new one there, or into this folder.
    """
    folder = settings_of(context).languages
    if init is not None:
        _begin(init, folder or _HERE)
        return
    known = Languages.of(FOLDER, *([folder] if folder else []))
    if as_json:
        print_json([_row(known, tag) for tag in known.tags])
        return
    table(None, ["language", "name", "texts", "missing"], [_shown(known, tag) for tag in known.tags])
    for tag in known.tags if show_missing else ():
        for text in known.missing(tag):
            typer.echo(f"{tag}: {text}")


def _row(known: Languages, tag: str) -> dict[str, object]:
    missing = known.missing(tag)
    return {"language": tag, "name": _name(tag), "texts": len(template_texts()), "missing": missing}


def _shown(known: Languages, tag: str) -> list[str]:
    missing = len(known.missing(tag))
    return [tag, _name(tag), str(len(template_texts())), str(missing or "")]


def _name(tag: str) -> str:
    locale = locale_named(tag)
    return (locale and locale.get_display_name(ENGLISH.locale)) or tag


def _begin(language: str, folder: Path) -> None:
    """Writes a file with every text, and no translation."""
    locale = locale_named(language)
    if locale is None:
        raise CommandError(f"{language!r} is no language.", "Write its code, such as fr or pt-BR.")
    path = folder / f"{str(locale).replace('_', '-')}.po"
    if path.exists():
        raise CommandError(f"There is {path} already.", "Edit it, or move it away first.")
    with file_errors("write", path, "Set MILEPOST_LANGUAGES to a folder that exists."):
        path.write_bytes(new_catalogue(locale))
    aside(f"Written to {path}: {count_of(len(template_texts()), 'text')} to translate.")
    if folder is _HERE:
        aside("Put it into a folder, and set MILEPOST_LANGUAGES to that folder.")
