"""Copying, splitting and linking, as a commissioner does it."""

from collections.abc import Callable

from flask.testing import FlaskClient

from kil_pipeline.plan.contents import EntryContent
from tests.web.forms import Form
from tests.web.html import HtmlPage

Publish = Callable[..., str]
FIRST = "/workspace/entries/EXC-0001"


def test_next_years_is_a_draft_that_its_author_goes_on_with(author: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Beds"))
    form = Form(HtmlPage(author.get(f"{FIRST}/copies")), f"{FIRST}/copies")
    answer = form.send(author, {"how": "next-year"})
    assert answer.location == "/workspace/entries/EXC-0002"
    page = HtmlPage(author.get(answer.location))
    assert page.texts("p", "govuk-notification-banner__heading") == [
        "This is next year’s EXC-0001: dates are one year on and not certain. Look at each reason again."
    ]
    assert HtmlPage(author.get("/workspace/entries/EXC-0002/preview")).links()["Beds"] == "/entries/EXC-0001"


def test_parts_that_cannot_be_made_lose_nothing_typed(author: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Beds"))
    form = Form(HtmlPage(author.get(f"{FIRST}/copies")), f"{FIRST}/split")
    page = HtmlPage(form.send(author, {"headlines": "Beds in the north"}), 400)
    assert page.texts("ul", "govuk-error-summary__list") == ["Write between two and 20 headlines, one on each line."]
    again = Form(page, f"{FIRST}/split")
    assert again.answers() == {"headlines": ["Beds in the north"]}
    assert again.send(author, {"headlines": "Beds in the north\n\nBeds in the south"}).location == "/workspace"
    assert HtmlPage(author.get("/workspace")).texts("h2", "govuk-heading-s") == [
        "Beds",
        "Beds in the north",
        "Beds in the south",
    ]


def test_a_link_is_made_and_taken_out_again(author: FlaskClient, client: FlaskClient, publish: Publish) -> None:
    publish(EntryContent("Beds"))
    publish(EntryContent("More beds"))
    path = "/workspace/entries/EXC-0002"
    form = Form(HtmlPage(author.get(f"{path}/copies")), f"{path}/links")
    HtmlPage(form.send(author, {"other": "EXC-0009"}), 400)
    answer = form.send(author, {"other": "EXC-0001", "kind": "replaces"})
    assert "Replaces EXC-0001." in HtmlPage(author.get(f"{path}/preview")).texts("section", "preview")[0]
    Form(HtmlPage(author.get(f"{path}/preview")), f"{path}/publish").send(author)
    assert HtmlPage(client.get("/entries/EXC-0001")).links()["More beds"] == "/entries/EXC-0002"
    assert client.get("/entries/EXC-0002.json").get_json()["links"] == [{"kind": "replaces", "reference": "EXC-0001"}]
    page = HtmlPage(author.get(answer.location))
    Form(page, f"{path}/links").send(author, {"remove": "EXC-0001"})
    Form(HtmlPage(author.get(f"{path}/preview")), f"{path}/publish").send(author)
    assert "More beds" not in HtmlPage(client.get("/entries/EXC-0001")).links()
