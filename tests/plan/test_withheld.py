"""What a commissioner keeps to itself: kept exactly, for the closed list of fields, and never overwritten unseen."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.errors import EditedMeanwhile, InvalidContent
from kil_pipeline.plan.drafts import create_entry, read_draft, save_draft
from kil_pipeline.plan.publishing import publish_entry
from kil_pipeline.plan.withheld import keep_withheld_values, withheld_values
from tests.factories import NOW, a_commissioner, some_content


def an_entry(session: Session) -> uuid.UUID:
    """Publish an entry that withholds how much it is worth."""
    council = a_commissioner(session).id
    draft = create_entry(session, council, some_content(), withheld={"value": "£450,000"}, now=NOW)
    publish_entry(session, draft.entry_id, now=NOW)
    return draft.entry_id


def test_exactly_what_is_given_is_kept_without_what_is_empty(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        assert keep_withheld_values(session, entry, {"route": " by grant ", "lots": "  "}, NOW)
        assert withheld_values(session, entry) == {"route": "by grant"}


def test_keeping_the_same_again_changes_nothing(database: Database) -> None:
    with database.write() as session:
        assert not keep_withheld_values(session, an_entry(session), {"value": "£450,000"}, NOW + timedelta(days=1))


def test_a_field_that_is_not_in_the_closed_list_is_refused(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        with pytest.raises(InvalidContent):
            keep_withheld_values(session, entry, {"contact": "plan@example.org"}, NOW)
        assert withheld_values(session, entry) == {"value": "£450,000"}


def test_two_people_do_not_overwrite_each_others_withheld_values_unseen(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        both_saw = read_draft(session, entry).version
        save_draft(session, entry, some_content(), withheld={"value": "£500,000"}, version=both_saw, now=NOW)
        with pytest.raises(EditedMeanwhile):
            save_draft(session, entry, some_content(), withheld={"value": "£1"}, version=both_saw, now=NOW)
        assert withheld_values(session, entry) == {"value": "£500,000"}


def test_saving_without_a_word_on_withheld_values_leaves_them(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        version = read_draft(session, entry).version
        draft = save_draft(session, entry, some_content("Another headline"), version=version, now=NOW)
        assert (withheld_values(session, entry), draft.published) == ({"value": "£450,000"}, False)


def test_after_a_change_of_withheld_values_alone_what_is_published_is_still_the_newest(database: Database) -> None:
    with database.write() as session:
        entry = an_entry(session)
        version = read_draft(session, entry).version
        draft = save_draft(session, entry, some_content(), withheld={}, version=version, now=NOW)
        assert (draft.published, draft.version) == (True, version + 1)
