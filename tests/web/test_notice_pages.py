"""Notices to match: what the workspace asks, and what becomes of the answers."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.exchange.tender_notices import NoticeMatch, TenderNotice
from kil_pipeline.organisations.audit import AuditRow
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.entries import Entry
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.visitors import send

Publish = Callable[..., str]
NOTICE = "075813-2026"
ADDRESS = f"/workspace/notices/{NOTICE}"
URL = f"https://www.find-tender.service.gov.uk/Notice/{NOTICE}"


@pytest.fixture
def notice(sqlite_database: Database, council: uuid.UUID, publish: Publish) -> None:
    """A tender notice that may belong to EXC-0001, and EXC-0002 beside it."""
    publish(EntryContent("Community transport"))
    publish(EntryContent("Library books"))
    with sqlite_database.write() as session:
        session.add(
            TenderNotice(
                id=NOTICE, process="ocds-h6vhtk-000009", organisation_id=council, kind="UK4", title="Rides <b>",
                url=URL, cpv=[], published_on=date(2026, 11, 20), closes_on=date(2026, 12, 14), opens=True,
                dismissed_at=None,
            )
        )  # fmt: skip
        session.flush()
        entry = session.scalars(sa.select(Entry.id).where(Entry.reference == "EXC-0001")).one()
        session.add(NoticeMatch(notice_id=NOTICE, entry_id=entry, score=60, why="the same words: x", attached_at=None))


@pytest.mark.usefixtures("notice")
def test_the_workspace_leads_to_the_notices_with_what_each_may_belong_to(author: FlaskClient) -> None:
    assert HtmlPage(author.get("/workspace")).links()["1 notice to match"] == "/workspace/notices"
    page = HtmlPage(author.get("/workspace/notices"))
    assert page.texts("h2", "govuk-heading-s") == ["Rides <b>"]
    assert page.texts("label", "govuk-checkboxes__label") == ["Community transport (EXC-0001)"]
    assert page.links()[f"UK4 {NOTICE}"] == URL


@pytest.mark.usefixtures("notice")
def test_an_attached_notice_opens_the_page_of_its_opportunity_and_is_linked_there(
    author: FlaskClient, client: FlaskClient, sqlite_database: Database
) -> None:
    form = Form(HtmlPage(author.get("/workspace/notices")), ADDRESS)
    form.send(author, {"entry": "EXC-0001", "other": " exc-0002 ", "do": "attach"})
    for reference in ("EXC-0001", "EXC-0002"):
        page = HtmlPage(client.get(f"/entries/{reference}"))
        assert (page.links()[f"UK4 {NOTICE}"], "Open now" in page.texts("strong", "govuk-tag")) == (URL, True)
    assert HtmlPage(author.get("/workspace/notices")).texts("h2", "govuk-heading-s") == []
    with sqlite_database.read() as session:
        deeds = session.execute(sa.select(AuditRow.deed, AuditRow.subject).where(AuditRow.deed == "attach_notice"))
        assert sorted(tuple(row) for row in deeds) == [
            ("attach_notice", f"EXC-0001 {NOTICE}"),
            ("attach_notice", f"EXC-0002 {NOTICE}"),
        ]


@pytest.mark.usefixtures("notice")
@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"do": "attach"}, "Error: Tick a planned opportunity, or write the reference of another one."),
        ({"do": "attach", "other": "NONE-1"}, "Error: Your organisation has no planned opportunity NONE-1."),
    ],
)
def test_an_answer_that_says_nothing_is_asked_for_again_and_attaches_nothing(
    author: FlaskClient, answer: dict[str, str], message: str
) -> None:
    form = Form(HtmlPage(author.get("/workspace/notices")), ADDRESS)
    page = HtmlPage(form.send(author, answer), 400)
    assert page.texts("p", "govuk-error-message") == [message]
    assert Form(page, ADDRESS).answers().get("other", [""]) == [answer.get("other", "")]


@pytest.mark.usefixtures("notice")
def test_a_notice_that_is_not_in_the_plan_is_put_away(author: FlaskClient, client: FlaskClient) -> None:
    Form(HtmlPage(author.get("/workspace/notices")), ADDRESS).send(author, {"do": "none"})
    assert HtmlPage(author.get("/workspace/notices")).texts("li", "govuk-body") == ["Nothing to decide on."]
    assert f"UK4 {NOTICE}" not in HtmlPage(client.get("/entries/EXC-0001")).links()


@pytest.mark.usefixtures("notice")
def test_a_notice_attached_wrongly_is_detached_with_a_reason_that_is_in_the_trail_and_on_the_page(
    author: FlaskClient, client: FlaskClient, sqlite_database: Database
) -> None:
    Form(HtmlPage(author.get("/workspace/notices")), ADDRESS).send(author, {"entry": "EXC-0001", "do": "attach"})
    way = f"It does not belong there: notice {NOTICE}, EXC-0001"
    path = HtmlPage(author.get("/workspace/notices")).links()[way]
    refused = HtmlPage(send(author, path, {"why": " "}), 400)
    assert refused.texts("p", "govuk-error-message") == ["Error: Say why it does not belong there: readers see it."]
    assert f"UK4 {NOTICE}" in HtmlPage(client.get("/entries/EXC-0001")).links()
    assert send(author, path, {"why": "It is about another lot."}).location == "/workspace/entries/EXC-0001"
    assert f"UK4 {NOTICE}" not in HtmlPage(client.get("/entries/EXC-0001")).links()
    assert author.get(path).status_code == 200
    send(author, path, {"why": "Again."}, page=path)
    with sqlite_database.read() as session:
        deeds = session.scalars(sa.select(AuditRow.subject).where(AuditRow.deed == "detach_notice")).all()
    assert deeds == [f"EXC-0001 {NOTICE}"]
