"""Who is signed in, and what they may do. The cookie holds a random key alone."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, flash, g, make_response, redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.browser_sessions import Lifetimes, Person, find_person, note_seen
from kil_pipeline.organisations.factor_rules import lacks_second_factor
from kil_pipeline.organisations.members import Member, Role
from kil_pipeline.organisations.organisations import Organisation, OrganisationKind
from web.commissioner import blueprint
from web.context import database, now, settings

P = ParamSpec("P")
R = TypeVar("R")
KEY = "signed_in"
"""Where the session cookie holds its key."""
FORMS_KEY = "csrf_token"
"""Where Flask-WTF keeps what its tokens are made from."""


def lifetimes() -> Lifetimes:
    """Return how long sessions last here."""
    return Lifetimes(settings().session_idle, settings().session_longest)


def signed_in_person() -> Person | None:
    """Return who is signed in, asked of the database once a request."""
    if "person" not in g:
        key = session.get(KEY, "")
        with database().read() as db:
            g.person = find_person(db, key, now(), lifetimes()) if key else None
            g.lacks_factor = g.person is not None and lacks_second_factor(db, g.person, settings().second_factor)
        if g.person is not None:
            with database().write() as db:
                note_seen(db, key, now(), lifetimes())
    return g.person  # type: ignore[no-any-return]  # flask's g is untyped


def person() -> Person:
    """Return who is signed in. Only for views that `needs` or `needs_person` guards."""
    found = signed_in_person()
    assert found is not None  # the guard has sent everybody else away
    return found


def member() -> Member:
    """Return who is signed in, acting for an organisation. Only for views that `needs` guards."""
    found = person().member
    assert found is not None  # `needs` has sent everybody else away
    return found


def own_kind() -> OrganisationKind:
    """Return the kind of organisation for which one acts, as far as the workspace parts them."""
    return OrganisationKind.INFRASTRUCTURE_BODY if acts_for_body() else OrganisationKind.COMMISSIONER


def acts_for_body() -> bool:
    """Tell whether one acts for a local support organisation, asked of the database once a request."""
    acting = person().member
    if acting is None:
        return False
    if "acts_for_body" not in g:
        with database().read() as db:
            kind = db.get_one(Organisation, acting.organisation_id).kind
        g.acts_for_body = kind == OrganisationKind.INFRASTRUCTURE_BODY.value
    return bool(g.acts_for_body)


def enter(key: str) -> None:
    """Give this browser a session's new key, and take away everything that it had before (session fixation).

    A form that stayed open in another tab can still be sent: see `ask_to_sign_in_first`.
    """
    forms = session.get(FORMS_KEY)
    session.clear()
    if forms is not None:
        session[FORMS_KEY] = forms
    session[KEY] = key


def needs(role: Role) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Let a view be reached by members with `role` or more; send those who are not signed in to the sign-in page.

    Whoever was signed out while writing gets what they wrote back, to be sent again once they have signed in.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            found = signed_in_person()
            if found is None:
                return ask_to_sign_in_first()
            if found.member is None and found.operator and request.path == "/workspace":
                return redirect("/workspace/operator")  # where everybody goes after signing in
            if found.member is None or not found.member.may(role):
                abort(403)
            if g.lacks_factor:
                return ask_for_second_factor_first()
            return view(*args, **kwargs)

        guarded.needs_role = role  # type: ignore[attr-defined]  # read by the test of the access table
        return guarded

    return guard


def needs_person(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Let a view be reached by whoever is signed in: their own account."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        return view(*args, **kwargs) if signed_in_person() is not None else ask_to_sign_in_first()

    guarded.needs_role = None  # type: ignore[attr-defined]  # guarded, whatever the role
    return guarded


def note_own(db: Session, deed: str, subject: str = "") -> None:
    """Note in the audit trail what the person who is signed in did, for the organisation that they act for."""
    found = person()
    organisation_id = found.member.organisation_id if found.member else None
    note_deed(db, deed, subject=subject, user_id=found.user_id, organisation_id=organisation_id, now=now())


def ask_to_sign_in_first() -> Response:
    """Send somebody to the sign-in page; hold what they sent."""
    if request.method == "POST":
        return make_response(render_template("commissioner/signed_out.html", written=written()), 403)
    return redirect(url_for("commissioner.sign_in", next=request.full_path.rstrip("?")))


def ask_for_second_factor_first() -> Response:
    """Send somebody who has to have a second factor to set it up; hold what they sent."""
    if request.method == "POST":
        return make_response(render_template("commissioner/second_factor_first.html", written=written()), 403)
    flash("Your role needs a second factor. Set it up first.")
    return redirect("/workspace/account/second-factor")


def leave_browser() -> Response:
    """Take the key out of this browser, with whatever it kept of what it was shown."""
    session.clear()
    response = redirect("/")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def written() -> list[tuple[str, str]]:
    """Return the form that was sent, to be sent again."""
    return [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]


@blueprint.after_request
def keep_nowhere(response: Response) -> Response:
    """Forbid everybody to keep what a signed-in person sees: private values stand in it."""
    if g.get("person") is not None:
        response.headers["Cache-Control"] = "no-store"
    return response


def safe_path(path: str) -> str:
    """Return a path on this site to go on to after signing in; anything else becomes the workspace."""
    plain = path.startswith("/workspace") and "\\" not in path and "//" not in path and path.isprintable()
    return path if plain else "/workspace"
