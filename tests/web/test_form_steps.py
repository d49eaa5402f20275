"""The form in short steps: each saved before the next, and nothing of the others is lost."""

from flask.testing import FlaskClient

from tests.web.forms import Filled, Form
from tests.web.html import HtmlPage

NEW = "/workspace/entries/new"
FIRST = "/workspace/entries/EXC-0001"


def answers(author: FlaskClient, path: str = FIRST) -> dict[str, list[str]]:
    found = Form(HtmlPage(author.get(path)), FIRST).answers()
    return {name: texts for name, texts in found.items() if name not in ("version", "step")}


def test_one_section_after_the_other_is_saved(author: FlaskClient) -> None:
    first = Form(HtmlPage(author.get(f"{NEW}?step=1")), NEW)
    answer = first.send(author, {"headline": "Beds", "themes": ["Carers"], "then": "next"})
    assert answer.location == f"{FIRST}?step=2"
    page = HtmlPage(author.get(answer.location))
    assert "Step 2 of 5. See the whole form" in page.texts("p", "govuk-body")
    answer = Form(page, FIRST).send(author, {"areas": "Northvale", "then": "next"})
    assert answer.location == f"{FIRST}?step=3"
    answer = Form(HtmlPage(author.get(answer.location)), FIRST).send(author, {"value": "£5,000 in total"})
    assert answers(author) == {
        "headline": ["Beds"],
        "themes": ["Carers"],
        "areas": ["Northvale"],
        "value": ["£5,000 in total"],
        "status": ["Planned"],
    }


def test_after_the_last_step_comes_the_preview(author: FlaskClient) -> None:
    Form(HtmlPage(author.get(NEW)), NEW).send(author, {"headline": "Beds"})
    form = Form(HtmlPage(author.get(f"{FIRST}?step=5")), FIRST)
    assert form.send(author, {"then": "next"}).location == f"{FIRST}/preview"


def test_what_is_emptied_or_unticked_in_a_step_is_gone_and_a_value_kept_back_elsewhere_is_not(
    author: FlaskClient,
) -> None:
    kept_back = {"value": "£5,000 in total", "value: why not": "withheld.commercial"}
    filled: Filled = {"headline": "Beds", "summary": "Twelve.", "themes": ["Carers"], **kept_back}
    Form(HtmlPage(author.get(NEW)), NEW).send(author, filled)
    form = Form(HtmlPage(author.get(f"{FIRST}?step=1")), FIRST)
    form.send(author, {"summary": "", "themes": []})
    left = answers(author)
    assert [name for name in ("summary", "themes") if name in left] == []
    assert left["value"] == ["£5,000 in total"]


def test_a_mistake_keeps_the_step_and_what_was_typed(author: FlaskClient) -> None:
    Form(HtmlPage(author.get(NEW)), NEW).send(author, {"headline": "Beds"})
    page = HtmlPage(Form(HtmlPage(author.get(f"{FIRST}?step=3")), FIRST).send(author, {"value": "a lot"}), 400)
    form = Form(page, FIRST)
    assert (form.answers()["step"], form.answers()["value"]) == (["3"], ["a lot"])
    assert "headline" not in form.fields


def test_a_step_that_makes_no_sense_is_the_whole_form(author: FlaskClient) -> None:
    for step in ("0", "6", "x", "²", "999"):
        assert "status" in Form(HtmlPage(author.get(f"{NEW}?step={step}")), NEW).fields
