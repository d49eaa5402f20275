"""SQL in whatever is asked for: in every parameter, on both databases, it is a text like any other."""

import pytest
import sqlalchemy as sa

from kil_pipeline.database import Base
from tests.attacks.conftest import Target
from tests.attacks.routes import address_with, gets
from tests.web.test_access import Access
from web.queries import PARAMETERS

PAYLOADS = (
    "' OR '1'='1",
    "'; DROP TABLE entry; --",
    "' UNION SELECT private_value FROM withheld_value --",
    '" OR ""="',
    "1) OR (1=1",
    "x') OR 1=1 --",
    "entry_search_fts MATCH *",
    "\\'; SELECT pg_sleep(9); --",
    "NEAR(a b) OR headline:* ^",
    "%' OR '%'='",
)
MORE = (
    "page", "order", "view", "month", "words", "postcode", "next", "entry", "archive", "one", "limit", "cursor",
    "venue", "place", "access", "from", "to",
)  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_parameter_is_read_as_sql(either: Target, payload: str) -> None:
    before = tables(either)
    names, reader = (*PARAMETERS, *MORE), either.nobody()
    for rule in gets(either.app, Access.ANYBODY):
        if rule.endpoint in ("static", "readyz"):  # files; and what says 503 until a worker was heard of
            continue
        asked: tuple[tuple[str, dict[str, str]], ...]
        asked = (address_with(rule, payload), {}), (address_with(rule, "EXC-0001"), dict.fromkeys(names, payload))
        for address, query in asked:
            answer = reader.get(address, query_string=query)
            assert answer.status_code < 500, rule.rule
            assert b"450,123" not in answer.data
            answer.close()
    assert tables(either) == before


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_search_for_sql_finds_what_has_its_words_and_no_more(either: Target, payload: str) -> None:
    found = either.nobody().get("/api/v1/entries", query_string={"q": f"zebra {payload}"})
    assert (found.status_code, found.get_json()["entries"]) == (200, [])


def tables(target: Target) -> dict[str, int]:
    """Return how many rows each table has."""
    with target.database.read() as session:
        return {
            name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }
