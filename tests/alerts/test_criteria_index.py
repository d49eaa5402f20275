"""How the index of criteria is asked: its key holds all that an event asks for."""

from kil_pipeline.alerts.criteria_index import event_numbers, sure_matches
from kil_pipeline.database import Database
from tests.benchmarks.wishes import an_event

BY_THE_KEY_ALONE = {
    "sqlite": "SEARCH criteria_key USING PRIMARY KEY (key=? AND rest=?)",
    "postgresql": "Index Only Scan using pk_criteria_key on criteria_key",
}


def test_sure_matches_can_be_read_from_the_key_alone(database: Database) -> None:
    dialect = database.engine.dialect.name
    query = sure_matches(dialect).params(event_numbers(dialect, an_event()))
    with database.engine.connect() as connection:
        if not database.sqlite:  # a table as small as this one is would be read in another way
            connection.exec_driver_sql("SET enable_seqscan = off; SET enable_bitmapscan = off")
        written = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN " if database.sqlite else "EXPLAIN (COSTS OFF) "
        plan = [row[-1].strip(" ->") for row in connection.exec_driver_sql(explain + written)]
    assert BY_THE_KEY_ALONE[dialect] in plan
