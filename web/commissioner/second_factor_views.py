"""The second factor: asked for at sign-in, and set up or taken off in one's account."""

import segno
from flask import flash, redirect, render_template, request, session
from werkzeug.wrappers import Response

from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.browser_sessions import Person, end_sessions, find_person, note_proof
from kil_pipeline.organisations.second_factors import (
    SecretBox,
    check_second_factor,
    codes_left,
    confirm_enrolment,
    has_second_factor,
    read_enrolment,
    remove_second_factor,
    start_enrolment,
)
from web.commissioner import blueprint
from web.commissioner.access import KEY, enter, lifetimes, needs_person, note_own, person, safe_path
from web.commissioner.proofs import proof_wanted
from web.context import context, database, now, settings
from web.refusals import note_refusal

WRONG = "That code is not right, or was used before. After five wrong ones, wait for a quarter of an hour."


def secret_box() -> SecretBox:
    """Return what encrypts the secrets of apps."""
    return SecretBox(settings().secret_keys)


@blueprint.get("/sign-in/second")
def show_second() -> str | Response:
    """Ask for the second factor."""
    if _waiting() is None:
        return redirect("/sign-in")
    return _second()


@blueprint.post("/sign-in/second")
def use_second() -> Response | tuple[str, int]:
    """Take the second factor. The session's key is new."""
    waiting = _waiting()
    if waiting is None:
        return redirect("/sign-in")
    with database().write() as db:
        right = check_second_factor(db, waiting.user_id, request.form.get("code", ""), secret_box(), now())
        if right:
            key = note_proof(db, session.get(KEY, ""), now(), lifetimes(), random_token=context().random_token)
            organisation_id = waiting.member.organisation_id if waiting.member else None
            note_deed(db, "sign_in", user_id=waiting.user_id, organisation_id=organisation_id, now=now())
    if not right:
        note_refusal("second factor", waiting.user_id)
        return _second([("code", WRONG)]), 400
    enter(key)
    return redirect(safe_path(request.form.get("next", "")))


@blueprint.get("/workspace/account/second-factor")
@needs_person
def second_factor() -> str:
    """Show whether there is one, or how to set it up."""
    return _account()


@blueprint.post("/workspace/account/second-factor/start")
@needs_person
def start_second_factor() -> Response:
    """Make a secret for the app. That asks who one is."""
    page = proof_wanted()
    if page is not None:
        return page
    with database().write() as db:
        start_enrolment(db, person().user_id, secret_box())
    return redirect("/workspace/account/second-factor")


@blueprint.post("/workspace/account/second-factor/confirm")
@needs_person
def confirm_second_factor() -> str | tuple[str, int]:
    """Take the app's first code; show the recovery codes, once. Every other browser is signed out."""
    with database().write() as db:
        codes = confirm_enrolment(db, person().user_id, request.form.get("code", ""), secret_box(), now())
        if codes is not None:
            key = note_proof(db, session.get(KEY, ""), now(), lifetimes(), random_token=context().random_token)
            end_sessions(db, person().user_id, now(), but=person().session_id)
            note_own(db, "set_up_second_factor")
    if codes is None:
        note_refusal("second factor")
        return _account([("code", WRONG)]), 400
    enter(key)
    return render_template("commissioner/recovery_codes.html", codes=codes)


@blueprint.post("/workspace/account/second-factor/remove")
@needs_person
def take_off_second_factor() -> Response:
    """Take the second factor off. That asks for it once more, and signs every other browser out."""
    page = proof_wanted()
    if page is not None:
        return page
    with database().write() as db:
        remove_second_factor(db, person().user_id)
        end_sessions(db, person().user_id, now(), but=person().session_id)
        note_own(db, "take_off_second_factor")
    flash("Your second factor is off.")
    return redirect("/workspace/account")


def _waiting() -> Person | None:
    with database().read() as db:
        return find_person(db, session.get(KEY, ""), now(), lifetimes(), waiting=True)


def _second(problems: list[tuple[str, str]] | None = None) -> str:
    following = safe_path(request.values.get("next", ""))
    return render_template("commissioner/second.html", following=following, problems=problems or [])


def _account(problems: list[tuple[str, str]] | None = None) -> str:
    found = person()
    with database().read() as db:
        enrolment = read_enrolment(db, found.user_id, secret_box(), email=found.email, site_name=settings().site_name)
        confirmed, left = has_second_factor(db, found.user_id), codes_left(db, found.user_id)
    picture = segno.make(enrolment.uri).svg_data_uri(scale=5, dark="#0b0c0c", light="#ffffff") if enrolment else ""
    return render_template(
        "commissioner/second_factor.html",
        person=found,
        enrolment=enrolment,
        picture=picture,
        confirmed=confirmed,
        left=left,
        problems=problems or [],
    )
