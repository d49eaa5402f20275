""" "Change what you get": reached by a signed link from every mail, without an account."""

from flask import after_this_request, make_response, render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.alerts.criteria_words import describe_criteria
from kil_pipeline.alerts.erasure import forget_subscriber
from kil_pipeline.alerts.letters import Frequency
from kil_pipeline.alerts.links import Signer
from kil_pipeline.alerts.outlooks import ask_for_outlook
from kil_pipeline.alerts.silences import choose_silence_note
from kil_pipeline.alerts.subscribers import (
    SubscriberView,
    change_alerts,
    subscriber_view,
    unsubscribe,
)
from kil_pipeline.times import day_after
from web.context import database, now, settings, today
from web.subscriber import blueprint
from web.subscriber.forms import WEEKDAYS, read_frequency, read_kept


@blueprint.get("/alerts/<token>")
def manage(token: str) -> str:
    """Show what a subscriber gets."""
    subscriber_id = signer().read("manage", token)
    with database().read() as session:
        return show_choices(subscriber_view(session, subscriber_id))


@blueprint.post("/alerts/<token>")
def change(token: str) -> str | tuple[str, int]:
    """Change what a subscriber gets; with no choice left ticked, mail stops."""
    subscriber_id = signer().read("manage", token)
    if request.form.get("do") == "erase":
        with database().write() as session:
            forget_subscriber(session, subscriber_id)
        return render_template("subscriber/erased.html")
    problems: list[tuple[str, str]] = []
    frequency, weekday = read_frequency(request.form, problems)
    with database().write() as session:
        view = subscriber_view(session, subscriber_id)
        kept = read_kept(request.form, view.criteria)
        if problems:
            return show_choices(view, problems=tuple(problems)), 400
        change_alerts(
            session,
            subscriber_id,
            criteria=kept,
            frequency=frequency,
            weekday=weekday,
            digest_hour=settings().digest_at,
            now=now(),
        )
        wants_outlook = request.form.get("outlook") == "yes"
        ask_for_outlook(session, subscriber_id, wanted=wants_outlook, digest_hour=settings().digest_at, now=now())
        choose_silence_note(session, subscriber_id, wanted=request.form.get("silence_note") == "yes")
        if not kept:
            unsubscribe(session, subscriber_id, now())
        view = subscriber_view(session, subscriber_id)
    return show_choices(view, "Saved. You get no more emails." if view.stopped else "Saved.")


@blueprint.get("/alerts/<token>/unsubscribe")
def show_unsubscribe(token: str) -> str:
    """Show a button. Opening the link stops nothing: mail scanners open links too."""
    signer().read("unsubscribe", token)
    return render_template("subscriber/unsubscribe.html", token=token, done=False)


@blueprint.post("/alerts/<token>/unsubscribe")
def stop(token: str) -> Response:
    """Stop all mail: one click, no cookie, no redirect, as often as one likes (RFC 8058)."""
    subscriber_id = signer().read("unsubscribe", token)
    with database().write() as session:
        unsubscribe(session, subscriber_id, now())
    return make_response(render_template("subscriber/unsubscribe.html", token=token, done=True))


def show_choices(
    view: SubscriberView, message: str = "", problems: tuple[tuple[str, str], ...] = (), *, typed: str = ""
) -> str:
    """Render "change what you get" for one subscriber. It holds their address: no browser or proxy keeps it.

    `typed`: a new address that has to be mended.
    """
    after_this_request(keep_nowhere)
    return render_template(
        "subscriber/manage.html",
        view=view,
        message=message,
        problems=problems,
        problem_of=dict(problems),
        typed=typed,
        paused_until=view.paused_until if view.paused_until and view.paused_until > now() else None,
        tomorrow=day_after(today()),
        action=signer().manage_path(view.id),
        choices=[(choice.canonical(), describe_criteria(choice)) for choice in view.criteria],
        frequencies=list(Frequency),
        weekdays=WEEKDAYS,
    )


def keep_nowhere(response: Response) -> Response:
    """Forbid everybody to keep an answer."""
    response.headers["Cache-Control"] = "no-store"
    return response


def signer() -> Signer:
    """Return what makes and reads the links of mails."""
    return Signer(settings().secret_keys)
