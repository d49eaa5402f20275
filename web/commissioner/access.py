"""Who is signed in, and what they may do. The cookie holds a random key alone."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, g, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from kil_pipeline.organisations.members import Member, Role
from kil_pipeline.organisations.sign_in import find_session, note_seen
from web.commissioner import blueprint
from web.context import database, now

P = ParamSpec("P")
R = TypeVar("R")
KEY = "signed_in"
"""Where the session cookie holds its key."""
FORMS_KEY = "csrf_token"
"""Where Flask-WTF keeps what its tokens are made from."""


def signed_in_member() -> Member | None:
    """Return who is signed in, asked of the database once a request."""
    if "member" not in g:
        key = session.get(KEY, "")
        with database().read() as db:
            g.member = find_session(db, key, now()) if key else None
        if g.member is not None:
            with database().write() as db:
                note_seen(db, key, now())
    return g.member  # type: ignore[no-any-return]  # flask's g is untyped


def member() -> Member:
    """Return who is signed in. Only for views that `needs` guards."""
    found = signed_in_member()
    assert found is not None  # `needs` has sent everybody else away
    return found


def needs(role: Role) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Let a view be reached by members with `role` or more; send those who are not signed in to the sign-in page.

    Whoever was signed out while writing gets what they wrote back, to be sent again once they have signed in.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            found = signed_in_member()
            if found is None and request.method == "POST":
                written = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]
                return make_response(render_template("commissioner/signed_out.html", written=written), 403)
            if found is None:
                return redirect(url_for("commissioner.sign_in", next=request.full_path.rstrip("?")))
            if not found.may(role):
                abort(403)
            return view(*args, **kwargs)

        guarded.needs_role = role  # type: ignore[attr-defined]  # read by the test of the access table
        return guarded

    return guard


@blueprint.after_request
def keep_nowhere(response: Response) -> Response:
    """Forbid everybody to keep what a signed-in person sees: private values stand in it."""
    if g.get("member") is not None:
        response.headers["Cache-Control"] = "no-store"
    return response


def safe_path(path: str) -> str:
    """Return a path on this site to go on to after signing in; anything else becomes the workspace."""
    plain = path.startswith("/workspace") and "\\" not in path and "//" not in path and path.isprintable()
    return path if plain else "/workspace"
