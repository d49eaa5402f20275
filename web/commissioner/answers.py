"""What became of the wish to publish: said to the author, told to those who may approve, noted in the audit trail."""

from markupsafe import Markup
from sqlalchemy.orm import Session

from kil_pipeline.alerts.approval_notices import tell_approvers
from kil_pipeline.organisations.audit import note_deed
from kil_pipeline.plan.drafts import Draft
from kil_pipeline.plan.submissions import Answer, Request
from web.commissioner.access import member
from web.context import now


def note_answer(db: Session, draft: Draft, answer: Answer, deed: str) -> None:
    """Note a deed and, where it waits for approval, tell those who may give it."""
    who, waits = member(), answer.request in (Request.WAITING, Request.HELD)
    name = f"submit_{deed}" if waits else deed
    note_deed(db, name, subject=draft.reference, user_id=who.user_id, organisation_id=who.organisation_id, now=now())
    if answer.request is Request.WAITING and answer.renewed:
        tell_approvers(db, who.organisation_id, who.user_id, now())


def describe_answer(answer: Answer, reference: str, headline: str) -> str:
    """Return what became of it, in a sentence for its author; with the way to its page once it is public."""
    name = f"“{headline}” ({reference})"
    match answer.request:
        case Request.WAITING:
            return f"{name} was submitted. A colleague has to approve it; nothing of it is public before."
        case Request.HELD:
            assert answer.held_until is not None
            day = f"{answer.held_until.day} {answer.held_until:%B %Y}"
            return f"{name} is held back before the poll. It is published by itself on {day}."
        case Request.UNCHANGED:
            return f"Nothing in {name} had changed, so nothing was published."
    return lead_to(f"/entries/{reference}", f"{name} is published: everybody can see it now.")


def lead_to(page: str, said: str) -> Markup:
    """Return a sentence for `flash`, with a link to the public page that it is about."""
    link = Markup('<a class="govuk-notification-banner__link" href="{}">See its public page</a>').format(page)
    return Markup("{} {}").format(said, link)
