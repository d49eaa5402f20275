"""Publishing: the revision, the public view and the events, all or nothing; and nothing where nothing changed."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.errors import InvalidTransition
from kil_pipeline.events.log import events_after, public_version
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.entries import Entry, PublicEntryRow, Revision
from kil_pipeline.plan.previews import preview_changes, preview_entry
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.queries import public_entries, public_entry, public_revisions
from kil_pipeline.plan.search import ENTRY_SEARCH
from kil_pipeline.plan.statuses import Status
from kil_pipeline.plan.withheld import withheld_values
from tests.factories import NOW, a_commissioner, a_milestone, publish, republish, some_content

LATER = NOW + timedelta(days=3)
COMMERCIAL = Disclosure("value", DisclosureState.WITHHELD, "withheld.commercial")


def kinds(session: Session) -> list[str]:
    """Return the kind of every event in the log."""
    return [type(found.event).__name__ for found in events_after(session, 0)]


def test_a_first_publication_makes_revision_view_and_event(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session, prefix="EXA")
        entry = publish(session, council.id, some_content(length="Two years"))
    with database.read() as session:
        public = public_entry(session, "EXA-0001")
        assert (public.id, public.revision, public.content) == (entry, 1, some_content(length="Two years"))
        assert (public.first_published_at, public.updated_at) == (NOW, NOW)
        (revision,) = public_revisions(session, entry)
        assert (revision.number, revision.sentences, revision.why) == (1, ("First published.",), "")
        assert kinds(session) == ["EntryPublished"]


def test_publishing_again_adds_a_revision_and_keeps_the_first_date(database: Database) -> None:
    with database.write() as session:
        entry = publish(session, a_commissioner(session).id, some_content(length="Two years"))
    with database.write() as session:
        republish(session, entry, some_content(length="Three years"), at=LATER, why=" The board met. ")
    with database.read() as session:
        newest, oldest = public_revisions(session, entry)
        assert (newest.number, newest.why, newest.content.length) == (2, "The board met.", "Three years")
        assert (oldest.number, oldest.content.length) == (1, "Two years")
        row = session.get_one(PublicEntryRow, entry)
        assert (row.revision, row.first_published_at, row.updated_at) == (2, NOW, LATER)


def test_publishing_what_has_not_changed_does_nothing(database: Database) -> None:
    with database.write() as session:
        entry = publish(session, a_commissioner(session).id, some_content())
    with database.write() as session:
        before = public_version(session)
        assert publish_entry(session, entry, now=LATER) is None
    with database.read() as session:
        assert public_version(session) == before
        assert [revision.number for revision in public_revisions(session, entry)] == [1]
        assert session.get_one(PublicEntryRow, entry).updated_at == NOW


def test_the_events_of_a_publication_carry_what_changed_and_why(database: Database) -> None:
    with database.write() as session:
        entry = publish(session, a_commissioner(session).id, some_content())
    with database.write() as session:
        content = some_content(status=Status.ON_HOLD, status_reason="Budget late.", length="Two years")
        republish(session, entry, content, at=LATER, why="After the board.")
    with database.read() as session:
        events = [found.event for found in events_after(session, 1)]
    assert [(type(e).__name__, e.sentence, e.why) for e in events] == [  # type: ignore[union-attr]
        ("EntryPutOnHold", "It was put on hold.", "Budget late."),
        ("FieldStated", "How long the contract or grant lasts: Two years.", "After the board."),
    ]
    assert {(e.facets.status, e.facets.title) for e in events} == {  # type: ignore[union-attr]
        ("on_hold", "Community transport")
    }


def test_a_rollback_leaves_no_revision_no_view_no_index_and_no_event(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
    with database.read() as session:  # which rolls back what it was given
        publish(session, council, some_content(themes=("falls",)))
        session.flush()
    with database.read() as session:
        counts = {table: session.scalar(sa.select(sa.func.count()).select_from(table)) for table in TABLES}
        assert set(counts.values()) == {0}
        assert (kinds(session), public_version(session).n) == ([], 0)


TABLES: tuple[sa.FromClause, ...] = (
    *(table.__table__ for table in (Entry, Revision, PublicEntryRow)),
    ENTRY_SEARCH,
)


def test_a_correction_is_kept_and_told_to_nobody(database: Database) -> None:
    with database.write() as session:
        entry = publish(session, a_commissioner(session).id, some_content("Comunity"))
    with database.write() as session:
        republish(session, entry, some_content("Community", length="Two years"), at=LATER, minor=True)
    with database.read() as session:
        assert kinds(session) == ["EntryPublished", "EntryCorrected"]
        assert [(r.number, r.minor) for r in public_revisions(session, entry)] == [(2, True), (1, False)]


def test_a_first_publication_is_never_a_mere_correction(database: Database) -> None:
    with database.write() as session:
        draft = create_entry(session, a_commissioner(session).id, some_content(), now=NOW)
        publish_entry(session, draft.entry_id, minor=True, now=NOW)
    with database.read() as session:
        assert kinds(session) == ["EntryPublished"]
        assert [revision.minor for revision in public_revisions(session, draft.entry_id)] == [False]


def test_a_withheld_value_that_is_edited_alone_moves_nothing_public(database: Database) -> None:
    content = some_content(disclosures=(COMMERCIAL,))
    with database.write() as session:
        council = a_commissioner(session).id
        draft = create_entry(session, council, content, withheld={"value": "£5,000"}, now=NOW)
        publish_entry(session, draft.entry_id, now=NOW)
    with database.write() as session:
        before = public_version(session)
        draft = read_draft(session, draft.entry_id)
        save_draft(session, draft.entry_id, content, withheld={"value": "£6,000"}, version=draft.version, now=LATER)
        assert publish_entry(session, draft.entry_id, now=LATER) is None
    with database.read() as session:
        assert public_version(session) == before
        assert withheld_values(session, draft.entry_id) == {"value": "£6,000"}
        assert read_draft(session, draft.entry_id).published


def test_a_status_that_may_not_follow_is_refused_and_nothing_is_published(database: Database) -> None:
    with database.write() as session:
        entry = publish(session, a_commissioner(session).id, some_content(status=Status.CONCLUDED))
    with pytest.raises(InvalidTransition), database.write() as session:
        republish(session, entry, some_content(), at=LATER)
    with database.read() as session:
        assert session.get_one(PublicEntryRow, entry).status == "concluded"


def test_a_plan_kept_elsewhere_comes_in_with_its_past(database: Database) -> None:
    past = (Status.OPEN, Status.ON_HOLD, Status.CONCLUDED, Status.CANCELLED)
    with database.write() as session:
        council = a_commissioner(session).id
        for status in past:
            publish(session, council, some_content(status=status, status_reason="As agreed."))
    with database.read() as session:
        assert {e.content.status for e in public_entries(session, Criteria()).entries} == set(past)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.WITHDRAWN])
def test_what_was_never_public_is_neither_withdrawn_nor_published_as_a_draft(
    database: Database, status: Status
) -> None:
    with pytest.raises(InvalidTransition), database.write() as session:
        publish(session, a_commissioner(session).id, some_content(status=status, status_reason="x"))


def test_a_preview_is_what_publishing_makes_public(database: Database) -> None:
    content = some_content(length="Three years", milestones=(a_milestone("opens", date(2027, 5, 14)),))
    with database.write() as session:
        entry = publish(session, a_commissioner(session).id, some_content(length="Two years"))
        draft = save_draft(session, entry, content, version=1, now=LATER)
    with database.read() as session:
        preview, changes = preview_entry(session, draft, LATER), preview_changes(session, draft)
        assert public_entry(session, draft.reference).content == some_content(length="Two years")
    with database.write() as session:
        publish_entry(session, entry, now=LATER)
    with database.read() as session:
        assert public_entry(session, draft.reference) == preview
        assert public_revisions(session, entry)[0].sentences == changes
        assert preview_changes(session, read_draft(session, entry)) == ()
