"""One planned opportunity: its page, its JSON, and every publication of it at an address of its own."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from flask import Response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from kil_pipeline.engagement.organisation_documents import documents_of
from kil_pipeline.engagement.programme import sessions_about
from kil_pipeline.engagement.public_records import entry_trail
from kil_pipeline.errors import NotFound
from kil_pipeline.plan.contents import EntryContent, Milestone
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.expected_dates import ExpectedDate
from kil_pipeline.plan.key_dates import REPRESENTATIONS_CLOSE
from kil_pipeline.plan.linked_entries import linked_entries
from kil_pipeline.plan.public import PublicEntry
from kil_pipeline.plan.queries import PublicRevision, public_entry, public_revisions
from kil_pipeline.plan.wordings import Fact, describe_facts
from kil_pipeline.reference.milestones import milestone_kind
from kil_pipeline.reference.routes import Route, route
from kil_pipeline.reference.statutory_dates import representations_close
from kil_pipeline.support.offers import support_near
from kil_pipeline.support.public_answers import public_answers, with_answers
from kil_pipeline.support.public_interests import public_interests
from web.context import database, today
from web.json_documents import public_document
from web.public import blueprint
from web.public.feed_links import feed_links
from web.public.schemas import PublicEntrySchema
from web.queries import write_plan_query

SUPPORT_SHOWN = 3
"""How many local support organisations the page names itself."""
FACTS_APART = ("summary", "route")
"""Facts that the page shows in a place of their own."""


@dataclass(frozen=True)
class KeyDate:
    """A key date as the page draws it."""

    kind: str
    label: str
    when: ExpectedDate
    passed: bool
    rule: str = ""
    """The rule that it was worked out from, where nobody typed it in."""


@blueprint.get("/entries/<reference>")
def entry(reference: str) -> str | WerkzeugResponse:
    """Show a planned opportunity."""
    if reference != reference.upper():  # as people type it
        return redirect(f"/entries/{quote(reference.upper())}")
    with database().read() as session:
        found = public_entry(session, reference)
        parts = entry_parts(session, found, public_revisions(session, found.id))
    return render_template("public/entry.html", **parts)


def entry_parts(session: Session, found: PublicEntry, revisions: tuple[PublicRevision, ...]) -> dict[str, object]:
    """Return what the entry's template shows. A preview is made from the same parts, so that it cannot differ."""
    facts = found.facts()
    follow = Criteria(references=(found.reference,))
    return {
        "entry": found,
        "content": found.content,
        "advice": found.advice(today()),
        "route": _route(found.content),
        "facts": _plain_facts(facts),
        "gaps": found.gaps(),
        "blank": [fact.label for fact in facts if fact.state == "not_stated"],
        "dates": key_dates(found, today()),
        "notice": found.notice_weeks(),
        "linked": linked_entries(session, found),
        "contact": found.content.contact or found.commissioner.contact,
        "revisions": revisions,
        "sessions": sessions_about(session, found.reference),
        "answers": public_answers(session, found.id),
        "interests": public_interests(session, found.id),
        "support": support_near(session, found.content.areas)[:SUPPORT_SHOWN],
        "trail": entry_trail(session, found.reference),
        "documents": documents_of(session, found.commissioner.id),
        "links": feed_links(follow),
        "alerts": "/alerts/new" + write_plan_query(follow),
    }


@blueprint.get("/entries/<reference>.json")
def entry_json(reference: str) -> Response:
    """Give a planned opportunity to machines: what the page says, and null with a reason where it says why not."""
    with database().read() as session:
        (found,) = with_answers(session, [public_entry(session, reference)])
    response = public_document(PublicEntrySchema().dump(found))
    changed_at = (answer.changed_at or answer.published_at for answer in found.answers)
    response.last_modified = max((found.updated_at, *changed_at))
    response.make_conditional(request)
    return response


@blueprint.get("/entries/<reference>/changes/<int:number>")
def change(reference: str, number: int) -> str:
    """Show one publication of a planned opportunity: what changed, why, and everything it said then."""
    with database().read() as session:
        found = public_entry(session, reference)
        revisions = public_revisions(session, found.id)
    revision = _revision(revisions, number)
    if revision is None:
        raise NotFound(f"{reference} has no publication number {number}.")
    content = revision.content
    return render_template(
        "public/change.html",
        entry=found,
        revision=revision,
        content=content,
        earlier=_revision(revisions, number - 1),
        later=_revision(revisions, number + 1),
        route=_route(content),
        facts=[fact for fact in describe_facts(content) if fact.state != "not_stated"],
    )


def key_dates(entry: PublicEntry, today: date) -> tuple[KeyDate, ...]:
    """Return the key dates as the page draws them, in order."""
    return tuple(
        KeyDate(m.kind, milestone_kind(m.kind).label, m.when, m.when.latest < today, _rule(entry.content, m))
        for m in entry.key_dates()
    )


def _rule(content: EntryContent, milestone: Milestone) -> str:
    notice = content.milestone("intention_notice")
    computed = milestone.kind == REPRESENTATIONS_CLOSE and notice is not None
    return representations_close(notice.earliest).rule if computed and notice else ""


def _plain_facts(facts: tuple[Fact, ...]) -> list[Fact]:
    """Leave out dates, which have a list of their own, and what is not stated."""
    return [
        f for f in facts if f.state == "stated" and f.path not in FACTS_APART and not f.path.startswith("milestones.")
    ]


def _route(content: EntryContent) -> Route | None:
    return route(content.route) if content.route else None


def _revision(revisions: tuple[PublicRevision, ...], number: int) -> PublicRevision | None:
    return next((revision for revision in revisions if revision.number == number), None)
