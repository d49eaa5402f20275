"""Downloads are read a batch at a time while they are sent, and a slow client holds no connection to the database."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.settings import load_settings
from tests.factories import a_commissioner, publish
from web.app import create_app
from web.context import Context
from web.public import download_views

FILES = {"/data/plan.csv": [0, 1, 2, 3], "/data/ocds.json": [0, 1, 2, 3, 4]}
"""Each with how many batches were read as parts came: what ends the OCDS package comes after an empty batch."""


@pytest.mark.parametrize("path", FILES)
def test_parts_are_read_as_they_are_sent_and_no_connection_is_held_between(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(download_views, "BATCH", 2)
    monkeypatch.setattr(download_views, "HISTORIES", 2)
    with database.write() as session:
        council = a_commissioner(session).id
        for number in range(5):
            publish(session, council, EntryContent(f"Breaks {number}"))
    batches: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *said: batches.append(said[2]))
    settings = load_settings({"KIL_ENV": "development", "KIL_VAR": str(tmp_path)})
    client = create_app(Context(settings, database)).test_client()
    begun: list[int] = []
    held: set[int] = set()
    pool = database.engine.pool
    assert isinstance(pool, sa.QueuePool)
    with client.get(path, buffered=False) as response:
        for _ in response.iter_encoded():
            held.add(pool.checkedout())
            begun.append(len([statement for statement in batches if "public_entry.reference >" in statement]))
    assert (held, sorted(set(begun))) == ({0}, FILES[path])
