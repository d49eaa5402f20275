"""Search by words. Both databases index the same stems, made by `text.stems`, so that search and alerts agree.

`entry_search` holds the stems, and beside them what results are sorted by: to rank hits takes no other table.
PostgreSQL finds stems by a generated tsvector; on SQLite triggers keep the FTS5 table `entry_search_fts` in step with
them (see the migrations).
"""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.entries import PublicEntryRow
from kil_pipeline.plan.wordings import describe_value
from kil_pipeline.reference.routes import route
from kil_pipeline.reference.themes import search_words
from kil_pipeline.text import Query, parse_query, stems

ENTRY_SEARCH = sa.table(
    "entry_search",
    sa.column("id", sa.Integer),
    sa.column("entry_id", sa.Uuid),
    sa.column("stems", sa.Text),
    sa.column("ended", sa.Boolean),
    sa.column("reference", sa.String),
)
"""Not in the metadata: it is made by hand in the migrations, differently on each database."""

Sorting = tuple[sa.UnaryExpression[Any], ...]


def entry_stems(content: EntryContent, commissioner_name: str, reference: str) -> list[str]:
    """Return the stems of all public words of an entry: what search and alerts find it by."""
    parts = [
        content.headline,
        content.summary or "",
        commissioner_name,
        content.current or "",
        content.suitability or "",
        reference,
    ]
    if content.route:
        parts += [route(content.route).name, route(content.route).plain]
    parts += [word for code in content.themes for word in search_words(code)]
    if content.areas:
        parts.append(describe_value("areas", content.areas))
    return [stem for part in parts for stem in stems(part)]


def index_entry(session: Session, entry_id: uuid.UUID, words: list[str]) -> None:
    """Store the stems of a public entry that has none in the index."""
    row = PublicEntryRow
    known = sa.select(row.entry_id, row.ended, row.reference, sa.literal(" ".join(words))).where(
        row.entry_id == entry_id
    )
    session.execute(sa.insert(ENTRY_SEARCH).from_select(["entry_id", "ended", "reference", "stems"], known))


def forget_entry(session: Session, entry_id: uuid.UUID) -> None:
    """Take an entry out of the index."""
    session.execute(sa.delete(ENTRY_SEARCH).where(ENTRY_SEARCH.c.entry_id == entry_id))


def matching_entries(session: Session, words: str, key: sa.SQLColumnExpression[uuid.UUID]) -> sa.ColumnElement[bool]:
    """Return the condition that the entry with this key has `words`, as a reader types them."""
    found = found_entries(session, words)
    if found is not None:
        return key.in_(found)
    sqlite = _on_sqlite(session)
    unwanted = parse_query(words).must_not
    if not unwanted:  # nothing but stop words or punctuation: nothing to look for, so nothing is found
        return sa.false()
    return sa.and_(*(key.not_in(_matches(_phrase(parts, sqlite), sqlite)) for parts in unwanted))


def found_entries(session: Session, words: str) -> sa.Select[uuid.UUID] | None:
    """Return the query for the keys of all entries with `words`; None where there is no word to look for."""
    query, sqlite = parse_query(words), _on_sqlite(session)
    return _matches(_wanted(query, sqlite), sqlite) if query.must or query.phrases else None


def rank_entries(session: Session, words: str) -> tuple[sa.Select[uuid.UUID], Sorting] | None:
    """Return the query for the keys of all entries with `words`, and how they are sorted: what answers best first.

    None where there is no word to look for. Rare words weigh more than usual ones, and long texts do not win by length:
    bm25 on SQLite (sqlite.org/fts5.html, 5.1.1), ts_rank on PostgreSQL. Ended entries come last.
    """
    query = parse_query(words)
    if not (query.must or query.phrases):
        return None
    sqlite = _on_sqlite(session)
    wanted = _wanted(query, sqlite)
    if sqlite:
        rank: sa.ColumnElement[float] = sa.literal_column("-bm25(entry_search_fts)", sa.Float)
    else:
        rank = sa.func.ts_rank(_TSV, sa.func.to_tsquery("simple", wanted), 1)  # 1: divided by the length's logarithm
    return _matches(wanted, sqlite), (ENTRY_SEARCH.c.ended.asc(), rank.desc(), ENTRY_SEARCH.c.reference.asc())


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _wanted(query: Query, sqlite: bool) -> str:
    phrases = [(word,) for word in query.must] + list(query.phrases)
    wanted = (" AND " if sqlite else " & ").join(_phrase(words, sqlite) for words in phrases)
    without = " NOT " if sqlite else " & !"
    return f"({wanted})" + "".join(without + _phrase(words, sqlite) for words in query.must_not)


def _phrase(words: tuple[str, ...], sqlite: bool) -> str:
    return f'"{" ".join(words)}"' if sqlite else f"({' <-> '.join(words)})"


_TSV: sa.ColumnElement[str] = sa.literal_column("entry_search.tsv")
_FTS = sa.table("entry_search_fts", sa.column("rowid", sa.Integer), sa.column("entry_search_fts", sa.Text))


def _matches(wanted: str, sqlite: bool) -> sa.Select[uuid.UUID]:
    found = sa.select(ENTRY_SEARCH.c.entry_id)
    if not sqlite:
        return found.where(_TSV.op("@@")(sa.func.to_tsquery("simple", wanted)))
    # The index holds all but the stems beside the row's number: else each hit would cost a page that nobody wants.
    narrow = found.with_hint(ENTRY_SEARCH, "INDEXED BY ix_entry_search_narrow", "sqlite")
    return narrow.join(_FTS, _FTS.c.rowid == ENTRY_SEARCH.c.id).where(_FTS.c.entry_search_fts.match(wanted))
