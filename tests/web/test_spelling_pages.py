"""An operator answers whether a name is another spelling of a known one."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kil_pipeline.database import Database
from kil_pipeline.exchange.row_entries import named_organisation
from tests.factories import NOW, a_commissioner
from tests.web.forms import Form
from tests.web.html import HtmlPage
from tests.web.visitors import sign_in_operator

BOARD, SPELLED = "NHS West Exampleshire Integrated Care Board", "NHS West Exampelshire ICB"
ADDRESS = "/workspace/operator/spellings"


@pytest.fixture
def operator(app: Flask, sqlite_database: Database) -> FlaskClient:
    """A browser in which an operator is signed in, with a question that waits."""
    with sqlite_database.write() as session:
        a_commissioner(session, BOARD)
        named_organisation(session, SPELLED, NOW)
    return sign_in_operator(app.test_client(), sqlite_database)


def test_the_operators_page_leads_to_the_questions(operator: FlaskClient) -> None:
    links = HtmlPage(operator.get("/workspace/operator")).links()
    assert links["1 name looks like another one: are they the same?"] == ADDRESS
    assert HtmlPage(operator.get(ADDRESS)).texts("h2", "govuk-heading-s") == [f"Is “{SPELLED}” the same as {BOARD}?"]


@pytest.mark.parametrize(("answer", "heading"), [("yes", f"This is another name of {BOARD}."), ("no", None)])
def test_the_answer_is_done_and_the_question_gone(
    operator: FlaskClient, client: FlaskClient, answer: str, heading: str | None
) -> None:
    form = Form(HtmlPage(operator.get(ADDRESS)), ADDRESS)
    assert form.send(operator, {"same": answer}).location == ADDRESS
    assert HtmlPage(operator.get(ADDRESS)).elements("h2", "govuk-heading-s") == []
    page = HtmlPage(client.get("/commissioners/nhs-west-exampelshire-icb"))
    assert page.texts("p", "govuk-body-l") == ([heading] if heading else [])


def test_a_question_that_is_none_is_said(operator: FlaskClient) -> None:
    form = Form(HtmlPage(operator.get(ADDRESS)), ADDRESS)
    page = HtmlPage(form.send(operator, {"same": "yes", "question": "nonsense"}), 400)
    assert page.texts("ul", "govuk-error-summary__list") == ["Choose a question from the list."]
