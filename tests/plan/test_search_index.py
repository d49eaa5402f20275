"""What search finds after an entry was published again: it finds it by what it says now, and by nothing else."""

from datetime import timedelta

from alembic import command

from kil_pipeline.database import Database
from kil_pipeline.migrations import alembic_config
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.queries import Order, public_entries
from kil_pipeline.plan.reindexing import Reindexed, reindex_after
from kil_pipeline.plan.search import forget_entry, index_entry
from kil_pipeline.plan.statuses import Status
from tests.factories import NOW, a_commissioner, publish, republish, some_content


def test_an_entry_published_again_is_found_by_its_new_words_alone(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        entry_id = publish(session, council, some_content("Community transport"))
        publish(session, council, some_content("Transport to hospital"))
        republish(session, entry_id, some_content("Lunch clubs"), at=NOW)
    with database.read() as session:
        found = {
            words: [entry.headline for entry in public_entries(session, Criteria(words=words)).entries]
            for words in ("transport", "lunch", "lunch -transport", "lunch -clubs")
        }
    assert found == {
        "transport": ["Transport to hospital"],
        "lunch": ["Lunch clubs"],
        "lunch -transport": ["Lunch clubs"],
        "lunch -clubs": [],
    }


def test_an_id_is_not_a_word(database: Database) -> None:
    with database.write() as session:
        entry_id = publish(session, a_commissioner(session).id, some_content())
    with database.read() as session:
        found = [public_entries(session, Criteria(words=words)).total for words in (entry_id.hex, str(entry_id))]
    assert found == [0, 0]


def test_topics_that_are_close_are_found_by_each_others_words(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        publish(session, council, some_content("Someone to turn to", themes=("social-prescribing",)))
        publish(session, council, some_content("Stay well", themes=("prevention",)))
        publish(session, council, some_content("Rides", themes=("transport",)))
    with database.read() as session:
        found = {
            words: {entry.headline for entry in public_entries(session, Criteria(words=words)).entries}
            for words in ("social prescribing", "link worker", "prevention")
        }
    assert found == {key: {"Someone to turn to", "Stay well"} for key in found}


def test_what_was_indexed_by_other_words_is_found_by_those_of_today_once_it_is_indexed_anew(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        old = publish(session, council, some_content("Stay well", themes=("prevention",)))
        publish(session, council, some_content("Rides", themes=("transport",)))
        forget_entry(session, old)
        index_entry(session, old, ["stay", "well"])
    sought = Criteria(words="link worker")
    with database.write() as session:
        before = public_entries(session, sought).entries
        first = reindex_after(session, "")
        (found,) = public_entries(session, sought).entries
        assert (before, first) == ((), Reindexed(found=1, counted=0, last="EXA-0002"))
        assert (found.headline, found.updated_at) == ("Stay well", NOW)
        again = [reindex_after(session, reference) for reference in ("", "EXA-0002")]
        assert again == [Reindexed(0, 0, "EXA-0002"), Reindexed(0, 0, "")]


def test_what_ended_is_found_last_from_its_last_publication_on(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        first = publish(session, council, some_content("Lunch clubs"))
        publish(session, council, some_content("Lunch clubs"))
    found = [references(database)]
    cancelled = some_content("Lunch clubs", status=Status.CANCELLED, status_reason="There is no money for it.")
    for content, at in ((cancelled, NOW), (some_content("Lunch clubs"), NOW + timedelta(days=1))):
        with database.write() as session:
            republish(session, first, content, at=at)
        found.append(references(database))
    assert found == [["EXA-0001", "EXA-0002"], ["EXA-0002", "EXA-0001"], ["EXA-0001", "EXA-0002"]]


def test_results_keep_their_order_when_the_index_takes_it_in(database: Database) -> None:
    """A migration runs on a database full of rows."""
    with database.write() as session:
        council = a_commissioner(session).id
        for status in (Status.CONCLUDED, Status.PUBLISHED, Status.OPEN):
            publish(session, council, some_content("Lunch clubs", status=status))
    before = references(database)
    with database.writer.begin() as connection:
        if database.sqlite:
            connection.exec_driver_sql("DROP INDEX ix_entry_search_narrow")
            connection.exec_driver_sql("CREATE INDEX ix_entry_search_key ON entry_search (id, entry_id)")
        connection.exec_driver_sql("ALTER TABLE entry_search DROP COLUMN ended")
        connection.exec_driver_sql("ALTER TABLE entry_search DROP COLUMN reference")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0028'")
    command.upgrade(alembic_config(database), "0029")
    assert references(database) == before == ["EXA-0002", "EXA-0003", "EXA-0001"]


def references(database: Database) -> list[str]:
    """Return what one search finds, the best first."""
    with database.read() as session:
        page = public_entries(session, Criteria(words="lunch"), order=Order.RELEVANCE)
    return [entry.reference for entry in page.entries]
