"""Webhooks without an account: added with the filters of a feed, kept by a signed link that only the adder is shown."""

import uuid

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kil_pipeline.alerts.criteria_words import describe_criteria
from kil_pipeline.alerts.webhooks import (
    CHALLENGE_DAYS,
    InvalidWebhook,
    add_webhook,
    delete_webhook,
    load_webhook,
    signing_secrets,
    switch_on,
)
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.text import drop_unwritable
from web.context import database, now, settings
from web.queries import read_plan_query, write_plan_query
from web.rate_limits import count_mail
from web.subscriber import blueprint
from web.subscriber.manage_views import signer
from web.webhook_logs import ReplayAnswer, ask_again, shown_log


@blueprint.get("/webhooks/new")
def new_webhook() -> str:
    """Show the form, with the filters that it comes with."""
    return _form(read_plan_query(request.args).criteria)


@blueprint.post("/webhooks/new")
def add() -> Response | tuple[str, int]:
    """Note the address. Its challenge leaves at the next tick."""
    criteria = read_plan_query(request.args).criteria
    typed = drop_unwritable(request.form.get("address", "")).strip()
    count_mail("webhook")
    try:
        with database().write() as session:
            webhook_id = add_webhook(session, typed, criteria, now())
    except InvalidWebhook as error:
        return _form(criteria, typed, str(error)), 400
    return redirect(_path(webhook_id))


@blueprint.get("/webhooks/<token>")
def webhook(token: str) -> str:
    """Show a webhook to whoever added it: its state, its secret, what became of its calls."""
    webhook_id = signer().read("webhook", token)
    with database().read() as session:
        return _page(session, webhook_id, ReplayAnswer())


@blueprint.post("/webhooks/<token>")
def change_webhook(token: str) -> Response | str | tuple[str, int]:
    """Try again now, let calls be made again, or delete."""
    webhook_id = signer().read("webhook", token)
    with database().write() as session:
        load_webhook(session, webhook_id)
        if request.form.get("do") == "delete":
            delete_webhook(session, webhook_id)
            return render_template("subscriber/webhook_deleted.html")
        if request.form.get("do") in ("replay", "span"):
            answer = ask_again(session, webhook_id, request.form, now())
            page = _page(session, webhook_id, answer)
            return (page, 400) if answer.problems else page
        switch_on(session, webhook_id, now())
    return redirect(_path(webhook_id))


def _page(session: Session, webhook_id: uuid.UUID, answer: ReplayAnswer) -> str:
    row, criteria = load_webhook(session, webhook_id)
    return render_template(
        "subscriber/webhook.html",
        webhook=row,
        follows=describe_criteria(criteria),
        secret=signing_secrets(settings().secret_keys, row.id)[0],
        days=CHALLENGE_DAYS,
        action=_path(row.id),
        log=shown_log(session, webhook_id, request.args, request.form if answer.problems else MultiDict()),
        message=answer.message,
        problems=answer.problems,
    )


def _path(webhook_id: uuid.UUID) -> str:
    return f"/webhooks/{signer().sign('webhook', webhook_id)}"


def _form(criteria: Criteria, typed: str = "", problem: str = "") -> str:
    return render_template(
        "subscriber/webhook_new.html",
        follows=describe_criteria(criteria),
        action=url_for("subscriber.add") + write_plan_query(criteria),
        feeds="/feeds" + write_plan_query(criteria),
        typed=typed,
        problems=[("address", problem)] if problem else [],
    )
