"""Maps due for review: on the owner's day or, if the owner has no desk, in the queues."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from milepost.explain import local_time
from milepost.store import reviews
from milepost.store.reviews import MapReview
from milepost.web import forms
from milepost.web.form_values import Onward, Text, Token
from milepost.web.identity import Acting, Person, safe_onward
from milepost.web.pages import back_to
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/desk/reviews", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A map to review: for how long it is late, and when it was reviewed before.

    `form` is the token of its form, None if nobody is signed in.
    """

    of: MapReview
    late: str
    before: str
    form: str | None


async def due_reviews(served: Services) -> list[MapReview]:
    """Returns the maps that should be reviewed now, the longest due first."""
    return reviews.due_for(await reviews.current_reviews(served.store, served.compiled_maps, served.now()))


def cards(served: Services, viewer: Person | None, reviews: Iterable[MapReview], zone: str) -> list[ReviewCard]:
    """Returns the cards of reviews."""
    return [
        ReviewCard(
            each,
            late=local_time.span_text(served.now() - each.review.due_at),
            before=last_review(each, zone),
            form=forms.token(served, viewer.session, "review", each.map.map) if viewer else None,
        )
        for each in reviews
        if each.review is not None
    ]


def last_review(each: MapReview, zone: str) -> str:
    """Describes the last review or, if there is none since, the publishing."""
    last, version = each.last, each.version
    if last is None or last.reviewed_at < version.published_at:
        return f"version {version.number} was published on {local_time.day_of(version.published_at, zone)}"
    noted = f" (“{last.note}”)" if last.note else ""
    return f"last reviewed on {local_time.day_of(last.reviewed_at, zone)} by {last.by}{noted}"


@router.post("/done")
async def done(served: Served, person: Acting, form: Token, note: Text = "", onward: Onward = "/desk") -> Response:
    """The map is reviewed; the next review counts from now."""
    read = forms.read(served, person.session, form, "review")
    (map_id,) = read.subject
    current = await reviews.current_reviews(served.store, served.compiled_maps, served.now())
    if all(each.map.map != map_id for each in current):
        raise ProblemError(404, "not_found", "This map is no longer published.", "Go back and reload the page.")
    async with served.store.transaction() as session:
        new = await reviews.record(session, read.id, map_id, served.now(), by=person.address, note=note or None)
    return back_to(safe_onward(onward), "reviewed" if new else "again")
