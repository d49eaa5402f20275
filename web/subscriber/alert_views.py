"""Asking for alerts, and confirming it. The answer is the same whether or not an address is known."""

from collections.abc import Sequence
from dataclasses import replace

from flask import render_template, request
from werkzeug.datastructures import MultiDict

from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.news_kinds import NEWS_KINDS
from kil_pipeline.alerts.past_news import PastNews, past_news
from kil_pipeline.alerts.requests import LINK_DAYS, ask_for_alerts, confirm_alerts, is_confirmed
from kil_pipeline.alerts.subscribers import SubscriberView, add_choices, subscriber_view
from kil_pipeline.organisations.organisations import OrganisationKind, public_organisations
from kil_pipeline.plan.advice import CHANCES
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.reference.milestones import notice_days
from kil_pipeline.reference.themes import themes
from kil_pipeline.text import clean_line
from web.context import database, now, settings
from web.places import MORE, offered_places, typed_places
from web.public.plan_filters import living_commissioners
from web.queries import PARAMETERS, read_plan_query
from web.rate_limits import count_mail
from web.subscriber import blueprint
from web.subscriber.forms import WEEKDAYS, AlertForm, read_alert_form, read_choice_form
from web.subscriber.manage_views import show_choices, signer
from web.subscriber.profile_prefill import profile_in_use

LOOK_BACK = "look back"
"""What the button sends that shows what would have been sent."""
OFFERED = ("open", "grant", "no_tender", "undecided")
"""Which answers to "Can we go for it?" the form offers, besides those that a reader comes with."""


@blueprint.get("/alerts/new")
def new_alerts() -> str:
    """Show the form, filled in with the filters that the reader comes from."""
    asked = request.args.get("frequency", "")
    often = Frequency(asked) if asked in list(Frequency) else Frequency.WEEKLY
    criteria, profile = read_plan_query(request.args).criteria, profile_in_use()
    email = profile.email if profile else ""
    if profile is not None and criteria == Criteria():
        criteria = Criteria(areas=profile.answers.areas, themes=profile.answers.themes)
    return _form(AlertForm(email, criteria, often, 0, (), False))


@blueprint.post("/alerts/new")
def ask() -> str | tuple[str, int]:
    """Queue the mail that asks for confirmation."""
    form = read_alert_form(request.form)
    if request.form.get("do") == LOOK_BACK:
        return _look_back(form)
    if request.form.get("do") == MORE:
        return _form(replace(form, problems=()))
    if form.problems:
        return _form(form), 400
    count_mail("confirmation")
    if not form.trapped:
        with database().write() as session:
            ask_for_alerts(
                session,
                form.email,
                (form.criteria,),
                form.frequency,
                weekday=form.weekday,
                outlook=form.outlook,
                now=now(),
            )
    return render_template("subscriber/check_inbox.html", days=LINK_DAYS)


@blueprint.get("/alerts/confirm/<token>")
def show_confirm(token: str) -> str:
    """Show the button. Opening the link confirms nothing: mail scanners open links too."""
    with database().read() as session:
        done = is_confirmed(session, token, now())
    return render_template("subscriber/confirm.html", token=token, done=done)


@blueprint.post("/alerts/confirm/<token>")
def confirm(token: str) -> str:
    """Start the alerts."""
    with database().write() as session:
        subscriber_id = confirm_alerts(session, token, digest_hour=settings().digest_at, now=now())
        view = subscriber_view(session, subscriber_id)
    return show_choices(view, "" if view.stopped else "Your alerts have started.")


@blueprint.get("/alerts/<token>/new")
def new_choice(token: str) -> str:
    """Show the same form to somebody whose address is known: it is not asked for again."""
    subscriber_id = signer().read("manage", token)
    with database().read() as session:
        view = subscriber_view(session, subscriber_id)
    return _form(AlertForm("", read_plan_query(request.args).criteria, view.frequency, view.weekday, (), False), view)


@blueprint.post("/alerts/<token>/new")
def add_choice(token: str) -> str | tuple[str, int]:
    """Add a choice to what a subscriber follows, from now on."""
    subscriber_id = signer().read("manage", token)
    with database().write() as session:
        view = subscriber_view(session, subscriber_id)
        form = read_choice_form(request.form, view)
        if request.form.get("do") == LOOK_BACK:
            return _look_back(form, view)
        if request.form.get("do") == MORE:
            return _form(replace(form, problems=()), view)
        if form.problems:
            return _form(form, view), 400
        chosen, often, hour = (form.criteria,), (view.frequency, view.weekday), settings().digest_at
        add_choices(session, view.email, chosen, *often, digest_hour=hour, now=now())
        view = subscriber_view(session, subscriber_id)
    return show_choices(view, "Added to what you follow.")


def _look_back(form: AlertForm, view: SubscriberView | None = None) -> str | tuple[str, int]:
    """Show what the choice would have brought lately. The address is not needed for it."""
    problems = tuple(problem for problem in form.problems if problem[0] in PARAMETERS)
    form = replace(form, problems=problems)
    if problems:
        return _form(form, view), 400
    with database().read() as session:
        return _form(form, view, past_news(session, form.criteria, now()))


def _with_areas(given: MultiDict[str, str], areas: Sequence[str]) -> MultiDict[str, str]:
    """Return what was given, with areas that come from a profile."""
    return MultiDict([*given.items(multi=True), *(("area", code) for code in areas)])


def _form(form: AlertForm, view: SubscriberView | None = None, past: PastNews | None = None) -> str:
    """Render the form; `view`: of the subscriber, where they are known already."""
    given = request.form if request.method == "POST" else request.args
    with database().read() as session:
        commissioners = public_organisations(session, OrganisationKind.COMMISSIONER)
    return render_template(
        "subscriber/new.html",
        form=form,
        view=view,
        past=past,
        action=f"{signer().manage_path(view.id)}/new" if view else "/alerts/new",
        criteria=form.criteria,
        problems=form.problems,
        problem_of=dict(form.problems),
        places=typed_places(given if given.getlist("area") else _with_areas(given, form.criteria.areas)),
        names=offered_places(),
        more=MORE,
        band=tuple(clean_line(given.get(name, "")) for name in ("value_from", "value_to")),
        kinds=NEWS_KINDS,
        notices=[(days, f"{days} days before") for days in notice_days()],
        themes=themes(),
        chances={code: words for code, words in CHANCES.items() if code in (*OFFERED, *form.criteria.chances)},
        commissioners=commissioners,
        chosen_commissioners=living_commissioners(commissioners, form.criteria.commissioners),
        profile=None if view else profile_in_use(),
        frequencies=list(Frequency),
        weekdays=WEEKDAYS,
    )
