"""A second pair of eyes and the pre-election period, as an organisation uses them."""

import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from kil_pipeline.alerts.deliveries import Delivery
from kil_pipeline.database import Database
from kil_pipeline.exchange.plan_import import ImportOptions, import_plan
from kil_pipeline.organisations.audit import AuditRow
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.publishing_rules import PublishingRules, choose_rules, rules_of
from kil_pipeline.reference.polls import Poll
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage

SignIn = Callable[..., FlaskClient]
FIRST = "/workspace/entries/EXC-0001"
NEW = "/workspace/entries/new"
APPROVAL = f"{FIRST}/approval"


@pytest.fixture
def four_eyes(sqlite_database: Database, council: uuid.UUID) -> None:
    with sqlite_database.write() as session:
        choose_rules(session, council, PublishingRules(four_eyes=True))


@pytest.fixture
def before_a_poll(sqlite_database: Database, council: uuid.UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    poll = Poll("sample", "Sample poll", date(2026, 12, 10), ("council",))
    monkeypatch.setattr("kil_pipeline.reference.polls._polls", lambda: {"sample": poll})
    with sqlite_database.write() as session:
        choose_rules(session, council, PublishingRules(hold_before_polls=True))


def submit(author: FlaskClient, headline: str = "Beds") -> str:
    """Write and submit the first entry. Returns what the author is told."""
    Form(HtmlPage(author.get(NEW)), NEW).send(author, {"headline": headline})
    Form(HtmlPage(author.get(f"{FIRST}/preview")), f"{FIRST}/publish").send(author)
    return HtmlPage(author.get("/workspace")).texts("p", "govuk-notification-banner__heading")[-1]


def notices(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.scalars(sa.select(Delivery).order_by(Delivery.id))
        return [(row.address or "", row.body["notice"]) for row in rows if row.body]


@pytest.mark.usefixtures("four_eyes")
def test_an_author_submits_and_an_approver_publishes(
    author: FlaskClient, sign_in: SignIn, client: FlaskClient, sqlite_database: Database
) -> None:
    approver = sign_in("approver@council.example.org", Role.APPROVER)
    said = submit(author)
    assert said == "“Beds” (EXC-0001) was submitted. A colleague has to approve it; nothing of it is public before."
    HtmlPage(client.get("/entries/EXC-0001"), 404)
    assert [form.get("action") for form in HtmlPage(author.get(APPROVAL)).elements("main")[0].iter("form")] == [
        f"{APPROVAL}/take-back"
    ]
    assert HtmlPage(approver.get("/workspace/approvals")).texts("li", "result") == [
        "Beds EXC-0001 · Waits for approval · submitted 23 November 2026 First published."
    ]
    Form(HtmlPage(approver.get(APPROVAL)), f"{APPROVAL}/publish").send(approver)
    assert HtmlPage(client.get("/entries/EXC-0001")).texts("h1") == ["Beds"]
    assert notices(sqlite_database) == [
        ("approver@council.example.org", "approval_wanted"),
        ("author@council.example.org", "approval_answered"),
    ]


@pytest.mark.usefixtures("four_eyes")
def test_the_approver_sees_the_difference_and_sends_it_back_with_a_note(author: FlaskClient, sign_in: SignIn) -> None:
    approver = sign_in("approver@council.example.org", Role.APPROVER)
    submit(author)
    Form(HtmlPage(approver.get(APPROVAL)), f"{APPROVAL}/publish").send(approver)
    Form(HtmlPage(author.get(FIRST)), FIRST).send(author, {"summary": "Twelve."})
    Form(HtmlPage(author.get(f"{FIRST}/preview")), f"{FIRST}/publish").send(author)
    page = HtmlPage(approver.get(APPROVAL))
    assert page.texts("tr")[1:] == ["What it is Not filled in Twelve."]
    form = Form(page, f"{APPROVAL}/send-back")
    HtmlPage(form.send(approver), 400)
    form.send(approver, {"note": "Twelve what?"})
    assert HtmlPage(author.get(APPROVAL)).texts("div", "govuk-inset-text") == ["Sent back. Twelve what?"]
    assert "Sent back. Look at it: EXC-0001" in HtmlPage(author.get("/workspace")).texts("li", "result")[0]


@pytest.mark.usefixtures("four_eyes")
def test_an_approver_cannot_approve_what_they_submitted(sign_in: SignIn, client: FlaskClient) -> None:
    approver = sign_in("approver@council.example.org", Role.APPROVER)
    submit(approver)
    form = Form(HtmlPage(approver.get(APPROVAL)), f"{APPROVAL}/take-back")
    form.action = f"{APPROVAL}/publish"
    HtmlPage(form.send(approver), 409)
    HtmlPage(client.get("/entries/EXC-0001"), 404)


@pytest.mark.usefixtures("four_eyes")
def test_what_was_submitted_anew_is_not_approved_unseen(
    author: FlaskClient, sign_in: SignIn, client: FlaskClient
) -> None:
    approver = sign_in("approver@council.example.org", Role.APPROVER)
    submit(author)
    form = Form(HtmlPage(approver.get(APPROVAL)), f"{APPROVAL}/publish")
    Form(HtmlPage(author.get(FIRST)), FIRST).send(author, {"summary": "Unseen."})
    Form(HtmlPage(author.get(f"{FIRST}/preview")), f"{FIRST}/publish").send(author)
    assert form.send(approver).location == APPROVAL
    HtmlPage(client.get("/entries/EXC-0001"), 404)


@pytest.mark.usefixtures("four_eyes")
def test_taken_back_nothing_waits_and_nothing_is_lost(author: FlaskClient) -> None:
    submit(author)
    Form(HtmlPage(author.get(APPROVAL)), f"{APPROVAL}/take-back").send(author)
    assert HtmlPage(author.get(APPROVAL)).texts("h1") == ["Nothing of EXC-0001 waits"]
    assert HtmlPage(author.get(FIRST)).texts("h1") == ["EXC-0001Beds"]


@pytest.mark.usefixtures("before_a_poll")
def test_before_a_poll_it_says_until_when_it_is_held_and_an_admin_may_publish_it(
    author: FlaskClient, sign_in: SignIn, client: FlaskClient, sqlite_database: Database
) -> None:
    said = submit(author)
    assert said == "“Beds” (EXC-0001) is held back before the poll. It is published by itself on 11 December 2026."
    admin = sign_in("admin@council.example.org", Role.ADMIN)
    form = Form(HtmlPage(admin.get(APPROVAL)), f"{APPROVAL}/override")
    HtmlPage(form.send(admin), 400)
    HtmlPage(client.get("/entries/EXC-0001"), 404)
    form.send(admin, {"reason": "People need it now."})
    assert HtmlPage(client.get("/entries/EXC-0001")).texts("h1") == ["Beds"]
    with sqlite_database.read() as session:
        deeds = session.execute(sa.select(AuditRow.deed, AuditRow.subject).order_by(AuditRow.id)).all()
    assert tuple(deeds[-1]) == ("override_hold", "EXC-0001: People need it now.")


def test_an_admin_chooses_the_rules(sign_in: SignIn, sqlite_database: Database, council: uuid.UUID) -> None:
    admin = sign_in("admin@council.example.org", Role.ADMIN)
    form = Form(HtmlPage(admin.get("/workspace/settings")), "/workspace/settings")
    chosen = {"four_eyes": "yes", "hold_before_polls": "yes", "body": "nhs", "area": "Leeds"}
    form.send(admin, chosen)
    with sqlite_database.read() as session:
        assert rules_of(session, council) == PublishingRules(True, True, "nhs", "E08000035")
    page = HtmlPage(admin.get("/workspace/settings"))
    answers = Form(page, "/workspace/settings").answers()
    assert answers == {name: [value] for name, value in chosen.items()}
    assert page.texts("div", "govuk-inset-text") == [
        "Only one person here may approve. With a second pair of eyes, what that person submits would wait for ever."
    ]


def test_an_area_that_is_none_is_said_and_kept(sign_in: SignIn, sqlite_database: Database, council: uuid.UUID) -> None:
    admin = sign_in("admin@council.example.org", Role.ADMIN)
    form = Form(HtmlPage(admin.get("/workspace/settings")), "/workspace/settings")
    page = HtmlPage(form.send(admin, {"area": "Atlantis", "four_eyes": "yes"}), 400)
    assert Form(page, "/workspace/settings").answers()["area"] == ["Atlantis"]
    with sqlite_database.read() as session:
        assert rules_of(session, council) == PublishingRules()


@pytest.mark.usefixtures("four_eyes")
def test_an_import_waits_for_approval_too_and_says_so(
    sign_in: SignIn, client: FlaskClient, sqlite_database: Database, tmp_path: Path
) -> None:
    sign_in("approver@council.example.org", Role.APPROVER)
    sheet = tmp_path / "plan.csv"
    sheet.write_text("Headline\nBeds\nBreaks\n", "utf-8")
    options = ImportOptions(organisation="EXC", publish=True)
    report = import_plan(sqlite_database, sheet, options, now=NOW)
    waiting = "2 not published: to be approved first, as the organisation wants a second pair of eyes."
    assert list(report.lines()) == ["2 new, 0 changed, 0 unchanged.", waiting]
    assert notices(sqlite_database) == [("approver@council.example.org", "approval_wanted")]
    again = import_plan(sqlite_database, sheet, options, now=NOW)
    assert list(again.lines()) == ["0 new, 0 changed, 2 unchanged."]
    assert len(notices(sqlite_database)) == 1
    HtmlPage(client.get("/entries/EXC-0001"), 404)


def test_a_stranger_to_the_entry_sees_nothing_of_what_waits(author: FlaskClient) -> None:
    HtmlPage(author.get("/workspace/entries/OTH-0001/approval"), 404)
    assert HtmlPage(author.get("/workspace/approvals")).texts("li", "govuk-body") == ["Nothing waits."]


def test_what_was_published_before_the_rule_stays(
    author: FlaskClient, publish: Callable[..., str], client: FlaskClient, sqlite_database: Database, council: uuid.UUID
) -> None:
    publish(EntryContent("Beds"))
    with sqlite_database.write() as session:
        choose_rules(session, council, PublishingRules(four_eyes=True))
    path = f"{FIRST}/status/hold"
    Form(HtmlPage(author.get(path)), path).send(author, {"reason": "A review."})
    assert HtmlPage(client.get("/entries/EXC-0001")).texts("div", "status-reason") == []
