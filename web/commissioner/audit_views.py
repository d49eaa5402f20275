"""Who did what for an organisation, when and from where: for its admin to read, filter and take along."""

import csv
import io
from datetime import date
from urllib.parse import urlencode

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from kil_pipeline.organisations.audit import Deed, DeedFilter, count_deeds, deeds_of, filter_choices, note_deed
from kil_pipeline.organisations.members import Role
from kil_pipeline.text import drop_unwritable, safe_cell
from web.commissioner import blueprint
from web.commissioner.access import member, needs
from web.commissioner.proofs import proof_wanted
from web.context import database, now

PER_PAGE = 50
MOST_EXPORTED = 50_000
DEEDS = {
    "sign_in": "signed in",
    "sign_out": "signed out",
    "sign_out_everywhere": "signed out everywhere",
    "end_session": "signed out another browser",
    "prove_identity": "showed again who they are",
    "act_for": "began to act for this organisation",
    "create_entry": "began a planned opportunity",
    "save_entry": "saved a planned opportunity",
    "publish_entry": "published a planned opportunity",
    "respond_answer": "responded to a reader’s answer",
    "publish_answer": "published a reader’s answer",
    "set_aside_answer": "set a reader’s answer aside",
    "hide_answer": "hid a reader’s answer",
    "invite_person": "invited somebody",
    "withdraw_invitation": "took an invitation back",
    "accept_invitation": "accepted an invitation",
    "change_role": "changed somebody’s role",
    "remove_person": "removed somebody",
    "leave": "left",
    "set_up_second_factor": "set up a second factor",
    "take_off_second_factor": "took a second factor off",
    "ask_for_second_factor": "asked approvers and admins for a second factor",
    "ask_no_second_factor": "asked nobody for a second factor any more",
    "sign_colleague_out": "signed somebody out everywhere",
    "make_token": "made a token",
    "revoke_token": "revoked a token",
    "merge_organisation": "let one body become another",
    "move_entry": "moved a planned opportunity to another body",
    "export_audit": "took along this record",
}
"""Each deed in words; one that is not here is shown by its name, with spaces."""


def deed_words(deed: str) -> str:
    """Return what was done, in words."""
    return DEEDS.get(deed, deed.replace("_", " "))


def who_did(deed: Deed) -> str:
    """Return who did it, in words where their address is not known."""
    return deed.email or ("somebody whose details were erased" if deed.by_person else "the installation")


@blueprint.get("/workspace/audit")
@needs(Role.ADMIN)
def audit() -> str | tuple[str, int]:
    """List what was done, newest first."""
    wanted, problems = _wanted()
    organisation_id = member().organisation_id
    with database().read() as db:
        total = count_deeds(db, organisation_id, wanted)
        pages = max(1, -(-total // PER_PAGE))
        page = max(1, min(pages, request.args.get("page", 1, type=int)))
        deeds = deeds_of(db, organisation_id, wanted, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
        people, kinds = filter_choices(db, organisation_id)
    asked = {name: value for name, value in request.args.items() if name in ("email", "deed", "since", "until")}
    shown = render_template(
        "commissioner/audit.html",
        member=member(),
        deeds=deeds,
        people=people,
        kinds=kinds,
        asked={name: drop_unwritable(value) for name, value in asked.items()},
        query=urlencode(asked),
        page=page,
        pages=pages,
        total=total,
        problems=problems,
        deed_words=deed_words,
        who_did=who_did,
    )
    return (shown, 400) if problems else shown


@blueprint.post("/workspace/audit/export")
@needs(Role.ADMIN)
def export_audit() -> BaseResponse:
    """Give what the filter finds as CSV. That is itself noted, and asks for a proof of who one is."""
    page = proof_wanted()
    if page is not None:
        return page
    wanted, _ = _wanted()
    who = member()
    with database().write() as db:
        deeds = deeds_of(db, who.organisation_id, wanted, limit=MOST_EXPORTED)
        note_deed(
            db,
            "export_audit",
            subject=f"{len(deeds)} lines",
            user_id=who.user_id,
            organisation_id=who.organisation_id,
            now=now(),
        )
    response = Response(_csv(deeds), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="who-did-what.csv"'
    return response


def _csv(deeds: tuple[Deed, ...]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("at (UTC)", "who", "deed", "in words", "of what", "person concerned", "network"))
    for deed in deeds:
        words = (who_did(deed), deed.deed, deed_words(deed.deed), deed.subject, deed.concerned, deed.origin)
        writer.writerow((f"{deed.at:%Y-%m-%d %H:%M:%S}", *(safe_cell(word) for word in words)))
    return text.getvalue()


def _wanted() -> tuple[DeedFilter, list[tuple[str, str]]]:
    """Return what is asked for, and what is wrong with it."""
    problems: list[tuple[str, str]] = []
    since, until = (_day(name, label, problems) for name, label in (("since", "From"), ("until", "To")))
    email, deed = (drop_unwritable(request.values.get(name, ""))[:254] for name in ("email", "deed"))
    return DeedFilter(email, deed, since, until), problems


def _day(name: str, label: str, problems: list[tuple[str, str]]) -> date | None:
    text = request.values.get(name, "").strip()
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        found = None
    if text and (found is None or not 1970 < found.year < 9999):
        problems.append((name, f"{label}: write a day as 2026-11-23."))
        return None
    return found
