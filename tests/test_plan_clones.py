"""The plan that benchmarks make by copying is what publishing would make; long lists find what short ones do."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.database import Database
from kil_pipeline.events.log import EventRow, public_version
from kil_pipeline.plan import criteria_conditions
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.plan.entries import Entry, Revision
from kil_pipeline.plan.plan_index import PlanIndex
from kil_pipeline.plan.queries import Order, all_public_entries, public_entries
from kil_pipeline.text import stems
from tests.benchmarks.large_plans import DISTRICT, ENGLAND, FREQUENT, contents
from tests.benchmarks.plan_clones import TABLES, clone_plan
from tests.factories import TODAY, a_commissioner, publish

TWO = tuple(contents(2, TODAY))
COUNTED = ("position", "first_position")
"""Places in the log: what is compared is how far they lie from the first of them."""
NOT_COMPARED = {"entry_search": ("id", "tsv")}
"""What the database counts, and what it works out of the stems."""


def test_copies_are_the_rows_that_publishing_writes(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session, "Exampleshire Council", prefix="EXC").id
        for content in TWO:
            publish(session, council, content)
    clone_plan(database, 2)
    with database.write() as session:
        for content in TWO:
            publish(session, council, content)
    with database.read() as session:
        copied = _rows_of(session, ("EXC-0003", "EXC-0004"))
        published = _rows_of(session, ("EXC-0005", "EXC-0006"))
        assert (copied, public_version(session).n) == (published, 6)


def test_publishing_adds_rows_to_no_other_table(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        council = a_commissioner(session).id
    before = _sizes(sqlite_database)
    with sqlite_database.write() as session:
        for content in contents(8, TODAY):
            publish(session, council, content)
    grown = {table for table, size in _sizes(sqlite_database).items() if size != before[table]}
    assert grown | {"public_link"} == set(TABLES)  # none of these comes after another


@pytest.mark.parametrize("few", [0, 2_000])
def test_a_list_is_the_same_walked_or_gathered(database: Database, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(criteria_conditions, "FEW", few)
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        for content in contents(60, TODAY):
            publish(session, council, content)
    wanted = (
        Criteria(areas=(DISTRICT,), statuses=("published",)),
        Criteria(areas=(ENGLAND,), words=FREQUENT),
        Criteria(cpv=("85100000",), commissioners=("exampleshire-council",)),
        Criteria(words=f"-{FREQUENT}", themes=("carers", "falls", "homelessness"), routes=("grant.open", "pa.open")),
        Criteria(chances=("not_stated",), value_least=10_000_000),
    )
    with database.read() as session:
        every = list(all_public_entries(session, Criteria()))
        for criteria in wanted:
            found = {entry.reference for entry in all_public_entries(session, criteria)}
            listed = [public_entries(session, criteria, per_page=100, order=order) for order in Order]
            assert 0 < len(found) < len(every)
            assert [{entry.reference for entry in page.entries} for page in listed] == [found] * len(listed)
            assert {page.total for page in listed} == {len(found)} == {PlanIndex().count(session, criteria).total}


def _sizes(database: Database) -> Counter[str]:
    with database.engine.connect() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if "_fts" not in name]
        return Counter({name: connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in names})  # noqa: S608


def _rows_of(session: Session, references: Sequence[str]) -> dict[str, list[str]]:
    """Return the rows of some entries, with what is an entry's own named alike."""
    own: dict[str, str] = {}
    positions: set[int] = set()
    for place, reference in enumerate(references):
        entry_id = session.scalars(sa.select(Entry.id).where(Entry.reference == reference)).one()
        revision_id = session.scalars(sa.select(Revision.id).where(Revision.entry_id == entry_id)).one()
        event = session.scalars(sa.select(EventRow).where(EventRow.subject_id == str(entry_id))).one()
        positions.add(event.position or 0)
        for name, key in (("entry", entry_id), ("revision", revision_id), ("event", event.id)):
            own |= {str(key): f"<{name} {place}>", key.hex: f"<{name} {place}>"}
        own |= {joint.join(stems(reference)): f"<stems {place}>" for joint in (" ", '", "')}
        own[reference] = f"<reference {place}>"
    return {table: sorted(_read(session, table, own, positions)) for table in TABLES}


def _read(session: Session, table: str, own: dict[str, str], positions: set[int]) -> list[str]:
    columns = [
        c["name"]
        for c in sa.inspect(session.connection()).get_columns(table)
        if c["name"] not in NOT_COMPARED.get(table, ())
    ]
    as_text = [f'CAST("{column}" AS TEXT)' for column in columns]
    rows = session.execute(sa.text(f"SELECT {', '.join(as_text)} FROM {table}")).all()  # noqa: S608
    found = []
    for row in rows:
        cells = dict(zip(columns, row, strict=True))
        counted = [int(cells.pop(name)) for name in COUNTED if name in cells]
        text = str(cells)
        for old, new in own.items():
            text = text.replace(old, new)
        if positions.intersection(counted) or any(name in text for name in own.values()):
            found.append(f"{text} {[number - min(positions) for number in counted]}")
    return found


def test_plans_to_measure_on_have_what_is_measured() -> None:
    texts = [content.summary or "" for content in contents(200, TODAY)]
    assert sum(FREQUENT in text for text in texts) == 50
    assert {len(text) // 100 for text in texts} <= {12, 13}
    assert DISTRICT in chain.from_iterable(content.areas for content in contents(200, TODAY))
