"""Criteria that were stored before keys said what they leave to be checked."""

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from kil_pipeline.alerts.criteria_index import CriteriaKey, criteria_keys, key_number, matching_criteria
from kil_pipeline.alerts.matching import meets
from kil_pipeline.codec import to_json
from kil_pipeline.database import Database, new_id
from kil_pipeline.events.types import EntryPublished, Facets
from kil_pipeline.migrations import alembic_config
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.reference.areas import areas
from tests.engagement.test_venue_directory import start_from

LEEDS = "E08000035"
EVENT = EntryPublished(
    facets=Facets(
        subject="entry",
        subject_id="1",
        reference="EXC-0001",
        title="Falls classes",
        commissioner="exampleshire-council",
        commissioner_name="Exampleshire Council",
        areas=(LEEDS,),
        themes=("falls",),
        stems=("fall", "class"),
    ),
    sentence="First published.",
)
WISHES = {
    Criteria(): False,
    Criteria(areas=(LEEDS,), themes=("falls", "carers")): False,
    Criteria(areas=("E06000014",)): False,
    Criteria(commissioners=("exampleshire-council",)): False,
    Criteria(references=("EXC-0001",)): False,
    Criteria(commissioners=("exampleshire-council",), areas=("E06000014",)): True,
    Criteria(areas=(LEEDS,), exactly=True): True,
    Criteria(areas=tuple(sorted(areas())[:65])): True,
    Criteria(words="classes"): True,
    Criteria(kinds=("open",)): True,
    Criteria(value_most=0): True,
}
"""Each with whether it is still read and checked."""


def test_older_criteria_are_met_as_before_and_checked_only_where_they_ask_for_more(database: Database) -> None:
    """A migration runs on a database full of rows."""
    config = alembic_config(database)
    start_from(database, str(ScriptDirectory.from_config(config).get_revision("0027").down_revision))
    stored = {new_id(): wish for wish in WISHES}
    row = sa.table("criteria", sa.column("id", sa.Uuid()), sa.column("hash"), sa.column("body", sa.JSON()))
    key = sa.table("criteria_key", sa.column("key", sa.BigInteger()), sa.column("criteria_id", sa.Uuid()))
    with database.writer.begin() as connection:
        for number, (criteria_id, wish) in enumerate(stored.items()):
            values = {"id": criteria_id, "hash": str(number), "body": to_json(wish)}
            connection.execute(sa.insert(row).values(values))
            for found in criteria_keys(wish):
                connection.execute(sa.insert(key).values(key=key_number(found), criteria_id=criteria_id))
    command.upgrade(config, "head")
    with database.read() as session:
        rest = session.execute(sa.select(CriteriaKey.criteria_id, CriteriaKey.rest).distinct())
        assert {stored[criteria_id]: checked for criteria_id, checked in rest} == WISHES
        met = {stored[criteria_id] for criteria_id in matching_criteria(session, EVENT)}
    assert met == {wish for wish in WISHES if meets(EVENT, wish)}
