"""What a leaver last worked on goes to a colleague's own list, in one organisation alone."""

import uuid
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.plan.contents import Author
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.entries import WorkingCopy
from kil_pipeline.plan.leavers import hand_on
from kil_pipeline.plan.worklists import work_items
from tests.factories import NOW, a_commissioner, some_content


@dataclass
class People:
    """Two councils. Ann wrote two drafts in the first and one in the other; Cat wrote one."""

    own: uuid.UUID
    other: uuid.UUID
    ann: uuid.UUID
    bob: uuid.UUID
    cat: uuid.UUID


@pytest.fixture
def people(database: Database) -> People:
    """Ann and Cat are authors of the first council, Bob its admin."""
    with database.write() as session:
        own, other = a_commissioner(session).id, a_commissioner(session, "Another Council").id
        roles = {"ann": Role.AUTHOR, "bob": Role.ADMIN, "cat": Role.AUTHOR}
        ids = [
            add_member(session, email=f"{name}@example.org", organisation_id=own, role=role, now=NOW).user_id
            for name, role in roles.items()
        ]
        for organisation, writer, headline in ((own, 0, "A"), (own, 0, "B"), (own, 2, "C"), (other, 0, "D")):
            create_entry(session, organisation, some_content(headline), by=Author(ids[writer]), now=NOW)
    return People(own, other, *ids)


def written_by(session: Session, user_id: uuid.UUID | None) -> set[str]:
    rows = session.execute(sa.select(WorkingCopy.content, WorkingCopy.updated_by))
    return {row.content["headline"] for row in rows if row.updated_by == user_id}


@pytest.mark.parametrize("named", [True, False], ids=["to whoever removes them", "to an admin"])
def test_it_is_on_a_colleagues_list(database: Database, people: People, named: bool) -> None:
    with database.write() as session:
        assert hand_on(session, people.own, people.ann, people.bob if named else None) == 2
    with database.read() as session:
        assert (written_by(session, people.bob), written_by(session, people.ann)) == ({"A", "B"}, {"D"})
        mine = {item.draft.content.headline for item in work_items(session, people.own, people.bob, NOW) if item.mine}
        versions = set(session.scalars(sa.select(WorkingCopy.version)))
    assert (mine, len(versions)) == ({"A", "B"}, 1)


def test_without_an_admin_it_is_nobodys(database: Database, people: People) -> None:
    with database.write() as session:
        assert hand_on(session, people.other, people.ann) == 1
    with database.read() as session:
        assert written_by(session, None) == {"D"}
