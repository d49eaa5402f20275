"""The workspace's first page for members of a local support organisation: their patch at a glance."""

from flask import render_template

from kil_pipeline.engagement.patch_overviews import patch_overview
from kil_pipeline.organisations.members import Role, memberships_of
from kil_pipeline.organisations.organisations import Organisation
from web.commissioner.access import member
from web.context import database, now, today
from web.queries import write_plan_query


def show_patch() -> str:
    """Render the patch of the organisation that one acts for."""
    with database().read() as session:
        overview = patch_overview(session, member().organisation_id, now())
        slug = session.get_one(Organisation, member().organisation_id).slug
        others = [m for m in memberships_of(session, member().user_id) if m.organisation_id != member().organisation_id]
    return render_template(
        "commissioner/patch.html",
        member=member(),
        overview=overview,
        query=write_plan_query(overview.criteria),
        slug=slug,
        others=others,
        may_change=member().may(Role.AUTHOR),
        today=today(),
    )
