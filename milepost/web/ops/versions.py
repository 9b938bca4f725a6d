"""The versions of a map: who published each and why, who is on it, what they confirmed, and its files to be edited."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from milepost.explain.people_names import person_or_terminal
from milepost.explain.sentences import version_text
from milepost.explain.wall import confirmed
from milepost.intake.candidates import candidates
from milepost.intake.rollout_words import target_text
from milepost.store import candidates as stored
from milepost.store import rollouts, version_counts
from milepost.store.tables import MapVersionRow
from milepost.store.version_counts import VersionCounts
from milepost.web import forms
from milepost.web.form_values import Number, Token
from milepost.web.identity import Acting, Looking
from milepost.web.ops.rollout_view import STATUS, RolloutView
from milepost.web.pages import render_aside, shell
from milepost.web.problems import ProblemError
from milepost.web.request_limits import PUBLISH
from milepost.web.services import Served, Services
from milepost.web.wall_sheet import current_of, versions_of

router = APIRouter(prefix="/ops/maps/{map_id}/versions", include_in_schema=False)
_FORM = "look"
_LATEST = 20  # rollouts that are listed


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the list; `look` is the number of the latest look at it, with so many `warnings`."""

    row: MapVersionRow
    counts: VersionCounts
    look: int | None
    warnings: int

    @property
    def by(self) -> str:
        return person_or_terminal(self.row.published_by)

    @property
    def confirmed(self) -> tuple[str, ...]:
        """What its customers answered, in words; empty: nothing yet."""
        return tuple(confirmed(self.counts.verdicts))


@router.get("")
async def listed(request: Request, served: Served, viewer: Looking, map_id: str) -> Response:
    """All versions of a map, the newest first, and its rollouts."""
    rows = await versions_of(served, map_id)
    async with served.store.reading() as session:
        counts = await version_counts.of_map(session, map_id)
        looks = await stored.looked_at(session, map_id)
        latest = await rollouts.of_map(session, map_id, limit=_LATEST)
        still_open = next((row for row in latest if row.status in rollouts.OPEN), None)
        moves = (await rollouts.counts(session, [still_open.number]))[still_open.number] if still_open else {}
    versions = {row.hash: row for row in rows}
    current = current_of(rows)
    page: dict[str, Any] = {
        "map": map_id,
        "unreadable": await served.compiled_maps.unreadable(),
        "title": current.title,
        "lines": [VersionLine(row, counts[row.hash], *looks.get(row.hash, (None, 0))) for row in rows],
        "elsewhere": sum(each.running for hash_, each in counts.items() if hash_ != current.hash),
        "current": version_text(current.number, current.hash),
        "rollouts": [(row, target_text(row, versions)) for row in latest],
        "status": STATUS,
        "form": forms.token(served, viewer.session, _FORM) if viewer else None,
        "open": RolloutView(still_open, versions, moves) if still_open else None,
    }
    around = shell(request, served, viewer, f"Versions of {current.title}", "maps", zone=await served.zone())
    return await render_aside("ops/versions.html", page, around)


@router.post("/{number}/look")
async def look(served: Served, person: Acting, map_id: str, number: Number, form: Token) -> Response:
    """Looks at a version: its findings, what sets it apart from the current one, and what moving customers would do."""
    sent = forms.read(served, person.session, form, _FORM)
    row = await _version(served, map_id, number)
    candidate, is_new = await candidates.receive_version(
        served.intake.context, f"{sent.id}/{number}", row, by=person.address
    )
    if is_new:
        served.candidates.start(candidate)
    return RedirectResponse(f"{PUBLISH}/{candidate}", 303)


async def _version(served: Services, map_id: str, number: int) -> MapVersionRow:
    row = next((each for each in await versions_of(served, map_id) if each.number == number), None)
    if row is None:
        raise ProblemError(404, "not_found", f"The map {map_id!r} has no version {number}.", "Its page lists them.")
    return row


@router.get("/{number}.zip")
async def download(served: Served, _: Looking, map_id: str, number: Number) -> Response:
    """The files of a version as a folder in a .zip, to be edited."""
    row = await _version(served, map_id, number)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(row.files.items()):
            archive.writestr(zipfile.ZipInfo(f"{map_id}/{name}"), text)
    headers = {"content-disposition": f'attachment; filename="{map_id}-version-{number}.zip"'}
    return Response(packed.getvalue(), media_type="application/zip", headers=headers)
