"""Names and numbers of an organisation: an admin changes them, everyone sees them."""

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role
from kil_pipeline.plan.contents import EntryContent
from tests.factories import a_commissioner
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.visitors import sign_in_operator

SignIn = Callable[..., FlaskClient]
ADDRESS = "/workspace/organisation/details"
NOT_A_CHARITY = "“12” is no number of Charity Commission, England and Wales: one looks like 1123456."
FILLED = {
    "names": "The Borough\nExC",
    "identifiers": "GB-LAE-EXC\nGB-CHC-1123456",
    "areas": "Leeds",
    "parent": "",
    "website": "council.example.org",
    "contact": "plan@council.example.org",
    "promise": "Six months' notice.\n\nAnd why, where we cannot.",
}


@pytest.fixture
def admin(sign_in: SignIn) -> FlaskClient:
    """A browser in which an admin is signed in."""
    return sign_in("admin@council.example.org", Role.ADMIN)


def save(browser: FlaskClient, address: str = ADDRESS, **changed: str) -> HtmlPage:
    answer = Form(HtmlPage(browser.get(address)), address).send(browser, FILLED | changed)
    return HtmlPage(browser.get(address) if answer.status_code == 302 else answer, 200 if answer.location else 400)


def test_what_an_admin_writes_everyone_sees(client: FlaskClient, admin: FlaskClient) -> None:
    save(admin)
    page = HtmlPage(client.get("/commissioners/exampleshire-council"))

    about = next(s for s in page.elements("section", "side") if s.get("aria-labelledby") == "about-it")
    assert ["".join(line.itertext()) for line in about.iter("li")] == [
        "Also called ExC; The Borough",
        "Works for Leeds",
        "Charity Commission, England and Wales: 1123456",
        "Local authorities, England: EXC",
    ]


def test_the_form_shows_what_is_stored(admin: FlaskClient) -> None:
    answers = Form(save(admin), ADDRESS).answers()

    assert answers == {
        "names": ["ExC\nThe Borough"],
        "identifiers": ["GB-CHC-1123456\nGB-LAE-EXC"],
        "areas": ["Leeds"],
        "website": ["https://council.example.org"],
        "contact": ["plan@council.example.org"],
        "promise": ["Six months' notice.\n\nAnd why, where we cannot."],
    }


def test_a_commissioners_promise_stands_on_its_page_and_in_the_api(client: FlaskClient, admin: FlaskClient) -> None:
    before = HtmlPage(client.get("/commissioners/exampleshire-council"))
    save(admin)
    after = HtmlPage(client.get("/commissioners/exampleshire-council"))
    found = [s for page in (before, after) for s in page.elements("section") if s.get("aria-labelledby") == "promise"]
    assert [["".join(line.itertext()) for line in one.iter("p")] for one in found] == [
        ["Six months' notice.", "And why, where we cannot."]
    ]
    answer = client.get("/api/v1/commissioners").get_json()
    assert [one["promise"] for one in answer["commissioners"]] == ["Six months' notice.\n\nAnd why, where we cannot."]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("identifiers", "GB-CHC-12", NOT_A_CHARITY),
        ("names", "Otherham Council", "“Otherham Council” is a name of Otherham Council here."),
        ("areas", "Nowhereshire", "We know no area “Nowhereshire”."),
        ("parent", "Nobody", "We know no organisation “Nobody”. Write its full name, or leave it empty."),
        ("parent", "Exampleshire Council", "An organisation cannot be part of itself, nor of what is part of it."),
        ("website", "javascript:x", "Write the address of a website, such as https://example.org, or leave it empty."),
        ("contact", "x" * 301, "That has 301 characters. Use at most 300."),
        ("promise", "x" * 1_001, "Your promise has 1,001 characters. Use at most 1,000."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    admin: FlaskClient, sqlite_database: Database, field: str, typed: str, said: str
) -> None:
    with sqlite_database.write() as session:
        a_commissioner(session, "Otherham Council")
    page = save(admin, **{field: typed})

    assert page.texts("ul", "govuk-error-summary__list") == [said]
    filled = {name: text.replace("\r", "") for name, text in (FILLED | {field: typed}).items() if text}
    assert Form(page, ADDRESS).answers() == {name: [text] for name, text in filled.items()}
    assert Form(HtmlPage(admin.get(ADDRESS)), ADDRESS).answers() == {"contact": ["plan@council.example.org"]}


def test_what_is_to_be_mended_is_listed_in_the_order_of_the_form(admin: FlaskClient) -> None:
    page = save(admin, identifiers="GB-CHC-12", website="javascript:x", promise="x" * 1_001)
    (summary,) = page.elements("div", "govuk-error-summary")
    assert [link.get("href") for link in summary.iter("a")] == ["#identifiers", "#website", "#promise"]


def test_an_operator_changes_the_kind_only_of_what_has_no_plan(
    app: Flask, sqlite_database: Database, publish: Callable[..., str], council: uuid.UUID
) -> None:
    publish(EntryContent("Breaks for carers"))
    with sqlite_database.write() as session:
        a_commissioner(session, "Voluntary Action")
    operator = sign_in_operator(app.test_client(), sqlite_database)
    slugs = "exampleshire-council", "voluntary-action"
    own, other = (f"/workspace/operator/organisations/{slug}/details" for slug in slugs)

    refused = save(operator, own, kind="vcse", names="", identifiers="")
    save(operator, other, kind="infrastructure_body", names="VA", identifiers="")
    said = "It has planned opportunities: it stays a commissioner."
    assert refused.texts("ul", "govuk-error-summary__list") == [said]
    assert HtmlPage(app.test_client().get("/local-support/voluntary-action")).texts("h1") == ["Voluntary Action"]


def test_numbers_stand_in_ocds(client: FlaskClient, admin: FlaskClient, publish: Callable[..., str]) -> None:
    publish(EntryContent("Breaks for carers"))
    save(admin)
    (release,) = client.get("/data/ocds.json").get_json()["releases"]

    assert release["parties"] == [
        {
            "id": "exampleshire-council",
            "name": "Exampleshire Council",
            "identifier": {"scheme": "GB-CHC", "id": "1123456"},
            "additionalIdentifiers": [{"scheme": "GB-LAE", "id": "EXC"}],
            "roles": ["buyer"],
        }
    ]
