"""Jinja's `{% trans %}` and `_()`, in the language of the reader whom a template is rendered for."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, Undefined, pass_context
from jinja2.runtime import Context

from milepost.errors import MilepostError
from milepost.translations.reader import Reader


class NoReaderError(MilepostError):
    """A template has words to translate, but was rendered for nobody."""

    code = "no_reader"


def translate_by_reader(environment: Environment) -> None:
    """Lets an environment with the extension `i18n` translate for `reader`, a value of each template.

    The texts are markup as they stand; every value in them is escaped.
    """
    environment.policies["ext.i18n.trimmed"] = True
    install: Any = getattr(environment, "install_gettext_callables")  # noqa: B009 - the extension adds it
    install(_gettext, _ngettext, newstyle=True, pgettext=_pgettext)


def _reader(context: Context) -> Reader:
    reader = context.resolve("reader")
    if isinstance(reader, Undefined):
        raise NoReaderError(f"{context.name} is rendered for no reader.", "Import its macros `with context`.")
    assert isinstance(reader, Reader)
    return reader


@pass_context
def _gettext(context: Context, text: str) -> str:
    return _reader(context).translations.gettext(text)


@pass_context
def _ngettext(context: Context, one: str, more: str, count: int) -> str:
    return _reader(context).translations.ngettext(one, more, count)


@pass_context
def _pgettext(context: Context, where: str, text: str) -> str:
    return _reader(context).translations.pgettext(where, text)
