"""Sessions as they are written: nobody is overwritten, series keep their hour, drafts can be thrown away."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from kil_pipeline.codec import to_json
from kil_pipeline.database import Database, new_id
from kil_pipeline.engagement.hosting import invite_host
from kil_pipeline.engagement.online_links import online_link_of
from kil_pipeline.engagement.programme import public_session, public_sessions, publish_session
from kil_pipeline.engagement.session_drafts import (
    count_session_drafts,
    find_session_draft,
    read_session_draft,
    session_drafts_of,
)
from kil_pipeline.engagement.session_parts import Material, MaterialKind
from kil_pipeline.engagement.session_queries import sessions_of_series
from kil_pipeline.engagement.session_writing import (
    Rhythm,
    copy_session,
    discard_session,
    make_series,
    save_session,
    series_starts,
)
from kil_pipeline.engagement.sessions import SessionContent, SessionState
from kil_pipeline.errors import EditedMeanwhile, InvalidContent, InvalidTransition, NotFound
from kil_pipeline.migrations import alembic_config
from kil_pipeline.plan.criteria import Criteria
from kil_pipeline.times import LONDON
from tests.engagement.sessions import (
    CONTENT,
    HOST,
    a_hosted_session,
    a_planned_session,
    a_public_session,
    agree,
    notices,
)
from tests.engagement.test_venue_directory import start_from
from tests.factories import NOW, a_commissioner

LINK = "https://meet.example.org/room-1"


def test_two_who_write_do_not_overwrite_each_other(database: Database) -> None:
    with database.write() as session:
        draft = a_planned_session(session, a_commissioner(session).id)
        mine, theirs = replace(CONTENT, title="Mine"), replace(CONTENT, title="Theirs")
        save_session(session, draft.session_id, theirs, venue_id=None, online_link="", version=1, now=NOW)
        with pytest.raises(EditedMeanwhile):
            save_session(session, draft.session_id, mine, venue_id=None, online_link="", version=1, now=NOW)
        assert read_session_draft(session, draft.session_id).content.title == "Theirs"


def test_what_is_saved_of_a_public_session_shows_once_it_is_published_again(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        new = replace(draft.content, purpose="Another purpose.", starts_at=NOW, ends_at=CONTENT.ends_at)
        saved = save_session(
            session, draft.session_id, new, venue_id=None, online_link="", version=draft.version, now=NOW
        )
        assert public_session(session, draft.reference).content.purpose == CONTENT.purpose
        assert (saved.published, saved.content.starts_at) == (False, CONTENT.starts_at)
        publish_session(session, draft.session_id, version=saved.version, now=NOW)
        assert public_session(session, draft.reference).content.purpose == "Another purpose."


def test_the_online_link_is_kept_apart_and_no_publication_is_needed_for_it(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id, online=True)
        saved = save_session(
            session, draft.session_id, draft.content, venue_id=None, online_link=LINK, version=draft.version, now=NOW
        )
        assert (saved.published, saved.version) == (True, draft.version + 1)
        assert online_link_of(session, draft.session_id) == LINK
        assert LINK not in str(public_session(session, draft.reference))
        with pytest.raises(InvalidContent):
            save_session(
                session,
                draft.session_id,
                draft.content,
                venue_id=None,
                online_link="javascript:alert(1)",
                version=saved.version,
                now=NOW,
            )


def test_an_organisation_sees_its_own_sessions_alone(database: Database) -> None:
    with database.write() as session:
        own, other = a_commissioner(session, prefix="EXC").id, a_commissioner(session, "Another", prefix="OTH").id
        draft = a_planned_session(session, own)
        assert [found.reference for found in session_drafts_of(session, own)] == [draft.reference]
        assert (count_session_drafts(session, own), count_session_drafts(session, other)) == (1, 0)
        with pytest.raises(NotFound):
            find_session_draft(session, other, draft.reference)


def test_a_copy_says_the_same_and_has_neither_host_nor_materials(database: Database) -> None:
    material = Material("Two pages", MaterialKind.PRE_READ, "https://council.example.org/two-pages.pdf")
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id, materials=(material,), capacity=20)
        copy = copy_session(session, draft, now=NOW)
    assert copy.content == replace(CONTENT, capacity=20)
    assert (copy.state, copy.series_id) == (SessionState.DRAFT, None)


def test_a_series_is_linked_from_each_of_its_public_sessions(database: Database) -> None:
    with database.write() as session:
        draft = a_public_session(session, a_commissioner(session).id)
        later = make_series(session, draft, Rhythm.WEEKLY, 3, now=NOW)
        assert [one.content.starts_at.day for one in later] == [21, 28]
        assert sessions_of_series(session, public_session(session, draft.reference)) == ()
        host = invite_host(session, later[0].session_id, HOST, now=NOW)
        agree(session, later[0], host.id)
        publish_session(session, later[0].session_id, version=1, now=NOW)
        found = sessions_of_series(session, public_session(session, draft.reference))
        assert [one.reference for one in found] == [later[0].reference]


@pytest.mark.parametrize("times", [-1, 0, 1, 53])
def test_a_series_has_two_to_fifty_two_sessions(database: Database, times: int) -> None:
    with database.write() as session:
        draft = a_planned_session(session, a_commissioner(session).id)
        with pytest.raises(InvalidContent):
            make_series(session, draft, Rhythm.WEEKLY, times, now=NOW)


def test_a_series_keeps_its_hour_when_the_clocks_change() -> None:
    starts = series_starts(datetime(2027, 3, 25, 17, 30, tzinfo=UTC), Rhythm.WEEKLY, 2)
    assert starts == (datetime(2027, 3, 25, 17, 30, tzinfo=UTC), datetime(2027, 4, 1, 16, 30, tzinfo=UTC))


def test_a_monthly_series_keeps_its_weekday_of_the_month() -> None:
    third = series_starts(datetime(2027, 1, 21, 10, 0, tzinfo=UTC), Rhythm.MONTHLY, 4)
    fifth = series_starts(datetime(2027, 1, 29, 10, 0, tzinfo=UTC), Rhythm.MONTHLY, 4)
    assert [at.date() for at in third] == [date(2027, 1, 21), date(2027, 2, 18), date(2027, 3, 18), date(2027, 4, 15)]
    assert [at.date() for at in fifth] == [date(2027, 1, 29), date(2027, 2, 26), date(2027, 3, 26), date(2027, 4, 30)]


@given(
    first=st.datetimes(datetime(2026, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    rhythm=st.sampled_from(Rhythm),
    times=st.integers(min_value=2, max_value=52),
)
def test_a_series_goes_forward_on_the_same_weekday(first: datetime, rhythm: Rhythm, times: int) -> None:
    starts = series_starts(first, rhythm, times)
    local = [at.astimezone(LONDON) for at in starts]
    assert list(starts) == sorted(set(starts))
    assert (len(starts), {at.weekday() for at in local}) == (times, {local[0].weekday()})
    if rhythm is Rhythm.MONTHLY:
        months = [at.year * 12 + at.month for at in local]
        assert months == list(range(months[0], months[0] + times))


def test_a_draft_can_be_thrown_away_and_what_is_public_cannot(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session).id
        draft, _ = a_hosted_session(session, council)
        public = a_public_session(session, council)
        with pytest.raises(EditedMeanwhile):
            discard_session(session, draft.session_id, version=99)
        discard_session(session, draft.session_id, version=draft.version)
        with pytest.raises(InvalidTransition):
            discard_session(session, public.session_id, version=public.version)
        assert [found.reference for found in session_drafts_of(session, council)] == [public.reference]
        assert [name for name, _ in notices(session)].count("host_invitation") == 2


@pytest.mark.parametrize("part", [{"capacity": 0}, {"capacity_online": -1}, {"title": " "}])
def test_content_that_makes_no_sense_is_refused(part: dict[str, object]) -> None:
    with pytest.raises(InvalidContent):
        replace(CONTENT, **part)  # type: ignore[arg-type]  # any of the parts


@pytest.mark.parametrize(
    "address",
    ["http://example.org/a", "javascript:alert(1)", "https://", "https://user@example.org", "https://[", "https://a b"],
)
def test_a_material_has_an_https_address(address: str) -> None:
    with pytest.raises(InvalidContent):
        Material("Slides", MaterialKind.SLIDES, address)


def an_organisation_from_before(session: Session) -> uuid.UUID:
    """Write a commissioner as the first migration made its table."""
    words = {"name": "Exampleshire Council", "kind": "commissioner", "slug": "exampleshire-council", "prefix": "EXC"}
    plain = sa.table("organisation", *map(sa.column, (*words, "next_number", "created_at")), sa.column("id", sa.Uuid()))
    key = new_id()
    session.execute(
        sa.insert(plain).values(**words, id=key, next_number=1, created_at=datetime(2026, 1, 1, tzinfo=UTC))
    )
    return key


def test_sessions_from_before_have_their_draft_topics_and_first_day(database: Database) -> None:
    """A migration runs on a database full of rows."""
    config = alembic_config(database)
    start_from(database, str(ScriptDirectory.from_config(config).get_revision("0015").down_revision))
    old = to_json(replace(CONTENT, host="Carers Exampleshire", themes=("carers",)))
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    with database.write() as session:
        council = an_organisation_from_before(session)
        table = sa.table("engagement_session", *(sa.column(name) for name in ("reference", "state", "state_reason")))
        row = {"reference": "EXC-S0001", "state": "published", "state_reason": ""}
        for name, kind in (("id", sa.Uuid()), ("organisation_id", sa.Uuid()), ("content", sa.JSON())):
            table.append_column(sa.column(name, kind))
        for name in ("starts_at", "updated_at"):
            table.append_column(sa.column(name, sa.DateTime(timezone=True)))
        table.append_column(sa.column("earlier_starts", sa.JSON()))
        table.append_column(sa.column("sequence", sa.Integer()))
        session.execute(
            sa.insert(table).values(
                **row,
                id=new_id(),
                organisation_id=council,
                content=old,
                starts_at=CONTENT.starts_at,
                updated_at=moment,
                earlier_starts=[],
                sequence=0,
            )
        )
    command.upgrade(config, "head")
    with database.read() as session:
        draft = find_session_draft(session, council, "EXC-S0001")
        found = public_sessions(session, Criteria(themes=("carers",)))
    assert (draft.published, draft.content) == (True, replace(CONTENT, host="Carers Exampleshire", themes=("carers",)))
    assert [(public.reference, public.published_at) for public in found] == [("EXC-S0001", moment)]


def test_content_from_before_reads_as_it_was() -> None:
    plain = to_json(SessionContent(CONTENT.title, CONTENT.purpose, CONTENT.starts_at, CONTENT.ends_at))
    assert sorted(plain) == ["ends_at", "purpose", "starts_at", "title"]
