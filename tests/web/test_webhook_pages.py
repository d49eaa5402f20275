"""Webhooks on the site: added without an account, kept by a link that only the adder is shown."""

from flask.testing import FlaskClient

from kil_pipeline.alerts.webhooks import Webhook
from kil_pipeline.database import Database
from tests.web.forms import Form
from tests.web.html import HtmlPage

NEW = "/webhooks/new?theme=carers"


def test_a_webhook_is_added_looked_at_and_deleted(client: FlaskClient, sqlite_database: Database) -> None:
    form = Form(HtmlPage(client.get(NEW)), NEW)
    added = form.send(client, {"address": "https://example.org/hook"})
    assert added.status_code == 302
    page = HtmlPage(client.get(added.location))
    facts = dict(zip(page.texts("dt"), page.texts("dd"), strict=True))
    assert (facts["Address"], facts["Follows"]) == ("https://example.org/hook", "Carers")
    assert facts["Secret"].startswith("whsec_")
    manage = Form(page, added.location)
    assert manage.send(client, {"do": "again"}).location == added.location
    assert manage.send(client, {"do": "delete"}).status_code == 200
    assert client.get(added.location).status_code == 410
    with sqlite_database.read() as session:
        assert session.query(Webhook).count() == 0


def test_an_address_that_cannot_be_called_comes_back_to_be_mended(client: FlaskClient) -> None:
    page = HtmlPage(Form(HtmlPage(client.get(NEW)), NEW).send(client, {"address": "http://example.org"}), 400)
    assert page.texts("p", "govuk-error-message") == [
        "Error: Write the whole address, such as https://example.org/hooks/plan. It must begin with https://."
    ]
    assert Form(page, NEW).answers() == {"address": ["http://example.org"]}
