"""Working copies: nobody overwrites another's work unseen, and what is withheld is kept apart."""

import uuid
from datetime import timedelta

import pytest

from kil_pipeline.database import Database
from kil_pipeline.errors import EditedMeanwhile, InvalidContent, NotFound
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, find_draft, read_draft, save_draft
from kil_pipeline.plan.queries import public_entry
from kil_pipeline.plan.withheld import keep_withheld_values, withheld_values
from tests.factories import NOW, a_commissioner, publish, some_content

LATER = NOW + timedelta(days=3)
COMMERCIAL = Disclosure("value", DisclosureState.WITHHELD, "withheld.commercial")


def test_withheld_values_stay_unless_others_are_given(database: Database) -> None:
    with database.write() as session:
        content = some_content(disclosures=(COMMERCIAL,))
        draft = create_entry(session, a_commissioner(session).id, content, withheld={"value": " 5 "}, now=NOW)
        draft = save_draft(session, draft.entry_id, some_content("Other"), version=draft.version, now=NOW)
        assert withheld_values(session, draft.entry_id) == {"value": "5"}
        save_draft(session, draft.entry_id, some_content("Other"), withheld={}, version=draft.version, now=NOW)
        assert withheld_values(session, draft.entry_id) == {}


def test_only_a_field_of_the_closed_list_can_be_withheld(database: Database) -> None:
    with database.write() as session:
        draft = create_entry(session, a_commissioner(session).id, some_content(), now=NOW)
        with pytest.raises(InvalidContent):
            keep_withheld_values(session, draft.entry_id, {"headline": "x"}, NOW)


@pytest.mark.parametrize(
    "change", [{"content": "Theirs"}, {"withheld": {"value": "theirs"}}], ids=["public", "private"]
)
def test_nobody_overwrites_what_somebody_else_saved_meanwhile(database: Database, change: dict[str, object]) -> None:
    with database.write() as session:
        entry = publish(session, a_commissioner(session).id, some_content())
    withheld = change.get("withheld")
    assert withheld is None or isinstance(withheld, dict)
    theirs = some_content(str(change.get("content", "Community transport")))
    with database.write() as session:
        version = read_draft(session, entry).version
        save_draft(session, entry, theirs, withheld=withheld, version=version, now=LATER)
    with pytest.raises(EditedMeanwhile), database.write() as session:
        save_draft(session, entry, some_content("Mine"), version=version, now=LATER)


def test_saving_the_same_again_is_no_edit(database: Database) -> None:
    with database.write() as session:
        draft = create_entry(session, a_commissioner(session).id, some_content(), withheld={"value": "5"}, now=NOW)
        again = save_draft(
            session, draft.entry_id, some_content(), withheld={"value": "5"}, version=draft.version, now=LATER
        )
        assert again == draft


def test_a_draft_is_for_its_own_organisation_alone(database: Database) -> None:
    with database.write() as session:
        mine, theirs = a_commissioner(session, "Exampleshire Council"), a_commissioner(session, "Sampleton Council")
        draft = create_entry(session, mine.id, some_content(), now=NOW)
    with database.read() as session:
        assert find_draft(session, mine.id, draft.reference) == draft
        for refused in (
            lambda: find_draft(session, theirs.id, draft.reference),
            lambda: public_entry(session, draft.reference),
            lambda: read_draft(session, uuid.uuid4()),
        ):
            with pytest.raises(NotFound):
                refused()
