"""Asking a local support organisation for help: a form, a mail with a button, and a page of one's own by its link."""

from dataclasses import replace

from flask import render_template, request

from kil_pipeline.errors import DomainError, InvalidContent, NotFound
from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.plan.queries import public_entry
from kil_pipeline.reference.support_kinds import support_kinds
from kil_pipeline.support.help_requests import (
    AskedHelp,
    ask_for_help,
    confirm_help,
    own_help,
    withdraw_help,
)
from kil_pipeline.support.offers import PublicSupport, one_support
from kil_pipeline.support.profile_words import describe_profile
from kil_pipeline.support.profiles import ProfileView
from kil_pipeline.text import clean_text, drop_unwritable
from web.context import database, now
from web.rate_limits import count_mail
from web.subscriber import blueprint
from web.subscriber.forms import TRAP
from web.subscriber.manage_views import signer
from web.subscriber.profile_prefill import profile_in_use

Problems = tuple[tuple[str, str], ...]


@blueprint.get("/local-support/<slug>/ask")
def new_help(slug: str) -> str:
    """Show the form."""
    asked = AskedHelp("", "", "", reference=drop_unwritable(request.args.get("entry", "")))
    profile = profile_in_use()
    if profile is not None:
        asked = replace(asked, name=profile.answers.name, email=profile.email, need=_about(profile))
    return _form(_askable(slug), asked)


@blueprint.post("/local-support/<slug>/ask")
def ask_help(slug: str) -> str | tuple[str, int]:
    """Queue the mail that asks for confirmation."""
    body, asked = _askable(slug), _read()
    count_mail("help")
    try:
        if not request.form.get(TRAP):
            with database().write() as session:
                need = "" if _says_no_need(asked) else asked.need
                ask_for_help(session, body.id, replace(asked, need=need, reference=_entry(asked.reference)), now())
    except InvalidAddress as error:
        return _form(body, asked, (("email", str(error)),)), 400
    except InvalidContent as error:
        return _form(body, asked, (("need", str(error)),)), 400
    return render_template("subscriber/check_mail.html", next="Press it, and we pass your request on.")


@blueprint.get("/help/<token>")
def show_help(token: str) -> str:
    """Show one's own request with its buttons. Opening the link sends nothing: mail scanners open links too."""
    request_id = signer().read("help", token)
    with database().read() as session:
        own = own_help(session, request_id, now())
    return render_template("subscriber/own_help.html", own=own, token=token, done=False)


@blueprint.post("/help/<token>")
def change_help(token: str) -> str:
    """Pass one's request on, or erase it."""
    request_id = signer().read("help", token)
    if request.form.get("do") == "erase":
        with database().write() as session:
            withdraw_help(session, request_id)
        return render_template("subscriber/gone.html", what="Your request is erased", way_on="/help-near-you")
    with database().write() as session:
        confirm_help(session, request_id, now())
        own = own_help(session, request_id, now())
    return render_template("subscriber/own_help.html", own=own, token=token, done=True)


def _about(profile: ProfileView) -> str:
    """Return what a profile says, below the place where one writes what one needs."""
    said = describe_profile(profile.answers)
    return f"\n\nAbout us:\n{said}" if said else ""


def _says_no_need(asked: AskedHelp) -> bool:
    """Tell whether nothing was added to what the form was filled in with."""
    profile = profile_in_use()
    return profile is not None and clean_text(asked.need) == clean_text(_about(profile))


def _askable(slug: str) -> PublicSupport:
    with database().read() as session:
        body = one_support(session, slug)
    if not body.can_be_asked:
        raise NotFound(f"{body.name} takes no requests here.")
    return body


def _read() -> AskedHelp:
    return AskedHelp(
        name=_typed("name"),
        email=_typed("email").strip(),
        need=_typed("need"),
        kinds=tuple(request.form.getlist("kind")),
        reference=_typed("entry"),
        show_address=request.form.get("show") == "yes",
    )


def _typed(name: str) -> str:
    return drop_unwritable(request.form.get(name, ""))


def _entry(reference: str) -> str:
    """Return a reference that is public; empty for any other text."""
    try:
        with database().read() as session:
            return public_entry(session, reference.upper()).reference if reference else ""
    except DomainError:
        return ""


def _form(body: PublicSupport, asked: AskedHelp, problems: Problems = ()) -> str:
    return render_template(
        "subscriber/ask_help.html",
        body=body,
        asked=asked,
        entry=_entry(asked.reference),
        kinds=[kind for kind in support_kinds() if kind.code in body.kinds],
        profile=profile_in_use(),
        problems=problems,
        problem_of=dict(problems),
    )
