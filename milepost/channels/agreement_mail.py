"""The mail with what was agreed: the recap as it stands when the mail is written, and the way to say yes to it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from milepost.channels.links import MessageLinks
from milepost.explain.agreement import Agreement
from milepost.explain.agreement_words import AgreementWords
from milepost.language.templates.renderer import Rendered
from milepost.translations.reader import Reader

Item = tuple[str, ...]
"""What stands behind one bullet, line by line."""
_ENDS = (".", "!", "?", ":", "…")


def agreement_mail(agreement: Agreement, customer: str, links: MessageLinks, reader: Reader, zone: str) -> Rendered:
    """Writes the mail in the reader's language, by the clock of their `zone`; `customer` is the customer's name."""
    subject = reader.gettext("What we agreed: %(customer)s", customer=customer)
    first = reader.gettext("This is what we agreed. Please say yes to it, or propose something else.")
    link, url = reader.gettext("Look at it and answer"), links.agreement_url
    sections = list(_sections(agreement, AgreementWords(reader, zone)))
    blocks = [first, f"{link}: {url}"]
    html = [f"<p>{escape(first)}</p>", f'<p><a href="{escape(url)}" class="button">{escape(link)}</a></p>']
    for heading, lines in sections:
        blocks += [heading, "\n".join("- " + "\n  ".join(line) for line in lines)]
        items = "".join(f"<li>{'<br>'.join(map(escape, line))}</li>" for line in lines)
        html += [f"<p><strong>{escape(heading)}</strong></p>", f"<ul>{items}</ul>"]
    return Rendered(subject, "\n\n".join(blocks) + "\n", "\n".join(html) + "\n", reader.tag)


def _sections(agreement: Agreement, words: AgreementWords) -> Iterator[tuple[str, list[Item]]]:
    reader = words.reader
    if agreement.steps:
        steps: list[Item] = [(_titled(line.title, words.step(line)),) for line in agreement.steps]
        yield reader.gettext("Who does what by when"), steps
    if agreement.figures:
        figures: list[Item] = [(line.statement, words.figures(line)) for line in agreement.figures]
        yield reader.gettext("What it is to bring"), figures
    if agreement.people:
        yield reader.gettext("Who is involved"), [(words.person(line),) for line in agreement.people]


def _titled(title: str, words: str) -> str:
    """Joins a title and what belongs to it; a title that ends with a sign of its own gets no colon."""
    return f"{title} {words}" if title.endswith(_ENDS) else f"{title}: {words}"
