"""Who is interested in an entry, as its commissioner sees it: names and what they say, never an address."""

from flask import render_template

from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.drafts import find_draft
from kil_pipeline.support.interests import interests_in
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.context import database


@blueprint.get("/workspace/entries/<reference>/interest")
@needs(Role.VIEWER)
def entry_interest(reference: str) -> str:
    """List who is interested in one's own entry."""
    with database().read() as session:
        draft = find_draft(session, member().organisation_id, reference)
        found = interests_in(session, draft.entry_id)
    return render_template(
        "commissioner/interest.html",
        member=member(),
        draft=draft,
        interests=found,
        seeking=sum(interest.wants_partners for interest in found),
    )
