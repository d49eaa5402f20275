"""Holding, resuming, concluding, cancelling, withdrawing: each with its reason, and nothing else published with it."""

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.plan.contents import EntryContent
from kil_pipeline.plan.drafts import create_entry
from kil_pipeline.plan.status_deeds import DEEDS, deeds_for
from kil_pipeline.plan.statuses import TRANSITIONS, Status
from tests.web.conftest import NOW
from tests.web.forms import Filled, Form
from tests.web.html import HtmlPage

Publish = Callable[..., str]
FIRST = "/workspace/entries/EXC-0001"
BEDS = EntryContent("Beds")


def do(author: FlaskClient, deed: str, filled: Filled, status: int = 302) -> HtmlPage | None:
    path = f"{FIRST}/status/{deed}"
    answer = Form(HtmlPage(author.get(path)), path).send(author, filled)
    assert answer.status_code == status
    return HtmlPage(answer, status) if status != 302 else None


def buttons(author: FlaskClient) -> list[str]:
    page = HtmlPage(author.get(FIRST))
    return [text for text, address in page.links().items() if address.startswith(f"{FIRST}/status/")]


@pytest.mark.parametrize("status", Status, ids=lambda status: status.value)
def test_every_change_of_status_that_is_allowed_has_one_deed(status: Status) -> None:
    wanted = [] if status is Status.DRAFT else sorted(TRANSITIONS[status])
    assert sorted(deed.status for deed in deeds_for(status)) == wanted


def test_the_buttons_are_those_that_can_be_done_now(author: FlaskClient, publish: Publish) -> None:
    publish(BEDS)
    assert buttons(author) == [
        "Say that it is open",
        "Put it on hold",
        "Conclude it",
        "Cancel it",
        "Withdraw it",
    ]
    do(author, "hold", {"reason": "A budget review."})
    assert buttons(author) == ["Say that it is open", "Resume it", "Cancel it", "Withdraw it"]


def test_putting_it_on_hold_is_public_at_once_and_resuming_it_too(
    author: FlaskClient, client: FlaskClient, publish: Publish
) -> None:
    publish(BEDS)
    do(author, "hold", {"reason": "A budget review."})
    assert HtmlPage(client.get("/entries/EXC-0001")).texts("div", "status-reason") == ["On hold: A budget review."]
    do(author, "resume", {"reason": "The money is there."})
    page = HtmlPage(client.get("/entries/EXC-0001"))
    assert page.texts("div", "status-reason") == []
    assert page.texts("p", "changes__why") == ["Why: The money is there.", "Why: A budget review."]


def test_what_is_being_written_is_not_published_with_it_and_not_lost(
    author: FlaskClient, client: FlaskClient, publish: Publish
) -> None:
    publish(BEDS)
    Form(HtmlPage(author.get(FIRST)), FIRST).send(author, {"summary": "Half written."})
    path = f"{FIRST}/status/cancel"
    assert HtmlPage(author.get(path)).texts("div", "govuk-inset-text") == [
        "You have changes that are not published. They stay as they are: only the status becomes public now."
    ]
    do(author, "cancel", {"reason": "No longer needed."})
    assert "Half written." not in client.get("/entries/EXC-0001").text
    preview = HtmlPage(author.get(f"{FIRST}/preview"))
    assert preview.texts("ul", "govuk-list--bullet") == ["What it is: Half written."]


def test_concluding_it_adds_the_notices(author: FlaskClient, client: FlaskClient, publish: Publish) -> None:
    publish(BEDS)
    notice: Filled = {
        "reason": "A contract with a local charity.",
        "kind-1": "UK6",
        "id-1": "012345-2027",
        "url-1": "https://notices.example.org/012345-2027",
        "day-1": "20 November 2026",
    }
    do(author, "conclude", notice)
    page = HtmlPage(client.get("/entries/EXC-0001"))
    assert page.texts("div", "status-reason") == ["Concluded: A contract with a local charity."]
    assert page.links()["UK6 012345-2027"] == "https://notices.example.org/012345-2027"
    assert buttons(author) == ["Withdraw it"]


@pytest.mark.parametrize("deed", [deed.slug for deed in DEEDS if Status.PUBLISHED in deed.after])
def test_no_deed_goes_without_a_reason(author: FlaskClient, publish: Publish, client: FlaskClient, deed: str) -> None:
    publish(BEDS)
    before = client.get("/entries/EXC-0001.json").text
    page = do(author, deed, {"reason": " \n "}, 400)
    assert page is not None
    assert page.texts("ul", "govuk-error-summary__list") == ["Write a reason: readers are told it."]
    assert client.get("/entries/EXC-0001.json").text == before


def test_a_notice_that_cannot_be_read_says_what_to_mend_and_nothing_is_lost(
    author: FlaskClient, publish: Publish
) -> None:
    publish(BEDS)
    typed: Filled = {"reason": "Done.", "url-1": "javascript:alert(1)", "day-1": "March 2027"}
    page = do(author, "conclude", typed, 400)
    assert page is not None
    assert page.texts("ul", "govuk-error-summary__list") == [
        (
            "When it was published: name the day, such as 14 March 2027. "
            "Address of the notice: copy the whole of it; it begins with https:// "
            "Number of the notice: for example 012345-2027, at most 60 characters."
        )
    ]
    answers = Form(page, f"{FIRST}/status/conclude").answers()
    assert {name: answers[name] for name in typed} == {name: [value] for name, value in typed.items()}


def test_a_deed_that_cannot_be_done_any_more_changes_nothing(
    author: FlaskClient, client: FlaskClient, publish: Publish
) -> None:
    publish(BEDS)
    path = f"{FIRST}/status/hold"
    form = Form(HtmlPage(author.get(path)), path)
    publish(replace(BEDS, status=Status.CANCELLED, status_reason="Over."), again="EXC-0001")
    HtmlPage(form.send(author, {"reason": "Late."}), 409)
    assert HtmlPage(client.get("/entries/EXC-0001")).texts("div", "status-reason") == ["Cancelled: Over."]
    assert [
        form.get("action") for form in HtmlPage(author.get(path)).elements("form") if form.get("action") == path
    ] == []


def test_a_draft_has_no_status_to_change(author: FlaskClient, sqlite_database: Database, council: uuid.UUID) -> None:
    with sqlite_database.write() as session:
        create_entry(session, council, BEDS, now=NOW)
    assert buttons(author) == []
    HtmlPage(author.get(f"{FIRST}/status/nothing"), 404)
