"""One message or playbook for one reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from milepost.language.templates.context import AnyContext, MessageContext, PlaybookContext, names_of
from milepost.language.templates.markdown import fill, fragment, web_address
from milepost.language.templates.plain_text import RULE
from milepost.language.templates.sandbox import Run, run_template
from milepost.language.templates.source import TemplateError, parse_message
from milepost.translations.languages import Languages

MAX_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as it goes out: `subject` is one line, `html` a piece of HTML without styles or layout.

    `language` is the code of the language that the text is in (`de`, `en-US`).
    """

    subject: str
    text: str
    html: str
    language: str


def render_message(template_text: str, context: MessageContext, *, file: str = "message") -> Rendered:
    """Fills in one message; `file` is its name in error messages.

    Raises:
        TemplateError: the template is wrong, uses an unknown value, or writes too much.
    """
    message = parse_message(template_text)
    locale = _locale(message.language, context.locale)
    names, run = _names(context), Run(locale, context.languages)
    raw = run_template(message.subject, names, run, file=file, first_line=message.subject_line)
    subject = _one_line(fill(raw, run.values))
    if not subject:
        raise TemplateError("the subject came out empty", file=file, line=message.subject_line)
    raw = run_template(message.body, names, run, file=file, first_line=message.body_line)
    body = fragment(raw, run.values)
    return Rendered(subject, body.text, body.html, locale)


def render_merged(parts: Sequence[tuple[str, MessageContext]], languages: Languages) -> Rendered:
    """Merges several messages to one person into one mail: the subject of the first and how many more.

    Each further body follows a rule, under its own subject as a heading; one that has the same text as an
    earlier one is left out.

    Raises:
        TemplateError: one of them can't be rendered.
        ValueError: there are no parts.
    """
    if not parts:
        raise ValueError("a message needs at least one part")
    all_parts = [render_message(text, context) for text, context in parts]
    first, *further = list({part.text: part for part in reversed(all_parts)}.values())[::-1]
    if not further:
        return first
    shown = _one_line(first.subject, MAX_SUBJECT - 30)
    words = languages.reader(first.language)
    return Rendered(
        subject=words.ngettext(
            "%(subject)s and %(count)s more", "%(subject)s and %(count)s more", len(further), subject=shown
        ),
        text=f"\n{RULE}\n\n".join([first.text, *(f"{part.subject}\n\n{part.text}" for part in further)]),
        html="<hr />\n".join([first.html, *(f"<h2>{escape(part.subject)}</h2>\n{part.html}" for part in further)]),
        language=first.language,
    )


def render_playbook(text: str, context: PlaybookContext, *, file: str = "playbook") -> str:
    """Fills in a playbook and returns a piece of HTML.

    Raises:
        TemplateError: the template is wrong, uses an unknown value, or writes too much.
    """
    run = Run(context.locale)
    return fragment(run_template(text, _names(context), run, file=file, first_line=1), run.values).html


def render_text(text: str, context: MessageContext, *, file: str = "text") -> str:
    """Fills in a short Markdown text that sees what a message sees, and returns a piece of HTML.

    Raises:
        TemplateError: the template is wrong, uses an unknown value, or writes too much.
    """
    run = Run(context.locale, context.languages)
    return fragment(run_template(text, _names(context), run, file=file, first_line=1), run.values).html


def render_address(text: str, context: MessageContext, *, file: str = "link") -> str | None:
    """Fills in the address of a link; None where it leads nowhere on the web.

    Raises:
        TemplateError: the template is wrong, uses an unknown value, or writes too much.
    """
    run = Run(context.locale, context.languages)
    return web_address(run_template(text, _names(context), run, file=file, first_line=1), run.values)


def _names(context: AnyContext) -> dict[str, Any]:
    return {name: getattr(context, name) for name in names_of(context)}


def _locale(language: str | None, locale: str) -> str:
    """The language that the file names, with the reader's country; else the reader's locale."""
    if language is None or "-" in language or "-" not in locale:
        return language or locale
    return f"{language}-{locale.rsplit('-', maxsplit=1)[-1]}"


def _one_line(text: str, limit: int = MAX_SUBJECT) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
