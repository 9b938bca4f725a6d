"""Template files as text: the front matter of a message, and which language variant is for whom."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from milepost.errors import MilepostError
from milepost.language.yaml_text import Fields, Spot, read_yaml
from milepost.text import listing, nearest

FRONT_MATTER_KEYS = ("subject", "language")
_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*\r?(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_EXAMPLE = "begin the file with three lines: '---', 'subject: ...', '---'"
_MESSAGES = "messages/"
_QUOTES = "put the subject in double quotes if it holds a colon or begins with '{'"


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """Something wrong in a template; `line` and `column` count from 1 in the whole file."""

    line: int
    column: int
    message: str
    suggestion: str | None = None


class TemplateError(MilepostError, ValueError):
    """A template can't be rendered: it is wrong, uses an unknown value, or writes too much.

    Attributes:
        reason: what is wrong and what to do about it, without the place.
        file: the template's name.
        line: the line in it, from 1; None if it isn't known.
    """

    code: ClassVar[str] = "template_failed"

    def __init__(self, reason: str, *, file: str = "template", line: int | None = None) -> None:
        super().__init__(f"{file}{f':{line}' if line else ''}: {reason}")
        self.reason, self.file, self.line = reason, file, line


class TooMuchWorkError(TemplateError):
    """A template writes, or works through, more than any message needs."""

    code: ClassVar[str] = "template_too_much_work"


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A message file: `subject` and `body` are Jinja, `language` is the one that the front matter names.

    `subject_line` and `body_line` are the lines of the file at which they begin, counted from 1.
    """

    subject: str
    body: str
    language: str | None = None
    subject_line: int = 2
    body_line: int = 4


def front_matter(text: str) -> tuple[str | None, str, int]:
    """Splits a file into the YAML between two `---` (None if there is none), the body, and the body's first line."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return None, text.removeprefix("\ufeff"), 1
    return match["yaml"], text[match.end() :], text[: match.end()].count("\n") + 1


def read_message(text: str) -> tuple[MessageTemplate | None, list[TemplateProblem]]:
    """Reads a message as far as possible; returns it with everything that is wrong with its front matter."""
    yaml, body, body_line = front_matter(text)
    if yaml is None:
        return None, [TemplateProblem(1, 1, f"The message has no front matter with a subject; {_EXAMPLE}")]
    reading = read_yaml(f"\n{yaml}")  # its lines count as in the file
    if reading.faults:
        return None, [TemplateProblem(each.spot.line, each.spot.column, each.message) for each in reading.faults]
    if not isinstance(reading.data, Fields):
        return None, [TemplateProblem(1, 1, f"The front matter has no subject; {_EXAMPLE}")]
    return _read_fields(reading.data, body, body_line)


def _read_fields(data: Fields, body: str, body_line: int) -> tuple[MessageTemplate | None, list[TemplateProblem]]:
    problems = []
    for key in data:
        if key not in FRONT_MATTER_KEYS:
            valid = listing([repr(name) for name in FRONT_MATTER_KEYS])
            message = f"Unknown field {str(key)!r} in the front matter; it may have {valid}"
            spot = data.keys_at[key]
            problems.append(TemplateProblem(spot.line, spot.column, message, nearest(str(key), FRONT_MATTER_KEYS)))
    subject, language = data.get("subject"), data.get("language")
    if language is not None and not isinstance(language, str):
        problems.append(TemplateProblem(2, 1, f"The language {language!r} isn't text; write a code such as de"))
        language = None
    spot = data.values_at.get("subject", Spot())
    if not isinstance(subject, str) or not subject.strip():
        problems.append(TemplateProblem(spot.line, spot.column, f"The subject is missing or isn't text; {_QUOTES}"))
        return None, problems
    return MessageTemplate(subject, body, language, spot.line, body_line), problems


def parse_message(text: str) -> MessageTemplate:
    """Reads the subject and body of a message file.

    Raises:
        TemplateError: the front matter is missing, can't be read or has no subject.
    """
    message, problems = read_message(text)
    if message is None:
        raise TemplateError(problems[0].message, file="message", line=problems[0].line)
    return message


def pick_variant(files: Collection[str], name: str, language: str | None) -> str:
    """Picks the file for a reader of `language`: `recap.de-at.md`, else `recap.de.md`, else `recap.md`.

    Languages are compared without regard to case, and `_` is the same as `-`.

    Raises:
        KeyError: not even the plain file exists.
    """
    by_name = {folded(file): file for file in files}
    stem = name.removesuffix(".md")
    parts = folded(language or "").split("-")
    for length in range(len(parts), 0, -1):
        variant = by_name.get(folded(f"{stem}.{'-'.join(parts[:length])}.md"))
        if parts[0] and variant is not None:
            return variant
    if name not in files:
        raise KeyError(name)
    return name


def variants_of(files: Iterable[str], name: str) -> list[str]:
    """Returns the plain file and the variants of a message among some files, sorted."""
    stem = folded(name.removesuffix(".md"))
    return sorted(
        file
        for file in files
        if file == name or (variant_language(file) and folded(file.rsplit(".", 2)[0]) == stem and file.endswith(".md"))
    )


def text_digests(files: Mapping[str, str]) -> dict[str, str]:
    """Returns a digest of each message of a map, by the name of its plain file: of the text in all languages."""
    texts = {name.removeprefix(_MESSAGES): text for name, text in files.items() if name.startswith(_MESSAGES)}
    return {
        name: hashlib.sha256(repr([(file, texts[file]) for file in variants_of(texts, name)]).encode()).hexdigest()
        for name in texts
    }


def variant_language(name: str) -> str | None:
    """The language in a file's name: `de` for `recap.de.md`, None for `recap.md`."""
    match = re.fullmatch(r".+\.([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*)\.md", name)
    return match[1].replace("_", "-") if match else None


def folded(name: str) -> str:
    """A name or a language tag as others are compared with it: `de_AT` is `de-at`."""
    return name.casefold().replace("_", "-")
