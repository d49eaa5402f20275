"""What is dangerous asks once more who one is, unless they showed it within the last ten minutes."""

from flask import make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response

from kil_pipeline.organisations.browser_sessions import note_proof
from kil_pipeline.organisations.second_factors import SecretBox, check_second_factor, has_second_factor
from kil_pipeline.organisations.sign_in import use_code
from web.commissioner import blueprint
from web.commissioner.access import KEY, enter, lifetimes, needs_person, note_own, person, safe_path, written
from web.commissioner.sign_in_views import ASKED, WRONG_CODE, queue_mail
from web.context import context, database, now, settings
from web.rate_limits import count_mail
from web.refusals import note_refusal


def proof_wanted() -> Response | None:
    """Return the page that asks who one is and holds what was sent; None where they showed it lately."""
    if person().proved_lately(now()):
        return None
    return make_response(render_template("commissioner/prove_first.html", written=written()), 403)


@blueprint.get("/workspace/prove")
@needs_person
def prove() -> str:
    """Ask for a proof."""
    return _page(sent=False)


@blueprint.post("/workspace/prove/send")
@needs_person
def send_proof() -> str:
    """Mail a code to the person who is signed in."""
    count_mail("sign_in")
    queue_mail(person().email, "/workspace")
    return _page(sent=True)


@blueprint.post("/workspace/prove")
@needs_person
def use_proof() -> Response | tuple[str, int]:
    """Take a code as the proof: of the app where there is one, else of a mail. The session's key is new."""
    found = person()
    code = request.form.get("code", "")
    with database().write() as db:
        if has_second_factor(db, found.user_id):
            proved = check_second_factor(db, found.user_id, code, SecretBox(settings().secret_keys), now())
        else:
            proved = use_code(db, session.get(ASKED, ""), code, now()) == found.user_id
        if proved:
            key = note_proof(db, session.get(KEY, ""), now(), lifetimes(), random_token=context().random_token)
            note_own(db, "prove_identity")
    if not proved:
        note_refusal("proof")
        return _page(sent=True, problems=[("code", WRONG_CODE)]), 400
    enter(key)
    return redirect(safe_path(request.form.get("next", "")))


def _page(*, sent: bool, problems: list[tuple[str, str]] | None = None) -> str:
    with database().read() as db:
        by_app = has_second_factor(db, person().user_id)
    return render_template(
        "commissioner/prove.html",
        person=person(),
        by_app=by_app,
        sent=sent,
        problems=problems or [],
        following=safe_path(request.values.get("next", "")),
        minutes=settings().sign_in_minutes,
    )
