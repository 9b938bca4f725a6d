"""In which language a request is answered: that of the contact whose link it opens, else what the browser asks for."""

from __future__ import annotations

from fastapi import Request

from milepost.translations.reader import ENGLISH, Reader
from milepost.web.security import is_by_link
from milepost.web.services import services


def remember_reader(request: Request, language: str | None, country: str | None) -> Reader:
    """Returns how a contact reads, and keeps it for the pages about errors.

    Somebody whose language isn't known reads what their browser asks for.
    """
    languages = services(request).languages
    if language is None:
        return reader_of(request)
    request.state.reader = languages.reader(language, country)
    return reader_of(request)


def reader_of(request: Request) -> Reader:
    """Returns the reader of a request; colleagues read English."""
    remembered: Reader | None = getattr(request.state, "reader", None)
    if remembered is not None:
        return remembered
    if not is_by_link(request.url.path):
        return ENGLISH
    return services(request).languages.of_header(request.headers.get("accept-language"))
