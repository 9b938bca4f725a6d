"""The shipped catalogues: in step with the code, whole, and with the values and the markup of their originals."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from milepost.translations.catalogues import (
    FOLDER,
    TEMPLATE,
    CatalogueError,
    is_translated,
    read_catalogue,
    translations_of,
)
from milepost.translations.languages import languages_in, shipped
from tests.translations.update import ROOT, extracted, updated

CATALOGUES = sorted(FOLDER.glob("*.po"))
COMPLETE = ("de", "es", "fr", "it", "ja", "nl", "pt")


def test_the_template_has_every_text_of_the_code() -> None:
    assert extracted() == TEMPLATE.read_bytes(), "run `python -m tests.translations.update` and translate what is new"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_has_the_texts_of_the_template_and_no_others(path: Path) -> None:
    assert updated(path, TEMPLATE.read_bytes()) == path.read_bytes(), "run `python -m tests.translations.update`"
    with path.open("rb") as file:
        catalogue = read_po(file)
    assert not catalogue.obsolete
    assert not [message.id for message in catalogue if message.id and message.fuzzy]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_has_the_values_and_the_markup_of_its_original(path: Path) -> None:
    for message in read_catalogue(path):  # raises
        if message.id and is_translated(message):
            texts = [message.id] if isinstance(message.id, str) else list(message.id)
            wanted = {value for text in texts for value in re.findall(r"%\(\w+\)s", text)}
            assert all(set(re.findall(r"%\(\w+\)s", text)) == wanted for text in translations_of(message)), message.id


@pytest.mark.parametrize("tag", COMPLETE)
def test_a_language_lacks_no_text(tag: str) -> None:
    assert shipped().missing(tag) == []


def german_texts() -> list[str]:
    """What German customers read: the words of pages and mails, and those of the shipped maps."""
    catalogues = [FOLDER / "de.po", *(ROOT / "maps").glob("*/languages/de.po")]
    messages = [message for path in catalogues for message in read_po(BytesIO(path.read_bytes()), "de") if message.id]
    return [text for message in messages for text in translations_of(message)]


def test_german_speaks_to_people_formally() -> None:
    texts = german_texts()
    familiar = re.compile(r"\b(du|dich|dir|dein\w*|euch|euer|eure\w*)\b", re.IGNORECASE)
    assert not [text for text in texts if familiar.search(text)]
    assert not [text for text in texts if "'" in text or '"' in text], "German quotes with „ and “"


def test_german_has_one_word_for_a_mail_in_the_catalogue_and_in_the_shipped_maps() -> None:
    texts = german_texts()
    texts += [file.read_text() for file in (ROOT / "maps").glob("*/messages/*.de.md")]
    assert any("E\N{NON-BREAKING HYPHEN}Mail" in text for text in texts)
    assert not [text for text in texts if re.search(r"(?<!E[-\N{NON-BREAKING HYPHEN}])\bMails?\b", text)]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_no_line_ends_within_the_word_for_a_mail(path: Path) -> None:
    texts = [text for message in read_catalogue(path) if message.id for text in translations_of(message)]
    assert not [text for text in texts if re.search(r"\be-mail", text, re.IGNORECASE)], "its hyphen is U+2011"


def test_pages_of_customers_are_rendered_for_their_reader() -> None:
    files = (ROOT / "milepost/web/portal").glob("*.py")
    assert not [file.name for file in files if re.search(r"\brender\(", file.read_text())]


@pytest.mark.parametrize("path", sorted((ROOT / "milepost/web/templates/portal").glob("*.html")), ids=lambda p: p.name)
def test_a_template_of_customers_has_no_word_that_is_not_translated(path: Path) -> None:
    source = re.sub(r"{% (trans|block (head|kind)) .*?{% end(trans|block) %}", "", path.read_text(), flags=re.DOTALL)
    source = re.sub(r"{{.*?}}|{%.*?%}|{#.*?#}", " ", source, flags=re.DOTALL)
    words = re.findall(r'\b(?:aria-label|title|placeholder|alt)="([^"]*[A-Za-z]{2}[^"]*)"', source)
    words += re.findall(r"[A-Za-zÀ-ÿ]{2,}", re.sub(r"<[^>]*>", " ", source))
    assert not words


# What an operator's own file may not be.

GOOD = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Hello %(name)s."\nmsgstr "Moi %(name)s."\n'
)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("finnish.po", GOOD, "'finnish' is no language; name the file after one, such as fr.po or pt-BR.po"),
        ("fi.po", GOOD.replace("Moi %(name)s", "Moi %(nimi)s"), "%(nimi)s, which the original doesn't have"),
        ("fi.po", GOOD.replace("Moi %(name)s", "Moi"), "line 4, 'Hello %(name)s.': the translation lacks %(name)s"),
        ("fi.po", GOOD.replace("Moi %(name)s", "Moi %(name)s 100 %"), "has %, which the original"),
        ("fi.po", GOOD.replace("Moi", "<b>Moi</b>"), "other markup (<...>) than the original"),
        ("fi.po", GOOD.replace('msgstr "Moi', 'msgtsr "Moi'), "it can't be read as a .po file"),
        ("fi.po", GOOD.replace("\\n", "\\nPlural-Forms: nplurals=2; plural=(n!=;\\n"), "unexpected end of plural form"),
        ("fi.po", GOOD.replace("utf-8", "utf-nine"), "unknown encoding: utf-nine"),
        ("fi.po", "\x00\x01", "it can't be read as a .po file"),
    ],
)
def test_a_file_that_can_not_be_used_says_what_is_wrong_and_where(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(CatalogueError) as refused:
        languages_in(tmp_path)

    assert words in refused.value.message
    assert str(tmp_path / name) in refused.value.message
    assert refused.value.hint
