"""What every page can use: words for dates, codes and money, addresses of files, the navigation."""

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from jinja2.utils import urlize
from markupsafe import Markup

from kil_pipeline.engagement.sessions import describe_moment, describe_when
from kil_pipeline.errors import DomainError
from kil_pipeline.organisations.members import normalise_address
from kil_pipeline.plan.disclosures import field_label
from kil_pipeline.plan.expected_dates import Confidence, describe, describe_span
from kil_pipeline.plan.wordings import DISCLAIMER
from kil_pipeline.reference.areas import area
from kil_pipeline.reference.benefits import benefit
from kil_pipeline.reference.cpv import cpv_label
from kil_pipeline.reference.stages import stage
from kil_pipeline.reference.themes import theme
from kil_pipeline.times import LONDON
from web.context import absolute, nonce, now, today
from web.queries import write_plan_query, write_pounds

NAVIGATION = (
    ("Planned opportunities", "/plan"),
    ("Sessions", "/sessions"),
    ("Local support", "/local-support"),
    ("Commissioners", "/commissioners"),
    ("Venues", "/venues"),
    ("Get alerts", "/alerts/new"),
    ("About", "/about"),
)
"""The main navigation: each text with its address. A page is active where its path starts with the address."""

FOOTER_LINKS = (
    ("Help near you", "/help-near-you"),
    ("Build your feed or calendar", "/feeds"),
    ("Bulletins to pass on", "/bulletins"),
    ("Data and feeds", "/data"),
    ("Accessibility", "/accessibility"),
    ("Privacy", "/privacy"),
)
"""Links at the end of every page. The way to the workspace follows them."""
SURENESS = {
    Confidence.INDICATIVE: "not certain",
    Confidence.EXPECTED: "expected",
    Confidence.CONFIRMED: "confirmed",
}
"""How sure a date is, in words."""

STATIC_SECONDS = 365 * 24 * 3600
"""How long a browser keeps a file whose address names its content."""


def register(app: Flask) -> None:
    """Give the templates their globals and filters, and static files their lifetime."""
    app.jinja_env.globals.update(
        site_name=app.extensions["kil"].settings.site_name,
        DISCLAIMER=DISCLAIMER,
        FOOTER_LINKS=FOOTER_LINKS,
        absolute=absolute,
        asset=asset,
        navigation=navigation,
        plan_query=write_plan_query,
        pounds_typed=write_pounds,
    )
    app.jinja_env.filters.update(
        area_name=lambda code: area(code).name,
        benefit_name=lambda code: benefit(code).name,
        cpv_label=cpv_label,
        day=day,
        field_label=field_label,
        linked=linked,
        mail_address=mail_address,
        moment=moment,
        say_moment=describe_moment,
        paragraphs=paragraphs,
        session_when=describe_when,
        span=describe_span,
        stage_name=lambda code: stage(code).name,
        sureness=lambda confidence: SURENESS[confidence],
        theme_name=lambda code: theme(code).name,
        weeks=weeks,
        when=describe,
    )
    app.context_processor(lambda: {"cspNonce": nonce(), "now": now(), "today": today()})
    app.after_request(add_cache_headers)


def navigation() -> list[dict[str, object]]:
    """Return the main navigation, as the GOV.UK component takes it, with the present page marked."""
    path = request.path
    return [
        {"text": text, "href": href, "current": path == href, "active": path.startswith(href + "/")}
        for text, href in NAVIGATION
    ]


def day(value: date | datetime) -> str:
    """Return a day in words: "9 July 2026". A moment is the day in London."""
    if isinstance(value, datetime):
        value = value.astimezone(LONDON).date()
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime) -> str:
    """Return a moment in words, by London's clocks: "9 July 2026 at 14:05"."""
    return f"{day(value)} at {value.astimezone(LONDON):%H:%M}"


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, as `text.clean_text` keeps them: one line each.

    Lines without a word are left out: blank ones, and the lone bullets that notices have.
    """
    return [line.strip() for line in text.splitlines() if any(character.isalnum() for character in line)]


def linked(text: str) -> Markup:
    """Return a line with the web and mail addresses in it made into links; everything else in it is escaped."""
    escaped = urlize(text, 50, rel="external nofollow")
    return Markup(escaped.replace("<a ", '<a class="govuk-link" '))  # noqa: S704  # nosec B704  # urlize escapes


def mail_address(text: str | None) -> str:
    """Return a text that is nothing but a mail address, as one writes it in a link; empty for any other text."""
    try:
        return normalise_address(text or "")
    except DomainError:
        return ""


def weeks(span: tuple[int, int]) -> str:
    """Return a span of whole weeks in words: "39 to 52 weeks"."""
    least, most = span
    if most == 0:
        return "None: it was published too late"
    return f"{least} to {most} weeks" if least != most else f"{most} week{'' if most == 1 else 's'}"


def asset(name: str) -> str:
    """Return the address of a static file, with a mark of its content, so that browsers may keep it."""
    file = Path(str(current_app.static_folder)) / name
    if not file.is_file():  # GOV.UK Frontend is brought in at install time: without it pages are plain, not broken
        return url_for("static", filename=name)
    return url_for("static", filename=name, v=_content_mark(file, file.stat().st_mtime_ns))


@cache
def _content_mark(file: Path, changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def add_cache_headers(response: Response) -> Response:
    """Let browsers keep a static file as long as its address names its content; pages are asked for anew each time."""
    if request.endpoint == "static" and "v" in request.args and response.status_code in (200, 304):
        response.headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}, immutable"
    elif response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-cache")
    return response
