"""Webhooks on the site: added without an account, kept by a link that only the adder is shown."""

from datetime import timedelta

from flask.testing import FlaskClient

from kil_pipeline.alerts.webhook_log import WebhookReplay
from kil_pipeline.alerts.webhooks import Webhook
from kil_pipeline.database import Database
from tests.alerts.test_webhooks import Receiver, tick
from tests.factories import a_commissioner, publish, some_content
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage

NEW = "/webhooks/new?theme=carers"
ONE = {"do": "replay"}
SPAN = {"do": "span", "first": "2026-11-23", "last": "2026-11-24"}


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


def a_told_webhook(client: FlaskClient, database: Database) -> tuple[str, str]:
    """Add a webhook, let it be told of one change, and return its page's address and its id."""
    with database.write() as session:
        council = a_commissioner(session, "Council of carers", prefix="COC").id
    path = Form(HtmlPage(client.get(NEW)), NEW).send(client, {"address": "https://example.org/secret"}).location
    receiver = Receiver()
    tick(database, receiver, NOW)
    with database.write() as session:
        publish(session, council, some_content("Breaks", themes=("carers",)), at=NOW)
    tick(database, receiver, NOW + timedelta(hours=1))
    with database.read() as session:
        return path, str(session.query(Webhook).one().id)


def test_its_calls_are_shown_and_sent_again(client: FlaskClient, sqlite_database: Database) -> None:
    path, webhook_id = a_told_webhook(client, sqlite_database)
    for action, before in ((path, 1), (f"/operator/webhooks/{webhook_id}", 0)):
        page = HtmlPage(client.get(action))
        assert page.texts("th") == ["When", "What", "Answer", "Took", "Again"]
        said = []
        for number, filled in enumerate((ONE, SPAN), start=before):
            answer = Form(page, action, number=number).send(client, filled)
            shown = client.get(answer.location) if answer.status_code == 302 else answer
            said += HtmlPage(shown).texts("p", "govuk-notification-banner__heading")
        assert said == ["It is sent again within a minute.", "Sent again within a minute: 1 call."]
    with sqlite_database.read() as session:
        assert session.query(WebhookReplay).count() == 1


def test_days_that_make_no_sense_come_back_to_be_mended(client: FlaskClient, sqlite_database: Database) -> None:
    path, webhook_id = a_told_webhook(client, sqlite_database)
    for action, number in ((path, 2), (f"/operator/webhooks/{webhook_id}", 1)):
        form = Form(HtmlPage(client.get(action)), action, number=number)
        page = HtmlPage(form.send(client, {"do": "span", "first": "soon", "last": "2026-11-24"}), 400)
        assert page.texts("p", "govuk-error-message") == ["Error: Enter a day, such as 2027-01-04."]
        assert Form(page, action, number=number).answers() == {"first": ["soon"], "last": ["2026-11-24"]}


def test_an_operator_sees_the_host_of_a_webhook_and_not_its_address(
    client: FlaskClient, sqlite_database: Database
) -> None:
    _, webhook_id = a_told_webhook(client, sqlite_database)
    pages = [client.get(path).text for path in ("/operator/webhooks", f"/operator/webhooks/{webhook_id}")]
    assert [("example.org" in page, "secret" in page) for page in pages] == [(True, False)] * 2
