"""Whoever reads email at a list agrees that an organisation's bulletin comes there, or ends it."""

from flask import render_template, request

from kil_pipeline.alerts.links import Signer
from kil_pipeline.support.bulletin_lists import confirm_list, end_list, read_list
from web.by_link import blueprint
from web.context import database, now, settings


@blueprint.get("/bulletins/list/<token>")
def bulletin_list(token: str) -> str:
    """Show the buttons. Opening the link changes nothing: mail scanners open links too."""
    with database().read() as session:
        row, name = read_list(session, _signer(), token)
        return _page(token, name, "agreed" if row.list_confirmed_at else "asked")


@blueprint.post("/bulletins/list/<token>")
def answer_list(token: str) -> str:
    """Agree, or end it."""
    with database().write() as session:
        row, name = read_list(session, _signer(), token)
        if request.form.get("do") == "end":
            end_list(row)
            return _page(token, name, "ended")
        confirm_list(row, now())
        return _page(token, name, "agreed")


def _page(token: str, name: str, state: str) -> str:
    return render_template("records/bulletin_list.html", action=f"/bulletins/list/{token}", name=name, state=state)


def _signer() -> Signer:
    return Signer(settings().secret_keys)
