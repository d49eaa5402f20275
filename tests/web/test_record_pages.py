"""Records, answers and files, from the workspace, from a mail's link and in public."""

import io
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.alerts.links import Signer
from kil_pipeline.database import Database
from kil_pipeline.engagement.record_checks import finish_checks
from kil_pipeline.engagement.record_contents import Point, PointKind
from kil_pipeline.engagement.record_contributors import Contributor
from kil_pipeline.engagement.record_notices import check_path, writer_path
from kil_pipeline.engagement.records import RecordHead, read_record
from kil_pipeline.engagement.sessions import SessionRow
from kil_pipeline.organisations.audit import AuditRow
from kil_pipeline.plan.contents import EntryContent
from tests.engagement.held import a_held_session
from tests.web.conftest import NOW, Clock
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.visitors import csrf_token

BASE = "/workspace/sessions/EXC-S0002/record"
FILES = "/workspace/sessions/EXC-S0002/files"
PUBLIC = "/sessions/EXC-S0002"
IDEA = "Idea · point 1 Open before work Asked for by 3 organisations. About: Opening hours. Topics: Carers."


@pytest.fixture
def held(sqlite_database: Database, council: uuid.UUID, publish: object) -> uuid.UUID:
    """A session of the council's that was held, about a planned opportunity."""
    assert callable(publish)
    assert publish(EntryContent("Opening hours")) == "EXC-0001"
    with sqlite_database.write() as session:
        return a_held_session(session, council, "EXC-0001")


def page(client: FlaskClient, path: str, status: int = 200) -> HtmlPage:
    return HtmlPage(client.get(path), status)


def send(client: FlaskClient, path: str, action: str = "", number: int = 0, **filled: Any) -> TestResponse:
    return Form(page(client, path), action or path, number=number).send(client, filled)


def write_point(client: FlaskClient, base: str = BASE, **filled: Any) -> TestResponse:
    return send(client, f"{base}/parts/point", **{"kind": "idea", "text": "Open before work", **filled})


def ask(author: FlaskClient, **filled: Any) -> TestResponse:
    given: dict[str, Any] = {"until": "2026-12-07", "addresses": "ann@example.org", "identifies": "no", **filled}
    return send(author, BASE, f"{BASE}/check", **{name: value for name, value in given.items() if value})


def make_final(author: FlaskClient, database: Database, **filled: Any) -> None:
    write_point(author, **filled)
    assert ask(author, addresses="").status_code == 302
    with database.write() as session:
        assert finish_checks(session, NOW + timedelta(days=15)) == 1


def test_points_are_saved_one_at_a_time(author: FlaskClient, held: uuid.UUID, sqlite_database: Database) -> None:
    answer = write_point(author, do="another", organisations="3", about="Opening hours", themes=["carers"])
    assert (answer.status_code, answer.location) == (302, f"{BASE}/parts/point")
    with sqlite_database.read() as session:
        (part,) = read_record(session, held).parts
    assert part.content == Point("Open before work", PointKind.IDEA, ("carers",), "Opening hours", organisations=3)
    assert page(author, BASE).texts("li", "point") == [
        IDEA + " Change point 1",
    ]


def test_what_is_written_is_in_the_trail_without_its_words(
    app: Flask, author: FlaskClient, client: FlaskClient, held: uuid.UUID, sqlite_database: Database
) -> None:
    write_point(author)
    send(author, BASE, came_people="12")
    write_point(client, writer_path(Signer(app.extensions["kil"].settings.secret_keys), held, 1))
    with sqlite_database.read() as session:
        rows = session.execute(sa.select(AuditRow.deed, AuditRow.subject, AuditRow.user_id).order_by(AuditRow.id)).all()
    assert [(row.deed, row.subject, row.user_id is not None) for row in rows if row.deed.startswith("write")] == [
        ("write_record", "EXC-S0002", True),
        ("write_record", "EXC-S0002", True),
        ("write_record_by_link", "EXC-S0002", False),
    ]


def test_what_is_not_understood_is_named_and_nothing_is_lost(author: FlaskClient, held: uuid.UUID) -> None:
    answer = send(author, f"{BASE}/parts/point", kind="said", text="", organisations="a few", about="Hours")
    shown = HtmlPage(answer, 400)
    assert shown.texts("p", "govuk-error-message") == [
        "Error: In plain words: write something, however short.",
        "Error: How many organisations asked for it: write a whole number such as 12, or leave it empty.",
    ]
    form = Form(shown, f"{BASE}/parts/point").answers()
    assert form == {"version": ["0"], "kind": ["said"], "organisations": ["a few"], "about": ["Hours"]}


def test_two_who_write_at_once_see_each_others_words(author: FlaskClient, held: uuid.UUID) -> None:
    write_point(author)
    mine = Form(page(author, f"{BASE}/parts/1"), f"{BASE}/parts/1")
    send(author, f"{BASE}/parts/1", text="Theirs")
    shown = HtmlPage(mine.send(author, {"text": "Mine"}), 409)
    assert shown.texts("div", "status-reason") == ["What they wrote: What is it: idea In plain words: Theirs"]
    again = Form(shown, f"{BASE}/parts/1")
    assert again.fields["text"] == "Mine"
    assert again.send(author).status_code == 302
    assert page(author, BASE).texts("p", "point__text") == ["Mine"]


def test_who_came_is_not_overwritten_unseen(author: FlaskClient, held: uuid.UUID, sqlite_database: Database) -> None:
    mine = Form(page(author, BASE), BASE)
    send(author, BASE, came_people="12", interests="A provider took part.")
    assert mine.send(author, {"came_people": "99"}).status_code == 409
    with sqlite_database.read() as session:
        assert read_record(session, held).head == RecordHead(12, None, "A provider took part.")
    assert HtmlPage(Form(page(author, BASE), BASE).send(author, {"came_people": "many"}), 400).texts(
        "ul", "govuk-error-summary__list"
    ) == ["People: write a whole number such as 12, or leave it empty."]


def test_a_part_is_taken_out(author: FlaskClient, held: uuid.UUID) -> None:
    write_point(author)
    assert send(author, f"{BASE}/parts/1", do="remove").location == f"{BASE}#parts-point"
    assert page(author, BASE).texts("li", "point") == []
    assert [author.get(f"{BASE}/parts/{name}").status_code for name in ("1", "nonsense", "1e3")] == [404] * 3


def test_addresses_in_a_text_are_flagged(author: FlaskClient, held: uuid.UUID) -> None:
    write_point(author, text="Ask ann.example@example.org")
    (flag,) = page(author, BASE).texts("div", "status-reason")
    assert flag.endswith("Part 1: ann.example@example.org")


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"until": ""}, "Give the day until which people can check it."),
        ({"until": "2026-11-23"}, "The day must be later than today, and at most 60 days away."),
        ({"identifies": ""}, "Read it through and tick that nothing in it identifies a person who has not agreed."),
        ({"addresses": "nobody"}, "Enter an email address in the usual form, such as name@example.org."),
    ],
)
def test_a_check_that_cannot_start_says_why(
    author: FlaskClient, held: uuid.UUID, filled: dict[str, str], said: str
) -> None:
    write_point(author)
    shown = HtmlPage(ask(author, **filled), 400)
    assert shown.texts("ul", "govuk-error-summary__list") == [said]
    assert shown.texts("strong", "status-tag") == ["Being written"]


def test_nothing_of_a_record_is_public_before_it_is_final(
    author: FlaskClient, client: FlaskClient, held: uuid.UUID
) -> None:
    write_point(author)
    ask(author)
    assert client.get(f"{PUBLIC}/record").status_code == 404
    told = [client.get(path).text for path in (PUBLIC, "/entries/EXC-0001")]
    assert ["Open before work" in text for text in told] == [False, False]


def test_those_who_came_say_it_is_right_or_correct_it(
    app: Flask, author: FlaskClient, client: FlaskClient, held: uuid.UUID, sqlite_database: Database
) -> None:
    write_point(author)
    ask(author)
    with sqlite_database.read() as session:
        who = session.scalars(sa.select(Contributor.id)).one()
    path = check_path(Signer(app.extensions["kil"].settings.secret_keys), who)
    shown = page(client, path)
    assert shown.texts("h1") == ["What would help? · Monday 16 November 2026, 10am to midday Is this what was said?"]
    assert send(client, path, do="right").location == path
    assert HtmlPage(send(client, path, number=1, do="suggest", text=" "), 400).texts(
        "ul", "govuk-error-summary__list"
    ) == ["Write what should be corrected."]
    assert send(client, path, number=1, do="suggest", text="It was five groups").location == path
    own = page(author, BASE)
    assert own.texts("div", "suggestion") == [
        "Point 1 · 23 November 2026 It was five groups Dealt with: It was five groups"
    ]
    send(author, BASE, f"{BASE}/suggestions")
    assert page(author, BASE).texts("div", "suggestion") == [
        "Point 1 · 23 November 2026 · dealt with It was five groups"
    ]
    last = len(page(client, path).elements("form")) - 1
    assert send(client, path, number=last, do="stop").status_code == 200
    assert client.get(path).status_code == 410


def test_a_co_host_writes_by_link_and_asks_nobody(
    app: Flask, author: FlaskClient, client: FlaskClient, held: uuid.UUID, sqlite_database: Database
) -> None:
    assert send(author, BASE, f"{BASE}/writers", writer="nobody").status_code == 400
    assert send(author, BASE, f"{BASE}/writers", writer="host@example.org").status_code == 302
    with sqlite_database.read() as session:
        assert session.scalars(sa.select(Delivery.address)).all() == ["host@example.org"]
    base = writer_path(Signer(app.extensions["kil"].settings.secret_keys), held, 1)
    assert write_point(client, base).location == f"{base}#parts-point"
    shown = page(client, base)
    assert shown.texts("p", "point__text") == ["Open before work"]
    assert {form.get("action") for form in shown.elements("form")} == {base}
    send(author, BASE, f"{BASE}/writers", do="end")
    assert client.get(base).status_code == 410


def test_a_final_record_is_public_with_its_trail(
    author: FlaskClient, client: FlaskClient, held: uuid.UUID, sqlite_database: Database
) -> None:
    send(author, f"{BASE}/parts/outcome", outcome="Fewer waits", measure="Weeks", collected_by="The board")
    make_final(author, sqlite_database, organisations="3", about="Opening hours", themes=["carers"])
    point = (
        "Idea · point 2 Open before work Asked for by 3 organisations. About: Opening hours. "
        "Topics: Carers. No answer yet"
    )
    for path in (PUBLIC, f"{PUBLIC}/record", "/entries/EXC-0001"):
        assert page(client, path).texts("li", "point") == [point]
    for path in (f"{PUBLIC}/record", "/entries/EXC-0001"):
        assert page(client, path).texts("td") == ["Fewer waits", "Weeks", "The board", "–"]


def answer(author: FlaskClient, **filled: Any) -> TestResponse:
    given: dict[str, Any] = {
        "state": "will_do",
        "owner": "Transport team",
        "due": "2027-03-01",
        "text": "From June.",
        **filled,
    }
    return send(author, f"{BASE}/responses/1", **given)


def test_an_answer_is_public_at_once_and_flagged_when_its_day_has_passed(
    author: FlaskClient, client: FlaskClient, held: uuid.UUID, sqlite_database: Database, clock: Clock
) -> None:
    make_final(author, sqlite_database)
    assert answer(author, address="team@example.org", entry="exc-0001", revision="1").location == f"{BASE}#parts-point"
    box = (
        "Will do, by 1 March 2027 From June. What changed: EXC-0001, publication 1 "
        "Transport team · last moved 23 November 2026"
    )
    assert page(client, PUBLIC).texts("div", "response") == [box]
    assert page(client, PUBLIC).links()["EXC-0001, publication 1"] == "/entries/EXC-0001/changes/1"
    clock.moment = NOW.replace(year=2027, month=3, day=2)
    assert page(client, PUBLIC).texts("div", "response") == [box.replace("2027 From", "2027 Overdue From")]
    assert page(client, f"{PUBLIC}/record").texts("div", "status-reason") == [
        "1 answer overdue. The day that was named has passed."
    ]
    assert "team@example.org" not in client.get(f"{PUBLIC}/record").text


def test_an_answer_that_cannot_be_says_why_and_loses_nothing(
    author: FlaskClient, held: uuid.UUID, sqlite_database: Database
) -> None:
    make_final(author, sqlite_database)
    for filled, said in (
        ({"state": "cannot_do"}, "Say why it cannot be done."),
        ({"state": "x"}, "Choose where the answer stands."),
        ({"due": "soon"}, "Give the day as 2027-03-01."),
        ({"due": ""}, "Give a day by which this is to be done or decided."),
        ({"address": "nobody"}, "Enter an email address in the usual form, such as name@example.org."),
        ({"entry": "EXC-0099"}, "There is no planned opportunity EXC-0099."),
        ({"entry": "EXC-0001", "revision": "9"}, "EXC-0001 has no publication number 9."),
    ):
        shown = HtmlPage(answer(author, **filled), 400)
        assert shown.texts("ul", "govuk-error-summary__list") == [said]
        assert Form(shown, f"{BASE}/responses/1").fields["text"] == "From June."
    stale = Form(page(author, f"{BASE}/responses/1"), f"{BASE}/responses/1")
    answer(author)
    assert stale.send(author, {"state": "done"}).status_code == 409


def test_a_final_record_is_added_to(
    author: FlaskClient, client: FlaskClient, held: uuid.UUID, sqlite_database: Database
) -> None:
    make_final(author, sqlite_database)
    assert send(author, BASE, f"{BASE}/amendments", amendment="It was five.").status_code == 400
    assert send(author, BASE, f"{BASE}/amendments", amendment="It was five.", identifies="no").status_code == 302
    assert page(client, f"{PUBLIC}/record").texts("li", "changes__item") == [
        "23 November 2026, Exampleshire Council It was five."
    ]
    assert write_when_final(author) == 409


def write_when_final(author: FlaskClient) -> int:
    """Return the status of an attempt to add a point, with a form of another page."""
    token = csrf_token(author.get(BASE).text)
    return author.post(f"{BASE}/parts/point", data={"kind": "said", "text": "Late", "csrf_token": token}).status_code


def upload(author: FlaskClient, name: str, body: bytes, belongs: str = "session") -> TestResponse:
    token = csrf_token(author.get(FILES).text)
    data = {"file": (io.BytesIO(body), name), "belongs": belongs, "csrf_token": token}
    return author.post(FILES, data=data, content_type="multipart/form-data")


def test_a_file_is_given_to_be_saved_and_never_shown(author: FlaskClient, client: FlaskClient, held: uuid.UUID) -> None:
    assert upload(author, "../../Agenda «1».txt", b"Agenda").status_code == 302
    upload(author, "notes.txt", b"Notes", "record")
    (path,) = [href for text, href in page(client, PUBLIC).links().items() if text.endswith(".txt")]
    given = client.get(path)
    headers = {name: given.headers[name] for name in (
        "Content-Type", "Content-Disposition", "Content-Security-Policy", "X-Content-Type-Options")}  # fmt: skip
    assert (given.data, headers) == (
        b"Agenda",
        {
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Disposition": 'attachment; filename="Agenda -1.txt"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
    send(author, FILES, do="remove")
    assert client.get(path).status_code == 404


def test_a_file_that_is_not_taken_says_why(author: FlaskClient, held: uuid.UUID) -> None:
    for name, body in (("a.png", b"<html>"), ("", b"")):
        assert upload(author, name, body).status_code == 400
    assert page(author, FILES).texts("li", "suggestion") == []


def test_the_workspace_lists_records_and_answers_that_are_due(
    author: FlaskClient, held: uuid.UUID, sqlite_database: Database
) -> None:
    make_final(author, sqlite_database)
    answer(author, due=str(date(2026, 12, 1)))
    for path in ("/workspace/records", "/workspace"):
        (due,) = page(author, path).texts("section", "todo__part")
        assert due.endswith("By 1 December 2026: Open before work (Transport team, EXC-S0002 point 1)")
    assert page(author, "/workspace/records").texts("li", "result") == [
        "What would help? EXC-S0002 · held 16 November 2026 · Final and public · 1 point, 1 answered"
    ]


def test_a_session_to_come_has_files_and_no_record(
    author: FlaskClient, client: FlaskClient, held: uuid.UUID, sqlite_database: Database
) -> None:
    with sqlite_database.write() as session:
        session.get_one(SessionRow, held).state = "published"
    assert author.get(BASE).status_code == 409
    assert upload(author, "pre-read.txt", b"Read this first").status_code == 302
    assert page(author, FILES).texts("p", "point__text") == ["pre-read.txt (text, 1 KB): public"]
    assert page(client, PUBLIC).texts("section")[-1] == "Files pre-read.txt (text, 1 KB)"
