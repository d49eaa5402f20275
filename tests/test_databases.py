"""The databases that the tests are given."""

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.migrations import needs_upgrade


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_a_migrated_database_of_its_own(database: Database, turn: int) -> None:
    with database.write() as session:
        # Fails in the second turn where the first turn's table is still there.
        session.execute(sa.text("CREATE TABLE left_behind (turn INTEGER)"))
    assert not needs_upgrade(database)
