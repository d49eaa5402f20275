"""An organisation's tokens for its own programs, for its admin: make, see when they were used, revoke."""

from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.organisations.api_tokens import (
    Scope,
    TokenNotMade,
    api_tokens,
    make_api_token,
    revoke_api_token,
)
from kil_pipeline.organisations.members import Role
from kil_pipeline.text import drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import member, needs, note_own
from web.commissioner.proofs import proof_wanted
from web.context import context, database, now

DAYS = (("30", "30 days"), ("90", "90 days"), ("365", "A year"))


@blueprint.get("/workspace/tokens")
@needs(Role.ADMIN)
def tokens() -> str:
    """List the tokens that are alive, and ask what a new one is for."""
    return _page()


@blueprint.post("/workspace/tokens")
@needs(Role.ADMIN)
def make_token() -> str | tuple[str, int] | Response:
    """Make a token and show it, this once. Asks for a proof of who one is."""
    page = proof_wanted()
    if page is not None:
        return page
    name, days = drop_unwritable(request.form.get("name", "")), request.form.get("days", "")
    scopes = [scope for scope in Scope if scope.value in request.form.getlist("scope")]
    lives = timedelta(days=int(days)) if days in dict(DAYS) else timedelta(0)
    try:
        with database().write() as db:
            token, made = make_api_token(
                db,
                organisation_id=member().organisation_id,
                made_by=member().user_id,
                name=name,
                scopes=scopes,
                lives=lives,
                now=now(),
                random_token=context().random_token,
            )
            note_own(db, "make_token", made.name)
    except TokenNotMade as error:
        return _page(name, scopes, days, str(error)), 400
    return render_template("commissioner/token_made.html", token=token, made=made)


@blueprint.post("/workspace/tokens/<uuid:token_id>/revoke")
@needs(Role.ADMIN)
def revoke_token(token_id: UUID) -> Response:
    """End a token at once."""
    with database().write() as db:
        name = revoke_api_token(db, member().organisation_id, token_id, now())
        note_own(db, "revoke_token", name)
    flash(f"“{name}” does not work any more.")
    return redirect("/workspace/tokens")


def _page(name: str = "", scopes: list[Scope] | None = None, days: str = "90", problem: str = "") -> str:
    with database().read() as db:
        found = api_tokens(db, member().organisation_id, now())
    chosen = scopes or []
    items = [
        {"value": one.value, "text": f"{one.about[0].upper()}{one.about[1:]}", "checked": one in chosen}
        for one in Scope
    ]
    return render_template(
        "commissioner/tokens.html",
        member=member(),
        tokens=found,
        name=name,
        scope_items=items,
        day_items=[{"value": value, "text": text} for value, text in DAYS],
        days=days if days in dict(DAYS) else "90",
        problem=problem,
    )
