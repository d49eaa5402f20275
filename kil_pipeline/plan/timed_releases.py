"""Releasing on its day what is kept back: the value becomes public, its reason stays in the history.

The one way on which a withheld value becomes public without anyone typing it anew. It is chosen for each field, can be
stopped at any time before, and is handed to the scheduler by `web/wiring.py` (docs/adr/0003).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from kil_pipeline.errors import DomainError, InvalidContent
from kil_pipeline.plan.answers import read_answers
from kil_pipeline.plan.contents import NOBODY, Author, EntryContent
from kil_pipeline.plan.disclosures import DisclosureState, field_label
from kil_pipeline.plan.drafts import Draft, read_draft, save_draft
from kil_pipeline.plan.publishing import publish_content
from kil_pipeline.plan.publishing_rules import rules_of
from kil_pipeline.plan.release_dates import TimedRelease, releases_due
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.submissions import amend_submission, public_content
from kil_pipeline.plan.withheld import withheld_since, withheld_values
from kil_pipeline.reference.milestones import milestone_kinds
from kil_pipeline.times import london_day

WHY = "Released on the day that was set for it."
TROUBLE = "It cannot be published as it is stored. Look at it in the form, then choose a day again."
NEVER = (Status.CANCELLED, Status.WITHDRAWN)
"""What became of the plan is told then; what was kept back stays so."""


def choose_release(
    session: Session, draft: Draft, path: str, on: date, *, by: Author = NOBODY, now: datetime
) -> TimedRelease:
    """Choose that a field is released on a day. With four eyes it has to be approved first.

    Raises `InvalidContent` where there is nothing to release, it could not be read, or the day has come already.
    """
    label, value = field_label(path), withheld_values(session, draft.entry_id).get(path)
    public = public_content(session, draft.entry_id)
    if value is None or public is None or not _withheld(public, path):
        raise InvalidContent(f"“{label}” has no value to release: publish its reason, and store the value first.")
    if on <= london_day(now):
        raise InvalidContent("Choose a day to come. To publish it today, take its reason out in the form.")
    stating(public, path, value, london_day(now))
    row = session.get(TimedRelease, (draft.entry_id, path))
    if row is None:
        row = TimedRelease(entry_id=draft.entry_id, path=path, organisation_id=draft.organisation_id)
        session.add(row)
    row.release_on, row.chosen_by, row.warned_at, row.trouble = on, by.user_id, None, ""
    row.approved_at = None if rules_of(session, draft.organisation_id).four_eyes else now
    session.flush()
    return row


def release_due(session: Session, now: datetime) -> int:
    """Release the next fields whose day has come, each with its event. Returns how many it looked at."""
    rows = releases_due(session, now)
    for row in rows:
        poll = rules_of(session, row.organisation_id).held_for(london_day(now))
        if poll is not None:
            row.release_on = poll.lifts_on
            continue
        try:
            with session.begin_nested():
                _release(session, row, now)
        except DomainError:  # its message may hold the value, which belongs into no other table
            row.trouble = TROUBLE
    session.flush()
    return len(rows)


def stating(content: EntryContent, path: str, value: str, today: date) -> EntryContent:
    """Return content with a field's value instead of its reason. Raises `InvalidContent` where it cannot be read."""
    field = path.removeprefix("milestones.")
    answers = read_answers({"headline": content.headline, field: value}, today=today)
    read = answers.content
    if read is None or not read.states(path):
        problem = answers.problems[0].message if answers.problems else "It says nothing that could be published."
        raise InvalidContent(f"“{field_label(path)}” cannot be released as it is stored. {problem}")
    disclosures = tuple(d for d in content.disclosures if d.path != path)
    if not path.startswith("milestones."):
        stated: dict[str, Any] = {path: read.stated(path)}
        return replace(content, disclosures=disclosures, **stated)
    order = [kind.code for kind in milestone_kinds()]
    dates = (*(m for m in content.milestones if m.kind != field), *read.milestones)
    return replace(content, disclosures=disclosures, milestones=tuple(sorted(dates, key=lambda m: order.index(m.kind))))


def _release(session: Session, row: TimedRelease, now: datetime) -> None:
    """Make one value public, or forget the release where there is nothing (more) to release."""
    kept_back, public = withheld_values(session, row.entry_id), public_content(session, row.entry_id)
    value = kept_back.pop(row.path, None)
    four_eyes = rules_of(session, row.organisation_id).four_eyes
    if value is None or public is None or not _withheld(public, row.path) or public.status in NEVER:
        session.delete(row)
        return
    assert row.approved_at is not None  # else it is not due
    if four_eyes and withheld_since(session, row.entry_id)[row.path] > row.approved_at:
        row.approved_at = None  # another value than the one that was approved
        return
    state = _stater(row.path, value, london_day(now))
    draft = read_draft(session, row.entry_id)
    by = Author(row.chosen_by)
    save_draft(session, row.entry_id, state(draft.content), withheld=kept_back, version=draft.version, by=by, now=now)
    amend_submission(session, row.entry_id, state)
    publish_content(session, row.entry_id, state(public), by=by, why=WHY, now=now)
    session.delete(row)


def _stater(path: str, value: str, today: date) -> Callable[[EntryContent], EntryContent]:
    """Return what puts the value where the reason is; a text that has no such reason stays as it is."""
    return lambda content: stating(content, path, value, today) if _withheld(content, path) else content


def _withheld(content: EntryContent, path: str) -> bool:
    disclosure = content.disclosure(path)
    return disclosure is not None and disclosure.state is DisclosureState.WITHHELD
