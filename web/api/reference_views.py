"""The code lists that the plan speaks in."""

from dataclasses import asdict
from typing import Any

from kil_pipeline.reference.areas import areas, areas_around
from kil_pipeline.reference.reasons import reasons
from kil_pipeline.reference.routes import routes
from kil_pipeline.reference.themes import themes
from web.api import answers
from web.api.schemas import AreasSchema, ReasonsSchema, RoutesSchema, ThemesSchema
from web.context import settings


@answers("/reasons", ReasonsSchema)
def list_reasons() -> Any:
    """Reasons for having no value.

    Those for undecided fields claim no exemption; those for withheld ones rest on law.
    """
    return {"reasons": reasons()}


@answers("/areas", AreasSchema)
def list_areas() -> Any:
    """Areas."""
    listed = (area for area in areas().values() if settings().development or not area.sample)
    return {"areas": [{**asdict(area), "within": sorted(areas_around(area.code) - {area.code})} for area in listed]}


@answers("/themes", ThemesSchema)
def list_themes() -> Any:
    """Topics."""
    return {"themes": themes()}


@answers("/routes", RoutesSchema)
def list_routes() -> Any:
    """Ways of choosing who will provide."""
    return {"routes": routes()}
