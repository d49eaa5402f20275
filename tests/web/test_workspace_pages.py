"""The workspace as a commissioner gets it: what is there, what is not public yet, what is overdue."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.disclosures import Disclosure, DisclosureState
from kil_pipeline.plan.drafts import create_entry, find_draft, save_draft
from kil_pipeline.plan.statuses import Status
from tests.factories import a_commissioner
from tests.factories import publish as publish_for
from tests.web.conftest import NOW
from tests.web.html import HtmlPage

Publish = Callable[..., str]


def write(database: Database, council: uuid.UUID, *headlines: str) -> None:
    with database.write() as session:
        for number, headline in enumerate(headlines):
            create_entry(session, council, EntryContent(headline), now=NOW + timedelta(seconds=number))


def test_an_empty_plan_says_how_to_begin(author: FlaskClient) -> None:
    page = HtmlPage(author.get("/workspace"))
    assert page.links()["write the first one"] == "/workspace/entries/new"


def test_entries_are_listed_last_changed_first_with_what_is_public_of_them(
    author: FlaskClient, publish: Publish, council: uuid.UUID, sqlite_database: Database
) -> None:
    publish(EntryContent("Public"), at=NOW - timedelta(days=3))
    reference = publish(EntryContent("Changed"), at=NOW - timedelta(days=2))
    with sqlite_database.write() as session:
        draft = find_draft(session, council, reference)
        changed = EntryContent("Changed", summary="More.")
        save_draft(session, draft.entry_id, changed, version=draft.version, now=NOW - timedelta(days=1))
    write(sqlite_database, council, "Draft")
    assert HtmlPage(author.get("/workspace")).texts("li", "result") == [
        "Draft EXC-0003 · Draft · changed 23 November 2026 Preview EXC-0003",
        (
            "Changed EXC-0002 · Planned Changes not published · changed 22 November 2026 "
            "Preview EXC-0002 · Public page of EXC-0002 · Who is interested in EXC-0002"
        ),
        (
            "Public EXC-0001 · Planned · changed 20 November 2026 "
            "Preview EXC-0001 · Public page of EXC-0001 · Who is interested in EXC-0001"
        ),
    ]


def test_an_answer_that_is_overdue_is_pointed_out_until_the_entry_has_ended(
    author: FlaskClient, publish: Publish
) -> None:
    late = Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", expected_by=date(2026, 11, 22))
    publish(EntryContent("Late", disclosures=(late,)))
    publish(EntryContent("Over", disclosures=(late,), status=Status.CONCLUDED))
    assert HtmlPage(author.get("/workspace")).texts("section", "todo__part") == [
        (
            "Overdue Readers see that these are overdue. Publish each, or name a new day and say why. "
            "Was due by 22 November 2026: How much, Late (EXC-0001)"
        )
    ]


@pytest.mark.parametrize(
    ("expected_by", "warned"),
    [
        (date(2026, 11, 22), False),  # overdue: readers see it already
        (date(2026, 11, 23), True),
        (date(2026, 12, 7), True),  # the tenth working day from Monday 23 November; readers see it from the eighth on
        (date(2026, 12, 8), False),
    ],
)
def test_the_owner_is_warned_ten_working_days_before_readers_see_that_an_answer_is_overdue(
    author: FlaskClient, publish: Publish, expected_by: date, warned: bool
) -> None:
    due = Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", expected_by=expected_by)
    publish(EntryContent("Breaks for carers", disclosures=(due,)))
    publish(EntryContent("Over", disclosures=(due,), status=Status.CONCLUDED))
    said = f"By {expected_by.day} {expected_by:%B %Y}: How much, Breaks for carers (EXC-0001)"
    page = HtmlPage(author.get("/workspace"))
    assert [text for text in page.texts("li") if text.startswith("By ")] == ([said] if warned else [])


def test_nobody_is_warned_of_another_organisations_answers(author: FlaskClient, sqlite_database: Database) -> None:
    due = Disclosure("value", DisclosureState.UNDECIDED, "undecided.budget", expected_by=NOW.date())
    with sqlite_database.write() as session:
        theirs = a_commissioner(session, "Exampleshire Trust", prefix="EXT").id
        publish_for(session, theirs, EntryContent("Theirs", disclosures=(due,)))
    assert HtmlPage(author.get("/workspace")).elements("section", "todo__part") == []


def test_another_organisations_entries_are_not_there(author: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        publish_for(session, a_commissioner(session, "Exampleshire Trust", prefix="EXT").id, EntryContent("Theirs"))
    assert HtmlPage(author.get("/workspace")).texts("li", "result") == []
    for path in ("/workspace/entries/EXT-0001", "/workspace/entries/EXT-0001/preview"):
        HtmlPage(author.get(path), 404)


@pytest.mark.parametrize("page", ["2", "99999999", "000001" + "9" * 30])
def test_pages_of_fifty_follow_one_another_and_none_is_past_the_end(
    author: FlaskClient, council: uuid.UUID, sqlite_database: Database, page: str
) -> None:
    write(sqlite_database, council, *(f"Entry {number:02}" for number in range(51)))
    first = HtmlPage(author.get("/workspace"))
    assert first.texts("h2", "govuk-heading-s")[0] == "Entry 50"
    assert len(first.elements("li", "result")) == 50
    assert HtmlPage(author.get(f"/workspace?page={page}")).texts("h2", "govuk-heading-s") == ["Entry 00"]


@pytest.mark.parametrize("page", ["0", "-1", "abc", "²", "%00", "1.5"])
def test_a_page_that_makes_no_sense_is_the_first(author: FlaskClient, page: str) -> None:
    HtmlPage(author.get(f"/workspace?page={page}"))


def test_nobody_keeps_what_a_signed_in_person_sees(author: FlaskClient) -> None:
    kept = [author.get(path).headers["Cache-Control"] for path in ("/workspace", "/workspace/entries/new")]
    assert kept == ["no-store", "no-store"]


def test_lists_and_words_narrow_the_plan_and_pages_keep_them(
    author: FlaskClient, council: uuid.UUID, sqlite_database: Database, publish: Publish
) -> None:
    publish(EntryContent("Public"))
    write(sqlite_database, council, *(f"Entry {number:02}" for number in range(51)))
    page = HtmlPage(author.get("/workspace?show=drafts&q=entry"))
    assert page.texts("nav", "workspace-lists") == [
        "All 52 Changed last by me 0 Drafts 51 Changes not published 0 Overdue 0 To look at again 0"
    ]
    assert len(page.elements("li", "result")) == 50
    links = [address for address in page.links().values() if "page=" in address]
    assert set(links) == {"/workspace?show=drafts&q=entry&page=2"}
    assert HtmlPage(author.get(links[0])).texts("h2", "govuk-heading-s") == ["Entry 00"]
    assert HtmlPage(author.get("/workspace?show=overdue")).texts("li", "govuk-body") == [
        "Nothing in this list. See all"
    ]


def test_what_to_say_next_is_one_sentence(author: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Beds"))
    assert HtmlPage(author.get("/workspace")).texts("p", "workspace-next") == [
        (
            "What to say next: Beds (EXC-0001). Readers wait most for “Applications or bids open”: "
            "nothing tells them when it opens."
        )
    ]
