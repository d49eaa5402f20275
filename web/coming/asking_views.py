"""Asking for a place at a session. The answer is the same whether or not an address is known."""

from flask import render_template, request

from kil_pipeline.engagement.coming import CONFIRM_DAYS, ask_to_come
from kil_pipeline.engagement.places import check_open, count_places
from kil_pipeline.engagement.programme import public_session
from kil_pipeline.engagement.sessions import PublicSession
from web.coming import blueprint
from web.coming.forms import ComingForm, read_coming_form
from web.context import database, now
from web.rate_limits import count_mail
from web.subscriber.profile_prefill import profile_in_use


@blueprint.get("/sessions/<reference>/come")
def come_form(reference: str) -> str:
    """Show the form."""
    with database().read() as session:
        public = public_session(session, reference)
    check_open(public, now())
    profile = profile_in_use()
    if profile is None:
        return _form(public, ComingForm())
    return _form(public, ComingForm(email=profile.email, organisation_name=profile.answers.name))


@blueprint.post("/sessions/<reference>/come")
def ask(reference: str) -> str | tuple[str, int]:
    """Queue the mail that asks for confirmation."""
    with database().read() as session:
        public = public_session(session, reference)
        ways = tuple(count_places(session, public))
    check_open(public, now())
    form = read_coming_form(request.form, ways)
    if form.problems:
        return _form(public, form), 400
    count_mail("coming")
    if not form.trapped:
        with database().write() as session:
            ask_to_come(session, public.id, form.person(), now())
    return render_template("coming/check_inbox.html", days=CONFIRM_DAYS, session=public)


def _form(public: PublicSession, form: ComingForm) -> str:
    with database().read() as session:
        places = count_places(session, public)
    return render_template(
        "coming/ask.html",
        session=public,
        form=form,
        places=places,
        problems=form.problems,
        problem_of=dict(form.problems),
        profile=profile_in_use(),
    )
