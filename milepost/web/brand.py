"""Serves the company's colours and its logo, for customers' pages."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from milepost.web.brand_urls import LOGO, STYLESHEET, stylesheet
from milepost.web.problems import ProblemError
from milepost.web.services import Served

router = APIRouter(include_in_schema=False)
_KEPT = {"cache-control": "public, max-age=31536000, immutable"}


@router.get(STYLESHEET)
async def colours(served: Served) -> Response:
    """The company's shades as a style sheet."""
    text = stylesheet(served.brand)
    if text is None:
        raise ProblemError(404, "not_found", "No colour is set.", "MILEPOST_COLOUR sets one.")
    return Response(text, media_type="text/css", headers=_KEPT)


@router.get(LOGO)
async def logo(served: Served) -> Response:
    """The company's logo."""
    picture = served.brand.logo
    if picture is None:
        raise ProblemError(404, "not_found", "No logo is set.", "MILEPOST_LOGO names one.")
    return Response(picture.data, media_type=picture.mime, headers=_KEPT)
