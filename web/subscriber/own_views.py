"""What a subscriber can do besides choosing: hear no more of one thing, pause, and take their data with them."""

from flask import render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.alerts.commissioner_mutes import commissioner_of, mute_commissioner
from kil_pipeline.alerts.mutes import mute, read_subject, unmute
from kil_pipeline.alerts.pauses import PauseNotPossible, end_pause, pause
from kil_pipeline.alerts.personal_data import personal_data
from kil_pipeline.alerts.subscribers import subscriber_view
from web.context import database, now, settings
from web.json_documents import own_copy
from web.subscriber import blueprint
from web.subscriber.forms import read_day
from web.subscriber.manage_views import show_choices, signer

NO_DAY = "Enter the day on which email starts again, such as 2027-01-04."


@blueprint.get("/alerts/<token>/mute")
def show_mute(token: str) -> str:
    """Show a button. Opening the link changes nothing: mail scanners open links too."""
    subscriber_id, subject_id = signer().read_mute(token)
    with database().read() as session:
        subscriber_view(session, subscriber_id)
        subject = read_subject(session, subject_id)
        _, commissioner = commissioner_of(session, subject_id)
    return render_template(
        "subscriber/mute.html",
        subject=subject,
        commissioner=commissioner,
        action=signer().mute_path(subscriber_id, subject_id),
    )


@blueprint.post("/alerts/<token>/mute")
def mute_one(token: str) -> str:
    """Tell a subscriber no more of one entry or session, or of all that its commissioner plans."""
    subscriber_id, subject_id = signer().read_mute(token)
    with database().write() as session:
        subscriber_view(session, subscriber_id)
        if request.form.get("do") == "commissioner":
            title = mute_commissioner(session, subscriber_id, subject_id, now())
        else:
            title = mute(session, subscriber_id, subject_id, now()).title
        view = subscriber_view(session, subscriber_id)
    return show_choices(view, f"You hear no more of “{title}”.")


@blueprint.post("/alerts/<token>/unmute")
def unmute_one(token: str) -> str:
    """Tell a subscriber again of what they muted, from now on."""
    subscriber_id = signer().read("manage", token)
    with database().write() as session:
        unmute(session, subscriber_id, request.form.get("subject", ""))
        view = subscriber_view(session, subscriber_id)
    return show_choices(view, "You hear of it again, from now on.")


@blueprint.post("/alerts/<token>/pause")
def pause_mail(token: str) -> str | tuple[str, int]:
    """Hold mail back until a day, or let it leave again."""
    subscriber_id = signer().read("manage", token)
    day, ends = read_day(request.form), request.form.get("do") == "resume"
    with database().write() as session:
        view = subscriber_view(session, subscriber_id)
        try:
            if ends:
                end_pause(session, subscriber_id)
            elif day is None:
                return show_choices(view, problems=(("until", NO_DAY),)), 400
            else:
                pause(session, subscriber_id, day, digest_hour=settings().digest_at, now=now())
        except PauseNotPossible as error:
            return show_choices(view, problems=(("until", str(error)),)), 400
        view = subscriber_view(session, subscriber_id)
    return show_choices(view, "Email leaves again." if ends else "Your email is paused. Nothing is lost.")


@blueprint.get("/alerts/<token>/my-data.json")
def download(token: str) -> Response:
    """Give a subscriber all that is held about them."""
    subscriber_id = signer().read("manage", token)
    with database().read() as session:
        data = personal_data(session, subscriber_id, now())
    return own_copy(data, "my-alerts.json")
