"""`milepost languages`: lists the languages of pages and mails, or of a map; begins a translation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from milepost.cli.support.command_settings import settings_of
from milepost.cli.support.errors import CommandError, file_errors
from milepost.cli.support.output import AsJson, aside, print_json, table
from milepost.cli.support.translated_map import TranslatedMap, locale_for
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
    path: Annotated[
        Path | None,
        typer.Option("--map", metavar="MAP", help="What a map says to customers, instead of pages and mails."),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="With --map: bring its files in step with the map.")] = False,
    show_missing: Annotated[bool, typer.Option("--missing", help="List every text that a language lacks.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the languages that customers can be written to in, and how many texts each lacks.

    Files in the folder MILEPOST_LANGUAGES count too; one with a mistake is an error that says where. `--init` writes a
    new one there, or into this folder. With `--map` it is about the titles, explanations and forms of a map: their
    translations are in the map's folder `languages`.
    """
    if update and path is None:
        raise CommandError("--update needs a map.", "Name its folder, such as --map maps/my-map.")
    of_map = None if path is None else TranslatedMap.at(path)
    folder = settings_of(context).languages
    if init is not None:
        _begin(init, folder or _HERE) if of_map is None else of_map.begin(init)
    elif of_map is not None and update:
        of_map.update()
    else:
        _list(of_map or Languages.of(FOLDER, *([folder] if folder else [])), as_json=as_json, show_missing=show_missing)


def _list(known: Languages | TranslatedMap, *, as_json: bool, show_missing: bool) -> None:
    texts = len(template_texts()) if isinstance(known, Languages) else known.count
    missing = {tag: known.missing(tag) for tag in known.tags}
    if as_json:
        rows = [{"language": tag, "name": _name(tag), "texts": texts, "missing": missing[tag]} for tag in known.tags]
        print_json(rows)
        return
    shown = [[tag, _name(tag), str(texts), str(len(missing[tag]) or "")] for tag in known.tags]
    table(None, ["language", "name", "texts", "missing"], shown)
    for tag in known.tags if show_missing else ():
        for text in missing[tag]:
            typer.echo(f"{tag}: {text}")


def _name(tag: str) -> str:
    locale = locale_named(tag)
    return (locale and locale.get_display_name(ENGLISH.locale)) or tag


def _begin(language: str, folder: Path) -> None:
    """Writes a file with every text, and no translation."""
    locale = locale_for(language)
    path = folder / f"{str(locale).replace('_', '-')}.po"
    if path.exists():
        raise CommandError(f"There is {path} already.", "Edit it, or move it away first.")
    with file_errors("write", path, "Set MILEPOST_LANGUAGES to a folder that exists."):
        path.write_bytes(new_catalogue(locale))
    aside(f"Written to {path}: {count_of(len(template_texts()), 'text')} to translate.")
    if folder is _HERE:
        aside("Put it into a folder, and set MILEPOST_LANGUAGES to that folder.")
