"""From a map's folder on a page to a version that is current, and to a rollout; what is done is what was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.errors import MilepostError
from milepost.explain.people_names import colleague_name
from milepost.explain.sentences import version_text
from milepost.intake import rollouts
from milepost.intake.candidates.folder import MapFolder
from milepost.intake.candidates.report import Report
from milepost.intake.context import IntakeContext
from milepost.intake.publication import Draft, Publication, publish_within
from milepost.intake.rollouts import Pace, Reason
from milepost.language.loader import MAP_FILE, SIDE_FOLDERS, from_files
from milepost.store import candidates, maps
from milepost.store.candidate_tables import CandidateRow
from milepost.store.candidates import CandidateStatus
from milepost.store.rollouts import MovePolicy
from milepost.store.tables import MapVersionRow, RolloutRow


class CandidateRefusedError(MilepostError):
    """A candidate can't be published, or customers can't be moved to it, as it was looked at; nothing was done."""

    code = "candidate_refused"


@dataclass(frozen=True, slots=True)
class Looked:
    """What somebody looked at: the version that it would become, and the one that was current then."""

    hash: str
    since: str


async def receive(context: IntakeContext, form: str, folder: MapFolder, *, by: str) -> tuple[int, bool]:
    """Stores a folder that somebody sent; returns its number, and False if the same form has sent it before."""
    row = _row(context, form, folder.name, folder.files, by)
    row.left_out = list(folder.left_out)
    return await context.store.write(partial(candidates.add, row=row))


async def receive_version(context: IntakeContext, form: str, version: MapVersionRow, *, by: str) -> tuple[int, bool]:
    """Stores a published version as what somebody looks at; returns its number, and False if it was there before."""
    row = _row(context, form, version.map, version.files, by)
    row.map, row.title, row.hash = version.map, version.title, version.hash
    return await context.store.write(partial(candidates.add, row=row))


def _row(context: IntakeContext, form: str, name: str, files: Mapping[str, str], by: str) -> CandidateRow:
    wall = int(context.wall())
    return CandidateRow(
        form=form,
        status=CandidateStatus.LOOKING,
        name=name,
        files=dict(files),
        total=0,
        done=0,
        sent_at=context.now(),
        sent_by=by,
        beat_at=wall,
        keep_until=wall + candidates.KEPT_SECONDS,
    )


def map_files(row: CandidateRow) -> dict[str, str]:
    """Returns the files of a candidate that are part of its version: scenarios and others aren't."""
    return {name: text for name, text in row.files.items() if _is_of_map(name)}


def _is_of_map(name: str) -> bool:
    path = PurePosixPath(name)
    return name == MAP_FILE or (len(path.parts) == 2 and SIDE_FOLDERS.get(path.parts[0]) == path.suffix)  # noqa: PLR2004


def report_of(row: CandidateRow) -> Report:
    """Returns what was found out about a candidate that was looked at."""
    assert row.report is not None
    return Report.from_json(row.report)


def draft_of(row: CandidateRow) -> Draft:
    """Returns the draft of a candidate whose check found no error."""
    return Draft.of(from_files(map_files(row)))


async def publish(
    context: IntakeContext, number: int, looked: Looked, reason: Reason, *, anyway: bool = False
) -> Publication:
    """Publishes a candidate, if it is what somebody has looked at, and nobody has published another one since.

    Raises:
        UnknownCandidateError: it was thrown away.
        CandidateRefusedError: it can't be published so; nothing was.
    """
    async with context.store.reading() as session:
        row = await candidates.get(session, number)
    draft = await _sound(row, looked, anyway=anyway)
    async with context.store.transaction() as session:
        await _refuse_others(session, draft, looked)
        publication = await publish_within(session, draft, context.now(), reason.by, reason.why)
        await session.run_sync(_note, number, publication, context)
    return publication


async def _sound(row: CandidateRow, looked: Looked, *, anyway: bool) -> Draft:
    if row.status != CandidateStatus.LOOKED:
        raise CandidateRefusedError("It is being looked at again.", "Wait for what that shows.")
    check = report_of(row).check
    if check.errors:
        raise CandidateRefusedError("A map with errors is never published.", "Correct what is listed.")
    if row.hash != looked.hash:
        raise CandidateRefusedError("It is another map than the one that was looked at.", "Look again.")
    if check.failed and not anyway:
        raise CandidateRefusedError(
            "A scenario fails.", "Correct the map or the scenario, or choose to publish although it does."
        )
    return draft_of(row)


async def _refuse_others(session: AsyncSession, draft: Draft, looked: Looked) -> None:
    """Lets nobody else publish, and refuses if another version is current than what it was compared with."""
    map_id = draft.compiled_map.map.map
    await maps.hold(session)
    current = next((row for row in await maps.versions(session, map_id) if row.current), None)
    if (current.hash if current else "") == looked.since or current is None:
        return
    by = f" by {colleague_name(current.published_by)}" if current.published_by else ""
    raise CandidateRefusedError(
        f"Meanwhile {version_text(current.number, current.hash)} became the current one, published{by}; "
        "what you looked at is compared with an earlier one.",
        "Look again, and decide anew.",
    )


def _note(session: Session, number: int, publication: Publication, context: IntakeContext) -> None:
    row = candidates.lock(session, number)
    row.published_at = context.now()
    row.keep_until = int(context.wall()) + candidates.KEPT_SECONDS
    row.report = {**(row.report or {}), "published": publication.to_json()}


async def roll_out(context: IntakeContext, version: str, policy: MovePolicy, pace: Pace, reason: Reason) -> RolloutRow:
    """Starts to move the customers on other versions to a published one.

    Raises:
        UnknownVersionError: it isn't published.
        RolloutOpenError: another rollout of the same map isn't over.
    """
    async with context.store.reading() as session:
        row = await maps.get(session, version)
    return await rollouts.start(context, row, policy, pace, reason)


async def discard(context: IntakeContext, number: int) -> None:
    """Throws a candidate away; whoever looks at it stops."""
    await context.store.write(partial(candidates.remove, number=number))
