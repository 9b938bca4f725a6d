"""The morning mail of a colleague: their day in words, each task with its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from milepost.brand.brand import Brand
from milepost.channels.protocol import OutgoingMessage
from milepost.explain.local_time import date_text
from milepost.explain.people_names import colleague_name
from milepost.text import count_of, listing

LINES = 25
"""Lines of one part; it counts what is beyond."""


@dataclass(frozen=True, slots=True)
class MailLine:
    """One task or outcome: what, whose, when in words, and the page where it is."""

    title: str
    customer: str
    when: str
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the mail, with as many lines as there are, or the first of them; `short` is for the subject."""

    title: str
    short: str
    lines: Sequence[MailLine]
    count: int


def write(address: str, day: date, parts: Sequence[Part], base_url: str, brand: Brand) -> OutgoingMessage:
    """Returns the mail of one local day for one colleague; the day makes it the only one."""
    subject = f"Your day: {listing([f'{part.count} {part.short}' for part in parts])}"
    heading, choices_url, desk_url = date_text(day), f"{base_url}/desk/messages", f"{base_url}/desk"
    blocks = [heading, *(_text(part) for part in parts), f"Your day: {desk_url}"]
    foot = f"-- \nYou chose this mail. Change when it comes, or end it: {choices_url}\n"
    html = _layout().render(
        subject=subject, heading=heading, parts=parts, brand=brand, desk_url=desk_url, choices_url=choices_url
    )
    return OutgoingMessage(
        journey="morning-mail",
        message=f"{address}/{day.isoformat()}",
        customer="",
        to_name=colleague_name(address),
        to_address=address,
        subject=subject,
        text="\n\n".join([*blocks, foot]),
        html=html,
        from_name=brand.name or "Milepost",
    )


def _text(part: Part) -> str:
    lines = [f"{part.title} ({part.count})"]
    for line in part.lines:
        when = f" ({line.when})" if line.when else ""
        lines.append(f"- {line.title}, {line.customer}{when}\n  {line.url}")
    if part.count > len(part.lines):
        lines.append(f"- and {count_of(part.count - len(part.lines), 'more', 'more')}")
    return "\n".join(lines)


@lru_cache(maxsize=1)
def _layout() -> Template:
    loader = PackageLoader("milepost.channels", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("morning.html")
