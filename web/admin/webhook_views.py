"""Webhooks for operators: which there are, and what each was called and answered. Of an address, the host alone."""

import uuid
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kil_pipeline.alerts.criteria_words import describe_criteria
from kil_pipeline.alerts.webhooks import Webhook, load_webhook
from kil_pipeline.errors import LinkNotValid, NotFound
from web.admin import operator
from web.context import database, now
from web.webhook_logs import ask_again, shown_log

MOST_SHOWN = 100


@operator.get("/operator/webhooks")
def webhooks() -> str:
    """List webhooks, those that fail first."""
    with database().read() as session:
        rows = session.scalars(
            sa.select(Webhook)
            .order_by(Webhook.failing_since.is_(None), Webhook.failing_since, Webhook.id.desc())
            .limit(MOST_SHOWN)
        ).all()
        return render_template("admin/webhooks.html", rows=[(row, host_of(row)) for row in rows], most=MOST_SHOWN)


@operator.get("/operator/webhooks/<uuid:webhook_id>")
def webhook_log(webhook_id: uuid.UUID) -> str:
    """Show what one webhook was called and answered."""
    with database().read() as session:
        return _page(session, webhook_id, MultiDict())


@operator.post("/operator/webhooks/<uuid:webhook_id>")
def replay_webhook(webhook_id: uuid.UUID) -> Response | tuple[str, int]:
    """Let calls be made again."""
    with database().write() as session:
        _load(session, webhook_id)
        answer = ask_again(session, webhook_id, request.form, now())
        if answer.problems:
            return _page(session, webhook_id, request.form, answer.problems), 400
    flash(answer.message)
    return redirect(f"/operator/webhooks/{webhook_id}")


def host_of(row: Webhook) -> str:
    """Return the host of a webhook's address: the rest of it may be a secret."""
    return urlsplit(row.address).hostname or ""


def _load(session: Session, webhook_id: uuid.UUID) -> tuple[Webhook, str]:
    try:
        row, criteria = load_webhook(session, webhook_id)
    except LinkNotValid as error:
        raise NotFound("This webhook is not there any more.") from error
    return row, describe_criteria(criteria)


def _page(
    session: Session, webhook_id: uuid.UUID, form: MultiDict[str, str], problems: tuple[tuple[str, str], ...] = ()
) -> str:
    row, follows = _load(session, webhook_id)
    return render_template(
        "admin/webhook.html",
        webhook=row,
        host=host_of(row),
        follows=follows,
        log=shown_log(session, webhook_id, request.args, form),
        problems=problems,
    )
