"""An organisation's own bulletin: what is in a draft, what is written into it, and sending it to its list."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from feeds.mail import make_renderer
from kil_pipeline.alerts.letters import NoticeLetter
from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.errors import EditedMeanwhile, InvalidContent, LinkNotValid
from kil_pipeline.organisations.members import InvalidAddress
from kil_pipeline.settings import load_settings
from kil_pipeline.support.bulletin_lists import (
    BulletinLetter,
    confirm_list,
    end_bulletin_lists,
    list_path,
    read_list,
    send_bulletin,
    set_list_address,
    show_bulletin_lists,
)
from kil_pipeline.support.bulletins import (
    MOST_INTRODUCTION,
    MOST_NOTE,
    Bulletin,
    EditedPart,
    bulletin_of,
    make_draft,
    make_due_drafts,
    next_draft_at,
    note_passed_on,
    parts_of,
    save_draft,
    set_up,
)
from tests.alerts.sinks import Post
from tests.factories import EIGHT, NOW, a_commissioner, publish, some_content
from tests.support.test_patches import LEEDS, a_body

DAY = timedelta(days=1)
LIST = "list@body.example.org"
SIGNER = Signer(load_settings({"KIL_ENV": "development"}).secret_keys)
YORK = "E06000014"


def a_bulletin(database: Database, *titles: str, areas: tuple[str, ...] = (LEEDS,)) -> uuid.UUID:
    """Publish something in a patch, and draft its bulletin. Returns the organisation's id."""
    publish_there(database, *titles, areas=areas)
    with database.write() as session:
        body = a_body(session, "Body of Leeds", LEEDS)
        row = set_up(session, body, monthly=False, weekday=2, themes=(), digest_hour=EIGHT, now=NOW)
        make_draft(session, row, NOW)
    return body


def publish_there(
    database: Database, *titles: str, areas: tuple[str, ...] = (LEEDS,), at: datetime = NOW - DAY
) -> None:
    with database.write() as session:
        for title in titles:
            publish(session, a_commissioner(session, f"Council {title}").id, some_content(title, areas=areas), at=at)


def drafted(database: Database, body: uuid.UUID) -> list[tuple[str, str, bool]]:
    with database.read() as session:
        row = bulletin_of(session, body)
        assert row is not None
        return [(part.item.title, part.note, part.dropped) for part in parts_of(row)]


def edit(
    database: Database, body: uuid.UUID, *changes: tuple[int, float, str, bool], introduction: str = ""
) -> Bulletin:
    """Save the draft. `changes`: which item, where it is to stand, its note, whether it is left out."""
    with database.write() as session:
        row = bulletin_of(session, body)
        assert row is not None
        parts = parts_of(row)
        edited = [EditedPart(parts[n].item.subject_id, place, note, drop) for n, place, note, drop in changes]
        return save_draft(session, body, version=row.version, introduction=introduction, edited=edited)


def test_a_draft_holds_the_news_of_the_patch_and_nothing_else(database: Database) -> None:
    publish_there(database, "Elsewhere", areas=(YORK,))
    publish_there(database, "Long ago", at=NOW - 8 * DAY)
    body = a_bulletin(database, "Breaks", "Cafe")
    assert sorted(title for title, _, _ in drafted(database, body)) == ["Breaks", "Cafe"]


def test_items_are_ordered_left_out_and_given_a_note_and_that_stays_when_news_is_added(database: Database) -> None:
    body = a_bulletin(database, "Breaks", "Cafe", "Walks")
    order = [title for title, _, _ in drafted(database, body)]
    edit(database, body, (0, 3, "We go for it.", False), (1, 1, "", True), (2, 2, "", False), introduction="Hello.")
    assert drafted(database, body) == [(order[1], "", True), (order[2], "", False), (order[0], "We go for it.", False)]
    publish_there(database, "New", at=NOW)
    with database.write() as session:
        row = bulletin_of(session, body)
        assert row is not None
        make_draft(session, row, NOW + timedelta(hours=1))
        assert row.introduction == "Hello."
    assert [title for title, _, _ in drafted(database, body)] == [order[1], order[2], order[0], "New"]


def test_the_next_bulletin_begins_where_the_last_one_ended(database: Database) -> None:
    body = a_bulletin(database, "Breaks")
    with database.write() as session:
        row = bulletin_of(session, body)
        assert row is not None
        note_passed_on(session, body, row.version, NOW)
    publish_there(database, "Cafe", at=NOW)
    with database.write() as session:
        assert [row.organisation_id for row in make_due_drafts(session, EIGHT, NOW + 7 * DAY)] == [body]
        assert make_due_drafts(session, EIGHT, NOW + 7 * DAY) == []
    assert drafted(database, body) == [("Cafe", "", False)]


def test_nobody_overwrites_what_another_saved(database: Database) -> None:
    body = a_bulletin(database, "Breaks")
    edit(database, body, introduction="First")
    with database.write() as session, pytest.raises(EditedMeanwhile):
        save_draft(session, body, version=1, introduction="Second", edited=[])


@pytest.mark.parametrize(("introduction", "note"), [("x" * (MOST_INTRODUCTION + 1), ""), ("", "x" * (MOST_NOTE + 1))])
def test_what_is_too_long_is_refused(database: Database, introduction: str, note: str) -> None:
    body = a_bulletin(database, "Breaks")
    with pytest.raises(InvalidContent):
        edit(database, body, (0, 1, note, False), introduction=introduction)


@pytest.mark.parametrize(
    ("weekday", "monthly", "expected"),
    [
        (2, False, datetime(2026, 11, 24, 8, tzinfo=UTC)),  # NOW is a Monday at ten: for Wednesday, on Tuesday
        (0, False, datetime(2026, 11, 29, 8, tzinfo=UTC)),
        (1, False, datetime(2026, 11, 30, 8, tzinfo=UTC)),  # today's hour is over
        (2, True, datetime(2026, 12, 1, 8, tzinfo=UTC)),
        (1, True, datetime(2026, 11, 30, 8, tzinfo=UTC)),
    ],
)
def test_a_draft_is_made_the_day_before(weekday: int, monthly: bool, expected: datetime) -> None:
    assert next_draft_at(weekday, EIGHT, NOW, monthly=monthly) == expected


def test_it_is_sent_to_a_list_that_agreed_as_it_was_when_it_was_sent_off(database: Database) -> None:
    body = a_bulletin(database, "Breaks", "Cafe")
    (first, _, _), (second, _, _) = drafted(database, body)
    row = edit(database, body, (0, 1, "Ours.", False), (1, 2, "", True), introduction="Hello.\n\nRead on.")
    post = Post(database)
    with database.write() as session:
        found = bulletin_of(session, body)
        assert found is not None
        with pytest.raises(InvalidContent):
            send_bulletin(session, body, row.version, NOW)
        assert [set_list_address(session, found, LIST, NOW) for _ in range(2)] == [True, False]
        with pytest.raises(InvalidAddress):
            set_list_address(session, found, "nobody", NOW)
    post.tick(NOW)
    (asked,) = [letter for letter in post.letters if isinstance(letter, NoticeLetter)]
    token = asked.buttons[0][1].rpartition("/")[2]
    assert LIST not in asked.buttons[0][1]
    with database.write() as session:
        confirm_list(read_list(session, SIGNER, token)[0], NOW)
        assert send_bulletin(session, body, row.version, NOW) == 1
    publish_there(database, second, at=NOW)
    post.tick(NOW + timedelta(minutes=1))
    (letter,) = [letter for letter in post.letters if isinstance(letter, BulletinLetter)]
    assert [outgoing.to for outgoing in post.sent] == [LIST, LIST]
    assert (letter.paragraphs, [item.title for item in letter.items], letter.notes) == (
        ("Hello.", "Read on."), [first], ("Ours.",)
    )  # fmt: skip
    message = make_renderer(load_settings({"KIL_ENV": "development"}))(letter)
    assert message.subject == f"Body of Leeds: {first}"
    for said in ("Hello.", "Ours.", f"/bulletins/list/{token}"):
        assert [text.count(said) for text in (message.text, message.html)] == [1, 1], said


def test_a_list_that_ended_it_gets_nothing_though_it_was_queued_and_its_link_is_dead(database: Database) -> None:
    body = a_bulletin(database, "Breaks")
    post = Post(database)
    with database.write() as session:
        row = bulletin_of(session, body)
        assert row is not None
        set_list_address(session, row, LIST, NOW)
        confirm_list(row, NOW)
        token = list_path(SIGNER, row).rpartition("/")[2]
        send_bulletin(session, body, row.version, NOW)
        assert show_bulletin_lists(session, LIST) == [{"organisation": "Body of Leeds", "agreed": True}]
        end_bulletin_lists(session, LIST, NOW)
        assert show_bulletin_lists(session, LIST) == []
        with pytest.raises(LinkNotValid):
            read_list(session, SIGNER, token)
    post.tick(NOW)
    assert post.sent == []


def test_an_empty_bulletin_is_not_sent(database: Database) -> None:
    body = a_bulletin(database, "Breaks")
    row = edit(database, body, (0, 1, "", True))
    with database.write() as session:
        found = bulletin_of(session, body)
        assert found is not None
        set_list_address(session, found, LIST, NOW)
        confirm_list(found, NOW)
        with pytest.raises(InvalidContent):
            send_bulletin(session, body, row.version, NOW)
