"""What publishing a version would change, in sentences, as the command line and the pages say it."""

from __future__ import annotations

from collections.abc import Sequence

from milepost.explain.sentences import version_text
from milepost.intake.publication import Impact, Publication, VersionImpact
from milepost.text import count_of
from milepost.versions import Change

MOVES_LEAD = "Moving them to this one now would do this at once:"
NOBODY = "No journey is open on another version of it, so there is nobody to move."
_ORDER = ("removed", "renamed", "moved", "added", "changed")
_BECAME = {
    "new": "published as {}",
    "unchanged": "already {}; nothing changed",
    "current_again": "{} again; the same content had been published before",
}


def changes_lead(impact: Impact) -> str:
    """Says how much changed; a colon at its end leads to the changes."""
    before = version_text(impact.number, impact.hash)
    if impact.changes is None:
        return f"{impact.map}: this Milepost can't read {before}, so it can't tell what changed since."
    if not impact.changes:
        return f"{impact.map}: its content is the same as {before}; only its files are written differently."
    return f"{impact.map}: {count_of(len(impact.changes), 'change')} since {before}:"


def by_weight(changes: Sequence[Change]) -> list[Change]:
    """Returns the changes with those first that affect customers most."""
    return sorted(changes, key=lambda change: _ORDER.index(change.what))


def journeys_lead(impact: Impact, *, moves: bool) -> str:
    """Says how many journeys are on other versions; `moves`: publishing begins to move them."""
    if not impact.journeys:
        return NOBODY
    many = count_of(impact.journeys, "open journey")
    if moves:
        return f"{many} {'is' if impact.journeys == 1 else 'are'} on another version, and will move."
    stay = "stays" if impact.journeys == 1 else "stay"
    return f"Publishing moves nobody: {many} {stay} on another version."


def version_lead(version: VersionImpact) -> str:
    """Says how many journeys are on a version; a colon at its end leads to what moving them would do."""
    which = f"{count_of(version.journeys, 'journey')} on {version_text(version.number, version.hash)}:"
    if version.moves is None:
        return f"{which} nobody can tell, since this Milepost can't read that version."
    if version.moves.unchanged.count == version.journeys:
        return f"{which} nothing."
    return which


def published_lead(publication: Publication) -> str:
    """Says what became of a map that was published."""
    version = version_text(publication.number, publication.hash)
    return f"{publication.map}: {_BECAME[publication.became].format(version)}."


def waiting_text(publication: Publication) -> str:
    """Says who would begin on it; empty where nobody would."""
    if publication.waiting:
        free = count_of(publication.waiting, "customer")
        return f"Next: {free} without a journey match; `milepost enroll --all` begins their journeys."
    if publication.became == "new":
        return "Next: customers who match begin on it when they are imported: `milepost import BOOK.csv`."
    return ""
