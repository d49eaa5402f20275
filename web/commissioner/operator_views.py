"""For those who run the installation: which organisations there are, and their first admin. Needs a second factor."""

from flask import abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.alerts.notices import queue_notice
from kil_pipeline.errors import InvalidTransition, NotFound
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.invitations import invite
from kil_pipeline.organisations.members import InvalidAddress, Role
from kil_pipeline.organisations.organisations import current_organisation, find_organisation
from kil_pipeline.organisations.overviews import count_organisations, overviews
from kil_pipeline.organisations.second_factors import has_second_factor
from kil_pipeline.organisations.spellings import open_questions
from kil_pipeline.text import drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import needs_person, person
from web.commissioner.proofs import proof_wanted
from web.context import database, now
from web.rate_limits import count_mail

PER_PAGE = 50


def second_factor_wanted() -> Response | None:
    """Turn away whoever is no operator; send an operator without a second factor to set it up."""
    if not person().operator:
        abort(403)
    with database().read() as db:
        protected = has_second_factor(db, person().user_id)
    if protected:
        return None
    flash("Those who run this site need a second factor. Set it up first.")
    return redirect("/workspace/account/second-factor")


@blueprint.get("/workspace/operator")
@needs_person
def operator() -> str | Response:
    """List the organisations."""
    return second_factor_wanted() or _page()


@blueprint.post("/workspace/operator")
@needs_person
def invite_admin() -> str | tuple[str, int] | Response:
    """Invite an organisation's admin."""
    page = second_factor_wanted() or proof_wanted()
    if page is not None:
        return page
    slug, email = (drop_unwritable(request.form.get(name, "")) for name in ("organisation", "email"))
    count_mail("invitation")
    try:
        with database().write() as db:
            organisation = current_organisation(db, find_organisation(db, slug).id)
            invited = invite(db, organisation_id=organisation.id, email=email, role=Role.ADMIN, now=now())
            about = {"invitation": str(invited.id), "by": str(person().user_id)}
            queue_notice(db, "invitation", invited.email, about, now=now())
            note_deed(
                db,
                "invite_person",
                subject=Role.ADMIN.value,
                user_id=person().user_id,
                organisation_id=organisation.id,
                concerned=invited.email,
                now=now(),
            )
    except NotFound:
        return _page(slug, email, [("organisation", "Choose an organisation from the list.")]), 400
    except (InvalidAddress, InvalidTransition) as error:
        return _page(slug, email, [("email", str(error))]), 400
    flash(f"An invitation is on its way to {invited.email}. It works for seven days.")
    return redirect("/workspace/operator")


def _page(slug: str = "", email: str = "", problems: list[tuple[str, str]] | None = None) -> str:
    with database().read() as db:
        total = count_organisations(db)
        pages = max(1, -(-total // PER_PAGE))
        page = max(1, min(pages, request.args.get("page", 1, type=int)))
        alike = len(open_questions(db))
        found = overviews(db, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    return render_template(
        "commissioner/operator.html",
        organisations=found,
        alike=alike,
        page=page,
        pages=pages,
        total=total,
        slug=slug,
        email=email,
        problems=problems or [],
    )
