"""Answering “how you could help us decide”: a form, a mail with a button, and a page of one's own by its link."""

from flask import Response, render_template, request

from kil_pipeline.alerts.personal_data import rows_of
from kil_pipeline.errors import InvalidContent, NotFound
from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.plan.disclosures import Disclosure, field_label
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import public_entry
from kil_pipeline.support.reader_answers import (
    ReaderAnswer,
    WrittenAnswer,
    confirm_answer,
    own_answer,
    question_of,
    questions_of,
    send_answer,
    withdraw_answer,
)
from kil_pipeline.text import drop_unwritable
from web.context import database, now
from web.json_documents import own_copy
from web.rate_limits import count_mail
from web.subscriber import blueprint
from web.subscriber.forms import TRAP
from web.subscriber.manage_views import signer
from web.subscriber.profile_prefill import profile_in_use

Problems = tuple[tuple[str, str], ...]


@blueprint.get("/entries/<reference>/answer")
def new_answer(reference: str) -> str:
    """Show the form."""
    entry, asked = _asked(reference)
    profile = profile_in_use()
    written = WrittenAnswer("", profile.email, profile.answers.name) if profile else WrittenAnswer("", "")
    return _form(entry, asked, written)


@blueprint.post("/entries/<reference>/answer")
def ask_answer(reference: str) -> str | tuple[str, int]:
    """Queue the mail that asks for confirmation."""
    entry, asked = _asked(reference)
    written = WrittenAnswer(
        _typed("text"), _typed("email").strip(), _typed("name"), request.form.get("publish") == "yes"
    )
    count_mail("answer")
    try:
        if not request.form.get(TRAP):
            with database().write() as session:
                send_answer(session, entry, asked.path, written, now())
    except InvalidAddress as error:
        return _form(entry, asked, written, (("email", str(error)),)), 400
    except InvalidContent as error:
        field = "name" if "Give a name" in str(error) else "text"
        return _form(entry, asked, written, ((field, str(error)),)), 400
    return render_template("subscriber/check_mail.html", next="Press it, and the commissioner gets your answer.")


@blueprint.get("/answers/<token>")
def show_answer(token: str) -> str:
    """Show one's own answer with its buttons. Opening the link sends nothing: mail scanners open links too."""
    return _own(token)


@blueprint.post("/answers/<token>")
def change_answer(token: str) -> str:
    """Pass one's answer on, or withdraw it."""
    answer_id = signer().read("answer", token)
    if request.form.get("do") == "withdraw":
        with database().write() as session:
            withdraw_answer(session, answer_id, now())
        return render_template("subscriber/gone.html", what="Your answer is withdrawn and erased", way_on="/plan")
    if request.form.get("do") == "confirm":
        with database().write() as session:
            confirm_answer(session, answer_id, now())
    return _own(token, done=True)


@blueprint.get("/answers/<token>/my-answer.json")
def download_answer(token: str) -> Response:
    """Give a writer everything that is held of their answer."""
    answer_id = signer().read("answer", token)
    with database().read() as session:
        own_answer(session, answer_id, now())
        held = rows_of(session, ReaderAnswer, ReaderAnswer.id == answer_id)
    return own_copy({"as_of": now().isoformat(), "answer": held[0]}, "my-answer.json")


def _asked(reference: str) -> tuple[PublicEntry, Disclosure]:
    """Return the entry, and what it asks: about the field that the address names, or else first."""
    with database().read() as session:
        entry = public_entry(session, reference)
    path = drop_unwritable(request.values.get("about", ""))
    if path:
        return entry, question_of(entry, path)
    found = questions_of(entry)
    if not found:
        raise NotFound(f"{entry.reference} asks its readers nothing, or not any more.")
    return entry, found[0]


def _typed(name: str) -> str:
    return drop_unwritable(request.form.get(name, ""))


def _form(entry: PublicEntry, asked: Disclosure, written: WrittenAnswer, problems: Problems = ()) -> str:
    return render_template(
        "subscriber/new_answer.html",
        entry=entry,
        asked=asked,
        label=field_label(asked.path),
        written=written,
        profile=profile_in_use(),
        problems=problems,
        problem_of=dict(problems),
    )


def _own(token: str, *, done: bool = False) -> str:
    with database().read() as session:
        own = own_answer(session, signer().read("answer", token), now())
    return render_template("subscriber/own_answer.html", own=own, label=field_label(own.path), token=token, done=done)
