"""The bulletin of a patch: every shape on one page, a sheet, a frame for other sites, and the way to get it by mail."""

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient

from kil_pipeline.plan.contents import EntryContent
from tests.web.conftest import NOW
from tests.web.forms import Form
from tests.web.html import HtmlPage

Publish = Callable[..., str]


def test_the_news_of_a_patch_comes_in_every_shape(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Breaks for carers", themes=("carers",)))
    publish(EntryContent("Falls classes", themes=("falls",)))
    page = HtmlPage(client.get("/bulletins?theme=carers"))
    shapes = {area.get("id"): "".join(area.itertext()) for area in page.elements("textarea")}
    assert list(shapes) == ["shape-text", "shape-html", "shape-markdown", "shape-lines", "frame"]
    assert [text.lower().count("breaks for carers") for text in shapes.values()] == [1, 1, 1, 1, 0]
    assert "falls classes" not in "".join(shapes.values()).lower()
    assert 'src="http://localhost:8000/bulletins/embed?theme=carers"' in shapes["frame"]
    assert page.links()["get this bulletin by email"] == "/alerts/new?theme=carers&frequency=bulletin"


def test_the_last_week_or_the_last_month(client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Old news"), at=NOW - timedelta(days=20))
    publish(EntryContent("New news"))
    shown = [HtmlPage(client.get(path)).texts("li", "") for path in ("/bulletins", "/bulletins?view=month")]
    assert [sum("news" in line for line in lines) for lines in shown] == [1, 2]
    assert client.get("/bulletins?view=year").status_code == 404


def test_a_patch_without_news_says_so(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/bulletins?area=X-EXA"))
    assert "Nothing happened there in the last week." in page.texts("p", "govuk-body")
    assert [area.get("id") for area in page.elements("textarea")] == ["frame"]


def test_what_makes_no_sense_is_mended_on_the_page(client: FlaskClient) -> None:
    page = HtmlPage(client.get("/bulletins?area=Exampleshrie"), 400)
    assert page.texts("p", "govuk-error-message") == [
        "Error: We know no area “Exampleshrie”. Did you mean Exampleshire?"
    ]


def test_only_the_embedded_page_may_be_framed_and_its_links_leave_the_frame(
    client: FlaskClient, publish: Publish
) -> None:
    publish(EntryContent("Breaks for carers"))
    answers = {path: client.get(path) for path in ("/bulletins", "/bulletins/print", "/bulletins/embed")}
    policies = {path: answer.headers["Content-Security-Policy"] for path, answer in answers.items()}
    assert [path for path, policy in policies.items() if policy.endswith("frame-ancestors *")] == ["/bulletins/embed"]
    embedded = HtmlPage(answers["/bulletins/embed"])
    assert {link.get("target") for link in embedded.elements("a")} == {"_top"}
    assert embedded.elements("script") == embedded.elements("form") == []
    assert "Set-Cookie" not in answers["/bulletins/embed"].headers


def test_the_form_for_alerts_is_set_to_the_bulletin(client: FlaskClient) -> None:
    form = Form(HtmlPage(client.get("/alerts/new?theme=carers&frequency=bulletin")), "/alerts/new")
    assert form.answers()["frequency"] == ["bulletin"]
    other = Form(HtmlPage(client.get("/alerts/new?frequency=hourly")), "/alerts/new")
    assert other.answers()["frequency"] == ["weekly"]
