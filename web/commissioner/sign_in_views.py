"""Signing in with a one-use link or code by mail. Opening the link signs nobody in: a mail scanner would use it up."""

from uuid import UUID

from flask import redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.alerts.deliveries import queue_sign_in
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.browser_sessions import begin_session, choose_organisation, end_session
from kil_pipeline.organisations.members import InvalidAddress, Role
from kil_pipeline.organisations.second_factors import has_second_factor
from kil_pipeline.organisations.sign_in import ask_to_sign_in, check_sign_in_token, use_code, use_link
from kil_pipeline.text import drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import (
    KEY,
    enter,
    leave_browser,
    lifetimes,
    needs,
    person,
    safe_path,
    signed_in_person,
)
from web.commissioner.devices import describe_device
from web.context import context, database, now, settings
from web.rate_limits import count_mail
from web.refusals import note_refusal

ASKED = "asked"
"""Where the cookie holds what ties a code to the browser that asked for it."""
WRONG_CODE = (
    "That code is not right, or it has run out. Check the newest mail. After five tries, or fifteen minutes, ask for a "
    "new one."
)


@blueprint.get("/sign-in")
def sign_in() -> str | Response:
    """Ask for the address that the link goes to."""
    following = safe_path(request.args.get("next", ""))
    if signed_in_person() is not None:
        return redirect(following)
    return _sign_in_form(following)


@blueprint.post("/sign-in")
def send_link() -> str | tuple[str, int]:
    """Queue the link and the code, where we know the address; do and say the same in every case."""
    email, following = drop_unwritable(request.form.get("email", "")), safe_path(request.form.get("next", ""))
    count_mail("sign_in")
    try:
        queue_mail(email, following)
    except InvalidAddress as error:
        return _sign_in_form(following, email, [("email", str(error))]), 400
    return _code_form(following)


def queue_mail(email: str, following: str) -> None:
    """Queue the mail that signs in, for this browser. Raises `InvalidAddress`."""
    browser_key = context().random_token()
    with database().write() as db:
        asked = ask_to_sign_in(db, email, now(), browser_key=browser_key)
        queue_sign_in(db, asked.user_id, asked.email, next_path=following, request_id=asked.request_id, now=now())
    session[ASKED] = browser_key


@blueprint.get("/sign-in/code")
def show_code_form() -> str:
    """Ask for the code: for whoever comes back to this page."""
    return _code_form(safe_path(request.args.get("next", "")))


@blueprint.post("/sign-in/code")
def use_mailed_code() -> Response | tuple[str, int]:
    """Sign in with the code, in the browser that asked for it."""
    following = safe_path(request.form.get("next", ""))
    with database().write() as db:
        user_id = use_code(db, session.get(ASKED, ""), request.form.get("code", ""), now())
        begun = begin(db, user_id) if user_id is not None else None
    if begun is None:
        note_refusal("sign-in code")
        return _code_form(following, [("code", WRONG_CODE)]), 400
    return go_on(begun, following)


@blueprint.get("/sign-in/<token>")
def confirm_sign_in(token: str) -> str:
    """Show a button. The token is used up by pressing it, and by nothing else."""
    with database().read() as db:
        check_sign_in_token(db, token, now())
    return render_template(
        "commissioner/confirm_sign_in.html", token=token, following=safe_path(request.args.get("next", ""))
    )


@blueprint.post("/sign-in/<token>")
def use_mailed_link(token: str) -> Response:
    """Sign in. The session's key is new, whatever the browser had before."""
    with database().write() as db:
        begun = begin(db, use_link(db, token, now()))
    return go_on(begun, safe_path(request.form.get("next", "")))


def begin(db: Session, user_id: UUID, organisation_id: UUID | None = None) -> tuple[str, bool]:
    """Begin a session in this browser, and end the one that it had.

    Returns the new key, and whether a second factor is to come first.
    """
    end_session(db, session.get(KEY, ""), now())
    waits = has_second_factor(db, user_id)
    key, found = begin_session(
        db,
        user_id,
        now(),
        device=describe_device(request.user_agent.string),
        waits=waits,
        organisation_id=organisation_id,
        random_token=context().random_token,
    )
    if not waits:
        acts_for = found.member.organisation_id if found.member else None
        note_deed(db, "sign_in", user_id=user_id, organisation_id=acts_for, now=now())
    return key, waits


def go_on(begun: tuple[str, bool], following: str) -> Response:
    """Give this browser the key of what `begin` began; ask for the second factor first where there is one."""
    key, waits = begun
    enter(key)
    return redirect(url_for("commissioner.show_second", next=following) if waits else following)


def _sign_in_form(following: str, email: str = "", problems: list[tuple[str, str]] | None = None) -> str:
    openid = settings().openid
    return render_template(
        "commissioner/sign_in.html", following=following, email=email, problems=problems or [], openid=openid
    )


def _code_form(following: str, problems: list[tuple[str, str]] | None = None) -> str:
    minutes = settings().sign_in_minutes
    return render_template("commissioner/link_sent.html", minutes=minutes, following=following, problems=problems or [])


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Sign out here; the key is worth nothing afterwards."""
    found = signed_in_person()
    with database().write() as db:
        end_session(db, session.get(KEY, ""), now())
        if found is not None:
            organisation_id = found.member.organisation_id if found.member else None
            note_deed(db, "sign_out", user_id=found.user_id, organisation_id=organisation_id, now=now())
    return leave_browser()


@blueprint.post("/workspace/organisation")
@needs(Role.VIEWER)
def act_for() -> Response:
    """Act for another of one's organisations. The session's key is new."""
    try:
        organisation_id = UUID(request.form.get("organisation", ""))
    except ValueError:
        return redirect("/workspace")
    with database().write() as db:
        key = choose_organisation(
            db, session.get(KEY, ""), organisation_id, now(), lifetimes(), random_token=context().random_token
        )
        note_deed(db, "act_for", user_id=person().user_id, organisation_id=organisation_id, now=now())
    enter(key)
    return redirect("/workspace")
