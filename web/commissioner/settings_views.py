"""What an organisation chooses for its publications: a second pair of eyes, and the pre-election period."""

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.organisations.colleagues import colleagues
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.publishing_rules import PublishingRules, choose_rules, rules_of
from kil_pipeline.plan.submission_decisions import stop_holding
from kil_pipeline.reference.areas import area, find_area, similar_area
from kil_pipeline.reference.polls import BODIES, Body, polls_for
from kil_pipeline.text import clean_line, drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.context import database, now, today


@blueprint.get("/workspace/settings")
@needs(Role.ADMIN)
def show_settings() -> str:
    """Show what the organisation has chosen."""
    with database().read() as db:
        rules = rules_of(db, member().organisation_id)
    return _page(rules, area(rules.area).name if rules.area else "")


@blueprint.post("/workspace/settings")
@needs(Role.ADMIN)
def change_settings() -> str | tuple[str, int] | Response:
    """Keep what is chosen."""
    typed = clean_line(drop_unwritable(request.form.get("area", "")))[:200]
    found = find_area(typed) if typed else None
    body: Body = "nhs" if request.form.get("body") == "nhs" else "council"
    four_eyes, hold = (request.form.get(name) == "yes" for name in ("four_eyes", "hold_before_polls"))
    rules = PublishingRules(four_eyes, hold, body, found.code if found else None)
    if typed and found is None:
        return _page(rules, typed, f"We know no area “{typed}”. {similar_area(typed)}".strip()), 400
    with database().write() as db:
        who = member()
        choose_rules(db, who.organisation_id, rules)
        if not hold:
            stop_holding(db, who.organisation_id, now())
        chosen = f"four_eyes={four_eyes} hold_before_polls={hold}"
        note_deed(
            db, "change_settings", subject=chosen, user_id=who.user_id, organisation_id=who.organisation_id, now=now()
        )
    flash("Saved.")
    return redirect("/workspace/settings")


def _page(rules: PublishingRules, area_typed: str, problem: str = "") -> str:
    with database().read() as db:
        approvers = len(colleagues(db, member().organisation_id, Role.APPROVER))
    periods = [
        (BODIES[body], poll, poll.starts(body)) for body in BODIES for poll in polls_for(body) if poll.on >= today()
    ]
    return render_template(
        "commissioner/settings.html",
        member=member(),
        rules=rules,
        approvers=approvers,
        bodies=[{"value": code, "text": name} for code, name in BODIES.items()],
        periods=periods,
        area_typed=area_typed,
        problems=[("area", problem)] if problem else [],
    )
