"""“What do you hold about my address?”: asked by anybody, answered by a link in a mail to that address."""

import json
import re

from flask import render_template, request
from werkzeug.wrappers import Response

from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.scheduler.personal_data import SOURCES
from kil_pipeline.support.data_requests import Row, address_of, ask_for_data, erase_address, held_about_address
from kil_pipeline.text import drop_unwritable
from web.context import database, now
from web.json_documents import own_copy
from web.rate_limits import count_mail
from web.subscriber import blueprint
from web.subscriber.forms import TRAP
from web.subscriber.manage_views import signer

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:.+\+00:00")
"""A moment as JSON has it."""


def _on_screen(rows: tuple[Row, ...]) -> list[dict[str, str]]:
    """Return rows as people read them: without ids and what is empty, which the download has."""
    return [
        {name.replace("_", " "): _words(value) for name, value in row.items() if _says_something(name, value)}
        for row in rows
    ]


def _says_something(name: str, value: object) -> bool:
    return name != "id" and not name.endswith("_id") and value not in (None, "", [])


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    return f"{text[:10]} {text[11:16]} UTC" if MOMENT.fullmatch(text) else text


@blueprint.get("/my-data")
def ask_data() -> str:
    """Ask for the address."""
    return render_template("subscriber/ask_data.html", email="", problems=())


@blueprint.post("/my-data")
def send_data() -> str | tuple[str, int]:
    """Queue the link; say the same in every case."""
    email = drop_unwritable(request.form.get("email", "")).strip()
    count_mail("data")
    try:
        if not request.form.get(TRAP):
            with database().write() as session:
                ask_for_data(session, email, now())
    except InvalidAddress as error:
        return render_template("subscriber/ask_data.html", email=email, problems=(("email", str(error)),)), 400
    return render_template("subscriber/check_mail.html", next="It shows all that we hold.")


@blueprint.get("/my-data/<token>")
def show_data(token: str) -> str:
    """Show everything that is held about an address."""
    request_id = signer().read("data", token)
    with database().read() as session:
        address = address_of(session, request_id, now())
        held = held_about_address(session, address, SOURCES)
    shown = [(one, _on_screen(one.rows)) for one in held]
    return render_template("subscriber/my_data.html", address=address, held=shown, token=token)


@blueprint.post("/my-data/<token>")
def erase_data(token: str) -> str:
    """Erase everything that may be erased."""
    request_id = signer().read("data", token)
    with database().write() as session:
        address = address_of(session, request_id, now())
        erase_address(session, address, SOURCES, now())
        left = held_about_address(session, address, SOURCES)
    return render_template("subscriber/data_erased.html", left=left)


@blueprint.get("/my-data/<token>/my-data.json")
def download_data(token: str) -> Response:
    """Give somebody everything that is held about their address."""
    request_id = signer().read("data", token)
    with database().read() as session:
        address = address_of(session, request_id, now())
        held = held_about_address(session, address, SOURCES)
    body = {"address": address, "as_of": now().isoformat(), "held": {one.title: list(one.rows) for one in held}}
    return own_copy(body, "my-data.json")
