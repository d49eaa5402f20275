"""Public entries that are read again: the same value where the row says the same, and never what it said before."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kil_pipeline.codec import to_json
from kil_pipeline.organisations.organisations import Organisation
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.public import PublicEntry

MOMENT = datetime(2026, 9, 1, 9, tzinfo=UTC)
ENTRY, COUNCIL = uuid.UUID(int=70), uuid.UUID(int=71)


def _read(name: str = "Exampleshire Council", **parts: Any) -> PublicEntry:
    """Read a row as it comes from the database: none of its values is an object of before."""
    given: dict[str, Any] = {
        "entry_id": uuid.UUID(int=ENTRY.int),
        "reference": "EXC-0070",
        "revision": 2,
        "content": to_json(EntryContent("Support for carers", summary="Close to home.")),
        "first_published_at": MOMENT,
        "updated_at": MOMENT,
        "formerly": [],
    }
    by = Organisation(id=COUNCIL, name=name, slug="exampleshire", kind="commissioner", predecessors=[])
    return PublicEntry.of(PublicEntryRow(**(given | parts)), by)


def test_a_row_that_says_the_same_gives_the_same_value() -> None:
    assert _read() is _read()


@pytest.mark.parametrize(
    "parts",
    [
        {"reference": "EXC-0071"},
        {"revision": 3},
        {"content": to_json(EntryContent("Support for carers", summary="In the evenings."))},
        {"first_published_at": MOMENT - timedelta(days=1)},
        {"updated_at": MOMENT + timedelta(days=1)},
        {"formerly": ["Oldshire Council"]},
        {"name": "Exampleshire and Oldshire Council"},
    ],
)
def test_a_row_that_says_anything_else_is_read_anew(parts: dict[str, Any]) -> None:
    before, after = _read(), _read(**parts)
    assert after != before
    assert (_read(), _read(**parts)) == (before, after)
