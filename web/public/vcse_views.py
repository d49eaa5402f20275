"""VCSE organisations that chose to be seen: all of them by name, and a page for each."""

import uuid
from dataclasses import dataclass

from flask import abort, render_template, request

from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.support.public_profiles import (
    PublicProfile,
    count_public_profiles,
    public_profile,
    public_profiles,
)
from web.context import database
from web.public import blueprint
from web.queries import write_plan_query

PER_PAGE = 50


@dataclass(frozen=True)
class ProfilePage:
    """One page of the list."""

    profiles: tuple[PublicProfile, ...]
    page: int
    pages: int


@blueprint.get("/vcse-organisations")
def vcse_organisations() -> str:
    """List those that chose to be seen."""
    number = request.args.get("page", 1, type=int)
    with database().read() as session:
        total = count_public_profiles(session)
        pages = max(1, -(-total // PER_PAGE))
        if not 1 <= number <= pages:
            abort(404)
        found = public_profiles(session, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    return render_template("public/vcse_organisations.html", page=ProfilePage(found, number, pages), total=total)


@blueprint.get("/vcse-organisations/<uuid:profile>")
def vcse_organisation(profile: uuid.UUID) -> str:
    """Show one."""
    with database().read() as session:
        found = public_profile(session, profile)
    plan = Criteria(themes=found.themes, areas=found.areas)
    return render_template("public/vcse_organisation.html", profile=found, plan="/plan" + write_plan_query(plan))
