"""The databases that the tests are given."""

import threading
import time

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


def test_whoever_waits_to_write_comes_before_the_one_who_wrote_last(sqlite_database: Database) -> None:
    order = []

    def write(who: str) -> None:
        with sqlite_database.write():
            order.append(who)

    other = threading.Thread(target=write, args=("the other",))
    with sqlite_database.write():
        order.append("a job")
        other.start()
        while not sqlite_database.turns.awaited:
            time.sleep(0.001)
    write("the job again")
    other.join()
    assert order == ["a job", "the other", "the job again"]


def test_what_fails_gives_its_turn_back(sqlite_database: Database) -> None:
    with pytest.raises(TypeError), sqlite_database.write():
        raise TypeError
    with sqlite_database.write():
        assert not sqlite_database.turns.awaited


def test_one_transaction_inside_another_is_an_error_and_not_a_wait_for_ever(sqlite_database: Database) -> None:
    with sqlite_database.write(), pytest.raises(RuntimeError, match="inside another one"), sqlite_database.write():
        pytest.fail("It must not be reached.")
    with sqlite_database.write() as session:
        assert session.scalar(sa.text("SELECT 1")) == 1
