"""One's own place at a session: reached by the signed link in every mail about it, without an account."""

import uuid

from flask import render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.engagement.coming import change_details, change_way, confirm, leave, take_offer
from kil_pipeline.engagement.own_places import own_place
from kil_pipeline.engagement.registration_erasure import erase_registration, registration_data
from kil_pipeline.engagement.registrations import Way
from kil_pipeline.errors import InvalidTransition
from kil_pipeline.text import clean_text, drop_unwritable
from web.coming import blueprint
from web.coming.forms import needs_problems
from web.context import database, now, settings
from web.json_documents import own_copy
from web.subscriber.manage_views import signer

Answer = str | tuple[str, int]
Problems = tuple[tuple[str, str], ...]


@blueprint.get("/coming/<token>")
def own(token: str) -> str:
    """Show somebody's place. Opening the link changes nothing: mail scanners open links too."""
    return _show(signer().read("coming", token))


@blueprint.post("/coming/<token>")
def change(token: str) -> Answer:
    """Do what the button that was pressed says."""
    registration_id, do = signer().read("coming", token), request.form.get("do", "")
    if do == "erase":
        with database().write() as session:
            erase_registration(session, registration_id, settings().offer_for, now())
        return render_template("coming/erased.html")
    if do == "details":
        return _change_details(registration_id)
    try:
        message = _act(registration_id, do)
    except InvalidTransition as error:
        return _show(registration_id, problems=(("", str(error)),)), 409
    return _show(registration_id, message)


@blueprint.get("/coming/<token>/my-data.json")
def download(token: str) -> Response:
    """Give somebody all that is held about them and this session."""
    registration_id = signer().read("coming", token)
    with database().read() as session:
        data = registration_data(session, registration_id, now())
    return own_copy(data, "my-place.json")


def _act(registration_id: uuid.UUID, do: str) -> str:
    offer_for = settings().offer_for
    with database().write() as session:
        if do == "confirm":
            confirm(session, registration_id, offer_for, now())
            return "Thank you. It is confirmed."
        if do == "take":
            take_offer(session, registration_id, now())
            return "The place is yours."
        if do == "leave":
            leave(session, registration_id, offer_for, now())
            return "Thank you for saying so. You are not coming."
        if do in list(Way):
            change_way(session, registration_id, Way(do), offer_for, now())
            return f"Changed: {Way(do).label.lower()}."
    return ""


def _change_details(registration_id: uuid.UUID) -> Answer:
    typed = drop_unwritable(request.form.get("needs", "")).strip()
    problems = tuple(needs_problems(typed))
    if problems:
        return _show(registration_id, problems=problems, typed=typed), 400
    ticks = {name: name in request.form for name in ("host_sees", "others_see")}
    try:
        with database().write() as session:
            change_details(session, registration_id, **ticks, needs=clean_text(typed))
    except InvalidTransition as error:
        return _show(registration_id, problems=(("", str(error)),), typed=typed), 409
    return _show(registration_id, "Saved.")


def _show(registration_id: uuid.UUID, message: str = "", problems: Problems = (), typed: str | None = None) -> str:
    """Render somebody's place. `typed`: access needs that have to be mended."""
    with database().read() as session:
        place = own_place(session, registration_id, now())
    return render_template(
        "coming/own.html",
        place=place,
        session=place.session,
        needs=place.needs if typed is None else typed,
        message=message,
        problems=problems,
        problem_of=dict(problems),
        action=f"/coming/{signer().sign('coming', place.id)}",
    )
