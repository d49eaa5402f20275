"""What readers answer to “how you could help us decide”: read, responded to, published, set aside or hidden."""

import uuid
from dataclasses import dataclass

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kil_pipeline.errors import InvalidContent, InvalidTransition, NotFound
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.publishing_rules import MustWait
from kil_pipeline.support.answer_replies import answers_to, count_waiting_answers, hide, respond, set_aside
from kil_pipeline.text import drop_unwritable
from web.commissioner import blueprint
from web.commissioner.access import member, needs, note_own
from web.context import database, now


@dataclass(frozen=True)
class Typed:
    """What was sent for one answer, and why it was not taken; shown again where it was typed."""

    answer: str = ""
    do: str = ""
    text: str = ""
    publish: bool = False
    problem: str = ""


@blueprint.get("/workspace/answers")
@needs(Role.AUTHOR)
def reader_answers() -> str:
    """List the answers, those that wait first."""
    return _list(Typed())


@blueprint.post("/workspace/answers")
@needs(Role.AUTHOR)
def reply_to_answer() -> str | Response | tuple[str, int]:
    """Respond to one answer, set it aside or hide it."""
    form = request.form
    do, text = form.get("do", ""), drop_unwritable(form.get("text", ""))
    publish, answer_id = form.get("publish") == "yes", _which()
    if answer_id is None:
        return redirect("/workspace/answers")
    try:
        with database().write() as session:
            said = _do(session, answer_id, do, text, publish)
    except (InvalidContent, InvalidTransition, MustWait) as error:
        status = 400 if isinstance(error, InvalidContent) else 409
        return _list(Typed(form.get("answer", ""), do, text, publish, str(error))), status
    flash(said)
    return redirect("/workspace/answers")


def _do(session: Session, answer_id: uuid.UUID, do: str, text: str, publish: bool) -> str:
    """Do what a button says, and note it. Returns what to say of it."""
    who = member()
    match do:
        case "respond":
            approver = who.may(Role.APPROVER)
            respond(session, who.organisation_id, answer_id, text, publish=publish, approver=approver, now=now())
            said = "Published, with your response." if publish else "Your response is on its way."
        case "set_aside":
            set_aside(session, who.organisation_id, answer_id, now())
            said = "Set aside. Nobody is told."
        case "hide":
            hide(session, who.organisation_id, answer_id, text, now())
            said = "Hidden. The page gives your reason."
        case _:
            raise NotFound("There is no such button here.")
    note_own(session, "publish_answer" if do == "respond" and publish else f"{do}_answer", str(answer_id))
    return said


def _which() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.form.get("answer", ""))
    except ValueError:
        return None


def _list(typed: Typed) -> str:
    with database().read() as session:
        found = answers_to(session, member().organisation_id)
        waiting = count_waiting_answers(session, member().organisation_id)
    return render_template(
        "commissioner/reader_answers.html", member=member(), answers=found, waiting=waiting, typed=typed
    )
