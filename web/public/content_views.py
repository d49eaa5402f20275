"""The start page, and what the site says about itself."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import render_template
from sqlalchemy.orm import Session

from kil_pipeline.events.log import events_after, public_version
from kil_pipeline.events.types import EntryCorrected, PublicEvent, SessionUpdated
from kil_pipeline.organisations.organisations import OrganisationKind, public_organisations
from kil_pipeline.plan.advice import CHANCES
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.queries import public_entries
from kil_pipeline.plan.statuses import Status
from kil_pipeline.reference.personal_data_register import held_kinds
from kil_pipeline.reference.reasons import reasons
from kil_pipeline.reference.routes import routes
from web.context import database
from web.public import blueprint
from web.public.facet_counts import kept_counts
from web.public.feed_links import feed_links, webcal

EVENTS_LOOKED_AT = 60
NEWS_SHOWN = 6
MOST_SENTENCES = 3


@dataclass(frozen=True)
class News:
    """The latest that happened to one planned opportunity or session."""

    title: str
    address: str
    commissioner: str
    sentences: tuple[str, ...]
    at: datetime


@blueprint.get("/")
def start() -> str:
    """Show what this is, how to follow it, and what is new."""
    with database().read() as session:
        news = latest_news(session)
        counts = kept_counts().read(session, Criteria())
        opened = Criteria(statuses=("open",))
        openings = public_entries(session, opened, per_page=3, total=counts.choices["statuses"].get("open", 0)).entries
        commissioners = public_organisations(session, OrganisationKind.COMMISSIONER)
    return render_template(
        "public/start.html",
        news=news,
        total=counts.total,
        openings=openings,
        commissioners=commissioners,
        links=feed_links(Criteria()),
        chances={code: words for code, words in CHANCES.items() if code in ("open", "grant", "no_tender", "undecided")},
    )


@blueprint.get("/about")
def about() -> str:
    """Explain the plan and its words."""
    return render_template(
        "public/about.html", statuses=[s for s in Status if s is not Status.DRAFT], routes=routes(), reasons=reasons
    )


@blueprint.get("/data")
def data() -> str:
    """Tell machines' keepers where feeds, calendars and data are."""
    return render_template("public/data.html", webcal=webcal)


@blueprint.get("/accessibility")
def accessibility() -> str:
    """Say what works for whom, and whom to tell where it does not."""
    return render_template("public/accessibility.html")


@blueprint.get("/privacy")
def privacy() -> str:
    """Say what is kept about people, and for how long."""
    return render_template("public/privacy.html", kinds=held_kinds())


def latest_news(session: Session) -> tuple[News, ...]:
    """Return what happened last, newest first, one item for each subject; small corrections are left out."""
    position = max(0, public_version(session).n - EVENTS_LOOKED_AT)
    news: dict[str, News] = {}
    for logged in reversed(events_after(session, position, limit=EVENTS_LOOKED_AT)):
        event = logged.event
        if not isinstance(event, PublicEvent) or isinstance(event, EntryCorrected | SessionUpdated):
            continue
        facets = event.facets
        known = news.get(facets.subject_id)
        if known is None:
            folder = "entries" if facets.subject == "entry" else "sessions"
            address = f"/{folder}/{facets.reference}"
            first: tuple[str, ...] = (event.sentence,)
            known = News(facets.title, address, facets.commissioner_name, first, logged.recorded_at)
            news[facets.subject_id] = known
        elif known.at == logged.recorded_at and len(known.sentences) < MOST_SENTENCES:
            news[facets.subject_id] = replace(known, sentences=(event.sentence, *known.sentences))
    return tuple(news.values())[:NEWS_SHOWN]
