"""For those who run the installation: names that may be another spelling of one that is known."""

import uuid

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.errors import InvalidTransition, NotFound
from kil_pipeline.exchange.mergers import answer_spelling
from kil_pipeline.organisations.spellings import open_questions
from web.commissioner import blueprint
from web.commissioner.access import needs_person, person
from web.commissioner.operator_views import second_factor_wanted
from web.commissioner.proofs import proof_wanted
from web.context import database, now

ADDRESS = "/workspace/operator/spellings"


@blueprint.get(ADDRESS)
@needs_person
def spellings() -> str | Response:
    """Show what waits for an answer."""
    return second_factor_wanted() or _page()


@blueprint.post(ADDRESS)
@needs_person
def answer_about_spelling() -> str | tuple[str, int] | Response:
    """Take the answer: the same, or another."""
    page = second_factor_wanted() or proof_wanted()
    if page is not None:
        return page
    same = request.form.get("same") == "yes"
    try:
        question_id = uuid.UUID(request.form.get("question", ""))
        with database().write() as db:
            said = answer_spelling(db, question_id, same=same, user_id=person().user_id, now=now())
    except ValueError:
        return _page("Choose a question from the list."), 400
    except (InvalidTransition, NotFound) as error:
        return _page(str(error)), 400
    flash(said)
    return redirect(ADDRESS)


def _page(problem: str = "") -> str:
    with database().read() as db:
        questions = open_questions(db)
    problems = [("", problem)] if problem else []
    return render_template("commissioner/spellings.html", questions=questions, problems=problems)
