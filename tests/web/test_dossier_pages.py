"""The account of a planned opportunity, for a challenge or an audit: what was public, when, and nothing else."""

import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from flask.testing import FlaskClient

from kil_pipeline.alerts.digests import Notification
from kil_pipeline.database import Database
from kil_pipeline.engagement.programme import announce_session
from kil_pipeline.engagement.record_checks import finish_checks, start_check
from kil_pipeline.engagement.record_contents import Point
from kil_pipeline.engagement.records import RecordHead, add_part, read_record, save_head
from kil_pipeline.engagement.sessions import SessionContent
from kil_pipeline.events.log import EventRow
from kil_pipeline.exchange.entry_dossiers import read_dossier
from kil_pipeline.plan.contents import EntryContent, Notice
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import find_draft, save_draft
from kil_pipeline.support.answer_replies import respond
from tests.engagement.held import a_held_session
from tests.factories import NOW, a_commissioner, a_subscriber, republish, some_content
from tests.factories import publish as publish_for
from tests.support.test_reader_answers import answered
from tests.web.html import HtmlPage
from tests.web.test_answer_pages import ASKING
from tests.web.visitors import send

Publish = Callable[..., str]
BUDGET = Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", explanation="In spring.")
PRIVATE = Disclosure("value", DisclosureState.WITHHELD, "withheld.commercial")
NOTICE = Notice("UK2", "000001-2026", "https://www.find-tender.service.gov.uk/Notice/000001-2026", date(2026, 11, 1))


def download(author: FlaskClient, reference: str = "EXC-0001") -> dict[str, bytes]:
    answer = send(author, f"/workspace/entries/{reference}/account.zip")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    return {name.removeprefix(f"{reference}/"): archive.read(name) for name in archive.namelist()}


def test_it_holds_each_publication_and_the_rest_with_a_checksum_of_each(
    author: FlaskClient, publish: Publish, council: uuid.UUID, sqlite_database: Database
) -> None:
    publish(EntryContent("Rides <b>", disclosures=(BUDGET,)))
    publish(EntryContent("Rides <b>", length="Two years", notices=(NOTICE,)), again="EXC-0001", why="Asked for.")
    with sqlite_database.write() as session:
        starts = datetime(2027, 1, 14, 18, tzinfo=UTC)
        about = SessionContent(
            "Listening", "To listen.", starts, starts + timedelta(hours=2), host="Mill Hall", entries=("EXC-0001",)
        )
        announce_session(session, council, about, venue_id=None, now=NOW)
    files = download(author)
    assert sorted(files) == [
        "answers.json",
        "deeds.json",
        "events.json",
        "index.html",
        "notices.json",
        "planned-opportunity.json",
        "publications/001.json",
        "publications/002.json",
        "reasons.json",
        "records.json",
        "sessions.json",
        "sha256.txt",
    ]
    second = json.loads(files["publications/002.json"])
    assert (second["why"], second["content"]["length"]) == ("Asked for.", "Two years")
    (given,) = json.loads(files["reasons.json"])
    assert (given["path"], given["since"], given["until"]) == ("value", 1, 2)
    assert [notice["id"] for notice in json.loads(files["notices.json"])] == ["000001-2026"]
    assert [found["content"]["title"] for found in json.loads(files["sessions.json"])] == ["Listening"]
    sums = [line.split("  ") for line in files["sha256.txt"].decode().splitlines()]
    assert {name: found for found, name in sums} == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "sha256.txt"
    }


def test_its_page_can_be_read_alone(author: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Rides <b>", notices=(NOTICE,)))
    index = download(author)["index.html"].decode()
    assert "<h1>Rides &lt;b&gt;</h1>" in index
    assert index.count("<link") + index.count("<script") + index.count("src=") == 0


def test_nothing_that_is_kept_back_is_in_it(
    author: FlaskClient, publish: Publish, council: uuid.UUID, sqlite_database: Database
) -> None:
    publish(EntryContent("Rides", disclosures=(PRIVATE,)))
    with sqlite_database.write() as session:
        draft = find_draft(session, council, "EXC-0001")
        content = some_content("Not published", disclosures=(PRIVATE,))
        private = {"value": "£777,777"}
        save_draft(session, draft.entry_id, content, withheld=private, version=draft.version, now=NOW)
    whole = b"".join(download(author).values())
    assert (b"777,777" in whole, b"Not published" in whole, b"@" in whole) == (False, False, False)


def test_what_was_done_with_it_is_listed_without_who_did_it(author: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Rides"))
    download(author)
    assert [deed["what"] for deed in json.loads(download(author)["deeds.json"])] == ["download_account"]


def test_final_records_of_its_sessions_are_in_it_with_the_conflicts_declared(
    author: FlaskClient, publish: Publish, council: uuid.UUID, sqlite_database: Database
) -> None:
    publish(EntryContent("Rides"))
    with sqlite_database.write() as session:
        for interests in ("Mill Hall also runs the buses.", "Not final: it is not told."):
            held = a_held_session(session, council, "EXC-0001")
            add_part(session, held, Point("Open before work", organisations=3), now=NOW)
            version = read_record(session, held).version
            save_head(session, held, RecordHead(12, 5, interests), version=version, now=NOW)
            if interests.startswith("Mill"):
                tomorrow = NOW.date() + timedelta(days=1)
                start_check(session, held, until=tomorrow, addresses=(), identifies_nobody=True, now=NOW)
                assert finish_checks(session, NOW + timedelta(days=2)) == 1
    files = download(author)
    (record,) = json.loads(files["records.json"])
    assert (record["people"], record["organisations"], record["interestsDeclared"]) == (
        12, 5, "Mill Hall also runs the buses.",
    )  # fmt: skip
    assert [part["content"]["text"] for part in record["parts"]] == ["Open before work"]
    told = [name for name, body in files.items() if b"Mill Hall also runs the buses." in body]
    assert (sorted(told), [name for name, body in files.items() if b"Not final" in body]) == (
        ["index.html", "records.json"], [],
    )  # fmt: skip


def test_readers_answers_are_in_it_without_who_gave_them(
    author: FlaskClient, publish: Publish, council: uuid.UUID, sqlite_database: Database
) -> None:
    publish(ASKING)
    with sqlite_database.write() as session:
        shown, answered_too = answered(session, "One ward."), answered(session, "Two.", may=False)
        respond(session, council, shown, "Two lots.", publish=True, approver=False, now=NOW)
        assert answered_too != shown
    files = download(author)
    answers = json.loads(files["answers.json"])
    assert ([one["text"] for one in answers["published"]], answers["others"]) == (["One ward."], 1)
    page = files["index.html"].decode()
    assert ("One ward." in page, "Two lots." in page) == (True, True)
    assert [name for name, body in files.items() if b"Ann" in body or b"Two." in body] == []


def test_a_draft_that_was_never_public_has_no_account(author: FlaskClient) -> None:
    send(author, "/workspace/entries/new", {"headline": "Rides"})
    assert send(author, "/workspace/entries/EXC-0001/account.zip").status_code == 409
    assert "Download the account (ZIP)" not in HtmlPage(author.get("/workspace/entries/EXC-0001")).texts("button")


def test_mails_are_counted_and_nobody_is_named(database: Database) -> None:
    with database.write() as session:
        council = a_commissioner(session, prefix="EXC").id
        entry = publish_for(session, council, some_content("Rides"))
        readers = [a_subscriber(session) for _ in range(2)]
    with database.write() as session:
        position = session.query(EventRow.position).filter(EventRow.subject_id == str(entry)).scalar()
        session.add_all(
            Notification(subscriber_id=reader, position=position, delivery_id=uuid.uuid4()) for reader in readers
        )
        republish(session, entry, some_content("Rides", length="Two years"), at=NOW + timedelta(hours=1))
    with database.read() as session:
        dossier = read_dossier(session, "EXC-0001", now=NOW)
    assert [(event.kind, event.digests, event.sent) for event in dossier.events] == [
        ("EntryPublished", 2, 0),
        ("FieldStated", 0, 0),
    ]
