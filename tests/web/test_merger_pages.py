"""An operator lets a body become another, or moves an entry; an admin of both moves an entry; readers see it."""

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.organisations.members import Role, add_member
from kil_pipeline.organisations.organisations import OrganisationKind, add_organisation
from kil_pipeline.plan.contents import EntryContent
from tests.factories import a_commissioner
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.visitors import sign_in_operator

SignIn = Callable[..., FlaskClient]
BOARD = "Exampleshire Combined Authority"
OWN = "/workspace/operator/organisations/exampleshire-council"
WHY = "The authority runs this from April."


@pytest.fixture
def operator(app: Flask, sqlite_database: Database) -> FlaskClient:
    """A browser in which an operator is signed in."""
    return sign_in_operator(app.test_client(), sqlite_database)


@pytest.fixture
def board(sqlite_database: Database) -> uuid.UUID:
    """The id of another commissioner."""
    with sqlite_database.write() as session:
        return a_commissioner(session, BOARD, prefix="ECA").id


def merge(operator: FlaskClient) -> None:
    form = Form(HtmlPage(operator.get(OWN)), f"{OWN}/merge")
    filled = {"heir": "exampleshire-combined-authority", "on": "1 April 2026", "sure": "yes"}
    assert form.send(operator, filled).location == "/workspace/operator"


def test_a_merger_shows_on_every_page_and_addresses_stay(
    client: FlaskClient, operator: FlaskClient, board: uuid.UUID, publish: Callable[..., str]
) -> None:
    reference = publish(EntryContent("Breaks for carers"))
    merge(operator)

    entry = HtmlPage(client.get(f"/entries/{reference}"))
    assert entry.texts("p", "entry-head__formerly") == ["Formerly Exampleshire Council"]
    assert entry.texts("p", "entry-head__caption") == [BOARD]
    old = HtmlPage(client.get("/commissioners/exampleshire-council"))
    assert old.texts("p", "govuk-body-l") == [f"It became part of {BOARD} on 1 April 2026."]
    new = HtmlPage(client.get("/commissioners/exampleshire-combined-authority"))
    assert new.texts("p", "govuk-body")[0] == (
        "Exampleshire Council became part of it on 1 April 2026. What that body planned is here, under the same "
        "references, and counts in the figures below."
    )
    assert [row.split(" Planned")[0] for row in HtmlPage(client.get("/commissioners")).texts("th", "")[-1:]] == [BOARD]


def test_the_filter_by_the_old_body_finds_its_plan_and_says_whose_it_is(
    client: FlaskClient, operator: FlaskClient, board: uuid.UUID, publish: Callable[..., str]
) -> None:
    reference = publish(EntryContent("Breaks for carers"))
    before = client.get("/feeds/entries.atom?commissioner=exampleshire-council")
    merge(operator)
    after = client.get("/feeds/entries.atom?commissioner=exampleshire-council")
    data = client.get("/api/v1/entries?commissioner=exampleshire-council").get_json()

    assert before.text.count("<entry>") == after.text.count("<entry>") == 1
    assert before.headers["ETag"] != after.headers["ETag"]
    assert [(e["reference"], e["formerly"]) for e in data["entries"]] == [(reference, ["Exampleshire Council"])]
    assert data["entries"][0]["commissioner"]["predecessors"] == ["exampleshire-council"]
    plan = HtmlPage(client.get("/plan?commissioner=exampleshire-council"))
    assert [text for text in plan.texts("a") if BOARD in text] != []


HEIR = "exampleshire-combined-authority"
TO_COME = "That day is still to come. Do this once the change has happened."


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"heir": HEIR, "on": "April 2026", "sure": "yes"}, "Write the day, such as 1 April 2026."),
        ({"heir": "", "on": "1 April 2026", "sure": "yes"}, "Choose an organisation from the list."),
        ({"heir": HEIR, "on": "1 April 2026"}, "Tick that it is to go over: it cannot be undone."),
        ({"heir": HEIR, "on": "1 April 2030", "sure": "yes"}, TO_COME),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    client: FlaskClient, operator: FlaskClient, board: uuid.UUID, council: uuid.UUID, filled: dict[str, str], said: str
) -> None:
    form = Form(HtmlPage(operator.get(OWN)), f"{OWN}/merge")
    page = HtmlPage(form.send(operator, filled), 400)

    assert page.texts("ul", "govuk-error-summary__list") == [said]
    assert HtmlPage(client.get("/commissioners/exampleshire-council")).texts("h1") == ["Exampleshire Council"]


def test_an_operator_moves_one_entry(
    client: FlaskClient, operator: FlaskClient, board: uuid.UUID, publish: Callable[..., str]
) -> None:
    reference = publish(EntryContent("Breaks for carers"))
    form = Form(HtmlPage(operator.get(OWN)), f"{OWN}/move-entry")
    form.send(operator, {"reference": reference.lower(), "to": "exampleshire-combined-authority", "why": WHY})

    page = HtmlPage(client.get(f"/entries/{reference}"))
    assert page.texts("p", "changes__sentence")[0] == f"{BOARD} plans this now. Before, Exampleshire Council did."
    assert page.texts("p", "changes__why")[0] == f"Why: {WHY}"


def test_an_admin_of_both_moves_one_entry(
    client: FlaskClient, sign_in: SignIn, board: uuid.UUID, publish: Callable[..., str], sqlite_database: Database
) -> None:
    reference = publish(EntryContent("Breaks for carers"))
    address = f"/workspace/entries/{reference}/move"
    admin = sign_in("admin@council.example.org", Role.ADMIN)
    assert HtmlPage(admin.get(address)).elements("select") == []
    with sqlite_database.write() as session:
        add_member(session, email="admin@council.example.org", organisation_id=board, role=Role.ADMIN, now=NOW)

    form = Form(HtmlPage(admin.get(address)), address)
    assert HtmlPage(form.send(admin, {"to": str(board), "why": " "}), 400).texts("p", "govuk-error-message") == [
        "Error: Write a reason: readers are told it."
    ]
    assert form.send(admin, {"to": str(board), "why": WHY}).location == "/workspace"
    assert HtmlPage(client.get(f"/entries/{reference}")).texts("p", "entry-head__caption") == [BOARD]


def test_an_admin_of_one_alone_cannot_move_an_entry_by_naming_the_other(
    client: FlaskClient, sign_in: SignIn, board: uuid.UUID, publish: Callable[..., str], sqlite_database: Database
) -> None:
    reference = publish(EntryContent("Breaks for carers"))
    address = f"/workspace/entries/{reference}/move"
    admin = sign_in("admin@council.example.org", Role.ADMIN)
    with sqlite_database.write() as session:
        add_member(session, email="admin@council.example.org", organisation_id=board, role=Role.APPROVER, now=NOW)
    token = Form(HtmlPage(admin.get("/workspace/settings")), "/workspace/settings").fields["csrf_token"]
    answer = admin.post(address, data={"to": str(board), "why": WHY, "csrf_token": token})

    assert answer.status_code == 400
    assert HtmlPage(client.get(f"/entries/{reference}")).texts("p", "entry-head__caption") == ["Exampleshire Council"]


def test_a_local_support_organisation_that_became_another_says_so(
    client: FlaskClient, operator: FlaskClient, sqlite_database: Database
) -> None:
    kind = OrganisationKind.INFRASTRUCTURE_BODY
    with sqlite_database.write() as session:
        for name in ("North CVS", "Exampleshire CVS"):
            add_organisation(session, name=name, kind=kind, now=NOW)
    own = "/workspace/operator/organisations/north-cvs"
    form = Form(HtmlPage(operator.get(own)), f"{own}/merge")
    form.send(operator, {"heir": "exampleshire-cvs", "on": "1 April 2026", "sure": "yes"})

    page = HtmlPage(client.get("/local-support/north-cvs"))
    assert page.texts("p", "govuk-body-l") == ["It became part of Exampleshire CVS on 1 April 2026."]
    assert "North CVS" not in client.get("/local-support").text
