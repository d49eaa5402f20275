"""Signing in with a one-use link by mail. Opening the link signs nobody in: a mail scanner would use it up."""

from uuid import UUID

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from kil_pipeline.alerts.deliveries import queue_sign_in
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.members import InvalidAddress, Role
from kil_pipeline.organisations.sign_in import (
    ask_to_sign_in,
    check_sign_in_token,
    choose_organisation,
    end_session,
    start_session,
)
from kil_pipeline.text import drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import FORMS_KEY, KEY, needs, safe_path, signed_in_member
from web.context import context, database, now, settings
from web.rate_limits import count_mail


@blueprint.get("/sign-in")
def sign_in() -> str | Response:
    """Ask for the address that the link goes to."""
    following = safe_path(request.args.get("next", ""))
    if signed_in_member() is not None:
        return redirect(following)
    return render_template("commissioner/sign_in.html", following=following, email="", problems=[])


@blueprint.post("/sign-in")
def send_link() -> str | tuple[str, int]:
    """Queue the link, where we know the address; say the same in every case."""
    email, following = drop_unwritable(request.form.get("email", "")), safe_path(request.form.get("next", ""))
    count_mail("sign_in")
    try:
        with database().write() as db:
            asked = ask_to_sign_in(db, email, now())
            if asked is not None:
                queue_sign_in(db, asked.user_id, asked.email, next_path=following, now=now())
    except InvalidAddress as error:
        page = render_template(
            "commissioner/sign_in.html", following=following, email=email, problems=[("email", str(error))]
        )
        return page, 400
    return render_template("commissioner/link_sent.html", minutes=settings().sign_in_minutes)


@blueprint.get("/sign-in/<token>")
def confirm_sign_in(token: str) -> str:
    """Show a button. The token is used up by pressing it, and by nothing else."""
    with database().read() as db:
        check_sign_in_token(db, token, now())
    return render_template(
        "commissioner/confirm_sign_in.html", token=token, following=safe_path(request.args.get("next", ""))
    )


@blueprint.post("/sign-in/<token>")
def use_link(token: str) -> Response:
    """Sign in. The session's key is new, whatever the browser had before."""
    with database().write() as db:
        key, found = start_session(db, token, now(), random_token=context().random_token)
        note_deed(db, "sign_in", user_id=found.user_id, organisation_id=found.organisation_id, now=now())
    forms = session.get(FORMS_KEY)
    session.clear()
    if forms is not None:  # a form that stayed open in another tab can still be sent: see `access.needs`
        session[FORMS_KEY] = forms
    session[KEY] = key
    return redirect(safe_path(request.form.get("next", "")))


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Sign out here; the key is worth nothing afterwards."""
    found = signed_in_member()
    with database().write() as db:
        end_session(db, session.get(KEY, ""), now())
        if found is not None:
            note_deed(db, "sign_out", user_id=found.user_id, organisation_id=found.organisation_id, now=now())
    session.clear()
    return redirect(url_for("public.start"))


@blueprint.post("/workspace/organisation")
@needs(Role.VIEWER)
def act_for() -> Response:
    """Act for another of one's organisations."""
    try:
        organisation_id = UUID(request.form.get("organisation", ""))
    except ValueError:
        return redirect("/workspace")
    with database().write() as db:
        choose_organisation(db, session.get(KEY, ""), organisation_id, now())
    return redirect("/workspace")
