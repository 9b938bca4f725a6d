"""The web application: pages for colleagues, operations and customers, and the API, put together."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from milepost.brand.brand import brand_from
from milepost.channels.links import LinkSigner
from milepost.intake.candidates.runs import CandidateRuns
from milepost.intake.intake import Intake
from milepost.intake.walls import Walls
from milepost.oidc.errors import OidcError
from milepost.oidc.provider import provider_of
from milepost.settings import Settings
from milepost.store.database import Store
from milepost.temporal import exporter
from milepost.web import (
    brand,
    demo,
    figures,
    health,
    home,
    rehearsal,
    shared_wall,
    sign_in,
    sign_in_links,
    sign_in_oidc,
)
from milepost.web.api import (
    agreement_routes,
    colleague_routes,
    file_routes,
    id_routes,
    import_routes,
    link_routes,
    mail_routes,
    people_routes,
    sync_routes,
    typed_facts,
)
from milepost.web.api import bounces as api_bounces
from milepost.web.api import docs as api_docs
from milepost.web.api import inbound as api_inbound
from milepost.web.api import preferences as api_preferences
from milepost.web.api import routes as api_routes
from milepost.web.api import undo_routes as api_undo
from milepost.web.api.keys import Throttles
from milepost.web.desk import actions as desk_actions
from milepost.web.desk import agreement as desk_agreement
from milepost.web.desk import (
    away,
    batch,
    book,
    calendar_feed,
    day,
    hand_over,
    hand_over_progress,
    not_mine,
    queue_shares,
    reactive,
    row_height,
    team,
    waits,
    week,
)
from milepost.web.desk import messages as desk_messages
from milepost.web.desk import requests as desk_requests
from milepost.web.desk import reviews as desk_reviews
from milepost.web.desk import undo as desk_undo
from milepost.web.names import Names
from milepost.web.ops import actions as ops_actions
from milepost.web.ops import audit as ops_audit
from milepost.web.ops import (
    candidate_page,
    contact_mail,
    customer,
    erasure_page,
    form_actions,
    import_page,
    leavers,
    mail,
    mail_actions,
    plan_preview,
    record_actions,
    stays,
    step_actions,
    told_actions,
)
from milepost.web.ops import customer_list as listing
from milepost.web.ops import files as ops_files
from milepost.web.ops import funnel as ops_funnel
from milepost.web.ops import health as ops_health
from milepost.web.ops import identity as identity_page
from milepost.web.ops import imports as ops_imports
from milepost.web.ops import keys as ops_keys
from milepost.web.ops import links as ops_links
from milepost.web.ops import maps as ops_maps
from milepost.web.ops import people as ops_people
from milepost.web.ops import proof as ops_proof
from milepost.web.ops import publish as ops_publish
from milepost.web.ops import rehearsals as ops_rehearsals
from milepost.web.ops import results as ops_results
from milepost.web.ops import rollouts as ops_rollouts
from milepost.web.ops import syncs as ops_syncs
from milepost.web.ops import versions as ops_versions
from milepost.web.ops import wall as ops_wall
from milepost.web.pages import STATIC
from milepost.web.portal import actions as portal_actions
from milepost.web.portal import agreement as portal_agreement
from milepost.web.portal import conversation_forms, drafts, file_answers, plan, preferences, proof_pages, question_forms
from milepost.web.portal.plan_link import PlanClosedError
from milepost.web.portal.throttle import GUESSES, on_closed
from milepost.web.problems import add_handlers, on_error
from milepost.web.rehearsal_runs import RehearsalRuns
from milepost.web.security import Guard
from milepost.web.services import Check, Seen, Services
from milepost.web.throttle import Throttle

_A_YEAR = "public, max-age=31536000, immutable"
_DESCRIPTION = (
    "Report what happened as facts; read what there is to do as tasks and steps. Every request needs the header "
    "`Authorization: Bearer KEY`. Every error has the form "
    '`{"error": {"code": ..., "message": ..., "hint": ...}}`.'
)
ROUTERS = (
    api_routes.router,
    import_routes.router,
    sync_routes.router,
    mail_routes.router,
    colleague_routes.router,
    people_routes.router,
    id_routes.router,
    link_routes.router,
    agreement_routes.router,
    file_routes.router,
    api_undo.router,
    typed_facts.router,
    api_preferences.router,
    api_bounces.router,
    api_inbound.router,
    home.router,
    rehearsal.router,
    demo.router,
    sign_in.router,
    sign_in_links.router,
    sign_in_oidc.router,
    desk_actions.router,
    desk_requests.router,
    not_mine.router,
    reactive.router,
    desk_undo.router,
    batch.router,
    book.router,
    desk_reviews.router,
    away.router,
    calendar_feed.router,
    desk_messages.router,
    week.router,
    team.router,
    waits.router,
    hand_over.router,
    hand_over_progress.router,
    desk_agreement.router,
    row_height.router,
    queue_shares.router,
    day.router,
    listing.router,
    ops_actions.router,
    step_actions.router,
    record_actions.router,
    told_actions.router,
    form_actions.router,
    erasure_page.router,
    contact_mail.router,
    ops_health.router,
    ops_people.router,
    ops_keys.router,
    ops_audit.router,
    ops_results.router,
    plan_preview.router,
    ops_links.router,
    ops_proof.router,
    shared_wall.router,
    ops_files.router,
    customer.router,
    identity_page.router,
    mail_actions.router,
    mail.router,
    ops_maps.router,
    ops_versions.router,
    ops_publish.router,
    candidate_page.router,
    ops_rollouts.router,
    ops_wall.router,
    ops_funnel.router,
    stays.router,
    leavers.router,
    ops_imports.router,
    import_page.router,
    ops_rehearsals.router,
    ops_syncs.router,
    plan.router,
    portal_actions.router,
    portal_agreement.router,
    question_forms.router,
    proof_pages.router,
    conversation_forms.router,
    drafts.router,
    file_answers.router,
    preferences.router,
    health.router,
    figures.router,
    brand.router,
    api_docs.router,
)


async def _away() -> bool:
    return False


async def _nobody() -> list[str]:
    return []


def create_app(
    settings: Settings,
    store: Store,
    intake: Intake,
    *,
    temporal: Check = _away,
    workers: Seen = _nobody,
) -> FastAPI:
    """Creates the application over an open store and intake.

    `temporal` says whether Temporal answers, `workers` who asks it for work. Whoever opened the store closes it.

    Raises:
        LogoError: the company's logo can't be used.
    """
    app = FastAPI(
        title="Milepost",
        version=version("milepost"),
        description=_DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    look = brand_from(settings.company, settings.colour, settings.logo)
    settings.accepted_api_keys()  # creates the key now, so that it is there for whoever wants to use the API
    links = LinkSigner(settings.signing_key(), settings.links_begin_with)
    rehearsals, provider = RehearsalRuns(settings, intake.context), provider_of(settings)
    candidates = CandidateRuns(intake.context)
    app.state.services = Services(
        settings, store, intake, links, temporal, workers, rehearsals, candidates, look, provider
    )
    app.state.guesses, app.state.sign_ins = Throttle(GUESSES), Throttle(sign_in.TRIES)
    app.state.walls = Walls(intake.context)
    app.state.api_throttles = Throttles(settings.api_requests_per_minute)
    app.add_middleware(Names, store=store)
    app.add_middleware(Guard, settings=settings, refuse=on_error)
    if settings.metrics_token is not None:
        exporter.switch_on()
    add_handlers(app)
    app.add_exception_handler(PlanClosedError, on_closed)
    app.add_exception_handler(OidcError, sign_in_oidc.on_error)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", Kept(directory=STATIC), "static")
    return app


class Kept(StaticFiles):
    """Files that browsers keep for a year: their addresses carry a mark of their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200 and b"v=" in scope["query_string"]:  # noqa: PLR2004 - found
            response.headers["cache-control"] = _A_YEAR
        return response
