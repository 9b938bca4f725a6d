"""One reader: words, dates and numbers as they read them. What is written is a value; nothing here is global."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from gettext import NullTranslations

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name
from babel.numbers import format_currency, format_decimal


def translatable(text: str) -> str:
    """Marks a text that is translated later, where it is shown: `reader.gettext(text)`. Returns it as it is."""
    return text


@lru_cache(maxsize=1024)
def locale_named(tag: str) -> Locale | None:
    """Returns the locale of a language tag such as `de` or `pt-BR`; None if there is none."""
    try:
        return Locale.parse(tag.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return None


def direction_of(tag: str) -> str:
    """Returns how a language is written: `ltr`, or `rtl` from right to left."""
    locale = locale_named(tag) or locale_named(tag.partition("-")[0])
    return str(locale.text_direction) if locale else "ltr"


@dataclass(frozen=True, slots=True)
class Reader:
    """How one reader reads: `tag` is the language of the words (`de`, `pt-BR`), `locale` that of dates and numbers.

    Texts are English in the code. Values stand in them as `%(name)s`, and a text with values is filled with keywords.
    """

    tag: str
    locale: Locale
    translations: NullTranslations

    @property
    def direction(self) -> str:
        """`ltr`, or `rtl` for a language that is written from right to left."""
        return direction_of(self.tag)

    def gettext(self, text: str, /, **values: object) -> str:
        """Returns a text in the reader's language, else in English."""
        translation = self.translations.gettext(text)
        return translation % values if values else translation

    def ngettext(self, one: str, more: str, count: int, /, **values: object) -> str:
        """Returns a text that counts something, in the reader's form for `count`, which it may take as a value."""
        return self.translations.ngettext(one, more, count) % {"count": self.number(count), **values}

    def pgettext(self, context: str, text: str, /, **values: object) -> str:
        """Returns a text that reads otherwise elsewhere; `context` says where this one stands."""
        translation = self.translations.pgettext(context, text)
        return translation % values if values else translation

    def number(self, value: float | str) -> str:
        """A number such as `1.234,5`; text as it is."""
        return value if isinstance(value, str) else str(format_decimal(value, "#,##0.######", locale=self.locale))

    def money(self, amount: float, currency: str) -> str:
        """An amount such as `1.234,50 €`; `currency` is its ISO 4217 code."""
        return str(format_currency(amount, currency, locale=self.locale))

    def day(self, day: date) -> str:
        """A day such as `31. Dezember 2026`."""
        return str(format_date(day, "long", locale=self.locale))

    def weekday(self, day: date) -> str:
        """A day such as `Do., 31. Dez. 2026`."""
        return str(format_skeleton("yMMMEd", day, locale=self.locale))

    def short_day(self, day: date) -> str:
        """A day without its year, such as `31. Dez.`."""
        return str(format_skeleton("MMMd", day, locale=self.locale))

    def time(self, at: datetime) -> str:
        """The clock time of an aware instant in its own zone, such as `17:00`."""
        return str(format_time(at, "short", tzinfo=at.tzinfo, locale=self.locale))

    def zone_name(self, at: datetime) -> str:
        """The zone of an aware instant, such as `Mitteleuropäische Sommerzeit`."""
        return str(get_timezone_name(at, "long", locale=self.locale))


ENGLISH = Reader("en", Locale("en"), NullTranslations())
"""Who reads no other language that we have; colleagues, too."""
