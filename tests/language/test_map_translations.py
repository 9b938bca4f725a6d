"""What a map says to customers in other languages: catalogues beside it, and what lint says of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel import Locale

from milepost.language.lint import lint
from milepost.language.loader import content_hash, from_files, load
from milepost.language.map_texts import texts_of
from milepost.language.map_translations import MapTranslations, map_catalogue, read_map_catalogue, translatable_texts
from milepost.language.model import Map
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.map_in_language import in_language
from milepost.shipped import MAPS
from tests.language.broken import SIDE_FILES, example_with

FORM = """        due: 10 business days
        how: |
          Ask {{ contact.first_name }}
          for the key.
        link: {url: "https://help.example/en", title: How it is done}
        asks:
          - {field: rooms, title: How many rooms?, type: choice, one_of: [few, many], help: A guess will do.}
        remind: [3 business days before"""
TEXT = example_with(("        due: 10 business days\n        remind: [3 business days before", FORM))
GERMAN = """
msgid "Connect the calendar"
msgstr "Den Kalender anbinden"

msgid ""
"Ask {{ contact.first_name }} for "
"the key."
msgstr "{{ contact.first_name }} hat den Schlüssel."

msgid "few"
msgstr "wenige"

msgid "Paperwork takes ten hours less a week."
msgstr "Der Papierkram braucht zehn Stunden weniger pro Woche."

msgid "https://help.example/en"
msgstr "https://help.example/de"

#, fuzzy
msgid "Practice manager"
msgstr "Vielleicht Praxisleitung"
"""


def the_map(text: str = TEXT) -> Map:
    loaded = from_files({"map.yaml": text, **SIDE_FILES})
    assert loaded.map is not None, loaded.problems
    return loaded.map


def compiled(**catalogues: str) -> CompiledMap:
    files = {"map.yaml": TEXT, **SIDE_FILES, **_files(catalogues)}
    return CompiledMap.of(the_map(), content_hash(files), files)


def _files(catalogues: dict[str, str]) -> dict[str, str]:
    return {f"languages/{tag.replace('_', '-')}.po": text for tag, text in catalogues.items()}


def complete(language: str, map_: Map) -> str:
    """A catalogue in which every text is translated, by itself."""
    catalogue = read_map_catalogue(f"languages/{language}.po", map_catalogue(map_, Locale(language)).decode())
    for message in catalogue:
        message.string = message.id
    return map_catalogue(map_, Locale(language), catalogue).decode()


def problems(*codes: str, text: str = TEXT, **catalogues: str) -> list[str]:
    found = lint(from_files({"map.yaml": text, **SIDE_FILES, **_files(catalogues)}))
    return [str(each) for each in found if each.code in codes]


def test_a_reader_gets_the_same_steps_in_other_words() -> None:
    written = compiled(de=GERMAN)
    german = in_language(written, "de-AT")

    action = german.steps["connect"].step
    assert action.title == "Den Kalender anbinden"
    assert action.how == "{{ contact.first_name }} hat den Schlüssel."  # wherever its lines break in the map
    assert (action.link.title, action.link.url) == ("How it is done", "https://help.example/de")
    assert german.map.stages[1].outcomes[0].statement == "Der Papierkram braucht zehn Stunden weniger pro Woche."
    assert list(german.steps) == list(written.steps)
    assert german.version == written.version
    assert german.message_needs is written.message_needs
    assert german.translate("Connect the\n calendar") == "Den Kalender anbinden"
    assert in_language(written, "de-AT") is german


def test_answers_stay_what_conditions_compare_and_are_read_in_other_words() -> None:
    ask = in_language(compiled(de=GERMAN), "de").asks["connect.rooms"]

    assert ask.one_of == ("few", "many")
    assert [ask.label(each) for each in ask.one_of] == ["wenige", "many"]
    assert ask.complaint("few") is None
    assert ask.complaint("wenige") is not None


def test_what_is_not_translated_or_not_looked_at_stays_in_the_words_of_the_map() -> None:
    german = in_language(compiled(de=GERMAN), "de").map

    assert german.personas["sponsor"].title == "Medical director"
    assert german.personas["coordinator"].title == "Practice manager"


def test_a_regional_language_goes_before_its_language() -> None:
    swiss = 'msgid "few"\nmsgstr "wenig"\n'
    readers = {each: in_language(compiled(de=GERMAN, de_CH=swiss), each) for each in ("de-CH", "de_ch", "de", "fr")}

    assert [readers[each].asks["connect.rooms"].label("few") for each in readers] == ["wenig", "wenig", "wenige", "few"]
    assert readers["de-CH"].steps["connect"].step.title == "Den Kalender anbinden"


@pytest.mark.parametrize("language", [None, "", "fr", "-"])
def test_who_reads_another_language_gets_the_map_itself(language: str | None) -> None:
    written = compiled(de=GERMAN)
    assert in_language(written, language) is written


def test_texts_are_those_that_customers_read_and_no_others() -> None:
    places = {place.name for _, place in texts_of(the_map())}
    texts = translatable_texts(the_map())

    assert "touchpoint kickoff, title" in places
    assert "action connect, rooms, answer" in places
    assert {"touchpoint recap, title", "touchpoint unblock_call, title"}.isdisjoint(places)  # a mail, and a play's task
    assert not {"Clinics that want less paperwork", "Remove what blocks the customer"}.intersection(texts)
    assert "https://help.example/en" not in texts


def test_a_language_that_lacks_texts_is_a_warning_with_their_number() -> None:
    few = problems("W220", de=GERMAN)
    none = problems("W220", de=complete("de", the_map()))
    of_messages = lint(
        from_files({"map.yaml": TEXT, **SIDE_FILES, "messages/recap.fr.md": SIDE_FILES["messages/recap.md"]})
    )

    lacking = len(translatable_texts(the_map())) - 4
    assert len(few) == 1
    assert f"map.yaml:1:1 W220 languages/de.po lacks {lacking} texts of the map, such as 'Customer success" in few[0]
    assert none == []
    assert any("languages/fr.po lacks" in each.message for each in of_messages if each.code == "W220")
    assert problems("W220") == []


def test_a_plan_may_speak_more_languages_than_the_mails() -> None:
    assert problems("W218", "W220", de=complete("de", the_map())) == []


def test_a_translated_template_is_checked_like_its_original() -> None:
    wrong = GERMAN.replace("{{ contact.first_name }} hat", "{{ contact.vorname }} hat")
    [found] = problems("M110", de=wrong)

    assert found.startswith("languages/de.po:5:1 M110 Unknown field 'contact.vorname'; there are ")
    assert "(in the translation of 'Ask {{ contact.first_name }} for the key.')" in found


@pytest.mark.parametrize(
    ("tag", "text", "why"),
    [
        ("klingon_x", GERMAN, "'klingon-x' is no language; name the file after one"),
        ("de", 'msgtsr "wenige"\n', "it can't be read as a .po file"),
    ],
)
def test_a_catalogue_that_can_not_be_used_is_an_error(tag: str, text: str, why: str) -> None:
    [found] = problems("M103", **{tag: text})
    assert f"languages/{tag.replace('_', '-')}.po:1:1 M103 The translations can't be used: " in found
    assert why in found


def test_another_translation_is_another_version() -> None:
    files = {"map.yaml": TEXT, **SIDE_FILES}
    hashes = {
        content_hash(files),
        content_hash(files | _files({"de": GERMAN})),
        content_hash(files | _files({"de": ""})),
    }
    assert len(hashes) == 3


def test_a_catalogue_is_brought_in_step_and_loses_nothing() -> None:
    changed = the_map(
        TEXT.replace("title: Connect the calendar", "title: Connect all calendars").replace("few", "some")
    )
    earlier = read_map_catalogue("languages/de.po", GERMAN)
    text = map_catalogue(changed, Locale("de"), earlier).decode()
    texts = MapTranslations.of({"languages/de.po": text}).texts("de")

    assert '#, fuzzy\nmsgid "Connect all calendars"\nmsgstr "Den Kalender anbinden"' in text  # a person looks at it
    assert '#~ msgid "few"\n#~ msgstr "wenige"' in text
    assert "#. action connect, title\n" in text
    assert texts["Paperwork takes ten hours less a week."].startswith("Der Papierkram")
    assert "Connect all calendars" not in texts


@pytest.mark.parametrize(
    "file", sorted(MAPS.glob("*/languages/*.po")), ids=lambda file: f"{file.parts[-3]} {file.stem}"
)
def test_the_shipped_catalogues_are_complete_and_as_the_command_writes_them(file: Path) -> None:
    loaded, name = load(file.parents[1]), f"languages/{file.name}"
    assert loaded.map is not None
    text = (loaded.files or {})[name]
    catalogue = read_map_catalogue(name, text)

    assert map_catalogue(loaded.map, Locale.parse(file.stem), catalogue).decode() == text
    assert MapTranslations.of(loaded.files or {}).missing(loaded.map, file.stem) == []
    assert not catalogue.obsolete
