"""The outbox, readable in the browser: in development only, since it holds sign-in links."""

import email
import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from flask import abort, make_response, render_template
from werkzeug.wrappers import Response

from feeds.mail_outbox import outbox_folder
from web.admin import blueprint
from web.context import settings

MOST_SHOWN = 200
_NAME = re.compile(r"[0-9A-Za-z-]{1,80}")


@dataclass(frozen=True)
class ShownMail:
    """A mail of the outbox."""

    name: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    headers: tuple[tuple[str, str], ...]


@blueprint.get("/dev/mail")
def mails() -> str:
    """List the outbox, newest first."""
    files = sorted(_folder().glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    return render_template("admin/mails.html", mails=[_shown(file) for file in files[:MOST_SHOWN]])


@blueprint.get("/dev/mail/<name>")
def mail(name: str) -> str:
    """Show one mail: its headers, its plain text, and the address of its HTML."""
    return render_template("admin/mail.html", mail=_shown(_file(name)))


@blueprint.get("/dev/mail/<name>/html")
def mail_html(name: str) -> Response:
    """Show a mail's HTML as a mail program would: no scripts, nothing from outside."""
    part = _read(_file(name)).get_body(("html",))
    response = make_response(part.get_content() if part is not None else "")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-top-navigation-by-user-activation allow-popups"
    )
    return response


def _folder() -> Path:
    folder = outbox_folder(settings())
    if not settings().development or folder is None:
        abort(404)
    return folder


def _file(name: str) -> Path:
    file = _folder() / f"{name}.eml"
    if not _NAME.fullmatch(name) or not file.is_file():
        abort(404)
    return file


def _read(file: Path) -> EmailMessage:
    return email.message_from_bytes(file.read_bytes(), policy=policy.default)


def _shown(file: Path) -> ShownMail:
    mail = _read(file)
    part = mail.get_body(("plain",))
    return ShownMail(
        name=file.stem,
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        sent_at=parsedate_to_datetime(str(mail["Date"])),
        text=part.get_content() if part is not None else "",
        headers=tuple((key, str(value)) for key, value in mail.items()),
    )
