"""One reader's words, dates and numbers, and which language they read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from milepost.errors import MilepostError
from milepost.translations.languages import Languages, languages_in, shipped
from milepost.translations.reader import ENGLISH

AT = datetime(2026, 12, 31, 17, 5, tzinfo=ZoneInfo("Europe/Berlin"))
PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: {plural}\\n"\n\n{texts}'


def folder_with(tmp_path: Path, **files: str) -> Languages:
    for name, texts in files.items():
        plural, text = "nplurals=2; plural=(n != 1);", texts
        if "---" in texts:
            plural, text = texts.split("---", maxsplit=1)
        (tmp_path / f"{name.replace('_', '-')}.po").write_text(PO.format(plural=plural, texts=text))
    return languages_in(tmp_path)


def test_dates_and_numbers_are_written_as_the_reader_writes_them() -> None:
    german, american = shipped().reader("de"), shipped().reader("en", "US")

    assert german.number(1234.5) == "1.234,5"
    assert german.money(1234.5, "EUR") == "1.234,50\u00a0€"
    assert german.day(AT.date()) == "31. Dezember 2026"
    assert german.weekday(AT.date()) == "Do., 31. Dez. 2026"
    assert german.time(AT) == "17:05"
    assert german.zone_name(AT) == "Mitteleuropäische Normalzeit"
    assert american.number(1234.5) == "1,234.5"
    assert american.day(AT.date()) == "December 31, 2026"
    assert american.number("as before") == "as before"


@pytest.mark.parametrize(
    ("language", "country", "tag", "day"),
    [
        ("de", None, "de", "6. Januar 2026"),
        ("de-AT", None, "de", "6. Jänner 2026"),
        ("DE_at", None, "de", "6. Jänner 2026"),
        ("de", "AT", "de", "6. Jänner 2026"),
        ("de-AT", "DE", "de", "6. Jänner 2026"),
        ("de", "DE-BY", "de", "6. Januar 2026"),
        ("de", "BR", "de", "6. Januar 2026"),
        ("de-BR", None, "de", "6. Januar 2026"),
        ("en", "GB", "en", "6 January 2026"),
        ("sv", "SE", "en", "6 January 2026"),
        ("tlh", None, "en", "January 6, 2026"),
        ("no language", None, "en", "January 6, 2026"),
        (None, None, "en", "January 6, 2026"),
    ],
)
def test_a_language_falls_back_to_a_wider_one_and_then_to_english(
    language: str | None, country: str | None, tag: str, day: str
) -> None:
    reader = shipped().reader(language, country)

    assert (reader.tag, reader.day(date(2026, 1, 6))) == (tag, day)


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("en;q=0.5, de;q=0.9", "de"),
        ("en-US,de;q=0.9", "en"),
        ("sv,de;q=0.8", "de"),
        ("de;q=0, en", "en"),
        ("*", "en"),
        ("de;q=x, ;;;, ,en", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_browser_is_answered_in_a_language_that_it_accepts(header: str | None, tag: str) -> None:
    assert shipped().of_header(header).tag == tag


def test_a_word_that_a_region_lacks_is_that_of_its_language_and_then_english(tmp_path: Path) -> None:
    languages = folder_with(
        tmp_path,
        de_CH='msgid "Mail address"\nmsgstr "E-Mail-Adresse"\n\nmsgid "Save"\nmsgstr ""\n',
    )
    swiss = languages.reader("de", "CH")

    assert swiss.tag == "de-CH"
    assert [swiss.gettext(text) for text in ("Mail address", "Save", "Never written")] == [
        "E-Mail-Adresse",
        "Speichern",
        "Never written",
    ]
    assert languages.missing("de-CH") == []


def test_an_operator_adds_a_language_and_other_words_by_a_file(tmp_path: Path) -> None:
    languages = folder_with(tmp_path, fi='msgid "Save"\nmsgstr "Tallenna"\n', de='msgid "Save"\nmsgstr "Übernehmen"\n')

    assert languages.reader("fi").gettext("Save") == "Tallenna"
    assert languages.reader("de").gettext("Save") == "Übernehmen"
    assert languages.reader("de").gettext("Send") == "Absenden"
    assert "Send" in languages.missing("fi")
    assert shipped().reader("fi").tag == "en"


def test_an_operator_has_other_words_in_english_too(tmp_path: Path) -> None:
    languages = folder_with(tmp_path, en='msgid "Save"\nmsgstr "Keep"\n')
    readers = (languages.reader("en", "GB"), languages.reader("sv"), languages.reader(None), languages.of_header("sv"))

    assert {reader.gettext("Save") for reader in readers} == {"Keep"}
    assert languages.tags.count("en") == 1


def test_a_fuzzy_or_half_written_text_counts_as_missing(tmp_path: Path) -> None:
    plural = 'msgid "%(subject)s and %(count)s more"\nmsgid_plural "%(subject)s and %(count)s more"\n'
    languages = folder_with(
        tmp_path,
        fi=f'#, fuzzy\nmsgid "Save"\nmsgstr "Tallenna"\n\n{plural}msgstr[0] "%(subject)s ja %(count)s"\nmsgstr[1] ""\n',
    )
    reader = languages.reader("fi")

    assert reader.gettext("Save") == "Save"
    assert reader.ngettext("%(subject)s and %(count)s more", "%(subject)s and %(count)s more", 1, subject="A") == (
        "A and 1 more"
    )
    assert {"Save", "%(subject)s and %(count)s more"} <= set(languages.missing("fi"))


@pytest.mark.parametrize(("count", "words"), [(1, "1 znak"), (3, "3 znaki"), (5, "5 znaków"), (1234, "1234 znaki")])
def test_a_language_has_as_many_plural_forms_as_it_needs(tmp_path: Path, count: int, words: str) -> None:
    polish = "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"
    one, more = "This is longer than %(count)s character.", "This is longer than %(count)s characters."
    forms = "".join(f'msgstr[{at}] "%(count)s {word}"\n' for at, word in enumerate(("znak", "znaki", "znaków")))
    reader = folder_with(tmp_path, pl=f'{polish}---msgid "{one}"\nmsgid_plural "{more}"\n{forms}').reader("pl")

    assert reader.ngettext(one, more, count).replace("\u00a0", "") == words


def test_many_readers_are_served_at_once() -> None:
    tags = ["de", "en", "fr", "es"] * 50
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda tag: shipped().reader(tag).gettext("Your shared plan"), tags))

    assert texts == ["Ihr gemeinsamer Plan", "Your shared plan", "Votre plan partagé", "Su plan compartido"] * 50


def test_values_are_never_read_as_texts() -> None:
    assert ENGLISH.gettext("Hello %(name)s.", name="100 % %(name)s <b>") == "Hello 100 % %(name)s <b>."


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MilepostError, match="no folder of translations") as refused:
        languages_in(tmp_path / "nowhere")

    assert "MILEPOST_LANGUAGES" in (refused.value.hint or "")
